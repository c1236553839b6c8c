/** What was late stays late: no later act makes it timely, and only the office's own limits count against it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CaseState } from '#protocol/casework/case.ts'
import { IS_OFFICES } from '#protocol/casework/course/spans.ts'
import type { FactEntry, FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { problemOf } from '#test/casework/attempts.ts'
import {
  COUNTY,
  chain,
  FIELDS,
  fold,
  LICENCE,
  type Line,
  last,
  reasonOf,
  registerWith,
  TOWN,
} from '#test/casework/people.ts'
import { EVERY_DAY } from '#test/casework/time/day-by-day.ts'

/** Ten working days promised, twenty by the law. */
const PLAIN: Item = { ...LICENCE, id: 'XK0010', promised: { days: 10, unit: 'working', note: '' } }
/** The catalogue names a department with which it is handled. */
const JOINT: Item = { ...PLAIN, id: 'XK0011', coDepartments: ['MZ'] }
/** Decided by the city, within its own fifteen days. */
const ABOVE: Item = { ...PLAIN, id: 'XK0012', level: '3', statutory: { days: 15, unit: 'working', note: '' } }
const STEPPED: Item = {
  ...PLAIN,
  id: 'XK0013',
  steps: (['40', '41', '42'] as const).map((stage) => ({
    stage,
    role: '',
    standard: '',
    days: stage === '42' ? null : 3,
  })),
}
const ITEMS = [PLAIN, JOINT, ABOVE, STEPPED]
const on = (today: string) => registerWith({ items: ITEMS, today })
const clock = (state: CaseState, id: string) => state.clocks.find((each) => each.id === id)
const isLate = ({ late, clocks }: CaseState) =>
  late.length > 0 || clocks.some(({ id, exceeded }) => exceeded && IS_OFFICES[id])

/** Accepted on Monday 2026-03-02: the promise ends on the 16th, the law's twenty days on the 30th. */
const accepted = (item: Item): readonly FactEntry[] =>
  chain([
    ['opened', TOWN, { item: item.id, itemVersion: item.edition }, '2026-03-02'],
    ['received', TOWN, { itemVersion: item.edition }, '2026-03-02'],
    ['accepted', TOWN, {}, '2026-03-02'],
  ])
const then = (facts: readonly FactEntry[], ...lines: readonly Line[]): readonly FactEntry[] => [
  ...facts,
  ...chain(lines, facts.findLast(({ fact }) => fact?.previous !== null) ?? null),
]

describe('what lengthens a limit', () => {
  const extendedOn = (when: string, days = 10) =>
    fold(then(accepted(PLAIN), ['extended', TOWN, { days }, when]), on('2026-04-20'))

  test('Q77 an extension counts for each limit that had not run out when it was given', () => {
    const both = extendedOn('2026-03-16')
    expect([clock(both, 'T2p'), clock(both, 'T2s')]).toMatchObject([
      { limit: 20, due: '2026-03-30' },
      { limit: 30, due: '2026-04-14' },
    ])
    // The promise ran out on the 16th: it stays broken, and the law's limit is extended.
    const promiseBroken = extendedOn('2026-03-17')
    expect([clock(promiseBroken, 'T2p'), clock(promiseBroken, 'T2s')]).toMatchObject([
      { limit: 10, due: '2026-03-16', exceeded: true, source: '事项目录:承诺时限' },
      { limit: 30, due: '2026-04-14' },
    ])
    expect(clock(extendedOn('2026-03-30'), 'T2s')).toMatchObject({ limit: 30 })
    const tooLate = extendedOn('2026-03-31')
    expect(clock(tooLate, 'T2s')).toMatchObject({ limit: 20, due: '2026-03-30', exceeded: true })
  })

  test('Q77 an extension gives what the law allows for the item and no more', () => {
    // Fifteen days that an older program let pass for an item that is not handled jointly.
    const facts = then(
      accepted(PLAIN),
      ['invited', TOWN, { to: COUNTY }, '2026-03-03'],
      ['extended', TOWN, { days: 15 }, '2026-03-03'],
    )
    const state = fold(facts, on('2026-03-04'))
    expect(reasonOf(state, last(facts))).toBeNull()
    expect(clock(state, 'T2s')).toMatchObject({ limit: 30, source: expect.stringContaining('延长10日') })
  })

  test('Q77 asking a department after the twenty days makes a late case no joint one in time', () => {
    const asked = (when: string) => {
      const state = fold(then(accepted(JOINT), ['invited', TOWN, { to: COUNTY }, when]), on('2026-04-20'))
      return clock(state, 'T2s')
    }
    expect(asked('2026-03-30')).toMatchObject({ limit: 45, exceeded: false })
    expect(asked('2026-03-31')).toMatchObject({ limit: 20, due: '2026-03-30', exceeded: true })
  })

  test('C152 an extension that comes too late, or is too long, is not written; one that was signed takes effect', () => {
    const at = (today: string, item = PLAIN) =>
      problemOf(fold(accepted(item), on(today)), 'extended', FIELDS.extended, TOWN, on(today))
    expect(at('2026-03-30')).toBeUndefined()
    expect(at('2026-03-31')).toMatchObject({ code: 'limit-over', message: expect.stringContaining('2026-03-30') })
    const facts = then(accepted(PLAIN), ['extended', TOWN, {}, '2026-03-31'])
    expect(fold(facts, on('2026-03-31')).extension).toMatchObject({ days: 10 })
  })
})

