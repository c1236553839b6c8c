/** The page of connection and safety: figures, the conservation sum, findings, and what was not simply applied. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { mayReadRow } from '#edge-node/commands/reading.ts'
import { mayWrite } from '#edge-node/commands/roles.ts'
import { markChecked } from '#edge-node/commands/station/checked-findings.ts'
import { confirmToday } from '#edge-node/commands/station/confirmed-day.ts'
import { moveParent } from '#edge-node/commands/station/parent-address.ts'
import { dayAt, plusDays } from '#protocol/casework/time/days.ts'
import {
  CONFIRMED_DAY,
  COUNTY_DAY,
  DOUBTFUL_DAYS_OF,
  type Finding,
  type NodeStatus,
  type SyncStatus,
} from '#protocol/engine/office.ts'
import { type CasePage, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure } from '#protocol/result.ts'
import { confirmDayPart } from './confirm-day.ts'
import { dayRecordsPath, doubtfulCasesPath, notComePath } from './day-record-paths.ts'
import { dayRecordRoutes } from './day-records-page.ts'
import { drawRows } from './drawing.ts'
import { checkQuestion, speaksOfLoss } from './finding-words.ts'
import { csrfField, type FormState, failureBox, field, formAgain } from './forms.ts'
import { doneBox, headline, page } from './layout.ts'
import { card, caseTable, nextPage } from './lists.ts'
import { livePart } from './live.ts'
import { readForm } from './posted-forms.ts'
import { failurePage, notFound, statusOf } from './problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from './visit.ts'
import {
  clockWords,
  connectionWords,
  doubtWords,
  PARENT_REVOKED,
  paperTime,
  ROOT_IS_SILENT,
  sentence,
  spanWords,
  timeWords,
} from './words.ts'

const pair = (name: string, words: Html | string): Html => html`<div><dt>${name}</dt><dd>${words}</dd></div>`

/** Without it a person who has just put the cable back waits for the next call, up to a minute. */
function connectButton(desk: Desk, { parent }: SyncStatus, visit: Visit): Html | string {
  if (!desk.parent || parent?.connected || !mayWrite(visit.actor)) return ''
  return html`<form method="post" action="/sync/connect">${csrfField(visit)}<button class="btn" type="submit">立即连接上级</button></form>`
}

function figures(desk: Desk, status: SyncStatus, visit: Visit): Html {
  const now = desk.office.time()
  const parent = status.parent
  const why = parent?.revoked ? PARENT_REVOKED : status.refusal?.message
  const away = why ? `未连接:${why}` : '未连接'
  const link = !parent ? '本机是县中心,没有上级' : `${parent.name}:${parent.connected ? '已连接' : away}`
  const contact = parent?.lastContact
    ? `${timeWords(parent.lastContact, now)}${now < parent.lastContact || desk.office.isDayInDoubt() ? '' : `(${spanWords(now - parent.lastContact)}前)`}`
    : parent
      ? '从未'
      : '—'
  const offset =
    status.clockOffset === null
      ? '还不知道(没有和上级对过时)'
      : (clockWords(status.clockOffset, status.clockConfirmedBy !== null) ??
        (status.clockTold
          ? `正常,相差 ${spanWords(status.clockOffset)}`
          : `按上次对时相差 ${spanWords(status.clockOffset)};${ROOT_IS_SILENT}`))
  const clock = doubtWords(status.clockDoubt) ?? offset
  return html`<div class="card-body"><p class="fs-3">${connectionWords(status, now)}</p><dl class="desk-pairs">
    ${pair('上级', link)}${pair('最后同步', contact)}${pair('只存在本机的办件', `${status.casesOnlyHere} 件(${status.entriesOnlyHere} 条记录)`)}
    ${pair('还没有到县的办件', `${status.casesNotAtRoot} 件`)}${pair('时钟', clock)}
    ${pair('事项目录', catalogueWords(status.catalogueVersion))}${pair('工作日历', status.calendarUntil === null ? '还没有;不计算到期日' : `到 ${status.calendarUntil},之后的到期日不计算`)}
    ${status.refolding === null ? '' : pair('正在按新的目录或日期重新核对办件', `${status.refolding.done} / ${status.refolding.total} 件`)}
    ${status.unlisted === 0 ? '' : pair('已收到、正在列入清单的办件', `${status.unlisted} 件(都已存好,打开就能看到)`)}
    ${pair('保存', status.health.problem || '正常')}</dl>${connectButton(desk, status, visit)}</div>`
}

