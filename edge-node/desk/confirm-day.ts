/** What day it is, where the machine's clock cannot say and no line tells: a person confirms it. */
import { html } from 'hono/html'
import { mayConfirmDay } from '#edge-node/commands/station/confirmed-day.ts'
import { COUNTY_DAY } from '#protocol/engine/office.ts'
import { csrfField, type FormState, field } from './forms.ts'
import { card } from './lists.ts'
import type { Desk, Html, Visit } from './visit.ts'
import { clockWords, doubtWords, personName, ROOT_IS_SILENT, sentence } from './words.ts'

/** What lies far from all that is known is confirmed a second time; the box is about that day and time and no other. */
function againPart({ typed, problems }: FormState): Html | string {
  if (!problems?.sure) return ''
  const { day = '', time = '' } = typed ?? {}
  return html`<input type="hidden" name="asked" value="${day} ${time}" />${field({ name: 'sure', label: `确认无误,现在就是 ${day} ${time}`, kind: 'flag', problem: problems.sure })}`
}

const HINT = {
  root: '请看手机或日历,先校正本机时间;确认后各节点按本机时钟对时',
  node: '请看手机或日历;确认后本机按这一天办理,记录里写明与本机时钟的差值,联网后以县中心的时间为准',
} as const

/** Who may, for those who may not. */
const WHO = {
  root: '全县都按县中心的日期办,由管理员、协调员或首席代表在这里确认。',
  node: '由在本机办理业务的人员在这里确认。',
} as const

/** The form; nothing where the county says what day it is. Who sees that the day is wrong need not wait until the program does. */
export async function confirmDayPart(desk: Desk, visit: Visit, again: FormState): Promise<Html | string> {
  const { clockDoubt, clockConfirmedBy, clockOffset, clockTold, parent, isRoot, findings } = await desk.office.status()
  const doubt = doubtWords(clockDoubt)
  const off = clockWords(clockOffset, clockConfirmedBy !== null)
  // The county takes back what it confirmed as long as nobody has checked it.
  const isOpen = clockConfirmedBy !== null || findings.some(({ kept }) => kept?.startsWith(COUNTY_DAY))
  if (doubt === undefined && !isOpen && clockTold && (parent?.connected || off === undefined)) return ''
  const who = clockConfirmedBy === null ? '' : `${personName(desk.office, clockConfirmedBy)}确认过日期,`
  const silent = clockTold || off !== undefined ? '' : `;${ROOT_IS_SILENT},请看一眼日期对不对`
  const said = doubt ?? `${who}本机按 ${desk.office.today()} 办理${off === undefined ? silent : `;${off}`}`
  const form = html`<form method="post" action="/sync/day#day" novalidate>${csrfField(visit)}
    ${field({ name: 'day', label: '今天是', kind: 'date', value: again.typed?.day ?? '', problem: again.problems?.day, required: true, hint: isRoot ? HINT.root : HINT.node })}
    ${field({ name: 'time', label: '现在几点', kind: 'text', value: again.typed?.time ?? '', problem: again.problems?.time, required: true, hint: '看手机或手表,例如 14:05' })}
    ${againPart(again)}<button class="btn" type="submit">确认今天的日期</button></form>`
  const body = html`<div class="card-body"><p>${sentence(said)}</p>${mayConfirmDay(visit.actor, desk.office) ? form : html`<p>${isRoot ? WHO.root : WHO.node}</p>`}</div>`
  return html`<div id="day">${card('今天的日期', body)}</div>`
}
