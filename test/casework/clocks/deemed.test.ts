/** The five days of art. 32: capture, receipt and acceptance apart, and the acceptance that nobody wrote. */
import { expect, test } from 'vitest'
import { checkAct } from '#protocol/casework/acts/acts.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { everybody } from '#test/casework/attempts.ts'
import {
  CASE,
  COUNTY,
  chain,
  epochOf,
  FIELDS,
  fold,
  LICENCE,
  type Line,
  last,
  letter,
  morning,
  reasonOf,
  registerWith,
  SIMPLE,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

const on = (today: string) => registerWith({ today })
const XK = { item: LICENCE.id }

/** A licence received at the township on Monday the 9th: the five working days end on Monday the 16th. */
const received = (item = XK): FactEntry[] =>
  chain([
    ['opened', TOWN, item, '2026-03-09'],
    ['received', TOWN, {}, '2026-03-09'],
  ])

test('C79 capture, receipt and acceptance are three days, and only the receipt starts the five', () => {
  const facts = chain([
    ['opened', VILLAGE, XK, '2026-03-02'],
    ['captured', VILLAGE, {}, '2026-03-02'],
    ['offered', VILLAGE, {}, '2026-03-03'],
    ['taken', TOWN, {}, '2026-03-04'],
    ['received', TOWN, {}, '2026-03-05'],
    ['accepted', TOWN, {}, '2026-03-06'],
  ])
  expect(fold(facts.slice(0, 4)).spans).toEqual({
    T0: { start: '2026-03-02', stop: null },
    T6: { start: '2026-03-03', stop: '2026-03-04' },
  })
  const { days, spans } = fold(facts)
  expect(days).toMatchObject({ captured: '2026-03-02', received: '2026-03-05', accepted: '2026-03-06' })
  expect(spans).toMatchObject({
    T0: { start: '2026-03-02', stop: '2026-03-05' },
    T1: { start: '2026-03-05', stop: '2026-03-06' },
    T2s: { start: '2026-03-06', stop: null },
  })
})

test('C79 where the village is a receiving point the five days run since its capture', () => {
  const item = { ...LICENCE, id: 'XK0002', clockStart: 'capture', receivingTiers: ['village', 'township'] } as const
  const lines: Line[] = [
    ['opened', VILLAGE, { item: item.id }, '2026-03-02'],
    ['captured', VILLAGE, {}, '2026-03-02'],
    ['offered', VILLAGE, {}, '2026-03-03'],
    ['taken', TOWN, {}, '2026-03-05'],
    ['received', TOWN, {}, '2026-03-06'],
  ]
  const facts = chain(lines)
  const state = fold(facts, registerWith({ items: [item], today: '2026-03-09' }))
  expect(state).toMatchObject({ stage: '20', spans: { T1: { start: '2026-03-02', stop: null } } })
  const later = fold(facts, registerWith({ items: [item], today: '2026-03-10' }))
  expect(later).toMatchObject({ stage: '30', days: { deemed: '2026-03-02' }, spans: { T2s: { start: '2026-03-02' } } })
  // Named as receiving point, but the clock is the window's: the window's receipt counts.
  const window = fold(facts, registerWith({ items: [{ ...item, clockStart: 'window' }], today: '2026-03-10' }))
  expect(window).toMatchObject({ stage: '20', spans: { T1: { start: '2026-03-06', stop: null } } })
})

test('C80 silence for five working days is acceptance as of the day of receipt, not of day six', () => {
  const facts = received()
  expect(fold(facts, on('2026-03-16'))).toMatchObject({ stage: '20', spans: { T1: { stop: null } } })
  const state = fold(facts, on('2026-03-17'))
  expect(state).toMatchObject({
    stage: '30',
    days: { received: '2026-03-09', deemed: '2026-03-09' },
    spans: {
      T1: { start: '2026-03-09', stop: '2026-03-16' },
      T2p: { start: '2026-03-09', stop: null },
      T2s: { start: '2026-03-09', stop: null },
    },
  })
  expect(state.clocks.find(({ id }) => id === 'T2s')).toMatchObject({ start: '2026-03-09', used: 6, due: '2026-04-07' })
})

test('C80 only a licence is deemed accepted, and only as far as the calendar is published', () => {
  expect(fold(received({ item: SIMPLE.id }), on('2026-06-01')).stage).toBe('20')
  const late = chain([
    ['opened', TOWN, XK, '2026-12-28'],
    ['received', TOWN, {}, '2026-12-28'],
  ])
  const state = fold(late, on('2026-12-31'))
  expect(state.stage).toBe('20')
  expect(fold(late, on('2027-02-01')).stage).toBe('20')
  expect(state.clocks.find(({ id }) => id === 'T1')).toMatchObject({ due: null })
})

test('C80 what was said within the five days prevents it', () => {
  for (const kind of ['notified', 'accepted', 'rejected'] as const) {
    const facts = received()
    facts.push(write(kind, TOWN, last(facts), {}, { time: morning('2026-03-16') }))
    const state = fold(facts, on('2026-06-01'))
    expect(state.days.deemed, kind).toBeUndefined()
    expect(
      state.story.some((line) => line.kind === 'deemed'),
      kind,
    ).toBe(false)
  }
})

test('C81 every node derives the same line from the same facts, and nothing of it is a fact', () => {
  const facts = received()
  const state = fold(facts, on('2026-03-17'))
  expect(fold([...facts].reverse(), on('2026-03-17'))).toEqual(state)
  expect(fold([...facts, ...facts], on('2026-03-17'))).toEqual(state)
  const line = state.story.at(-1)
  expect(line).toMatchObject({ kind: 'deemed', day: '2026-03-16', log: '', person: '', station: TOWN, aside: null })
  // Made of case, rule and due day: the same whenever and wherever it is derived.
  expect(line?.hash).toBe(`${CASE}d3220260316`.padEnd(64, '0'))
  expect(fold(facts, on('2026-05-06')).story.at(-1)).toEqual(line)
  expect(state.tip).toBe(last(facts).hash)
  expect(foldCase('d'.repeat(32) as typeof CASE, facts, on('2026-03-17'))?.story.at(-1)?.hash).not.toBe(line?.hash)
})

test('C81 what follows stands behind the derived line, an open transfer stays open', () => {
  const facts = received()
  const offered = write('offered', TOWN, last(facts), { to: COUNTY }, { time: morning('2026-03-16') })
  const taken = write('taken', COUNTY, offered, {}, { time: morning('2026-03-18') })
  expect(fold([...facts, offered], on('2026-03-17'))).toMatchObject({ stage: '30', offer: { to: COUNTY } })
  const state = fold([...facts, offered, taken], on('2026-03-18'))
  expect(state).toMatchObject({ stage: '30', holder: COUNTY, epoch: 2 })
  expect(state.story.map(({ kind }) => kind)).toEqual(['opened', 'received', 'offered', 'deemed', 'taken'])
})

test('C82 a notice that was written in time and arrives late takes the derived acceptance back', () => {
  const facts = received()
  const notice = write('notified', TOWN, last(facts), {}, { time: morning('2026-03-12') })
  expect(fold(facts, on('2026-03-20')).stage).toBe('30')
  const state = fold([...facts, notice], on('2026-03-20'))
  expect(state).toMatchObject({ stage: '25', notice: { day: '2026-03-12' }, spans: { T1: { stop: '2026-03-12' } } })
  expect(state.spans.T2s).toBeUndefined()
  expect(state.days.deemed).toBeUndefined()
  expect(state.story.map(({ kind }) => kind)).toEqual(['opened', 'received', 'notified'])
  const late = write('accepted', TOWN, notice, {}, { time: morning('2026-03-19') })
  expect(reasonOf(fold([...facts, notice, late], on('2026-03-20')), late)).toBe('wrong-stage')
})

/** A fact written on the 18th, two days after the five had gone. */
const writtenLate = (facts: FactEntry[], kind: 'notified' | 'rejected' | 'accepted', fields = {}) =>
  write(kind, TOWN, last(facts), fields, { time: morning('2026-03-18') })

const allowed = (facts: FactEntry[], kind: 'notified' | 'rejected' | 'accepted', fields = {}) => {
  const register = on('2026-03-18')
  const answer = checkAct(fold(facts, register), everybody(TOWN, kind), register, kind, { ...FIELDS[kind], ...fields })
  return answer.ok ? undefined : answer.problem
}

test('C83 a notice given in time and written down later counts for its day, with the reason', () => {
  const facts = received()
  const inTime = { occurredOn: '2026-03-13', occurredWhy: '停电三日,当日已书面告知' }
  const notice = writtenLate(facts, 'notified', inTime)
  const state = fold([...facts, notice], on('2026-03-18'))
  expect(state).toMatchObject({ stage: '25', notice: { day: '2026-03-13' } })
  expect(state.story.at(-1)).toMatchObject({ day: '2026-03-13', enteredOn: '2026-03-18' })
  expect(allowed(facts, 'notified', inTime)).toMatchObject({ code: 'second-needed', field: 'proposedTo' })
  expect(allowed(facts, 'notified', { ...inTime, proposedTo: 'p2' })).toBeUndefined()
  for (const [fields, field] of [
    [{ occurredOn: '2026-03-13' }, 'occurredWhy'],
    [{ occurredOn: '2026-03-06', occurredWhy: '停电' }, 'occurredOn'],
    [{ occurredOn: '2026-03-19', occurredWhy: '停电' }, 'occurredOn'],
  ] as const) {
    expect(allowed(facts, 'notified', fields)?.field).toBe(field)
  }
  // Without a reason it counts as written, and that is too late.
  const unreasoned = writtenLate(facts, 'notified', { occurredOn: '2026-03-13' })
  expect(reasonOf(fold([...facts, unreasoned], on('2026-03-18')), unreasoned)).toBe('deemed')
})

test('C84 a notice that was really late is set aside: the case is accepted', () => {
  for (const [kind, fields] of [
    ['notified', {}],
    ['notified', { occurredOn: '2026-03-17', occurredWhy: '停电' }],
    ['rejected', {}],
  ] as const) {
    const facts = received()
    const fact = writtenLate(facts, kind, fields)
    const state = fold([...facts, fact], on('2026-03-18'))
    expect(state).toMatchObject({ stage: '30', notice: null, asideOpen: 1 })
    const line = state.story.find(({ hash }) => hash === fact.hash)
    expect(line?.aside).toMatchObject({
      reason: 'deemed',
      text: expect.stringContaining('自收到申请材料之日起即为受理'),
    })
    expect(line?.aside?.resolve).toContain('补录')
    expect(allowed(facts, kind, fields), kind).toMatchObject({ code: 'deemed', next: expect.stringContaining('补录') })
  }
})

test('C85 the written acceptance may be issued afterwards; the day of acceptance stays the day of receipt', () => {
  const facts = received()
  const accepted = writtenLate(facts, 'accepted')
  expect(allowed(facts, 'accepted')).toBeUndefined()
  const state = fold([...facts, accepted], on('2026-03-18'))
  expect(state).toMatchObject({
    stage: '30',
    tip: accepted.hash,
    days: { deemed: '2026-03-09', accepted: '2026-03-18' },
    spans: { T2s: { start: '2026-03-09', stop: null } },
  })
  expect(state.papers.map(({ code }) => code)).toEqual(['D02', 'D03'])
  const again = write('accepted', TOWN, accepted, {}, { time: morning('2026-03-19') })
  expect(reasonOf(fold([...facts, accepted, again], on('2026-03-19')), again)).toBe('deemed-unconfirmed')
})

test('C82 a decision made without the acceptance being written stands on the derived one', () => {
  const facts = received()
  const decided = write('decided', TOWN, last(facts), {}, { time: morning('2026-03-20') })
  const state = fold([...facts, decided], on('2026-03-20'))
  expect(state).toMatchObject({ stage: '50', spans: { T2s: { start: '2026-03-09', stop: '2026-03-20' } } })
  const early = write('decided', TOWN, last(facts), {}, { time: morning('2026-03-13') })
  expect(reasonOf(fold([...facts, early], on('2026-03-20')), early)).toBe('wrong-stage')
})

test('C74 C75 what was done before a letter was revoked stays, what is done from that day on is set aside', () => {
  const item = { ...SIMPLE, id: 'SL0009', receivingTiers: ['village', 'township', 'county'] } as const
  const given = letter(VILLAGE, item.id)
  const revoked = { ...given, version: 2, revoked: { from: '2026-03-10' as never, reason: '人员调离' } }
  const facts = chain([
    ['opened', VILLAGE, { item: item.id }, '2026-03-09'],
    ['received', VILLAGE, {}, '2026-03-09'],
    ['accepted', VILLAGE, {}, '2026-03-10'],
  ])
  const accepted = last(facts)
  expect(fold(facts, registerWith({ items: [item], letters: [given] })).stage).toBe('30')
  const register = registerWith({ items: [item], letters: [revoked], today: '2026-03-12' })
  const state = fold(facts, register)
  expect(state).toMatchObject({ stage: '20', asideOpen: 1 })
  expect(reasonOf(state, accepted)).toBe('letter-revoked')

  // The village cannot adopt it either; a window that has the power can.
  const adoption = { fact: accepted.hash }
  expect(checkAct(state, everybody(VILLAGE, 'adopted'), register, 'adopted', adoption)).toMatchObject({
    problem: { code: 'letter-revoked' },
  })
  const handed = chain(
    [
      ['offered', VILLAGE, { to: TOWN }, '2026-03-11'],
      ['taken', TOWN, {}, '2026-03-11'],
    ],
    facts[1],
  )
  const adopted = write('adopted', TOWN, last(handed), adoption, { time: morning('2026-03-12') })
  const resolved = fold([...facts, ...handed, adopted], register)
  expect(resolved).toMatchObject({ stage: '30', holder: TOWN, asideOpen: 0, spans: { T2p: { start: '2026-03-12' } } })
  expect(epochOf(resolved, adopted)).toBe(2)
})
