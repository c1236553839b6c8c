/** Detectors and rates over cases. */
import { expect, test } from 'vitest'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { SAMPLE_WINDOWS } from '#hub/samples/windows.ts'
import { type CaseFigures, figuresOf, type Moment } from '#protocol/casework/findings/figures.ts'
import { decidedBefore, hurriedDecisions, silentWindows, zeroVolume } from '#protocol/casework/findings/fronts.ts'
import { actualSpeedUp, onTheSpotRate, tierDistribution } from '#protocol/casework/findings/handling.ts'
import {
  COUNTY,
  chain,
  day,
  fold,
  type Line,
  morning,
  numberAt,
  OPENED_WITH,
  registerWith,
  SIMPLE,
  TOWN,
} from '#test/casework/people.ts'

const moment = (on: string, minutes = 0, changes: Partial<Moment> = {}): Moment => ({
  station: COUNTY,
  day: day(on),
  time: morning(on) + minutes * 60_000,
  backdated: false,
  ...changes,
})
const figures = (changes: Partial<CaseFigures> = {}): CaseFigures => ({
  number: 'n-1',
  item: 'SL0003',
  department: 'MZ',
  caseKind: '2',
  received: moment('2026-03-09'),
  decided: moment('2026-03-12'),
  elsewhere: false,
  accepted: true,
  sameVisit: false,
  tier: '',
  pace: null,
  ...changes,
})
const subjects = (findings: readonly { subject: string }[]) => findings.map(({ subject }) => subject)

test('B30 a window with items and without a case is found, one with a case of any of its units is not', () => {
  const windows = SAMPLE_WINDOWS.filter(({ station }) => station === COUNTY)
  const silent = subjects(silentWindows(windows, SAMPLE_ITEMS, []))
  expect(silent).toContain('510724-A04')
  expect(silent).not.toContain('510724-S01')
  const busy = subjects(silentWindows(windows, SAMPLE_ITEMS, [figures(), figures({ department: 'XF' })]))
  expect(silent.filter((id) => !busy.includes(id)).sort()).toEqual(['510724-A04', '510724-Z01'])
  const elsewhere = figures({ received: moment('2026-03-09', 0, { station: TOWN }) })
  expect(subjects(silentWindows(windows, SAMPLE_ITEMS, [elsewhere]))).toContain('510724-A04')
  const away = SAMPLE_ITEMS.map((item) => ({ ...item, presence: { due: true, present: false, reason: '涉密' } }))
  expect(silentWindows(windows, away, [])).toEqual([])
})

test('B31 a promised case decided within minutes is found; a slow, an immediate and a back-dated one are not', () => {
  const hurried = (changes: Partial<CaseFigures>) => hurriedDecisions([figures(changes)])
  expect(hurried({ decided: moment('2026-03-09', 4) })).toEqual([
    { subject: 'n-1', message: '承诺件收件后 4 分钟即作出决定' },
  ])
  expect(hurried({ decided: moment('2026-03-09', 10) })).toEqual([])
  expect(hurriedDecisions([figures({ decided: moment('2026-03-09', 10) })], 30)).toHaveLength(1)
  expect(hurried({ decided: moment('2026-03-09', 4), caseKind: '1' })).toEqual([])
  expect(hurried({ decided: moment('2026-03-09', 4, { backdated: true }) })).toEqual([])
  expect(hurried({ decided: null })).toEqual([])
})

test('B32 a case that arrives decided is found', () => {
  const before = (changes: Partial<CaseFigures>) => decidedBefore([figures(changes)]).length
  expect(before({})).toBe(0)
  expect(before({ decided: moment('2026-03-06') })).toBe(1)
  expect(before({ decided: moment('2026-03-09', 1, { backdated: true }) })).toBe(1)
  expect(before({ decided: moment('2026-03-09', 1) })).toBe(0)
  expect(before({ elsewhere: true })).toBe(1)
  expect(before({ received: null })).toBe(0)
})