/** At the hub: what lies there alone, and what to do about it. */
async function aloneCard(desk: Desk, { atRootAlone }: SyncStatus): Promise<Html | string> {
  if (!atRootAlone) return ''
  const { entries, standby } = atRootAlone
  if (entries === 0) {
    const kept = standby === null ? '每条记录都另有一个节点保存' : `每条记录都另有一个节点保存;备用机:${standby}`
    return card('县中心机器损坏时', html`<div class="card-body"><p class="mb-0">${sentence(kept)}</p></div>`)
  }
  const next =
    standby === null
      ? '请在“节点入网”页设一台备用机,接到县中心'
      : `备用机“${standby}”还没有保存这些记录,请检查它是否开机、联网`
  const what = `${await desk.office.casesAlone()} 件办件(${entries} 条记录)只在县中心一处,没有第二份`
  return card(
    '县中心机器损坏时',
    html`<div class="card-body"><p class="field-problem mb-0">${sentence(what)}${sentence(next)}</p></div>`,
  )
}

/** The office numbers versions by the time of publishing. */
const catalogueWords = (version: number): string => (version > 0 ? `${paperTime(version)} 发布` : '还没有收到')

/** Written = applied + set aside + quarantined; anything else is a fault that must be seen. */
function conservation({ conservation: sum, findings }: SyncStatus): Html {
  const total = sum.applied + sum.setAside + sum.quarantined
  const balanced = total === sum.written
  // The sum counts what is on this disk: after a restoration it agrees, too, and says nothing of what is no longer there.
  const lost = findings.some(speaksOfLoss)
    ? ';恢复以前写过而现在不在本机的不在这个数里,见“发生过的事”。'
    : ',没有丢失。'
  const agrees = `三项相加等于写入数(只算本机磁盘上的记录)${lost}`
  return html`<div class="card-body"><dl class="desk-pairs">${pair('本机写入', `${sum.written} 条`)}${pair('已生效', `${sum.applied} 条`)}
    ${pair('暂不生效', `${sum.setAside} 条`)}${pair('隔离', `${sum.quarantined} 条`)}</dl>
    <p class="mb-0${balanced ? '' : ' field-problem'}">${balanced ? agrees : `三项相加是 ${total} 条,与写入数不符,请把本页交给县中心管理员。`}</p></div>`
}

/** From a finding to the cases that it asks to look at. */
function wayToCases({ days, kept = '' }: Finding): Html | string {
  if (days && kept.startsWith(COUNTY_DAY))
    return html` <a class="btn btn-sm" href="${notComePath(days)}">所记日期还没有到的办件</a>`
  if (days) return html` <a class="btn btn-sm" href="${dayRecordsPath(days)}">这期间在本机办过的办件</a>`
  if (!kept.startsWith(DOUBTFUL_DAYS_OF)) return ''
  const href = doubtfulCasesPath(kept.slice(DOUBTFUL_DAYS_OF.length))
  return html` <a class="btn btn-sm" href="${href}">日期请核对的办件</a>`
}

/** What asks for something to be checked carries a button for whoever may say that it has been. */
function finding(desk: Desk, visit: Visit, found: Finding): Html {
  const { time, message, next, details, kept } = found
  const more = details ? html`<details><summary>各站点的记录分别到什么时候</summary>${sentence(details)}</details>` : ''
  const button =
    kept && kept !== CONFIRMED_DAY && mayWrite(visit.actor)
      ? html`<form method="post" action="/sync/checked">${csrfField(visit)}<input type="hidden" name="kept" value="${kept}" />
        <button class="btn btn-sm" type="submit">已核对</button></form>`
      : ''
  return html`<li class="list-group-item"><strong>${timeWords(time, desk.office.now())}</strong> ${sentence(message)}${sentence(next)}${more}${wayToCases(found)}${button}</li>`
}

/** What is marked as checked is gone from every page: asked once, also without scripts, and kept in the log. */
async function checked(context: DeskContext, desk: Desk): Promise<Response> {
  const { kept = '', sure } = await readForm(context)
  const visit = context.get('visit')
  const { findings } = await desk.office.status()
  const asked = findings.find((one) => one.kept !== undefined && one.kept === kept)
  if (asked && sure !== 'yes' && mayWrite(visit.actor)) return askWhetherChecked(context, desk, asked)
  const done = await markChecked(visit.actor, desk.office, kept)
  if (!done.ok) return failurePage(context, desk, done.problem)
  const { person, name, station } = visit.actor
  if (asked) desk.noted({ person, name, station, kept, finding: asked.message }, 'a finding is marked as checked')
  return context.redirect('/sync?done=checked', 303)
}

