/** Which days are told of once somebody says the time, by what the clock and the numbers were before. */
import { expect, test } from 'vitest'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import { createClock } from '#protocol/engine/clock.ts'
import type { Core } from '#protocol/engine/core.ts'
import { createNews } from '#protocol/engine/news.ts'
import type { Finding } from '#protocol/engine/office.ts'
import { goneBy, tellWrongDays } from '#protocol/engine/writing/confirmed-days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MONDAY } from '#test/clock/host.ts'
import { person, TOWNSHIP } from './county.ts'
import { DAY, MET } from './parted-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const clerk = person(TOWNSHIP, ['clerk'])

/** A node whose clock shows so much; what it hears is so far ahead of what it shows then. */
function desk(shows: number, standing: readonly Finding[] = []) {
  let [shown, elapsed] = [shows, 0]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, false)
  const news = createNews(
    () => MET,
    standing,
    () => undefined,
  )
  const core = { clock, news, directory: { catalogueVersion: () => 1, calendarVersion: () => 1 } } as unknown as Core
  const tells = (says: () => void) => {
    const before = goneBy(core)
    says()
    tellWrongDays(core, before)
  }
  return {
    numbers: () => clock.numbers(),
    hears: (ahead: number) => tells(() => clock.heardRoot(shown + ahead)),
    confirms: (day: string) => tells(() => clock.confirm(day as Day, clerk.person, 9 * 60)),
    passes(by: number) {
      shown += by
      elapsed += by
    },
    moves(by: number) {
      shown += by
      // Somebody looks.
      clock.time()
    },
    checked: (day: string) => news.done(`wrong-day-${day}`),
    told: () => news.findings.map(({ days, message }) => [days?.from, days?.until, message.slice(0, 9)]),
  }
}
type Desk = ReturnType<typeof desk>

const shifted = [MONDAY, MONDAY, '县中心的时间或本机']

test.each<[string, (at: Desk) => void, unknown[]]>([
  ['an hour', (at) => at.hears(HOUR), [shifted]],
  ['less than an hour', (at) => at.hears(HOUR - 1), []],
  [
    'an hour by a watched clock that the county has agreed with since',
    (at) => {
      at.hears(0)
      at.hears(HOUR)
    },
    [shifted],
  ],
  [
    'an hour by a clock that slept since the number was given, after the county’s last word',
    (at) => {
      at.moves(LIMITS.clockOffsetMilliseconds)
      at.hears(HOUR)
    },
    [shifted],
  ],
  [
    'an hour by a clock that slept since the county agreed with it after the number',
    (at) => {
      at.hears(0)
      at.moves(LIMITS.clockOffsetMilliseconds)
      at.hears(HOUR)
    },
    [],
  ],
  [
    'an hour more after the number was given by the time of before',
    (at) => {
      at.hears(HOUR)
      at.checked(MONDAY)
      at.hears(2 * HOUR)
    },
    [],
  ],
  [
    'an hour by a clock that leapt by weeks',
    (at) => {
      at.moves((LIMITS.rootAwayDays + 1) * DAY)
      at.hears(HOUR)
    },
    [],
  ],
  [
    'an hour by a clock that somebody set back by a day',
    (at) => {
      at.moves(-DAY)
      at.hears(DAY + HOUR)
    },
    [shifted],
  ],
  [
    'days by a clock that somebody set back by a day',
    (at) => {
      at.moves(-DAY)
      at.hears(3 * DAY)
    },
    [],
  ],
])(
  'S158 S153 of a county that says %s later than before, the day that was numbered last is told or not',
  (_, act, told) => {
    // Half past eleven at night, of which an hour later is tomorrow.
    const at = desk(MET + 13 * HOUR)
    at.hears(0)
    at.passes(90 * MINUTE)
    at.numbers()
    act(at)
    expect(at.told()).toEqual(told)
  },
)

const confirmed = '确认的日期和县中心'
const over = '有编号用了已经过去'

test.each<[string, string, number, unknown[]]>([
  ['2026-11-20', '', 2 * DAY, [['2026-11-20', '2026-11-22', confirmed]]],
  [
    '2026-11-21',
    '2026-11-20',
    0,
    [
      ['2026-11-20', '2026-11-21', over],
      ['2026-11-20', '2026-11-20', confirmed],
    ],
  ],
  [
    '2026-11-20',
    '2026-11-21',
    0,
    [
      ['2026-11-20', '2026-11-21', over],
      ['2026-11-20', '2026-11-20', '确认的日期改过:本'],
    ],
  ],
])(
  'S158 numbers of days that were over are told beside other days, unless all are among those: %s %s',
  (day, next, later, told) => {
    const at = desk(MET)
    at.hears(0)
    at.confirms(day)
    // That the county had said another day is told by itself.
    at.checked(MONDAY)
    at.numbers()
    if (next) at.confirms(next)
    at.passes(later)
    at.numbers()
    at.hears(0)
    expect(at.told()).toEqual(told)
  },
)

test.each([
  ['2026-11-15', '2026-12-05'],
  ['2026-12-05', '2026-11-15'],
])('S158 beyond the bound all days between those that were told stand: %s, then %s', (...days) => {
  const standing = Array.from({ length: LIMITS.wrongDays }, (_, place): Finding => {
    const day = plusDays('2026-01-01' as Day, place)
    const kept = { kept: `wrong-day-${day}`, days: { from: day, until: day } }
    return { kind: 'clock', message: '', next: '', time: MET, ...kept }
  })
  const at = desk(MET, standing)
  at.hears(0)
  for (const day of days) at.confirms(day)
  at.hears(0)
  expect(at.told().slice(0, -LIMITS.wrongDays)).toEqual([['2026-11-15', '2026-12-05', '本机的日期一再变动']])
})

test('S158 a wrong day that an earlier program kept without its days stands, and is told anew when it is found again', () => {
  const kept = { kind: 'clock', kept: `wrong-day-${MONDAY}`, message: '旧', next: '', time: MET } as const
  const at = desk(MET + 13 * HOUR, [kept, { ...kept, kept: 'wrong-day-2026-01-05' }])
  at.hears(0)
  at.passes(90 * MINUTE)
  at.numbers()
  at.hears(HOUR)
  expect(at.told()).toEqual([shifted, [undefined, undefined, '旧']])
})
