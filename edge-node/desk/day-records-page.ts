/** Cases to be looked at one by one for the days in them: what this node recorded while it went by a wrong day, and what the county doubts of a node. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { mayRead, mayReadRow } from '#edge-node/commands/reading.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import { isDay } from '#protocol/casework/time/days.ts'
import { type DayRecordPage, type DaySpan, daysWords } from '#protocol/engine/day-records.ts'
import type { Actor, DoubtfulCasePage } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import type { NodeId } from '#protocol/ids.ts'
import { drawRows } from './drawing.ts'
import { headline, page } from './layout.ts'
import { card, nextPage, stageTitle } from './lists.ts'
import { notFound } from './problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from './visit.ts'
import { itemName, numberWords, paperTime, presentNumber } from './words.ts'

const PATH = '/sync/days'
const DOUBTFUL_PATH = '/sync/doubtful'

const queryOf = ({ from, until }: DaySpan) => ({ from, until })

/** Where the cases of some days are listed. */
export const dayRecordsPath = (days: DaySpan): string => `${PATH}?${new URLSearchParams(queryOf(days))}`

/** Where the cases are listed in which the county doubts days of a node. */
export const doubtfulCasesPath = (node: string): string => `${DOUBTFUL_PATH}?${new URLSearchParams({ node })}`

/** A case with what of it is to be looked at, in words. */
interface Found {
  readonly row: CaseRow
  readonly words: string
}

const recordWords = ({ records }: DayRecordPage['cases'][number]): string =>
  records.map(({ kind, day }) => `${FACTS[kind].title}(${day})`).join('、')

const doubtWords = ({ days }: DoubtfulCasePage['cases'][number]): string =>
  days.map(({ written, seen }) => `所记 ${paperTime(written)},${paperTime(seen)} 首次收到`).join('、')

function table(desk: Desk, what: string, found: readonly Found[]): Html {
  const nameOf = ({ row }: Found) => `办件 ${presentNumber(row)}`
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md desk-cases"><thead><tr>
    <th scope="col">办件</th><th scope="col">申请人</th><th scope="col">环节</th><th scope="col">${what}</th></tr></thead>
    <tbody>${drawRows(
      desk,
      found,
      4,
      nameOf,
      (each) => html`<tr>
        <td data-label="办件"><a href="/cases/${each.row.id}">${numberWords(each.row)}</a><div class="text-secondary">${itemName(desk.office, each.row)}</div></td>
        <td data-label="申请人">${each.row.applicant || '未填写'}</td><td data-label="环节">${stageTitle(each.row.stage)}</td>
        <td data-label="${what}">${each.words}</td></tr>`,
    )}</tbody></table></div>`
}

/** Who worked on a case for another station reads it as well; that stands in the case alone. */
async function isReadable({ office }: Desk, actor: Actor, { row }: Pick<Found, 'row'>): Promise<boolean> {
  if (mayReadRow(actor, office.directory, row)) return true
  const state = await office.state(row.id)
  return state.ok && mayRead(actor, office.directory, state.value)
}

interface Shown {
  readonly title: string
  /** What the list holds, in a sentence. */
  readonly words: string
  /** What is said of each case, as the head of its column. */
  readonly what: string
  readonly found: readonly Found[]
  readonly next: string | null
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/** A page of such cases; of those that the person may not read only how many there are. */
async function casesPage(context: DeskContext, desk: Desk, shown: Shown): Promise<Response> {
  const { title, words, what, found, next, path, query } = shown
  const { actor } = context.get('visit')
  const mayReadEach = await Promise.all(found.map((each) => isReadable(desk, actor, each)))
  const readable = found.filter((_, place) => mayReadEach[place])
  const hidden = found.length - readable.length
  const others = hidden > 0 ? html`<p class="card-body mb-0">另有 ${hidden} 件不在您的查看范围。</p>` : ''
  const none = next === null ? '没有。' : '这一页没有,请看下一页。'
  const list = readable.length === 0 ? html`<p class="desk-empty">${none}</p>` : table(desk, what, readable)
  const body = html`${headline(title, html`<a class="btn" href="/sync">回到“同步与安全”</a>`)}<p>${words}</p>
    ${card('办件', html`${list}${others}${nextPage(path, query, { next })}`)}`
  return page(context, desk, { title, body })
}

async function dayRecordsPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { from = '', until = '', after } = context.req.query()
  if (!isDay(from) || !isDay(until)) return notFound(context, desk)
  const { cases, next } = await desk.office.dayRecords({ from, until, after })
  return casesPage(context, desk, {
    title: '本机在这些日期办过的办件',
    words: `记录所记日期在 ${daysWords({ from, until })} 的,最近办的在前。请逐件看期限和开出的文书。`,
    what: '这期间的记录',
    found: cases.map((each) => ({ row: each.row, words: recordWords(each) })),
    next,
    path: PATH,
    query: queryOf({ from, until }),
  })
}

async function doubtfulPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { node = '', after = '0' } = context.req.query()
  const name = desk.office.directory.node(node as NodeId)?.name
  if (name === undefined || !/^\d{1,9}$/.test(after)) return notFound(context, desk)
  const { cases, next } = await desk.office.doubtfulCases(node as NodeId, Number(after))
  return casesPage(context, desk, {
    title: `“${name}”日期请核对的办件`,
    words: '最近收到的在前,核对过的也在其中。请逐件打开看“经过”,向该站点核对。',
    what: '日期请核对',
    found: cases.map((each) => ({ row: each.row, words: doubtWords(each) })),
    next,
    path: DOUBTFUL_PATH,
    query: { node },
  })
}

export function dayRecordRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(PATH, (context) => dayRecordsPage(context, desk))
  app.get(DOUBTFUL_PATH, (context) => doubtfulPage(context, desk))
}
