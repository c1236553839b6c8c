/** Joint handling and fees: who may answer what, what an answer must say, and what no switch decides by itself. */
import { expect, test } from 'vitest'
import { actsFor, checkAct } from '#protocol/casework/acts/acts.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { LocalRules } from '#protocol/casework/directory.ts'
import type { FactEntry, FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { StationCode } from '#protocol/ids.ts'
import { everybody } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  FIELDS,
  fold,
  last,
  morning,
  OTHER_TOWN,
  reasonOf,
  register,
  registerWith,
  SIMPLE,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

type Fields = Readonly<Record<string, FieldValue>>
const problemOf = (state: CaseState, station: StationCode, kind: FactKind, fields: Fields, by: Register = register) => {
  const answer = checkAct(state, everybody(station, kind), by, kind, fields)
  return answer.ok ? undefined : answer.problem
}

/** A case at the township that has asked the county hall for its opinion by Friday the 13th. */
function askedCase() {
  const facts = caseAt('30', TOWN)
  const notice = write('invited', TOWN, last(facts), { to: COUNTY, department: 'MZ', due: '2026-03-13' })
  return { facts: [...facts, notice], notice }
}

const decisionOf = (facts: readonly FactEntry[], after: FactEntry, on: string, rules: Partial<LocalRules> = {}) => {
  const by = registerWith({ rules, today: on })
  const state = fold(facts, by)
  const decided = write('decided', TOWN, after, {}, { time: morning(on) })
  const problem = problemOf(state, TOWN, 'decided', FIELDS.decided, by)
  const reason = reasonOf(fold([...facts, decided], by), decided)
  expect(problem?.code ?? null).toBe(reason)
  return { state, reason }
}

test('C90 only the station that was asked answers, once, and a disagreement says why', () => {
  const { facts, notice } = askedCase()
  const about = { fact: notice.hash }
  const stranger = write('opined', OTHER_TOWN, null, { ...about, opinion: 'agree' })
  const bare = write('opined', COUNTY, null, { ...about, opinion: 'disagree', reasons: ' ' })
  const reasoned = write('opined', COUNTY, null, { ...about, opinion: 'disagree', reasons: '用地不符合规划' })
  const second = write('opined', COUNTY, null, { ...about, opinion: 'agree' })
  const state = fold([...facts, second, reasoned, bare, stranger])
  expect([stranger, bare, reasoned, second].map((fact) => reasonOf(state, fact))).toEqual([
    'not-invited',
    'malformed',
    null,
    'answered-already',
  ])
  expect(state.invitations).toMatchObject([
    { to: COUNTY, department: 'MZ', opinion: { opinion: 'disagree', reasons: '用地不符合规划' }, read: '2026-03-09' },
  ])
  const open = fold(facts)
  expect(problemOf(open, OTHER_TOWN, 'opined', { ...about, opinion: 'agree' })?.code).toBe('nothing-to-answer')
  expect(problemOf(open, COUNTY, 'opined', { ...about, opinion: 'disagree' })).toMatchObject({
    field: 'reasons',
    message: expect.stringContaining('不同意的,须写明理由'),
  })
  expect(problemOf(open, COUNTY, 'opined', { ...about, opinion: 'report-up' })).toBeUndefined()
  expect(problemOf(state, COUNTY, 'opined', { ...about, opinion: 'agree' })?.code).toBe('nothing-to-answer')
})

test('C90 an answer that comes before its notice counts once the notice is here', () => {
  const { facts, notice } = askedCase()
  const opinion = write('opined', COUNTY, null, { fact: notice.hash })
  const without = fold([...facts.slice(0, -1), opinion])
  expect(reasonOf(without, opinion)).toBe('orphan')
  expect(fold([opinion, ...facts]).invitations[0]?.opinion?.fact).toBe(opinion.hash)
})

test('C90 each notice is offered to its station for reading and for an opinion', () => {
  const { facts, notice } = askedCase()
  const second = write('invited', TOWN, notice, { to: COUNTY, department: 'ZJ' })
  const read = write('acknowledged', COUNTY, null, { fact: notice.hash })
  const state = fold([...facts, second, read])
  const offers = actsFor(state, everybody(COUNTY, 'opined'), register)
    .filter(({ allowed, subject }) => allowed && subject !== null)
    .map(({ kind, subject }) => [kind, subject])
  expect(offers).toEqual([
    ['acknowledged', second.hash],
    ['opined', notice.hash],
    ['opined', second.hash],
  ])
  expect(state.papers.filter(({ code }) => code === 'D15')).toHaveLength(2)
})

test('C91 the lead decides only when every department has answered, whatever it answered', () => {
  const { facts, notice } = askedCase()
  expect(decisionOf(facts, notice, '2026-03-12').reason).toBe('co-departments-answered')
  for (const opinion of ['agree', 'disagree', 'report-up'] as const) {
    const answer = write('opined', COUNTY, null, { fact: notice.hash, opinion, reasons: '见附件' })
    const { state, reason } = decisionOf([...facts, answer], notice, '2026-03-12')
    expect(reason, opinion).toBeNull()
    // Nothing is decided by an opinion.
    expect(state).toMatchObject({ stage: '30', result: null })
  }
})

test('C92 silence counts only where the local rule says so, with proof of notice, after the due day', () => {
  const { facts, notice } = askedCase()
  const read = write('acknowledged', COUNTY, null, { fact: notice.hash })
  const [late, inTime] = ['2026-03-16', '2026-03-13']
  const waiting = 'co-departments-answered'
  expect(decisionOf([...facts, read], notice, late).reason).toBe(waiting)
  expect(decisionOf(facts, notice, late, { silenceAgrees: true }).reason).toBe(waiting)
  expect(decisionOf([...facts, read], notice, inTime, { silenceAgrees: true }).reason).toBe(waiting)
  const { state, reason } = decisionOf([...facts, read], notice, late, { silenceAgrees: true })
  expect(reason).toBeNull()
  // The switch never decides: without the lead's own act the case stays where it is.
  expect(state).toMatchObject({ stage: '30', result: null, invitations: [{ opinion: null }] })
})

test('C92 absence counts only where the local rule says so, with proof of notice, in the lead’s own minutes', () => {
  const { facts, notice } = askedCase()
  const read = write('acknowledged', COUNTY, null, { fact: notice.hash })
  const minutes = write('met', TOWN, null, { absent: ['MZ'] })
  const rules = { absenceAgrees: true }
  const waiting = 'co-departments-answered'
  expect(decisionOf([...facts, read, minutes], notice, '2026-03-10').reason).toBe(waiting)
  expect(decisionOf([...facts, minutes], notice, '2026-03-10', rules).reason).toBe(waiting)
  const foreign = write('met', OTHER_TOWN, null, { absent: ['MZ'] })
  expect(decisionOf([...facts, read, foreign], notice, '2026-03-10', rules).reason).toBe(waiting)
  const other = write('met', TOWN, null, { absent: ['ZJ'] })
  expect(decisionOf([...facts, read, other], notice, '2026-03-10', rules).reason).toBe(waiting)
  const { state, reason } = decisionOf([...facts, read, minutes], notice, '2026-03-10', rules)
  expect(reason).toBeNull()
  expect(state).toMatchObject({ stage: '30', result: null, invitations: [{ absent: true, opinion: null }] })
})

test('C102 a verification names two people', () => {
  const facts = caseAt('30', TOWN)
  const alone = { ...FIELDS.verified, staff: ['张三'] }
  expect(problemOf(fold(facts), TOWN, 'verified', alone)).toMatchObject({ field: 'staff' })
  const [one, two] = [write('verified', TOWN, null, alone), write('verified', TOWN, null)]
  const state = fold([...facts, one, two])
  expect([reasonOf(state, one), reasonOf(state, two)]).toEqual(['malformed', null])
  expect(state.papers.filter(({ code }) => code === 'D10')).toHaveLength(1)
})

test('C93 a fee without a legal basis, off the standard or unheard of is not charged', () => {
  const item = { ...SIMPLE, id: 'SL0006', fees: SIMPLE.fees.map((fee) => ({ ...fee, basis: '' })) }
  const by = registerWith({ items: [item] })
  expect(problemOf(fold(caseAt('30', TOWN, item), by), TOWN, 'charged', FIELDS.charged, by)).toMatchObject({
    code: 'fee-standard',
    message: expect.stringContaining('第五十八条'),
  })
  const state = fold(caseAt('30', TOWN))
  const off: readonly Fields[] = [{ amount: 999 }, { amount: 1001 }, { fee: 'f2' }]
  for (const fields of off) {
    expect(problemOf(state, TOWN, 'charged', { ...FIELDS.charged, ...fields })?.code).toBe('fee-standard')
  }
  expect(problemOf(state, TOWN, 'charged', FIELDS.charged)).toBeUndefined()
})

/** A decided case with one unpaid fee. */
function chargedCase() {
  const facts = caseAt('50', TOWN)
  const fee = write('charged', TOWN, last(facts))
  return { facts: [...facts, fee], fee }
}

test('C93 a case with an unpaid fee is not closed; the cashier’s receipt settles it, once, to the fen', () => {
  const { facts, fee } = chargedCase()
  const open = fold(facts)
  expect(problemOf(open, TOWN, 'closed', FIELDS.closed)).toMatchObject({ code: 'fees-settled' })
  const paid = { ...FIELDS.paid, fact: fee.hash }
  expect(problemOf(open, TOWN, 'paid', { ...paid, amount: 999 })).toMatchObject({ field: 'amount' })
  expect(problemOf(open, TOWN, 'paid', paid)).toBeUndefined()
  const clerk = { ...everybody(TOWN, 'paid'), roles: ['clerk', 'chief'] as const }
  expect(checkAct(open, clerk, register, 'paid', paid)).toMatchObject({ problem: { code: 'role' } })
  const [less, first, second] = [
    write('paid', TOWN, null, { ...paid, amount: 1 }),
    write('paid', COUNTY, null, { ...paid, receipt: '票1' }),
    write('paid', TOWN, null, { ...paid, receipt: '票2' }),
  ]
  const settled = fold([...facts, second, first, less])
  expect([less, first, second].map((fact) => reasonOf(settled, fact))).toEqual(['malformed', null, 'answered-already'])
  expect(settled.fees).toMatchObject([{ amount: 1000, paid: { receipt: '票1', amount: 1000 }, refunded: null }])
  expect(problemOf(settled, TOWN, 'closed', FIELDS.closed)).toBeUndefined()
  expect(settled.papers.map(({ code }) => code)).toContain('D18')
})

test('C93 only what was paid is given back', () => {
  const { facts, fee } = chargedCase()
  const refund = { ...FIELDS.refunded, fact: fee.hash }
  const early = write('refunded', TOWN, null, refund)
  const before = fold([...facts, early])
  expect(reasonOf(before, early)).toBe('orphan')
  expect(problemOf(before, TOWN, 'refunded', refund)?.code).toBe('nothing-to-answer')
  expect(problemOf(before, TOWN, 'closed', FIELDS.closed)?.code).toBe('fees-settled')
  const paid = write('paid', TOWN, null, { fact: fee.hash })
  const back = write('refunded', TOWN, null, refund)
  const state = fold([...facts, paid, back])
  expect(state.fees).toMatchObject([{ paid: { fact: paid.hash }, refunded: { fact: back.hash, receipt: '退1' } }])
})

test('C107 whoever charged a fee takes the notice back or remits it with its basis; nobody else does', () => {
  const { facts, fee } = chargedCase()
  const waiver = { ...FIELDS.waived, fact: fee.hash }
  const [foreign, baseless, own] = [
    write('waived', COUNTY, null, waiver),
    write('waived', TOWN, null, { ...waiver, as: 'reduced' }),
    write('waived', TOWN, null, waiver),
  ]
  const state = fold([...facts, foreign, baseless, own])
  expect([foreign, baseless, own].map((fact) => reasonOf(state, fact))).toEqual(['not-charger', 'malformed', null])
  expect(state.fees).toMatchObject([{ paid: null, waived: { fact: own.hash, as: 'cancelled' } }])
  expect(problemOf(state, TOWN, 'closed', FIELDS.closed)).toBeUndefined()
  const open = fold(facts)
  expect(problemOf(open, COUNTY, 'waived', waiver)?.code).toBe('nothing-to-answer')
  expect(problemOf(open, TOWN, 'waived', { ...waiver, as: 'reduced' })?.field).toBe('basis')
})

test('C100 a contribution from anywhere leaves stage and holder, also when it answers the last open question', () => {
  const { facts, notice } = askedCase()
  const before = fold(facts)
  const answers = [
    write('opined', COUNTY, null, { fact: notice.hash }),
    write('contacted', VILLAGE, null),
    write('met', TOWN, null),
    write('progressed', VILLAGE, null),
  ]
  const after = fold([...facts, ...answers])
  for (const part of ['stage', 'holder', 'epoch', 'tip', 'result', 'closing'] as const) {
    expect(after[part], part).toBe(before[part])
  }
  expect(after.contacts).toBe(1)
})
