/** Four eyes are two people: what needs both waits for the second one, who signs in as herself (rules C153, C154). */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAct } from '#protocol/casework/acts/acts.ts'
import type { Role } from '#protocol/casework/directory.ts'
import type { FactEntry, FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import { rolesOf, standingOf } from '#protocol/casework/rules/service.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import { everybody, problemOf } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  epochOf,
  FIELDS,
  fold,
  last,
  morning,
  OTHER_TOWN,
  reasonOf,
  register,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'
import { accepted, clock, isLate, on, PLAIN } from './late-cases.ts'
import { by, staff } from './signing.ts'

type Fields = Readonly<Record<string, FieldValue>>

const serving = (station: StationCode, ...roles: Role[]) => ({ station, roles, from: null, until: null })
const PEOPLE = [
  staff('p1', serving(TOWN, 'clerk', 'handler'), serving(COUNTY, 'coordinator', 'handler'), serving(VILLAGE, 'agent')),
  staff('approver', serving(TOWN, 'handler')),
  staff('chief', serving(TOWN, 'chief')),
  staff('clerk', serving(TOWN, 'clerk')),
  staff('colleague', serving(TOWN, 'handler')),
  staff('hall', serving(COUNTY, 'chief')),
  staff('watch', serving(COUNTY, 'supervisor')),
  staff('next', serving(OTHER_TOWN, 'chief')),
]

/** A county that has published who works where. */
function county(today: string) {
  const known = (person: string) => PEOPLE.find(({ id }) => id === person)
  const open = on(today)
  return {
    ...open,
    authority: {
      ...open.authority,
      standing: (...[person, station, signing]: Parameters<typeof open.authority.standing>) =>
        standingOf(known(person), [], person, station, signing),
      rolesOf: (...[person, station, signing]: Parameters<typeof open.authority.rolesOf>) =>
        rolesOf(known(person), [], person, station, signing),
    },
  }
}

const at = (day: string, hour = 0) => ({ time: morning(day) + hour * 3_600_000 })
const propose = (kind: FactKind, after: FactEntry, day: string, fields: Fields = {}, station: StationCode = TOWN) =>
  write(kind, station, after, { proposedTo: 'chief', ...fields }, at(day))
const sign = (after: FactEntry, fact: FactEntry, person: string, day: string, station: StationCode = TOWN) =>
  write('countersigned', station, after, { fact: fact.hash }, by(person, at(day, 1)))

/** Ten working days are promised from 2026-03-02: the 16th is the last one. */
const begun = accepted(PLAIN)
const LATE_ENTRY = { occurredOn: '2026-03-16', occurredWhy: '停电', proposedTo: 'chief' }

describe('what waits', () => {
  test('C153 a special procedure has no effect before the chief has signed; then it begins', () => {
    const assigned = write('assigned', TOWN, last(begun), { to: 'p1' }, at('2026-03-03'))
    const facts = [...begun, assigned]
    const asked = propose('suspended', assigned, '2026-03-04')
    const waiting = fold([...facts, asked], county('2026-03-05'))
    expect(waiting).toMatchObject({ stage: '40', pauses: [], asideOpen: 1 })
    expect(reasonOf(waiting, asked)).toBe('awaits-second')
    const signed = sign(assigned, asked, 'chief', '2026-03-06')
    const state = fold([...facts, asked, signed], county('2026-03-06'))
    expect(state).toMatchObject({ stage: '45', asideOpen: 0, pauses: [{ from: '2026-03-06' }], tip: signed.hash })
    expect(state.story.find(({ hash }) => hash === asked.hash)?.aside).toMatchObject({
      resolved: { by: 'countersigned', fact: signed.hash },
    })
    expect(state.papers.at(-1)).toMatchObject({ code: 'D07', fact: signed.hash })
  })

  test('C153 what was decided in time and written down later counts for its day once somebody else has signed', () => {
    const decided = write('decided', TOWN, last(begun), LATE_ENTRY, at('2026-03-18'))
    const facts = [...begun, decided]
    const waiting = fold(facts, county('2026-03-19'))
    expect([waiting.stage, isLate(waiting)]).toEqual(['30', true])
    const signed = sign(last(begun), decided, 'colleague', '2026-03-20')
    const state = fold([...facts, signed], county('2026-03-20'))
    expect(state).toMatchObject({ stage: '50', days: { decided: '2026-03-16' }, late: [] })
    expect(isLate(state)).toBe(false)
    expect(state.enteredLate).toMatchObject([{ clock: 'T2p', ended: '2026-03-16', written: '2026-03-20' }])
    expect(clock(state, 'T2p')).toMatchObject({ state: 'stopped', exceeded: false })
  })

  test('C153 a notice of the five days, entered when acceptance by law had come, takes that back once it is signed', () => {
    const received = begun.slice(0, 2)
    const inTime = { missing: ['申请表'], occurredOn: '2026-03-05', occurredWhy: '停电', proposedTo: 'clerk' }
    const notice = write('notified', TOWN, last(received), inTime, at('2026-03-12'))
    const waiting = fold([...received, notice], county('2026-03-12'))
    expect(waiting).toMatchObject({ stage: '30', days: { deemed: '2026-03-02' } })
    const signed = sign(last(received), notice, 'clerk', '2026-03-13')
    const state = fold([...received, notice, signed], county('2026-03-13'))
    expect(state).toMatchObject({ stage: '25', notice: { day: '2026-03-05', fact: signed.hash }, late: [] })
    // Whoever went on as accepted has gone on: the notice comes too late for him.
    const gone = write('assigned', TOWN, last(received), { to: 'p1' }, at('2026-03-12', 2))
    const tooLate = sign(gone, notice, 'clerk', '2026-03-13')
    const other = fold([...received, notice, gone, tooLate], county('2026-03-13'))
    expect([other.stage, reasonOf(other, tooLate)]).toEqual(['40', 'moved-on'])
  })

  test('C153 what names nobody takes effect, as former programs wrote it', () => {
    const facts = [...begun, write('decided', TOWN, last(begun), { ...LATE_ENTRY, proposedTo: '' }, at('2026-03-18'))]
    expect(fold(facts, county('2026-03-18'))).toMatchObject({ stage: '50', days: { decided: '2026-03-16' } })
  })
})

describe('the second person', () => {
  const assigned = write('assigned', TOWN, last(begun), { to: 'p1' }, at('2026-03-03'))
  const facts = [...begun, assigned]
  const asked = propose('suspended', assigned, '2026-03-04')

  test.each([
    ['whoever asked', 'p1', TOWN, 'not-second'],
    ['a clerk', 'clerk', TOWN, 'not-second'],
    ['a chief elsewhere', 'next', OTHER_TOWN, 'not-holder'],
    ['somebody of the hall under the name of the town', 'hall', TOWN, 'foreign-person'],
    ['a chief of the hall, at the root', 'hall', COUNTY, null],
    ['the chief', 'chief', TOWN, null],
  ] as const)('C154 %s', (_who, person, station, reason) => {
    const signed = sign(assigned, asked, person, '2026-03-06', station)
    const state = fold([...facts, asked, signed], county('2026-03-06'))
    expect(reasonOf(state, signed)).toBe(reason)
    expect(state.stage).toBe(reason === null ? '45' : '40')
  })

  test('C154 an earlier day of a decision is signed for by who may decide, not by a clerk', () => {
    const decided = write('decided', TOWN, last(begun), LATE_ENTRY, at('2026-03-18'))
    for (const [person, reason] of [
      ['clerk', 'not-second'],
      ['approver', 'not-second'],
      ['chief', null],
    ] as const) {
      const signed = sign(last(begun), decided, person, '2026-03-19')
      expect(reasonOf(fold([...begun, decided, signed], county('2026-03-19')), signed), person).toBe(reason)
    }
  })

  test('C154 voiding is done by two people at the county; who oversees may be one', () => {
    const voided = propose('voided', assigned, '2026-03-04', { second: 'watch' }, COUNTY)
    const waiting = fold([...facts, voided], county('2026-03-05'))
    expect([waiting.stage, reasonOf(waiting, voided)]).toEqual(['40', 'awaits-second'])
    const signed = sign(assigned, voided, 'watch', '2026-03-05', COUNTY)
    expect(fold([...facts, voided, signed], county('2026-03-05'))).toMatchObject({ stage: '86', closing: '2' })
    const alone = sign(assigned, voided, 'p1', '2026-03-05', COUNTY)
    expect(fold([...facts, voided, alone], county('2026-03-05')).stage).toBe('40')
  })

  test('C154 an adoption takes no second person’s place, and whoever may approve approves by it', () => {
    const adopt = (person: string) =>
      write('adopted', TOWN, assigned, { fact: asked.hash }, by(person, at('2026-03-06')))
    const plain = adopt('colleague')
    expect(reasonOf(fold([...facts, asked, plain], county('2026-03-06')), plain)).toBe('awaits-second')
    const own = adopt('chief')
    expect(fold([...facts, asked, own], county('2026-03-06')).stage).toBe('45')
  })
})

describe('what happens meanwhile', () => {
  const assigned = write('assigned', TOWN, last(begun), { to: 'p1' }, at('2026-03-03'))
  const facts = [...begun, assigned]
  const asked = propose('suspended', assigned, '2026-03-04')
  const charged = write('charged', TOWN, assigned, { fee: 'f1', amount: 1000 }, at('2026-03-05'))

  test('C154 what does not matter for it keeps it from nothing; what does, ends it', () => {
    const signed = sign(charged, asked, 'chief', '2026-03-06')
    expect(fold([...facts, asked, charged, signed], county('2026-03-06'))).toMatchObject({ stage: '45' })
    const decidedUpon = write('handled', TOWN, assigned, {}, at('2026-03-05'))
    const offered = write('offered', TOWN, decidedUpon, { to: COUNTY }, at('2026-03-05', 1))
    const inVain = sign(offered, asked, 'chief', '2026-03-06')
    const state = fold([...facts, asked, decidedUpon, offered, inVain], county('2026-03-06'))
    expect([state.stage, reasonOf(state, inVain)]).toEqual(['42', 'wrong-stage'])
  })

  test('C154 an earlier day than that of what happened since has come too late', () => {
    const decided = write('decided', TOWN, last(begun), { ...LATE_ENTRY, occurredOn: '2026-03-03' }, at('2026-03-09'))
    const noted = write('charged', TOWN, last(begun), { fee: 'f1', amount: 1000 }, at('2026-03-10'))
    const signed = sign(noted, decided, 'chief', '2026-03-11')
    const state = fold([...begun, decided, noted, signed], county('2026-03-11'))
    expect([state.stage, reasonOf(state, signed)]).toEqual(['30', 'moved-on'])
  })

  test('C154 what the holder wrote in the same place counts, unless it went on from the signature', () => {
    const signed = sign(assigned, asked, 'hall', '2026-03-05', COUNTY)
    const beside = [...facts, asked, signed, charged]
    const state = fold(beside, county('2026-03-06'))
    expect([state.stage, state.forks.length, reasonOf(state, signed)]).toEqual(['40', 0, 'moved-on'])
    // She signs again behind what has happened.
    const again = sign(charged, asked, 'hall', '2026-03-06', COUNTY)
    expect(fold([...beside, again], county('2026-03-06')).stage).toBe('45')
    // Two words of the same station in one place are for the coordinator, as ever.
    const resumed = write('resumed', TOWN, signed, {}, at('2026-03-07'))
    expect(fold([...beside, resumed], county('2026-03-07')).forks).toHaveLength(1)
    expect(fold([...facts, asked, signed, resumed], county('2026-03-07'))).toMatchObject({ stage: '40', forks: [] })
  })

  test('C154 two signatures at once are no fork: the first counts, in whatever order they arrive', () => {
    const town = sign(assigned, asked, 'chief', '2026-03-05')
    const root = sign(assigned, asked, 'hall', '2026-03-06', COUNTY)
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts, asked, town, root], { minLength: facts.length + 3 }), (held) => {
        const state = fold(held, county('2026-03-06'))
        expect([state.stage, epochOf(state, town), reasonOf(state, root)]).toEqual(['45', 1, 'moved-on'])
      }),
      { numRuns: 20 },
    )
  })

  test('C154 whoever could sign may also refuse, at the station of the case and at the root', () => {
    for (const [person, station] of [
      ['chief', TOWN],
      ['hall', COUNTY],
    ] as const) {
      const refused = write(
        'dismissed',
        station,
        null,
        { fact: asked.hash, reason: '不需要听证' },
        by(person, at('2026-03-06')),
      )
      const signed = sign(assigned, asked, 'chief', '2026-03-07')
      const state = fold([...facts, asked, refused], county('2026-03-06'))
      expect(state.asideOpen, person).toBe(0)
      // A signature outweighs it, as an adoption does.
      expect(fold([...facts, asked, refused, signed], county('2026-03-07')).stage, person).toBe('45')
    }
    const stranger = write(
      'dismissed',
      OTHER_TOWN,
      null,
      { fact: asked.hash, reason: '无' },
      by('next', at('2026-03-06')),
    )
    expect(fold([...facts, asked, stranger], county('2026-03-06')).asideOpen).toBe(1)
  })

  test('C155 a proposal to void rules nothing: a stopped case stays stopped, and upholds neither side', () => {
    const before = caseAt('20', TOWN)
    const one = write('accepted', TOWN, last(before))
    const other = write('offered', TOWN, last(before), { to: COUNTY })
    const voided = write('voided', COUNTY, one, { proposedTo: 'watch' })
    const signed = write('countersigned', COUNTY, last(before), { fact: voided.hash })
    const state = fold([...before, one, other, voided, signed])
    expect(state.forks).toHaveLength(1)
    expect(problemOf(state, 'voided', undefined, COUNTY)?.code).toBe('fork')
    const former = { ...register, isEnabled: () => false }
    expect(problemOf(state, 'voided', undefined, COUNTY, former)?.code).not.toBe('fork')
  })
})

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