function askWhetherChecked(context: DeskContext, desk: Desk, asked: Finding) {
  const { message, next, kept, details } = asked
  const title = checkQuestion(asked)
  const body = html`${headline(title)}${card(
    '标为已核对以后,这件事不再提示,也不能恢复',
    html`<form class="card-body" method="post" action="/sync/checked">${csrfField(context.get('visit'))}
      <input type="hidden" name="kept" value="${kept}" /><input type="hidden" name="sure" value="yes" />
      <p>${sentence(message)}${sentence(next)}</p>${details ? html`<p>${sentence(details)}</p>` : ''}<p>${wayToCases(asked)}</p><p>您的姓名和时间会写入本机的运行日志。</p>
      <div class="btn-list"><button class="btn btn-primary" type="submit">都核对完了,标为已核对</button><a class="btn" href="/sync">还没有,返回</a></div></form>`,
  )}`
  return page(context, desk, { title, body })
}

/** Nodes below as a table; the hub's node list adds what only the hub knows. */
export function nodeRows(desk: Desk, nodes: readonly NodeStatus[], extra?: (node: NodeStatus) => Html): Html {
  const now = desk.office.time()
  const nameOf = ({ node }: NodeStatus) => desk.office.directory.node(node)?.name ?? node.slice(0, 8)
  if (nodes.length === 0) return html`<p class="desk-empty">下面还没有接入的节点。</p>`
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr>
    <th scope="col">节点</th><th scope="col">连接</th><th scope="col">未送出</th><th scope="col">版本</th><th scope="col">时钟</th>${extra ? html`<th scope="col">办理</th>` : ''}</tr></thead>
    <tbody>${drawRows(desk, nodes, extra ? 6 : 5, nameOf, (node) => {
      const contact = node.connected
        ? '已连接'
        : node.lastContact === null
          ? '从未连接'
          : node.lastContact > now + LIMITS.clockOffsetMilliseconds
            ? '离线(上次连接在校正时间以前)'
            : `离线${desk.office.isDayInDoubt() ? '' : ` ${spanWords(now - node.lastContact)}`}(${timeWords(node.lastContact, now)})`
      const clock =
        node.clockOffset === null || (desk.office.isRoot && desk.office.isDayInDoubt())
          ? '未知'
          : (clockWords(node.clockOffset)?.replace('本机时钟', '') ?? '正常')
      return html`<tr><td data-label="节点">${nameOf(node)}</td><td data-label="连接">${contact}</td>
        <td data-label="未送出">${node.unsentCases} 件(${node.unsentEntries} 条)</td><td data-label="版本">${node.version || '未知'}</td>
        <td data-label="时钟">${clock}</td>${extra ? html`<td data-label="办理">${extra(node)}</td>` : ''}</tr>`
    })}</tbody></table></div>`
}

/** The cases to look at; none where the disk cannot be read: this page must come all the same, to say so. */
async function findOdd({ office }: Desk, after: string | undefined): Promise<CasePage> {
  try {
    return await office.find({ aside: true, ...(after ? { after } : {}) })
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem
    return { rows: [], next: null }
  }
}

/** Where the parent is reached, and another address of it: the key is what counts, so whoever answers there is asked for it. */
function parentPart(
  { parent }: Desk,
  { actor, signIn }: Visit,
  { typed = {}, problems = {}, failure }: FormState,
): Html | string {
  if (!parent) return ''
  const { name, addresses, notTaken } = parent.places()
  const line = ({ address, problem }: (typeof addresses)[number]) =>
    html`<li>${address}${problem ? html`<span class="field-problem">:${sentence(problem.message)}${sentence(problem.next)}</span>` : ''}</li>`
  const form = html`<form method="post" action="/sync/parent" novalidate><input type="hidden" name="csrf" value="${signIn.csrf}" />
    ${failure ? failureBox(failure) : ''}${field({ name: 'address', label: '上级换了地址', kind: 'text', value: typed.address ?? '', problem: problems.address, hint: '例如 https://10.1.2.3:8443;先核对那里的密钥,不是上级不会改用' })}
    <button class="btn" type="submit">核对并改用</button></form>`
  return card(
    `上级的地址(${name})`,
    html`<div class="card-body">${notTaken ? failureBox(notTaken) : ''}<ul>${addresses.map(line)}</ul>${mayWrite(actor) ? form : ''}</div>`,
  )
}

/** Beside a field there is one line: what happened and what to do. */
const withNext = (problem: Failure): Failure => ({
  ...problem,
  message: `${sentence(problem.message)}${sentence(problem.next)}`,
})

async function moved(context: DeskContext, desk: Desk): Promise<Response> {
  if (!desk.parent) return notFound(context, desk)
  const typed = await readForm(context)
  const result = await moveParent(desk.office, context.get('visit').actor, desk.parent, typed.address ?? '')
  return result.ok
    ? context.redirect(`/sync?done=${result.value}`, 303)
    : syncPage(context, desk, formAgain(typed, [withNext(result.problem)]), result.problem)
}

async function dayConfirmed(context: DeskContext, desk: Desk): Promise<Response> {
  const typed = await readForm(context)
  const day = (typed.day ?? '').trim()
  const time = typed.time ?? ''
  const said = { day, time, isSure: typed.sure === 'yes' && typed.asked === `${day} ${time}` }
  const result = await confirmToday(context.get('visit').actor, desk.office, said)
  return result.ok
    ? // The form's own place on the page is for what was refused.
      context.redirect(`/sync?done=${desk.office.isRoot ? 'county-day' : 'day'}#main`, 303)
    : syncPage(context, desk, formAgain(typed, [withNext(result.problem)]), result.problem)
}

