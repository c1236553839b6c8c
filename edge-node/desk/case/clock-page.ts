/** How one deadline of a case was counted: the days that count, the days off, the days within a pause. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { caseOf } from '#edge-node/desk/case-of.ts'
import { clockDueWords, clockLeft, dayWords, limitWords, paperDay, weekday } from '#edge-node/desk/due-words.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card, dueMark } from '#edge-node/desk/lists.ts'
import { failurePage, notFound } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { presentNumber, sentence } from '#edge-node/desk/words.ts'
import { type Clock, stillOf } from '#protocol/casework/clocks/clocks.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { type DeadlineExplanation, explainDeadline } from '#protocol/casework/time/deadlines.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { isCountTold, NOT_TOLD } from './clock-part.ts'

const dayItem = (day: Day, today: Day, isKnown: boolean, why = ''): Html =>
  html`<li>${dayWords(day, today)} ${weekday(day)}${why === '' || why === weekday(day) ? '' : ` · ${why}`}${isKnown && day === today ? html` <strong>今天</strong>` : ''}</li>`

function daysCard(title: string, items: readonly Html[], none: string): Html {
  return card(
    `${title}(${items.length} 天)`,
    html`<div class="card-body">${items.length === 0 ? none : html`<ol class="desk-days">${items}</ol>`}</div>`,
  )
}

function explained(desk: Desk, found: DeadlineExplanation): Html {
  const today = desk.office.today()
  const isKnown = !desk.office.isDayInDoubt()
  return html`${daysCard(
    '计入的工作日',
    found.counted.map((day) => dayItem(day, today, isKnown)),
    '没有。',
  )}
    ${daysCard(
      '不计入的休息日',
      found.skipped.map(({ day, reason }) => dayItem(day, today, isKnown, reason)),
      '没有。',
    )}
    ${
      found.paused.length === 0
        ? ''
        : daysCard(
            '特别程序和上级办理期间不计入的',
            found.paused.map((day) => dayItem(day, today, isKnown)),
            '',
          )
    }
    <p class="text-secondary">已公布的工作日历:${paperDay(found.coverage.from)}至${paperDay(found.coverage.until)}。</p>`
}

function calculation(desk: Desk, view: CaseView, clock: Clock): Html {
  const register = desk.office.register()
  const { calendar, today } = register
  if (clock.unit === 'calendar')
    return html`<p>按自然日计算:${paperDay(clock.start)}的次日起 ${clock.limit} 天${clock.due === null ? '' : `,至${paperDay(clock.due)} ${weekday(clock.due)}`};末日是休息日的,顺延到休息日后的第一个工作日。</p>`
  const found = explainDeadline(calendar, clock.start, clock.limit, stillOf(clock.id, view.state, view.item, register))
  if (found.ok) return explained(desk, found.value)
  const { estimate, message, next } = found.problem
  const guess =
    estimate === null
      ? ''
      : html`<p class="desk-estimate"><strong>估算(不作依据)</strong>:只按周一至周五推算为${dayWords(estimate, today)} ${weekday(estimate)}。</p>`
  return html`<div class="alert alert-warning" role="alert"><div><strong>${sentence(message)}</strong> ${sentence(next)}</div></div>${guess}`
}

async function clockPage(context: DeskContext, desk: Desk): Promise<Response> {
  const found = await caseOf(context, desk)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const view = found.value
  const clock = view.state.clocks.find(({ id }) => id === context.req.param('clock'))
  if (!clock) return notFound(context, desk)
  const today = desk.office.today()
  const pair = (name: string, words: Html | string) => html`<div><dt>${name}</dt><dd>${words}</dd></div>`
  const isTold = isCountTold(desk, clock)
  const now = (days: number | null) => (isTold ? count(days) : NOT_TOLD)
  const count = (days: number | null) => (days === null ? '不能计算' : limitWords(days, clock.unit))
  const body = html`${headline(`${clock.title}期限怎么算的`, html`<span class="desk-number">${presentNumber(view.state)}</span><a class="btn" href="/cases/${view.state.id}">回到办件</a>`)}
    <dl class="desk-standing">${pair('限', count(clock.limit))}${pair('已用', now(clock.used))}${pair('剩余', now(clockLeft(desk.office, clock)))}
      ${pair('到期', dueMark(clockDueWords(desk.office, clock, view.state)))}${pair('从哪天起', `${dayWords(clock.start, today)} ${weekday(clock.start)}(当天不计入)`)}${pair('依据', clock.source)}</dl>
    ${calculation(desk, view, clock)}`
  return page(context, desk, { title: `${clock.title}怎么算的`, body })
}

export function clockRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/cases/:id/clocks/:clock', (context) => clockPage(context, desk))
}