describe('lateness stays', () => {
  test('Q78 a step that took too long is told after the next one began, after the decision and in the end', () => {
    const facts = then(
      accepted(STEPPED),
      ['assigned', TOWN, {}, '2026-03-03'],
      // Three working days: until the 6th.
      ['handled', TOWN, {}, '2026-03-09'],
      ['examined', TOWN, {}, '2026-03-10'],
      ['decided', TOWN, {}, '2026-03-11'],
    )
    const late = [{ clock: 'T3', title: '环节·承办', due: '2026-03-06', ended: '2026-03-09', written: '2026-03-09' }]
    for (const count of [5, 6, 7])
      expect(fold(facts.slice(0, count), on('2026-03-11')).late, String(count)).toEqual(late)
    expect(fold(facts.slice(0, 4), on('2026-03-06')).late).toEqual([])
  })

  test('Q78 a hand-over that was signed for late stays so when another one begins', () => {
    // One working day to sign for it: until the 4th.
    const facts = then(
      accepted(PLAIN),
      ['offered', TOWN, { to: COUNTY }, '2026-03-03'],
      ['taken', COUNTY, {}, '2026-03-05'],
      ['offered', COUNTY, { to: TOWN }, '2026-03-05'],
    )
    const state = fold(facts, on('2026-03-05'))
    expect(state.late).toEqual([
      { clock: 'T6', title: '移交签收', due: '2026-03-04', ended: '2026-03-05', written: '2026-03-05' },
    ])
    expect(clock(state, 'T6')).toMatchObject({ exceeded: false, due: '2026-03-06' })
  })

  test('Q82 what was done in time and is written down behind the limit counts, and that is told for good', () => {
    const late = { occurredOn: '2026-03-16', occurredWhy: '停电' }
    const facts = then(accepted(PLAIN), ['decided', TOWN, late, '2026-03-18'], ['closed', TOWN, {}, '2026-03-19'])
    const state = fold(facts, on('2026-03-19'))
    expect(clock(state, 'T2p')).toMatchObject({ stopped: '2026-03-16', exceeded: false })
    expect(isLate(state)).toBe(false)
    const told = { clock: 'T2p', title: '承诺办结', due: '2026-03-16', ended: '2026-03-16', written: '2026-03-18' }
    expect(state.enteredLate).toEqual([told])
    // Written on the last day itself it is nothing special; for a day behind the limit it is late.
    expect(fold(then(accepted(PLAIN), ['decided', TOWN, {}, '2026-03-16']), on('2026-04-20')).enteredLate).toEqual([])
    const behind = then(accepted(PLAIN), ['decided', TOWN, { ...late, occurredOn: '2026-03-17' }, '2026-03-18'])
    expect(fold(behind, on('2026-04-20'))).toMatchObject({ enteredLate: [], late: [{ ended: '2026-03-17' }] })
  })

  test('Q78 a licence that the law accepted, because nobody told the applicant within five days, is late with that', () => {
    const received = accepted(PLAIN).slice(0, 2)
    expect(fold(received, on('2026-03-09')).late).toEqual([])
    const late = {
      clock: 'T1',
      title: '一次告知和受理决定',
      due: '2026-03-09',
      ended: '2026-03-10',
      written: '2026-03-10',
    }
    expect(fold(received, on('2026-03-10'))).toMatchObject({ stage: '30', late: [late] })
    expect(fold(then(received, ['accepted', TOWN, {}, '2026-03-11']), on('2026-03-12')).late).toEqual([late])
    // A notice of the 6th that arrives later takes the derived acceptance back, and with it the lateness.
    const told = then(received, ['notified', TOWN, { occurredOn: '2026-03-06', occurredWhy: '停电' }, '2026-03-12'])
    expect(fold(told, on('2026-03-12'))).toMatchObject({ stage: '25', late: [], enteredLate: [{ clock: 'T1' }] })
  })

  test('Q78 what the applicant was told of a first reply in time is no lateness when a second one comes', () => {
    const facts = then(
      accepted(ABOVE),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['handled', TOWN, {}, '2026-03-04'],
      ['reported', TOWN, {}, '2026-03-04'],
      ['replied', TOWN, { result: 'returned' }, '2026-03-10'],
      ['relayed', TOWN, {}, '2026-03-11'],
      ['reported', TOWN, {}, '2026-03-18'],
      ['replied', TOWN, { result: 'granted' }, '2026-03-25'],
    )
    const state = fold(facts, on('2026-03-25'))
    expect(state.late).toEqual([])
    expect(clock(state, "T4'")).toMatchObject({ start: '2026-03-25', due: '2026-03-27' })
  })

  const KINDS = [
    'extended',
    'invited',
    'suspended',
    'resumed',
    'reported',
    'replied',
    'assigned',
    'handled',
    'sent-back',
    'decided',
    'offered',
    'taken',
    'withdrawn',
    'closed',
    'delivered',
    'progressed',
    'relayed',
  ] as const satisfies readonly FactKind[]
  const CHOICES: Partial<Record<FactKind, readonly Readonly<Record<string, FieldValue>>[]>> = {
    replied: [{ result: 'granted' }, { result: 'returned' }],
    offered: [{ to: COUNTY }, { to: TOWN }],
  }
  const anyAct = fc.record({
    kind: fc.constantFrom(...KINDS),
    choice: fc.integer({ min: 0, max: 1 }),
    station: fc.constantFrom(TOWN, COUNTY),
    after: fc.integer({ min: 0, max: 25 }),
  })

  test('Q78 no act after a limit makes a late case timely, whatever acts follow in whatever order', () => {
    const seen = { late: 0, acts: 0 }
    fc.assert(
      fc.property(fc.constantFrom(...ITEMS), fc.array(anyAct, { minLength: 1, maxLength: 9 }), (item, acts) => {
        let facts = accepted(item)
        let at = EVERY_DAY.indexOf('2026-03-02' as Day)
        for (const { kind, choice, station, after } of acts) {
          at += after
          const today = EVERY_DAY[at] as Day
          const wasLate = isLate(fold(facts, on(today)))
          const next = then(facts, [kind, station, CHOICES[kind]?.[choice] ?? {}, today])
          const state = fold(next, on(today))
          if (reasonOf(state, last(next)) !== null) continue
          facts = next
          seen.acts += 1
          if (!wasLate) continue
          seen.late += 1
          expect(isLate(state), `${kind} on ${today}`).toBe(true)
        }
      }),
      { numRuns: 1_500, seed: 20_260_309 },
    )
    expect(Math.min(seen.late, seen.acts)).toBeGreaterThan(1_000)
  })
})