/** Numbers that two cases have, until one of them is renumbered; of other people's cases only that they are there. */
async function sharedPart(context: DeskContext, desk: Desk): Promise<Html | string> {
  const { actor } = context.get('visit')
  const shared = await desk.office.sharedNumbers()
  const readable = shared.map(({ cases }) => cases.filter((row) => mayReadRow(actor, desk.office.directory, row)))
  const rows = readable.flat()
  if (rows.length === 0) return ''
  const hidden = shared.filter(({ cases }, place) => (readable[place] ?? []).length < cases.length)
  const words = html`<p class="card-body mb-0">同一个编号给了不止一个办件。请核对纸质凭证,打开其中一件,由主办站点或县中心协调员办理“更正办件编号”,把告知书交给申请人;另一件编号不变。更正后本条消失。${
    hidden.length > 0 ? `编号 ${hidden.map(({ number }) => number).join('、')} 另有办件不在您的查看范围。` : ''
  }</p>`
  return card('编号重复的办件', html`${words}${await caseTable(desk, rows, '')}`)
}

/** At the county: the cases whose day has not come stay in reach when their finding is checked: what is reported to the coordinator is not decided by then. */
async function toComePart({ office }: Desk): Promise<Html | string> {
  if (!office.isRoot || office.isDayInDoubt()) return ''
  // As far as days go: nobody knows how far ahead it was.
  const days = { from: plusDays(office.today(), 1), until: dayAt(Number.POSITIVE_INFINITY) }
  if (!(await office.areCasesNotCome(days))) return ''
  return card(
    '所记日期还没有到的办件',
    html`<p class="card-body mb-0">有办件的记录写着今天以后的日期。<a href="${notComePath(days)}">逐件查看</a>;日期到了,或办件作废以后,就不再列出。</p>`,
  )
}

const DONE = {
  moved: '上级已核对,地址已改用。',
  known: '上级没有改动,已经是县中心登记的那一个。',
  checked: '已标为核对过。',
  day: '已按确认的日期办理,联网后以县中心的时间为准。',
  'county-day': '已确认县中心的日期,各节点从此按它对时。',
}

async function syncPage(context: DeskContext, desk: Desk, again: FormState = {}, problem?: Failure): Promise<Response> {
  const status = await desk.office.status()
  const { after, done } = context.req.query()
  const visit = context.get('visit')
  const { actor } = visit
  const odd = await findOdd(desk, after)
  const rows = odd.rows.filter((row) => mayReadRow(actor, desk.office.directory, row))
  const nodes = await desk.office.nodesBelow()
  const findings =
    status.findings.length === 0
      ? html`<p class="desk-empty">没有需要知道的事。</p>`
      : html`<ul class="list-group list-group-flush">${status.findings.map((each) => finding(desk, visit, each))}</ul>`
  const parts = html`${card('现在', figures(desk, status, visit))}${await aloneCard(desk, status)}${await sharedPart(context, desk)}${await toComePart(desk)}${card('数目对得上吗', conservation(status))}
    ${card('发生过的事', findings)}${nodes.length > 0 ? card('下面的节点', nodeRows(desk, nodes)) : ''}
    ${card('有暂不生效、隔离或分叉记录的办件', html`${caseTable(desk, rows, '没有。')}${nextPage('/sync', {}, odd)}`)}`
  const body = html`${headline('同步与安全')}${doneBox(done, DONE)}${problem ? failureBox(problem) : ''}${livePart('sync', 'network', '/sync', parts)}${await confirmDayPart(desk, visit, again)}${parentPart(desk, visit, again)}`
  return page(context, desk, { title: '同步与安全', body, status: problem ? statusOf(problem) : 200 })
}

export function syncRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  dayRecordRoutes(app, desk)
  app.get('/sync', (context) => syncPage(context, desk))
  app.post('/sync/connect', (context) => {
    desk.parent?.callNow()
    return context.redirect('/sync', 303)
  })
  app.post('/sync/checked', (context) => checked(context, desk))
  app.post('/sync/parent', (context) => moved(context, desk))
  app.post('/sync/day', (context) => dayConfirmed(context, desk))
}
