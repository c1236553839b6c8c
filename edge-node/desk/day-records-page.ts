/** What this node recorded while it went by a wrong day: every case with what bears such a day, to be looked at one by one. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { mayRead, mayReadRow } from '#edge-node/commands/reading.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import { isDay } from '#protocol/casework/time/days.ts'
import type { DayRecordPage, DaySpan } from '#protocol/engine/day-records.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { drawRows } from './drawing.ts'
import { headline, page } from './layout.ts'
import { card, nextPage, stageTitle } from './lists.ts'
import { notFound } from './problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from './visit.ts'
import { itemName, numberWords, presentNumber } from './words.ts'

const PATH = '/sync/days'

const queryOf = ({ from, until }: DaySpan) => ({ from, until })

/** Where the cases of some days are listed. */
export const dayRecordsPath = (days: DaySpan): string => `${PATH}?${new URLSearchParams(queryOf(days))}`

type Found = DayRecordPage['cases'][number]

const recordWords = ({ records }: Found): string =>
  records.map(({ kind, day }) => `${FACTS[kind].title}(${day})`).join('、')

function table(desk: Desk, found: readonly Found[]): Html {
  const nameOf = ({ row }: Found) => `办件 ${presentNumber(row)}`
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md desk-cases"><thead><tr>
    <th scope="col">办件</th><th scope="col">申请人</th><th scope="col">环节</th><th scope="col">这期间的记录</th></tr></thead>
    <tbody>${drawRows(
      desk,
      found,
      4,
      nameOf,
      (each) => html`<tr>
        <td data-label="办件"><a href="/cases/${each.row.id}">${numberWords(each.row)}</a><div class="text-secondary">${itemName(desk.office, each.row)}</div></td>
        <td data-label="申请人">${each.row.applicant || '未填写'}</td><td data-label="环节">${stageTitle(each.row.stage)}</td>
        <td data-label="这期间的记录">${recordWords(each)}</td></tr>`,
    )}</tbody></table></div>`
}

/** Who worked on a case for another station reads it as well; that stands in the case alone. */
async function isReadable({ office }: Desk, actor: Actor, { row }: Found): Promise<boolean> {
  if (mayReadRow(actor, office.directory, row)) return true
  const state = await office.state(row.id)
  return state.ok && mayRead(actor, office.directory, state.value)
}

async function dayRecordsPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { from = '', until = '', after } = context.req.query()
  if (!isDay(from) || !isDay(until)) return notFound(context, desk)
  const { actor } = context.get('visit')
  const { cases, next } = await desk.office.dayRecords({ from, until, after })
  const mayReadEach = await Promise.all(cases.map((each) => isReadable(desk, actor, each)))
  const readable = cases.filter((_, place) => mayReadEach[place])
  const hidden = cases.length - readable.length
  const others = hidden > 0 ? html`<p class="card-body mb-0">另有 ${hidden} 件不在您的查看范围。</p>` : ''
  const none = next === null ? '没有。' : '这一页没有,请看下一页。'
  const list = readable.length === 0 ? html`<p class="desk-empty">${none}</p>` : table(desk, readable)
  const title = '本机在这些日期办过的办件'
  const body = html`${headline(title, html`<a class="btn" href="/sync">回到“同步与安全”</a>`)}
    <p>记录所记日期在 ${from === until ? from : `${from} 至 ${until}`} 的,最近办的在前。请逐件看期限和开出的文书。</p>
    ${card('办件', html`${list}${others}${nextPage(PATH, queryOf({ from, until }), { next })}`)}`
  return page(context, desk, { title, body })
}

export function dayRecordRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(PATH, (context) => dayRecordsPage(context, desk))
}
