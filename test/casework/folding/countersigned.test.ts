/** Four eyes are two people: what needs both waits for the second one, who signs in as herself (rules C153, C154). */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isAwaiting, isSignable } from '#protocol/casework/acts/second.ts'
import { caseRecord } from '#protocol/casework/exchange/case-record.ts'
import { figuresOf } from '#protocol/casework/findings/figures.ts'
import { problemOf } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import { COUNTY, epochOf, fold, last, OTHER_TOWN, reasonOf, register, TOWN, write } from '#test/casework/people.ts'
import { clock, isLate, PLAIN } from './late-cases.ts'
import { by } from './signing.ts'

import { at, begun, county, LATE_ENTRY, propose, sign } from './two-people.ts'

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
    // What counts is the act itself, in its own line, with whoever has signed.
    expect(state.story.find(({ hash }) => hash === asked.hash)).toMatchObject({
      ...{ epoch: 1, aside: null, day: '2026-03-06', enteredOn: null },
      seconded: { fact: signed.hash, person: 'chief' },
    })
    expect(state.story.slice(-2).map(({ hash }) => hash)).toEqual([asked.hash, signed.hash])
    expect(state.papers.at(-1)).toMatchObject({ code: 'D07', fact: asked.hash, day: '2026-03-06' })
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
    expect(state.enteredLate).toMatchObject([{ clock: 'T2p', ended: '2026-03-16', written: '2026-03-18' }])
    expect(clock(state, 'T2p')).toMatchObject({ state: 'stopped', exceeded: false })
    expect(caseRecord(state, PLAIN)).toMatchObject({ decided: '20260316', backdated: '1' })
    expect(figuresOf(state, PLAIN).decided).not.toBeNull()
  })

  test('C153 a notice of the five days, entered when acceptance by law had come, takes that back once it is signed', () => {
    const received = begun.slice(0, 2)
    const inTime = { missing: ['申请表'], occurredOn: '2026-03-05', occurredWhy: '停电', proposedTo: 'clerk' }
    const notice = write('notified', TOWN, last(received), inTime, at('2026-03-12'))
    const waiting = fold([...received, notice], county('2026-03-12'))
    expect(waiting).toMatchObject({ stage: '30', days: { deemed: '2026-03-02' } })
    const signed = sign(last(received), notice, 'clerk', '2026-03-13')
    const state = fold([...received, notice, signed], county('2026-03-13'))
    expect(state).toMatchObject({ stage: '25', notice: { day: '2026-03-05', fact: notice.hash }, late: [] })
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

  test('C154 voiding is done by two people at the county, of whom none oversees', () => {
    const voided = propose('voided', assigned, '2026-03-04', { second: 'hall' }, COUNTY)
    const waiting = fold([...facts, voided], county('2026-03-05'))
    expect([waiting.stage, reasonOf(waiting, voided)]).toEqual(['40', 'awaits-second'])
    const signed = sign(assigned, voided, 'hall', '2026-03-05', COUNTY)
    expect(fold([...facts, voided, signed], county('2026-03-05'))).toMatchObject({ stage: '86', closing: '2' })
    const watching = sign(assigned, voided, 'watch', '2026-03-05', COUNTY)
    expect(fold([...facts, voided, watching], county('2026-03-05')).stage).toBe('40')
    const alone = sign(assigned, voided, 'p1', '2026-03-05', COUNTY)
    expect(fold([...facts, voided, alone], county('2026-03-05')).stage).toBe('40')
  })

  test('C154 an adoption takes no second person’s place, be it a chief’s, and is nothing that waits', () => {
    for (const person of ['colleague', 'chief']) {
      const adopted = write('adopted', TOWN, assigned, { fact: asked.hash }, by(person, at('2026-03-06')))
      const state = fold([...facts, asked, adopted], county('2026-03-06'))
      expect([state.stage, reasonOf(state, adopted)], person).toEqual(['40', 'needs-second'])
      const signed = sign(assigned, adopted, 'hall', '2026-03-06', COUNTY)
      expect(reasonOf(fold([...facts, asked, adopted, signed], county('2026-03-06')), signed)).toBe('wrong-stage')
    }
    const waiting = fold([...facts, asked], county('2026-03-06'))
    expect(problemOf(waiting, 'adopted', { fact: asked.hash }, TOWN, county('2026-03-06'))?.code).toBe('not-aside')
  })

  test('C154 behind acceptance by law the second person is asked as at any other time', () => {
    const received = begun.slice(0, 2)
    const asked = propose('extended', last(received), '2026-03-12', { days: 5 })
    const clerk = sign(last(received), asked, 'clerk', '2026-03-12')
    const state = fold([...received, asked, clerk], county('2026-03-12'))
    expect([state.extension, reasonOf(state, clerk)]).toEqual([null, 'not-second'])
    const chief = sign(last(received), asked, 'chief', '2026-03-12')
    expect(fold([...received, asked, chief], county('2026-03-12')).extension).toMatchObject({ days: 5 })
  })

  test('C154 what a town asked for is judged as the town’s act, whoever signs for it where', () => {
    const village = { ...PLAIN, villageDelivery: true, receivingTiers: ['village', 'township', 'county'] as const }
    expect(village.tiers).toContain('village')
    const state = fold([...facts, asked, sign(assigned, asked, 'hall', '2026-03-06', COUNTY)], county('2026-03-06'))
    expect(state).toMatchObject({ holder: TOWN, stage: '45', epoch: 1 })
  })

  test('C154 signatures of signatures are none, and as many as anybody likes cost no more than others', () => {
    let before = asked
    const chain = Array.from({ length: 3000 }, () => (before = sign(assigned, before, 'chief', '2026-03-06')))
    const state = fold([...facts, asked, ...chain.toReversed()], county('2026-03-06'))
    expect(state.stage).toBe('45')
    expect(chain.filter((one) => reasonOf(state, one) === 'wrong-stage')).toHaveLength(2999)
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

  test('C154 a signature of the county upholds nothing: what the holder went on from stays', () => {
    const asked = propose('suspended', assigned, '2026-03-04')
    const offered = write('offered', TOWN, assigned, { to: OTHER_TOWN }, at('2026-03-04', 1))
    const declined = write('declined', OTHER_TOWN, offered, {}, by('next', at('2026-03-05')))
    const retracted = write('retracted', TOWN, offered, {}, at('2026-03-05'))
    const handled = write('handled', TOWN, retracted, {}, at('2026-03-05', 1))
    const decided = write('decided', TOWN, handled, {}, by('chief', at('2026-03-05', 2)))
    const signed = sign(declined, asked, 'hall', '2026-03-06', COUNTY)
    const line = [...facts, asked, offered, declined, retracted, handled, decided]
    expect(fold(line, county('2026-03-06')).stage).toBe('50')
    const state = fold([...line, signed], county('2026-03-06'))
    expect([state.stage, state.forks.length, epochOf(state, decided)]).toEqual(['50', 0, 1])
  })

  test('C154 who was offered a case that was voided takes nothing behind the signature', () => {
    const offered = write('offered', TOWN, assigned, { to: OTHER_TOWN }, at('2026-03-04'))
    const voided = propose('voided', offered, '2026-03-05', { second: 'hall' }, COUNTY)
    const signed = sign(offered, voided, 'hall', '2026-03-06', COUNTY)
    const retracted = write('retracted', TOWN, offered, {}, at('2026-03-06'))
    const handled = write('handled', TOWN, retracted, {}, at('2026-03-06', 1))
    const taken = write('taken', OTHER_TOWN, signed, {}, by('next', at('2026-03-07')))
    for (const more of [[], [taken]]) {
      const state = fold([...facts, offered, voided, signed, retracted, handled, ...more], county('2026-03-07'))
      expect([state.stage, state.holder, reasonOf(state, signed)]).toEqual(['42', TOWN, 'moved-on'])
    }
  })

  test('C154 what bears a day to come keeps nobody from signing for what was asked behind it', () => {
    const ahead = write('charged', TOWN, assigned, { fee: 'f1', amount: 1000 }, at('2026-04-10'))
    const voided = propose('voided', ahead, '2026-03-11', { second: 'hall' }, COUNTY)
    const signed = sign(ahead, voided, 'hall', '2026-03-12', COUNTY)
    expect(fold([...facts, ahead, voided, signed], county('2026-03-12')).stage).toBe('86')
  })

  test('C154 what a former holder asked for asks nobody any more', () => {
    const asked = propose('suspended', assigned, '2026-03-04')
    const passed = write('reassigned', COUNTY, assigned, { to: OTHER_TOWN }, at('2026-03-05'))
    const state = fold([...facts, asked, passed], county('2026-03-06'))
    const line = state.story.find(({ hash }) => hash === asked.hash) ?? expect.fail('no line')
    const open = county('2026-03-06')
    expect([
      isAwaiting(line),
      isSignable(state, open, line),
      isSignable(fold([...facts, asked], open), open, line),
    ]).toEqual([true, false, true])
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
