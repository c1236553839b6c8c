/** Lists of cases: one row says what, whose, where it stands and how safe it is. */
import { html } from 'hono/html'
import { masked } from '#edge-node/commands/masking.ts'
import { LOCAL_KINDS } from '#protocol/casework/codes.ts'
import { CLOCKS } from '#protocol/casework/course/spans.ts'
import { isVoided, STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import type { CasePage, CaseRow } from '#protocol/engine/ports/storage.ts'
import { drawRows } from './drawing.ts'
import { type DueWords, rowDueWords, URGENCY_SIGNS } from './due-words.ts'
import type { Desk, Html } from './visit.ts'
import {
  itemName,
  numberWords,
  personName,
  presentNumber,
  safetyWords,
  sinceWords,
  stationName,
  timeWords,
} from './words.ts'

export const stageTitle = (stage: string): string =>
  Object.hasOwn(STAGES, stage) ? STAGES[stage as Stage] : `环节 ${stage}`

/** Who has the case: the holder, or both ends of an open transfer; of a stopped one nobody is to sign for anything. */
function whereWords(desk: Desk, row: CaseRow): string {
  const holder = stationName(desk.office, row.holder)
  if (row.forked) return `${holder},已停住,等县中心改派`
  if (row.offeredTo === null) return holder
  const since = row.offeredAt === null ? '' : sinceWords(desk.office, row.offeredAt)
  return `${holder} → ${stationName(desk.office, row.offeredTo)},已发出未签收${since}`
}

/** Something in it bears a day that has not come: its last days are counted from there. */
const isAhead = ({ office }: Desk, { signedOn, stage }: CaseRow): boolean =>
  signedOn !== undefined && !isVoided(stage) && !office.isDayInDoubt() && signedOn > office.today()

const marks = (desk: Desk, row: CaseRow): Html =>
  html`${isAhead(desk, row) ? html` <span class="badge bg-red text-red-fg">日期请核对</span>` : ''}${row.kinds.map((kind) => html` <span class="badge desk-kind">${LOCAL_KINDS[kind]}</span>`)}${
    row.aside > 0 ? html` <span class="badge desk-kind">${row.aside} 条待处理</span>` : ''
  }${row.forked ? html` <span class="badge bg-red text-red-fg">已停住</span>` : ''}${
    row.unread ? html` <span class="badge bg-red text-red-fg">本机程序较旧,请升级后再办</span>` : ''
  }`

/** A deadline with its sign: words first, so that nobody needs the colour. */
export const dueMark = ({ urgency, words }: DueWords): Html =>
  html`<span class="desk-due desk-due-${urgency}"><span class="desk-sign" aria-hidden="true">${URGENCY_SIGNS[urgency]}</span> ${words}</span>`

function dueCell(desk: Desk, row: CaseRow): Html {
  const clock =
    row.dueClock === ''
      ? ''
      : html`<div class="text-secondary">${row.dueClock === 'T3' ? '本环节' : CLOCKS[row.dueClock]}</div>`
  return html`${dueMark(rowDueWords(desk.office, row))}${clock}`
}

function whoCell(desk: Desk, row: CaseRow): Html {
  const assignee =
    row.assignee === '' ? '' : html`<div class="text-secondary">${personName(desk.office, row.assignee)}承办</div>`
  return html`${whereWords(desk, row)}${assignee}`
}

/** A table of cases; on a phone each row becomes a card. */
export async function caseTable(desk: Desk, rows: readonly CaseRow[], empty: string): Promise<Html> {
  if (rows.length === 0) return html`<p class="desk-empty">${empty}</p>`
  const safety = await desk.office.safetyOf(rows.map((row) => row.id))
  const now = desk.office.time()
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md desk-cases">
    <thead><tr><th scope="col">办件</th><th scope="col">申请人</th><th scope="col">环节</th><th scope="col">期限</th>
      <th scope="col">在哪里</th><th scope="col">最近变动</th></tr></thead>
    <tbody>${drawRows(
      desk,
      rows,
      6,
      (row) => `办件 ${presentNumber(row)}`,
      (row) => html`<tr>
        <td data-label="办件"><a href="/cases/${row.id}">${numberWords(row)}</a><div class="text-secondary">${itemName(desk.office, row)}</div></td>
        <td class="desk-short" data-label="申请人">${row.applicant || '未填写'}<div class="text-secondary">${masked(row.idNumber)}</div></td>
        <td data-label="环节">${stageTitle(row.stage)}${marks(desk, row)}</td>
        <td data-label="期限">${dueCell(desk, row)}</td>
        <td data-label="在哪里">${whoCell(desk, row)}</td>
        <td class="desk-short" data-label="最近变动">${timeWords(row.changedAt, now)}<div class="text-secondary">${safetyWords(safety.get(row.id))}</div></td></tr>`,
    )}</tbody></table></div>`
}

/** The way to the next page, by key. */
export function nextPage(
  path: string,
  query: Readonly<Record<string, string>>,
  page: Pick<CasePage, 'next'>,
): Html | string {
  if (page.next === null) return ''
  const address = `${path}?${new URLSearchParams({ ...query, after: page.next })}`
  return html`<div class="card-footer"><a class="btn" href="${address}">下一页</a></div>`
}

/** A titled card around a part. */
export const card = (title: string, body: Html | Promise<Html>, aside: Html | string = ''): Html =>
  html`<section class="card mb-3"><div class="card-header"><h2 class="card-title">${title}</h2>
    <div class="card-actions">${aside}</div></div>${body}</section>`
