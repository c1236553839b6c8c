/** How long each clock runs, and which rule says so. */
import { describe, expect, test } from 'vitest'
import { clocksOf } from '#protocol/casework/clocks/clocks.ts'
import type { Course, Invitation } from '#protocol/casework/course/course.ts'
import { DEFAULT_RULES } from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import { COUNTY, NO_HASH } from '#test/casework/people.ts'
import {
  allRunning,
  begun,
  CLOCK_IDS,
  clock,
  day,
  item,
  LICENCE,
  pausedFor,
  register,
  START,
  since,
} from './courses.ts'

test('Q13 each clock has the limit of its rule and says where it comes from', () => {
  const course = begun({
    stage: '40',
    spans: allRunning,
    notice: { fact: NO_HASH, missing: ['户口簿'], day: day('2026-03-02'), until: day('2026-03-16'), count: 1 },
    pauses: [pausedFor(START, START)],
  })
  const clocks = clocksOf(course, LICENCE, register('2026-03-03'))
  expect(clocks.map(({ id, limit, unit }) => [id, limit, unit])).toEqual([
    ['T0', 3, 'working'],
    ['T1', 5, 'working'],
    ["T1'", 14, 'calendar'],
    ['T2p', 10, 'working'],
    ['T2s', 20, 'working'],
    ['T3', 3, 'working'],
    ['T4', 10, 'working'],
    ['T43', 20, 'working'],
    ["T4'", 2, 'working'],
    ['T45', 10, 'working'],
    ['T5', 10, 'working'],
    ['T6', 1, 'working'],
  ])
  for (const { source, title } of clocks) expect(`${source}${title}`).toMatch(/\p{Script=Han}/u)
  const rules = { ...DEFAULT_RULES, handInDays: 5, signDays: 2, relayDays: 4 }
  const local = clocksOf(course, LICENCE, register('2026-03-03', { rules }))
  expect(local.flatMap(({ id, limit }) => (['T0', "T4'", 'T6'].includes(id) ? [limit] : []))).toEqual([5, 4, 2])
})

const invitation: Invitation = {
  fact: NO_HASH,
  to: COUNTY,
  department: 'MZ',
  item: '',
  mode: 'notice',
  day: day(START),
  due: day('2026-03-10'),
  read: null,
  opinion: null,
  code: '',
  absent: false,
}

describe('the statutory limit', () => {
  const limitOf = (course: Course, of: Item) => clock('T2s', course, of, register('2026-03-03'))?.limit
  const course = begun({ stage: '40', spans: { T2s: since(START) } })
  const own = (days: number | null) => ({ days, unit: 'working', note: '' }) as const

  test('Q14 it is the item’s own, else twenty working days for a licence and none for other items', () => {
    expect(limitOf(course, LICENCE)).toBe(20)
    expect(limitOf(course, item({ statutory: own(15) }))).toBe(15)
    expect(limitOf(course, item({ itemType: '07' }))).toBeUndefined()
    expect(limitOf(course, item({ itemType: '07', statutory: own(30) }))).toBe(30)
  })

  test('Q14 a licence that the catalogue names as joint has forty-five working days once a department was asked in time', () => {
    const joint = { coDepartments: ['MZ'] }
    const asked = (on: string) => ({ ...course, invitations: [{ ...invitation, day: day(on) }] })
    expect(limitOf(course, item(joint))).toBe(20)
    expect(limitOf(asked(START), item(joint))).toBe(45)
    // Only a department with which the item is handled jointly; former programs did not write which it was.
    const askedOf = (code: string) => ({ ...course, invitations: [{ ...invitation, code, day: day(START) }] })
    expect(limitOf(askedOf('MZ'), item(joint))).toBe(45)
    expect(limitOf(askedOf('NY'), item(joint))).toBe(20)
    // Asking others about any other item gives no time, and its own rule stands.
    expect(limitOf(asked(START), LICENCE)).toBe(20)
    expect(limitOf(asked(START), item({ ...joint, statutory: own(15) }))).toBe(15)
    // Twenty days in the catalogue are the law's, written out.
    expect(limitOf(asked(START), item({ ...joint, statutory: own(20) }))).toBe(45)
    expect(limitOf(asked(START), item({ ...joint, statutory: { days: 20, unit: 'calendar', note: '' } }))).toBe(20)
    expect(limitOf(asked(START), item({ ...joint, statutory: own(60) }))).toBe(60)
    expect(limitOf(asked(START), item({ ...joint, itemType: '07' }))).toBeUndefined()
    // 20 working days behind 2 March are over on the 30th.
    expect(limitOf(asked('2026-03-30'), item(joint))).toBe(45)
    expect(limitOf(asked('2026-03-31'), item(joint))).toBe(20)
  })

  test('Q14 an approved extension is added to the promised and the statutory limit, and to the review where that goes by the promise', () => {
    const at = register('2026-03-03')
    const long = begun({ stage: '40', spans: allRunning, extension: { fact: NO_HASH, days: 10, day: day(START) } })
    const before = new Map(clocksOf({ ...long, extension: null }, LICENCE, at).map(({ id, limit }) => [id, limit]))
    const added = clocksOf(long, LICENCE, at).flatMap(({ id, limit }) =>
      limit === before.get(id) ? [] : [[id, limit]],
    )
    expect(added).toEqual([
      ['T2p', 20],
      ['T2s', 30],
      ['T4', 20],
    ])
    expect(clock('T2p', long, LICENCE, at)?.source).toContain('延长10日')
  })
})

