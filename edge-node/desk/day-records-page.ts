/** Cases to be looked at one by one for the days in them: what this node recorded while it went by a wrong day, what the county doubts of a node, and what of all nodes bears days that had not come. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { mayRead, mayReadRow } from '#edge-node/commands/reading.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import { isDay } from '#protocol/casework/time/days.ts'
import { type DayRecordPage, type DoubtfulCasePage, daysWords } from '#protocol/engine/day-records.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { isCaseId, type NodeId } from '#protocol/ids.ts'
import { anchorOf } from './case/anchors.ts'
import { DAY_RECORDS, DOUBTFUL_CASES, NOT_COME, spanQuery } from './day-record-paths.ts'
import { drawRows } from './drawing.ts'
import { headline, page } from './layout.ts'
import { card, nextPage, stageTitle } from './lists.ts'
import { notFound } from './problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from './visit.ts'
import { itemName, numberWords, paperTime, presentNumber, stationName } from './words.ts'

/** A case with what of it is to be looked at, in words. */
interface Found {
  readonly row: CaseRow
  readonly words: string | Html
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
  /** What the list holds, in a sentence, and what to do with it. */
  readonly words: string | Html
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
    path: DAY_RECORDS,
    query: spanQuery({ from, until }),
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
    path: DOUBTFUL_CASES,
    query: { node },
  })
}

/** No act changes a day that is written: whose deadline is wrong by it is begun anew, and everything else is noted. */
const WHAT_TO_DO =
  '已写下的日期不能改。请主办站点按纸质凭证核对真实日期:期限和文书没有受影响的,在办件上写“备注”,注明真实日期和原因;受影响的,由主办站点报县中心协调员决定,需要重办的,协调员按“误录”作废(另一人复核),主办站点重新登记。'

/** Each record with who wrote it, for which day, and on which day the county found it. */
async function notComeWords({ office }: Desk, { row, days }: DoubtfulCasePage['cases'][number]): Promise<Html> {
  const state = await office.state(row.id)
  const story = state.ok ? state.value.story : []
  return html`${days.map(({ fact, written, seen }) => {
    const line = story.find(({ hash }) => hash === fact)
    const what = line ? `${stationName(office, line.station)}:${line.title}` : '一条记录'
    return html`<div><a href="/cases/${row.id}#${anchorOf(fact)}">${what}</a>,所记 ${paperTime(written)};县中心 ${paperTime(seen)} 已有</div>`
  })}`
}

async function notComePage(context: DeskContext, desk: Desk): Promise<Response> {
  const { from = '', until = '', after } = context.req.query()
  const [day = from, id] = after?.split(' ') ?? []
  const isPlace = after === undefined || (isDay(day) && isCaseId(id ?? ''))
  if (!desk.office.isRoot || !isDay(from) || !isDay(until) || !isPlace) return notFound(context, desk)
  const { cases, next } = await desk.office.casesNotCome({ from, until }, after)
  return casesPage(context, desk, {
    title: '所记日期当时还没有到的办件',
    words: html`各站点的记录,所记日期在 ${daysWords({ from, until })},县中心确认日期或收到时这一天还没有到。${WHAT_TO_DO}核对过的也在其中,已作废的不在。`,
    what: '日期请核对',
    found: await Promise.all(cases.map(async (each) => ({ row: each.row, words: await notComeWords(desk, each) }))),
    next,
    path: NOT_COME,
    query: spanQuery({ from, until }),
  })
}

export function dayRecordRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(DAY_RECORDS, (context) => dayRecordsPage(context, desk))
  app.get(DOUBTFUL_CASES, (context) => doubtfulPage(context, desk))
  app.get(NOT_COME, (context) => notComePage(context, desk))
}
