/** The time line of a case: from its first day to its deadline, with the time that does not count as spans on it. */
import { html } from 'hono/html'
import { dayWords } from '#edge-node/desk/due-words.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { PROCEDURES } from '#protocol/casework/codes.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import type { Span } from '#protocol/casework/time/calendar.ts'
import { type Day, dayNumber } from '#protocol/casework/time/days.ts'
import { soonestClock } from './clock-part.ts'

const WIDTH = 700
const LEFT = 20
const AXIS = 46

/** Days worth a mark on the line, in the order of the law. */
const MARKED: readonly (FactKind | 'deemed')[] = [
  'captured',
  'received',
  'notified',
  'deemed',
  'accepted',
  'supplemented',
  'decided',
  'settled',
  'closed',
  'delivered',
]

interface Mark {
  readonly day: Day
  readonly label: string
}

function marksOf(state: CaseState, today: Day | undefined): readonly Mark[] {
  const due = soonestClock(state)?.due
  const marks = MARKED.flatMap((kind): Mark[] => {
    const day = state.days[kind]
    return day === undefined ? [] : [{ day, label: kind === 'deemed' ? '视为受理' : FACTS[kind].title }]
  })
  const all = [
    ...marks,
    ...(today === undefined ? [] : [{ day: today, label: '今天' }]),
    ...(due ? [{ day: due, label: '到期' }] : []),
  ]
  const days = [...new Set(all.map(({ day }) => day))].toSorted()
  return days.map((day) => ({
    day,
    label: all
      .filter((mark) => mark.day === day)
      .map(({ label }) => label)
      .join('、'),
  }))
}

const spanText = (title: string, { from, until }: Span, today: Day): string =>
  `${title}:${dayWords(from, today)}至${until === null ? '今(仍在进行)' : dayWords(until, today)},不计入期限`

/** What stood still, in words. */
const stillTexts = ({ pauses, away }: CaseState, today: Day): readonly string[] => [
  ...pauses.map((pause) => spanText(PROCEDURES[pause.procedure].title, pause, today)),
  ...away.map((span) => spanText('上级办理', span, today)),
]

/** The line as a drawing, with every mark and span in words below it; nothing for a case that was not handed in. */
export function timeLinePart(desk: Desk, state: CaseState): Html {
  const today = desk.office.today()
  const marks = marksOf(state, desk.office.isDayInDoubt() ? undefined : today)
  const [first] = marks
  const last = marks.at(-1)
  if (!first || !last || marks.length < 2) return html``
  const from = dayNumber(first.day)
  const length = Math.max(dayNumber(last.day) - from, 1)
  const at = (day: Day) =>
    LEFT + Math.round(((Math.min(Math.max(dayNumber(day), from), from + length) - from) * (WIDTH - 2 * LEFT)) / length)
  const spans = [...state.pauses, ...state.away].map((pause) => {
    const start = at(pause.from)
    return html`<rect class="desk-span" x="${start}" y="${AXIS - 8}" width="${Math.max(at(pause.until ?? today) - start, 3)}" height="16" />`
  })
  const still = stillTexts(state, today)
  const points = marks.map(({ day }, place) => {
    const x = at(day)
    const anchor = x < 40 ? 'start' : x > WIDTH - 40 ? 'end' : 'middle'
    // Neighbours stand above and below the line in turn, so that their numbers do not cover each other.
    return html`<line class="desk-tick" x1="${x}" x2="${x}" y1="${AXIS - 8}" y2="${AXIS + 8}" /><text class="desk-tick-name" x="${x}" y="${place % 2 === 0 ? AXIS - 16 : AXIS + 28}" text-anchor="${anchor}">${place + 1}</text>`
  })
  return card(
    '时间线',
    html`<div class="card-body"><svg class="desk-time-line" viewBox="0 0 ${WIDTH} 84" role="img" aria-label="时间线,说明见下面的列表">
      <line class="desk-axis" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${AXIS}" y2="${AXIS}" />${spans}${points}</svg>
      <ol class="desk-marks">${marks.map(({ day, label }) => html`<li>${dayWords(day, today)} ${label}</li>`)}</ol>
      ${still.length === 0 ? '' : html`<ul class="desk-marks">${still.map((words) => html`<li>${words}</li>`)}</ul>`}</div>`,
  )
}