test('B33 items and departments at the hall without a case are listed', () => {
  const { items, departments } = zeroVolume(SAMPLE_DEPARTMENTS, SAMPLE_ITEMS, [figures()])
  expect(subjects(items)).not.toContain('SL0003')
  expect(items).toHaveLength(SAMPLE_ITEMS.filter(({ presence }) => presence.present).length - 1)
  expect(subjects(departments)).not.toContain('MZ')
  expect(subjects(departments)).toContain('GA')
  expect(subjects(departments)).not.toContain('DA') // it has no item at all
})

test('B34 the spread of discretion names every tier of an item, and tiers it does not know', () => {
  const chosen = ['repair', 'repair', 'rebuild', 'other', ''].map((tier) => figures({ item: 'SL0055', tier }))
  const spread = tierDistribution(SAMPLE_ITEMS, chosen)
  expect(spread.get('SL0055')?.map(({ tier, part, whole }) => [tier, part, whole])).toEqual([
    ['repair', 2, 4],
    ['rebuild', 1, 4],
    ['other', 1, 4],
  ])
  expect(spread.get('SL0048')?.map(({ rate }) => rate)).toEqual([null, null, null])
  expect(spread.has('SL0001')).toBe(false)
})

test('B35 the actual speed-up sums days used against statutory days; the rate on the spot is of accepted cases', () => {
  const paces = [{ used: 3, statutory: 20 }, { used: 12, statutory: 30 }, null].map((pace) => figures({ pace }))
  expect(actualSpeedUp(paces)).toEqual({ part: 15, whole: 50, rate: 0.7 })
  expect(actualSpeedUp([figures()]).rate).toBeNull()
  const visits = [figures({ sameVisit: true }), figures(), figures({ accepted: false, sameVisit: true })]
  expect(onTheSpotRate(visits)).toEqual({ part: 1, whole: 2, rate: 0.5 })
})

const ITEM = { ...SIMPLE, department: 'MZ', statutory: { days: 20, unit: 'working', note: '' } } as const
const at = (today: string) => registerWith({ today, items: [ITEM] })
const course = (...more: Line[]): Line[] => [
  ['opened', TOWN, {}, '2026-03-09'],
  ['received', TOWN, {}, '2026-03-09'],
  ['accepted', TOWN, {}, '2026-03-10'],
  ...more,
]

test('B36 the figures of a folded case: receipt, decision, days used without the pause, delivery on another visit', () => {
  const facts = chain(
    course(
      ['decided', TOWN, { tier: 't1' }, '2026-03-16'],
      ['closed', TOWN, {}, '2026-03-16'],
      ['delivered', TOWN, {}, '2026-03-18'],
    ),
  )
  const made = figuresOf(fold(facts, at('2026-03-20')), ITEM)
  expect(made).toMatchObject({
    number: numberAt(TOWN, OPENED_WITH),
    department: 'MZ',
    accepted: true,
    sameVisit: false,
    tier: 't1',
    elsewhere: false,
  })
  expect(made.received).toMatchObject({ station: TOWN, day: '2026-03-09', backdated: false })
  expect(made.decided).toMatchObject({ day: '2026-03-16', backdated: false })
  expect(made.pace).toEqual({ used: expect.any(Number), statutory: 20 })
  expect(made.pace?.used).toBeGreaterThan(2)
  expect(made.pace?.used).toBeLessThanOrEqual(5)
})

test('B36 an open case has no decision, one settled on the spot ends on the same visit, a late entry is marked', () => {
  const open = figuresOf(fold(chain(course()), at('2026-03-12')), ITEM)
  expect([open.decided, open.pace, open.accepted]).toEqual([null, null, true])
  const immediate = { ...ITEM, caseKind: '1' } as const
  const spot = chain([...course().slice(0, 2), ['settled', TOWN, {}, '2026-03-09']])
  const settled = figuresOf(fold(spot, registerWith({ items: [immediate], today: '2026-03-10' })), immediate)
  expect(settled).toMatchObject({ accepted: true, sameVisit: true, caseKind: '1' })
  const late = chain(course(['decided', TOWN, { occurredOn: '2026-03-10', occurredWhy: '停电' }, '2026-03-16']))
  expect(figuresOf(fold(late, at('2026-03-20')), ITEM).decided).toMatchObject({ day: '2026-03-10', backdated: true })
})