test('Q15 a step has its own limit, also while it is suspended; a step without one has no clock', () => {
  const at = register('2026-03-03')
  const limitAt = (stage: Course['stage'], suspendedAt: Course['suspendedAt'] = null) =>
    clock('T3', begun({ stage, suspendedAt, spans: allRunning }), LICENCE, at)
  expect(limitAt('40')).toMatchObject({ limit: 3, title: '环节·承办' })
  expect(limitAt('41')).toMatchObject({ limit: 2, title: '环节·审核' })
  expect(limitAt('45', '41')).toMatchObject({ limit: 2, title: '环节·审核' })
  expect(limitAt('42')).toBeUndefined()
  expect(limitAt('30')).toBeUndefined()
})

test('Q15 review for the upper level runs for items that are decided there, and for no others', () => {
  const at = register('2026-03-03')
  const course = begun({ stage: '40', spans: { T4: since(START) } })
  const unpromised = { promised: { days: null, unit: 'working', note: '' } } as const
  const reported = { ...course, report: { organ: '市局', day: day(START), relayed: null } }
  for (const level of ['1', '2', '3'] as const) expect(clock('T4', course, item({ level }), at)?.limit).toBe(10)
  expect(clock('T4', course, item({ level: '2', ...unpromised }), at)?.limit).toBe(20)
  for (const level of ['4', '5', '6', '7'] as const) expect(clock('T4', course, item({ level }), at)).toBeUndefined()
  // What the county decides itself has its own limits, whoever is asked about it.
  expect(clock('T4', reported, item({ level: '4', ...unpromised }), at)).toBeUndefined()
})

test('Q16 a clock that was not started or has no limit is not listed, whatever the item’s record holds', () => {
  const at = register('2026-03-03')
  expect(clocksOf(begun(), LICENCE, at)).toEqual([])
  const unlisted = ["T1'", 'T2p', 'T2s', 'T3', 'T4', 'T43', 'T45']
  const withoutItem = clocksOf(begun({ stage: '40', spans: allRunning }), undefined, at).map(({ id }) => id)
  expect(withoutItem).toEqual(CLOCK_IDS.filter((id) => !unlisted.includes(id)))
  for (const days of [null, -1, 1.5, Number.NaN, 1e300]) {
    const odd = item({ promised: { days, unit: 'working', note: '' } })
    expect(clock('T2p', begun({ stage: '40', spans: allRunning }), odd, at), String(days)).toBeUndefined()
  }
})
