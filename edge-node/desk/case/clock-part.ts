/** The deadlines of a case side by side: limit, used, remaining, when, and how it was counted. */
import { html } from 'hono/html'
import { clockDueWords, clockLeft, dayWords, limitWords, placeOfClock } from '#edge-node/desk/due-words.ts'
import { card, dueMark } from '#edge-node/desk/lists.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Clock } from '#protocol/casework/clocks/clocks.ts'
import type { Late } from '#protocol/casework/clocks/lateness.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { CaseView } from '#protocol/engine/office.ts'

/** The deadline that matters now: of those that still run, the one that ends first. */
export function soonestClock(state: CaseState): Clock | undefined {
  const open = state.clocks.filter((clock) => clock.state !== 'stopped')
  const dated = open
    .filter(({ due }) => due !== null)
    .toSorted((one, other) => ((one.due ?? '') < (other.due ?? '') ? -1 : 1))
  return dated[0] ?? open.toSorted((one, other) => placeOfClock(one) - placeOfClock(other))[0]
}

/** The deadline that matters now: whose, and when. */
export function nextDue(desk: Desk, state: CaseState): { readonly title: string; readonly due: Html } | undefined {
  const clock = soonestClock(state)
  if (!clock) return undefined
  return { title: clock.title, due: dueMark(clockDueWords(desk.office, clock, state)) }
}

const days = (count: number | null): string => (count === null ? '不能计算' : String(count))

/** While nobody can say what day it is, nobody can say how many days are used and left; what has stopped has them for ever. */
export const isCountTold = ({ office }: Desk, { state }: Clock): boolean =>
  state === 'stopped' || !office.isDayInDoubt()

export const NOT_TOLD = '日期待确认'

/** A limit that begins on a day to come has used nothing; of one that has ended nobody waits for its beginning. */
export function usedWords(desk: Desk, clock: Clock): string {
  if (!isCountTold(desk, clock)) return NOT_TOLD
  return clock.state !== 'stopped' && clock.start > desk.office.today() ? '还没开始' : days(clock.used)
}

function clockRow(desk: Desk, state: CaseState, clock: Clock): Html {
  const remaining = clockLeft(desk.office, clock)
  const isTold = isCountTold(desk, clock)
  const left = !isTold ? NOT_TOLD : remaining !== null && remaining < 0 ? `超 ${-remaining}` : days(remaining)
  return html`<tr><th scope="row">${clock.title}</th><td class="desk-short" data-label="限">${limitWords(clock.limit, clock.unit)}</td>
    <td class="desk-short" data-label="已用">${usedWords(desk, clock)}</td><td class="desk-short" data-label="剩余">${left}</td>
    <td data-label="到期">${dueMark(clockDueWords(desk.office, clock, state))}</td>
    <td class="desk-short" data-label="计算"><a href="/cases/${state.id}/clocks/${encodeURIComponent(clock.id)}">怎么算的</a></td></tr>`
}

/** What was late before its clock began anew or went, and so stands in no row of the table. */
function lateWords(desk: Desk, { late, enteredLate, clocks, days: { deemed } }: CaseState): Html | string {
  const today = desk.office.today()
  const isShown = (one: Late) => clocks.some(({ id, due, exceeded }) => id === one.clock && due === one.due && exceeded)
  const others = late.filter((one) => !isShown(one))
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? ''
      : html`<p class="mb-1">${title}</p><ul class="mb-0">${lines.map((line) => html`<li>${line}</li>`)}</ul>`
  const day = (of: Day) => dayWords(of, today)
  const behind = others.map(({ clock, title, due, ended }) =>
    clock === 'T1' && deemed !== undefined
      ? `${title}:到${day(due)}没有告知,依法视为受理`
      : `${title}:期限到${day(due)},${day(ended)}才结束`,
  )
  const afterwards = enteredLate.map(
    ({ title, due, ended, written }) => `${title}:期限到${day(due)},写明${day(ended)}办理,${day(written)}才登记`,
  )
  if (behind.length + afterwards.length === 0) return ''
  return html`<div class="card-body">${list('曾经超期(以后的办理、延期不会消除):', behind)}${list('期限过后补录的(按写明的日期计算,请与纸质材料核对):', afterwards)}</div>`
}

/** Every clock of the case; nothing before the first one started. */
export function clocksPart(desk: Desk, view: CaseView): Html {
  const { clocks } = view.state
  if (clocks.length === 0) return html``
  return card(
    '期限',
    html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md desk-clocks"><thead><tr><th scope="col">期限</th><th scope="col">限</th>
      <th scope="col">已用</th><th scope="col">剩余</th><th scope="col">到期</th><th scope="col">计算</th></tr></thead>
      <tbody>${clocks.toSorted((one, other) => placeOfClock(one) - placeOfClock(other)).map((clock) => clockRow(desk, view.state, clock))}</tbody></table></div>${lateWords(desk, view.state)}`,
  )
}