describe('what others take their time for', () => {
  const reported = then(
    accepted(ABOVE),
    ['assigned', TOWN, {}, '2026-03-03'],
    ['handled', TOWN, {}, '2026-03-04'],
    ['reported', TOWN, {}, '2026-03-05'],
  )

  test('Q79 while the upper level decides, the limits for deciding stand still and its own runs', () => {
    const away = fold(reported, on('2026-04-20'))
    // 3, 4 and 5 March count; then the city has it.
    for (const id of ['T2p', 'T2s'])
      expect(clock(away, id)).toMatchObject({ state: 'paused', due: null, used: 3, exceeded: false })
    // Fifteen working days behind 5 March.
    expect(clock(away, 'T43')).toMatchObject({ state: 'running', limit: 15, due: '2026-03-26', exceeded: true })
    expect(isLate(away)).toBe(false)
    const returned = fold(then(reported, ['replied', TOWN, { result: 'returned' }, '2026-04-20']), on('2026-04-21'))
    // The day of the reply does not count: the fourth day is the 21st, the tenth the 29th.
    expect(clock(returned, 'T2p')).toMatchObject({ state: 'running', used: 4, due: '2026-04-29' })
    expect(returned.away).toEqual([{ from: '2026-03-05', until: '2026-04-20' }])
    const granted = fold(then(reported, ['replied', TOWN, { result: 'granted' }, '2026-04-20']), on('2026-04-21'))
    expect(clock(granted, 'T2s')).toMatchObject({ state: 'stopped', used: 3, exceeded: false })
    expect(isLate(granted)).toBe(false)
  })

  test('Q79 who was late before reporting up stays late, and what the county itself decides runs on', () => {
    const late = then(
      accepted(ABOVE),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['handled', TOWN, {}, '2026-03-04'],
      ['reported', TOWN, {}, '2026-03-17'],
    )
    expect(clock(fold(late, on('2026-03-18')), 'T2p')).toMatchObject({ exceeded: true })
    const own = then(
      accepted(PLAIN),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['handled', TOWN, {}, '2026-03-04'],
      ['reported', TOWN, {}, '2026-03-05'],
    )
    expect(clock(fold(own, on('2026-03-18')), 'T2p')).toMatchObject({
      state: 'running',
      due: '2026-03-16',
      exceeded: true,
    })
    expect(fold(own, on('2026-03-18')).away).toEqual([])
  })

  test('Q79 the step that was closed as passed on still waits for the upper level', () => {
    const passed = then(reported, ['closed', TOWN, { closing: '4' }, '2026-03-06'])
    expect(clock(fold(passed, on('2026-03-27')), 'T43')).toMatchObject({ state: 'running', due: '2026-03-26' })
    const replied = then(passed, ['replied', TOWN, { result: 'granted' }, '2026-03-24'])
    expect(clock(fold(replied, on('2026-03-27')), 'T43')).toMatchObject({ state: 'stopped', stopped: '2026-03-24' })
  })

  test('Q80 a special procedure has the days that the applicant was told, and takes nothing from the case when they are over', () => {
    const facts = then(
      accepted(PLAIN),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['suspended', TOWN, { days: 5 }, '2026-03-04'],
    )
    const state = fold(facts, on('2026-03-12'))
    expect(clock(state, 'T45')).toMatchObject({ limit: 5, due: '2026-03-11', exceeded: true, state: 'running' })
    expect(isLate(state)).toBe(false)
    const resumed = fold(then(facts, ['resumed', TOWN, {}, '2026-03-13']), on('2026-03-13'))
    expect(clock(resumed, 'T45')).toMatchObject({ state: 'stopped', stopped: '2026-03-13' })
    expect(isLate(resumed)).toBe(false)
  })

  test('Q81 an applicant who supplements late makes no case late', () => {
    const facts = chain([
      ['opened', TOWN, { item: PLAIN.id, itemVersion: PLAIN.edition }, '2026-03-02'],
      ['received', TOWN, { itemVersion: PLAIN.edition }, '2026-03-02'],
      ['notified', TOWN, { days: 5 }, '2026-03-03'],
    ])
    const state = fold(facts, on('2026-03-20'))
    expect(clock(state, "T1'")).toMatchObject({ exceeded: true })
    expect(isLate(state)).toBe(false)
    const again = then(facts, ['notified', TOWN, { days: 5, override: '原告知有误', approver: 'p9' }, '2026-03-20'])
    expect(isLate(fold(again, on('2026-03-20')))).toBe(false)
  })
})
