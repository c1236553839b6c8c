/** What was late stays late: no later act makes it timely, and only the office's own limits count against it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { problemOf } from '#test/casework/attempts.ts'
import { COUNTY, FIELDS, fold, last, reasonOf, TOWN } from '#test/casework/people.ts'
import { EVERY_DAY } from '#test/casework/time/day-by-day.ts'
import { ABOVE, accepted, clock, followed, ITEMS, isLate, JOINT, on, PLAIN, STEPPED, UNLIMITED } from './late-cases.ts'

describe('what lengthens a limit', () => {
  const extendedOn = (when: string, days = 10) =>
    fold(followed(accepted(PLAIN), ['extended', TOWN, { days }, when]), on('2026-04-20'))

  test('Q77 an extension counts for each limit that had not run out when it was given', () => {
    const both = extendedOn('2026-03-16')
    expect([clock(both, 'T2p'), clock(both, 'T2s')]).toMatchObject([
      { limit: 20, due: '2026-03-30' },
      { limit: 30, due: '2026-04-14' },
    ])
    // The promise ran out on the 16th: it stays broken, and the law's limit is extended.
    const promiseBroken = extendedOn('2026-03-17')
    expect([clock(promiseBroken, 'T2p'), clock(promiseBroken, 'T2s')]).toMatchObject([
      {
        limit: 10,
        due: '2026-03-16',
        exceeded: true,
        source: '事项目录:承诺时限;2026-03-17的延长在期限届满以后,不计入',
      },
      { limit: 30, due: '2026-04-14' },
    ])
    expect(clock(extendedOn('2026-03-30'), 'T2s')).toMatchObject({ limit: 30 })
    const tooLate = extendedOn('2026-03-31')
    expect(clock(tooLate, 'T2s')).toMatchObject({ limit: 20, due: '2026-03-30', exceeded: true })
  })

  test('Q77 an extension gives what the law allows for the item and no more', () => {
    // Fifteen days that an older program let pass for an item that is not handled jointly.
    const facts = followed(
      accepted(PLAIN),
      ['invited', TOWN, { to: COUNTY }, '2026-03-03'],
      ['extended', TOWN, { days: 15 }, '2026-03-03'],
    )
    const state = fold(facts, on('2026-03-04'))
    expect(reasonOf(state, last(facts))).toBeNull()
    expect(clock(state, 'T2s')).toMatchObject({ limit: 30, source: expect.stringContaining('延长10日') })
  })

  test('Q77 an extension and joint handling count by their days, whichever came first', () => {
    const facts = followed(
      accepted(JOINT),
      ['extended', TOWN, { days: 10 }, '2026-03-25'],
      // The twenty days were over on 30 March; with the extension they end on 14 April.
      ['invited', TOWN, { to: COUNTY }, '2026-04-02'],
    )
    expect(clock(fold(facts, on('2026-04-20')), 'T2s')).toMatchObject({ limit: 55, exceeded: false })
  })

  test('Q77 a special procedure that is written down behind the limit makes nothing timely', () => {
    const assigned = followed(accepted(PLAIN), ['assigned', TOWN, {}, '2026-03-03'])
    const late = { days: 5, occurredOn: '2026-03-10', occurredWhy: '忘了登' }
    const facts = (written: string) => followed(assigned, ['suspended', TOWN, late, written])
    // Written on the last day of the promise it counts for both limits, behind it for the law's alone.
    expect(clock(fold(facts('2026-03-16'), on('2026-03-20')), 'T2p')).toMatchObject({ state: 'paused', used: 6 })
    const broken = fold(facts('2026-03-17'), on('2026-03-20'))
    expect(clock(broken, 'T2p')).toMatchObject({ state: 'running', due: '2026-03-16', exceeded: true })
    expect(clock(broken, 'T2s')).toMatchObject({ state: 'paused', used: 6, exceeded: false })
    const ended = followed(facts('2026-04-20'), ['resumed', TOWN, {}, '2026-04-20'])
    expect(clock(fold(ended, on('2026-04-20')), 'T2s')).toMatchObject({ due: '2026-03-30', exceeded: true })
  })

  test('Q77 what was decided within a limit that was lengthened in time is timely, and an extension of no whole days gives none', () => {
    const extended = followed(
      accepted(PLAIN),
      ['extended', TOWN, { days: 10 }, '2026-03-10'],
      ['decided', TOWN, {}, '2026-03-30'],
    )
    expect(fold(extended, on('2026-03-30'))).toMatchObject({ late: [], enteredLate: [] })
    const joint = followed(
      accepted(JOINT),
      ['invited', TOWN, { to: COUNTY }, '2026-03-03'],
      ['decided', TOWN, {}, '2026-04-20'],
    )
    expect(fold(joint, on('2026-04-20')).late.map(({ clock: id }) => id)).not.toContain('T2s')
    const odd = followed(accepted(PLAIN), ['extended', TOWN, { days: 1.5 }, '2026-03-10'])
    expect(clock(fold(odd, on('2026-03-20')), 'T2p')).toMatchObject({ limit: 10, due: '2026-03-16', exceeded: true })
  })

  test('Q77 asking a department after the twenty days makes a late case no joint one in time', () => {
    const asked = (when: string) => {
      const state = fold(followed(accepted(JOINT), ['invited', TOWN, { to: COUNTY }, when]), on('2026-04-20'))
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
    // Where the law gives no limit, the promise is what runs out.
    expect(at('2026-03-16', UNLIMITED)).toBeUndefined()
    expect(at('2026-03-17', UNLIMITED)).toMatchObject({ code: 'limit-over' })
    const facts = followed(accepted(PLAIN), ['extended', TOWN, {}, '2026-03-31'])
    expect(fold(facts, on('2026-03-31')).extension).toMatchObject({ days: 10 })
  })
})

describe('lateness stays', () => {
  test('Q78 a step that took too long is told after the next one began, after the decision and in the end', () => {
    const facts = followed(
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

  test('Q78 a pause that is entered afterwards makes no run timely that was over', () => {
    const steps = followed(accepted(STEPPED), ['assigned', TOWN, {}, '2026-03-03'], ['handled', TOWN, {}, '2026-03-09'])
    const { late } = fold(steps, on('2026-03-10'))
    expect(late).toMatchObject([{ clock: 'T3', due: '2026-03-06' }])
    const occurred = { occurredOn: '2026-03-04', occurredWhy: '忘了登' }
    const paused = followed(steps, ['suspended', TOWN, occurred, '2026-03-10'])
    expect(fold(paused, on('2026-03-10')).late).toEqual(late)
    expect(fold(followed(paused, ['resumed', TOWN, {}, '2026-03-11']), on('2026-03-11')).late).toEqual(late)
  })

  test('Q78 a hand-over that was signed for late stays so when another one begins', () => {
    // One working day to sign for it: until the 4th.
    const facts = followed(
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
    const facts = followed(accepted(PLAIN), ['decided', TOWN, late, '2026-03-18'], ['closed', TOWN, {}, '2026-03-19'])
    const state = fold(facts, on('2026-03-19'))
    expect(clock(state, 'T2p')).toMatchObject({ stopped: '2026-03-16', exceeded: false })
    expect(isLate(state)).toBe(false)
    const told = { clock: 'T2p', title: '承诺办结', due: '2026-03-16', ended: '2026-03-16', written: '2026-03-18' }
    expect(state.enteredLate).toEqual([told])
    // Written on the last day itself it is nothing special; for a day behind the limit it is late.
    expect(fold(followed(accepted(PLAIN), ['decided', TOWN, {}, '2026-03-16']), on('2026-04-20')).enteredLate).toEqual(
      [],
    )
    const behind = followed(accepted(PLAIN), ['decided', TOWN, { ...late, occurredOn: '2026-03-17' }, '2026-03-18'])
    expect(fold(behind, on('2026-04-20'))).toMatchObject({ enteredLate: [], late: [{ ended: '2026-03-17' }] })
  })

  test('Q82 what bears an earlier time than what it follows was written no earlier', () => {
    const facts = followed(accepted(PLAIN), ['charged', TOWN, {}, '2026-04-20'], ['decided', TOWN, {}, '2026-03-16'])
    const told = { clock: 'T2p', due: '2026-03-16', ended: '2026-03-16', written: '2026-04-20' }
    expect(fold(facts, on('2026-04-20')).enteredLate).toMatchObject([told, { clock: 'T2s' }])
  })

  test('Q82 that the applicant was told in time, entered afterwards, is told as well', () => {
    const facts = followed(
      accepted(ABOVE),
      ['assigned', TOWN, {}, '2026-03-03'],
      ['handled', TOWN, {}, '2026-03-04'],
      ['reported', TOWN, {}, '2026-03-04'],
      ['replied', TOWN, { result: 'granted' }, '2026-03-10'],
      ['relayed', TOWN, { occurredOn: '2026-03-11', occurredWhy: '停电' }, '2026-03-20'],
    )
    const told = { clock: "T4'", due: '2026-03-12', ended: '2026-03-11', written: '2026-03-20' }
    expect(fold(facts, on('2026-03-20')).enteredLate).toMatchObject([told])
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
    expect(fold(followed(received, ['accepted', TOWN, {}, '2026-03-11']), on('2026-03-12')).late).toEqual([late])
    // A notice of the 6th that arrives later takes the derived acceptance back, and with it the lateness.
    const told = followed(received, ['notified', TOWN, { occurredOn: '2026-03-06', occurredWhy: '停电' }, '2026-03-12'])
    expect(fold(told, on('2026-03-12'))).toMatchObject({ stage: '25', late: [], enteredLate: [{ clock: 'T1' }] })
  })

  test('Q78 what the applicant was told of a first reply in time is no lateness when a second one comes', () => {
    const facts = followed(
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
    // Who was not told of the first reply before the next report was not told in time.
    const untold = fold(
      facts.filter(({ fact }) => fact?.kind !== 'relayed'),
      on('2026-03-25'),
    )
    expect(untold.late).toMatchObject([{ clock: "T4'", due: '2026-03-12', ended: '2026-03-18' }])
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
    suspended: [{ days: 5 }, { days: 5, occurredOn: '2026-03-04', occurredWhy: '忘了登' }],
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
          const next = followed(facts, [kind, station, CHOICES[kind]?.[choice] ?? {}, today])
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
