/** What is asked of whoever writes an act that needs two people, or signs for one (rules C153, C154, C156). */
import { describe, expect, test } from 'vitest'
import { checkAct } from '#protocol/casework/acts/acts.ts'
import type { ClockId, ClockSpans } from '#protocol/casework/course/spans.ts'
import { FACTS, type FactKind, GUARDED_KINDS, type GuardedKind } from '#protocol/casework/facts/facts.ts'
import { secondsFor } from '#protocol/casework/rules/four-eyes.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { everybody, problemOf } from '#test/casework/attempts.ts'
import { at, begun, county, LATE_ENTRY, sign } from '#test/casework/folding/two-people.ts'
import { caseAt } from '#test/casework/paths.ts'
import { FIELDS, fold, last, register, TOWN, write } from '#test/casework/people.ts'

describe('at the door', () => {
  const state = fold(caseAt('40', TOWN))

  test('C153 whoever needs nobody asks nobody; a county of former programs asks nobody either', () => {
    const entry = { procedure: 'hearing', days: 10 }
    expect(problemOf(state, 'suspended', { ...entry, approver: 'p1' })).toBeUndefined() // somebody with every role
    const decided = caseAt('30', TOWN)
    const late = { result: 'granted', opinion: '同意', seals: [], occurredOn: '2026-03-09', occurredWhy: '停电' }
    const today = { ...register, today: '2026-03-10' as Day }
    expect(problemOf(fold(decided), 'decided', late, TOWN, today)).toMatchObject({
      code: 'second-needed',
      field: 'proposedTo',
    })
    expect(problemOf(fold(decided), 'decided', { ...late, proposedTo: 'p2' }, TOWN, today)).toBeUndefined()
    const former = { ...today, isEnabled: () => false }
    expect(problemOf(fold(decided), 'decided', late, TOWN, former)?.code).not.toBe('second-needed')
  })

  test('C153 which acts need two people, and which clocks make a late entry need them', () => {
    const notice = { count: 1 } as never
    const whyOf = (kind: GuardedKind, spans: ClockSpans, isBackdated: boolean) =>
      TRANSITIONS[kind].transitions.some(
        (transition) => secondsFor({ kind, course: { spans, notice }, transition, isBackdated }).length > 0,
      )
    const always = ['extended', 'lapsed', 'notified', 'prioritised', 'suspended', 'voided']
    expect(GUARDED_KINDS.filter((kind) => whyOf(kind, {}, false)).toSorted()).toEqual(always)
    const lateWith = (id: ClockId) =>
      GUARDED_KINDS.filter(
        (kind) =>
          !always.includes(kind) &&
          Object.hasOwn(FACTS[kind].fields, 'occurredOn') &&
          whyOf(kind, { [id]: { start: '2026-03-02' as Day, stop: null } }, true),
      ).toSorted()
    expect(lateWith('T1')).toEqual(['accepted', 'rejected', 'supplemented', 'withdrawn'])
    for (const id of ['T2p', 'T2s'] as const)
      expect(lateWith(id)).toEqual(['concluded', 'decided', 'rejected', 'replied', 'withdrawn'])
    expect(lateWith('T4')).toEqual(['concluded', 'decided', 'rejected', 'withdrawn'])
    for (const id of ['T0', 'T3', "T4'", 'T5', 'T6'] as const)
      expect(
        GUARDED_KINDS.filter(
          (kind) => kind === 'delivered' && whyOf(kind, { [id]: { start: '2026-03-02' as Day, stop: null } }, true),
        ),
      ).toEqual([])
    // A special procedure that began earlier holds a running clock from then on.
    const suspended = secondsFor({
      kind: 'suspended',
      course: { spans: { T2s: { start: '2026-03-02' as Day, stop: null } }, notice: null },
      transition: TRANSITIONS.suspended.transitions[0] as never,
      isBackdated: true,
    })
    expect(suspended).toHaveLength(2)
    // The first notice needs nobody.
    expect(
      secondsFor({
        kind: 'notified',
        course: { spans: {}, notice: null },
        transition: TRANSITIONS.notified.transitions[0] as never,
        isBackdated: false,
      }),
    ).toEqual([])
  })

  test('C154 what was signed binds later acts by its own day, and what it names as approver counts for nothing', () => {
    const decided = write('decided', TOWN, last(begun), LATE_ENTRY, at('2026-03-18'))
    const facts = [...begun, decided, sign(last(begun), decided, 'chief', '2026-03-20')]
    const closed = write('closed', TOWN, last(facts), {}, at('2026-03-20', 2))
    const state = fold([...facts, closed], county('2026-03-23'))
    expect(
      problemOf(
        state,
        'delivered',
        { recipient: '王秀英', occurredOn: '2026-03-20', occurredWhy: '停电' },
        TOWN,
        county('2026-03-23'),
      ),
    ).toBeUndefined()
    const undelivered = fold(facts, county('2026-03-23'))
    expect(
      undelivered.story
        .filter(({ epoch }) => epoch !== null)
        .map(({ kind, day }) => [kind, day])
        .slice(-2),
    ).toEqual([
      ['decided', '2026-03-16'],
      ['countersigned', '2026-03-20'],
    ])
    expect(
      problemOf(state, 'suspended', { procedure: 'hearing', days: 3, approver: 'p1', proposedTo: 'chief' })?.code,
    ).not.toBe('second-needed')
    const open = fold(caseAt('40', TOWN))
    const plain = { ...everybody(TOWN, 'suspended'), roles: ['handler'] as const }
    const ghost = checkAct(open, plain, register, 'suspended', {
      procedure: 'hearing',
      days: 3,
      approver: 'p1',
      proposedTo: 'chief',
    })
    expect(ghost.ok ? undefined : ghost.problem.code).toBe('second-needed')
  })

  test('C153 whoever asks somebody for what needs nobody is told so', () => {
    const accepted = problemOf(fold(caseAt('20', TOWN)), 'accepted', { ...FIELDS.accepted, proposedTo: 'p2' })
    expect(accepted).toMatchObject({ code: 'second-needless', field: 'proposedTo' })
  })

  test('C156 what another system recorded needs nobody else; nobody types that it was decided elsewhere', () => {
    const today = { ...register, today: '2026-03-10' as Day }
    const open = fold(caseAt('30', TOWN))
    const tried = (kind: FactKind, transcribes: boolean) => {
      const late = { ...FIELDS[kind], occurredOn: '2026-03-09', occurredWhy: '来源系统' }
      const answer = checkAct(open, { ...everybody(TOWN, kind), transcribes }, today, kind, late)
      return answer.ok ? undefined : answer.problem.code
    }
    expect([tried('concluded', true), tried('concluded', false)]).toEqual([undefined, 'import-only'])
    expect([tried('decided', true), tried('decided', false)]).toEqual([undefined, 'second-needed'])
    // What an older program typed takes effect.
    const facts = caseAt('30', TOWN)
    expect(fold([...facts, write('concluded', TOWN, last(facts))]).stage).toBe('60')
  })
})
