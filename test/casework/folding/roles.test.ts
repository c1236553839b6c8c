/** What a role allows: the public record of a person is asked for every fact, on every node alike, and no time takes anybody's place. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Letter, Role, Service, Staff } from '#protocol/casework/directory.ts'
import { FACT_KINDS, type FactEntry, isGuarded } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Register } from '#protocol/casework/register.ts'
import { rolesOf, standingOf } from '#protocol/casework/rules/service.ts'
import { CONTRIBUTORS, OPENERS, TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  CASE,
  COUNTY,
  chain,
  epochOf,
  FIELDS,
  fold,
  last,
  morning,
  reasonOf,
  register,
  TODAY,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'
import { by, staff } from './signing.ts'

const EVERY_ROLE: readonly Role[] = ['agent', 'clerk', 'handler', 'chief', 'cashier', 'coordinator']
const DAY = 86_400_000

const serving = (station: StationCode, roles: readonly Role[], from: Day | null = null, until: Day | null = null) =>
  ({ station, roles, from, until }) satisfies Service
/** The writer of the fixtures may do everything everywhere. */
const ANYBODY = staff('p1', ...[VILLAGE, TOWN, COUNTY].map((station) => serving(station, EVERY_ROLE)))

function withStaff(people: readonly Staff[], letters: readonly Letter[] = []): Register {
  const known = (person: string) => people.find(({ id }) => id === person)
  const authority = {
    ...register.authority,
    standing: (...[person, station, signing]: Parameters<Register['authority']['standing']>) =>
      standingOf(known(person), letters, person, station, signing),
    rolesOf: (...[person, station, signing]: Parameters<Register['authority']['rolesOf']>) =>
      rolesOf(known(person), letters, person, station, signing),
  }
  return { ...register, authority }
}

/** A decided case with one unpaid fee. */
function chargedCase() {
  const facts = caseAt('50', TOWN)
  const fee = write('charged', TOWN, last(facts))
  return { facts: [...facts, fee], fee }
}

test('C144 a village agent confirms no payment and gives nothing back; the cashier does both', () => {
  const county = withStaff([
    ANYBODY,
    staff('agent', serving(VILLAGE, ['agent'])),
    staff('cash', serving(COUNTY, ['cashier'])),
  ])
  const { facts, fee } = chargedCase()
  const forged = write('paid', VILLAGE, null, { ...FIELDS.paid, fact: fee.hash, receipt: '伪造' }, by('agent'))
  const open = fold([...facts, forged], county)
  expect(reasonOf(open, forged)).toBe('no-role')
  expect(open).toMatchObject({ fees: [{ paid: null }], asideOpen: 1 })
  const paid = write('paid', COUNTY, null, { ...FIELDS.paid, fact: fee.hash }, by('cash'))
  const stolen = write('refunded', VILLAGE, null, { ...FIELDS.refunded, fact: fee.hash }, by('agent'))
  const settled = fold([...facts, forged, paid, stolen], county)
  expect(reasonOf(settled, paid)).toBeNull()
  expect(settled.fees).toMatchObject([{ paid: { fact: paid.hash }, refunded: null }])
  // A dismissal by somebody without the role resolves nothing.
  const dismissed = write('dismissed', TOWN, null, { fact: forged.hash, reason: '不采纳' }, by('cash'))
  expect(fold([...facts, forged, dismissed], county).asideOpen).toBe(2)
})

test('C144 a decision needs a role of its transition on the day it was signed; the holder’s chief adopts it', () => {
  const facts = caseAt('40', TOWN)
  const decide = (person: string, at: Day) =>
    write('handled', TOWN, last(facts), {}, by(person, { time: morning(at), clockOffset: 0 }))
  const people = [
    ANYBODY,
    staff('clerk', serving(TOWN, ['clerk'])),
    staff('risen', serving(TOWN, ['clerk'], null, TODAY), serving(TOWN, ['chief'], TODAY)),
    staff('fallen', serving(TOWN, ['chief'], null, TODAY), serving(TOWN, ['clerk'], TODAY)),
  ]
  const county = withStaff(people)
  const verdict = (fact: FactEntry) => reasonOf(fold([...facts, fact], county), fact)
  expect(verdict(decide('clerk', TODAY))).toBe('no-role')
  expect(verdict(decide('risen', '2026-03-08' as Day))).toBe('no-role')
  // On the day of the change both roles count.
  for (const person of ['risen', 'fallen']) expect(verdict(decide(person, TODAY))).toBeNull()
  expect(verdict(decide('fallen', '2026-03-10' as Day))).toBe('no-role')
  const stolen = decide('clerk', TODAY)
  const adopted = write('adopted', TOWN, last(facts), { fact: stolen.hash }, by('risen'))
  const state = fold([...facts, stolen, adopted], county)
  expect(epochOf(state, adopted)).toBe(state.epoch)
  const taken = write('adopted', TOWN, last(facts), { fact: stolen.hash }, by('clerk'))
  expect(reasonOf(fold([...facts, stolen, taken], county), taken)).toBe('no-role')
})

test('C144 who opens no cases opens one only where nobody else does, and the line says so', () => {
  const county = withStaff([ANYBODY, staff('audit', serving(TOWN, ['auditor']))])
  const early = write('opened', TOWN, null, {}, by('audit', { time: morning(TODAY), clockOffset: 0 }))
  const honest = write('opened', TOWN, null, {}, { time: morning(TODAY) + 1, clockOffset: 0 })
  const alone = fold([early], county)
  expect(alone.story[0]).toMatchObject({ epoch: 1, marks: [{ mark: 'no-role' }] })
  const both = fold([early, honest], county)
  expect(epochOf(both, honest)).toBe(1)
  expect(reasonOf(both, early)).toBe('no-role')
})

test('C144 who is entrusted with a station by a letter has there the roles of the own one', () => {
  const facts = caseAt('40', TOWN)
  const lent: Letter = {
    type: 'letter',
    id: 'l1',
    version: 1,
    station: TOWN,
    department: '',
    person: 'lent' as PersonId,
    items: null,
    powers: ['decide'],
    from: '2026-01-01' as Day,
    until: '2026-12-31' as Day,
    revoked: null,
  } as unknown as Letter
  const handled = write('handled', TOWN, last(facts), {}, by('lent'))
  const verdict = (roles: readonly Role[], letters: readonly Letter[]) =>
    reasonOf(fold([...facts, handled], withStaff([ANYBODY, staff('lent', serving(COUNTY, roles))], letters)), handled)
  expect(verdict(['chief'], [lent])).toBeNull()
  expect(verdict(['clerk'], [lent])).toBe('no-role')
  expect(verdict(['chief'], [])).toBe('foreign-person')
})

test('C144 whatever anybody signs in whatever role, nothing takes effect that the role does not allow', () => {
  const people = (['agent', 'clerk', 'handler', 'chief', 'cashier', 'coordinator', 'supervisor'] as const).map((role) =>
    staff(role, ...[VILLAGE, TOWN, COUNTY].map((station) => serving(station, [role]))),
  )
  const county = withStaff([ANYBODY, ...people])
  const one = fc.record({
    person: fc.constantFrom(...people.map(({ id }) => id)),
    station: fc.constantFrom(VILLAGE, TOWN, COUNTY),
    kind: fc.constantFrom(...FACT_KINDS),
    behind: fc.nat(4),
  })
  fc.assert(
    fc.property(
      fc.constantFrom('00', '10', '20', '30', '40', '50'),
      fc.array(one, { maxLength: 10 }),
      (stage, drawn) => {
        const facts = stage === '00' ? chain([['opened', TOWN]]) : caseAt(stage, TOWN)
        const honest = new Set(facts.map(({ hash }) => hash))
        for (const { person, station, kind, behind } of drawn) {
          const previous = isGuarded(kind) ? (facts.at(-1 - (behind % 2)) ?? null) : null
          const subject = facts.at(-1 - behind)?.hash
          facts.push(write(kind, station, previous, subject ? { fact: subject } : {}, by(person)))
        }
        for (const { hash, kind, aside, marks } of foldCase(CASE, facts, county)?.story ?? []) {
          const entry = facts.find((fact) => fact.hash === hash)
          if (!entry || aside || honest.has(hash) || kind === 'deemed' || kind === 'unknown') continue
          const isLone = kind === 'opened' && marks.some(({ mark }) => mark === 'no-role')
          if (isLone) continue
          const allowed: readonly Role[] =
            isGuarded(kind) && kind !== 'opened'
              ? TRANSITIONS[kind].transitions.flatMap(({ roles }) => roles)
              : kind === 'opened'
                ? OPENERS
                : CONTRIBUTORS[kind]
          expect(allowed, `${kind} by ${entry.person}`).toContain(entry.person)
        }
      },
    ),
    { numRuns: 400 },
  )
})

test('C145 an answer that names an earlier time than what it answers takes nobody’s place', () => {
  const { facts, fee } = chargedCase()
  const paid = (receipt: string, time: number, more: Partial<FactEntry> = {}) =>
    write('paid', COUNTY, null, { ...FIELDS.paid, fact: fee.hash, receipt }, { time, clockOffset: 0, ...more })
  const real = paid('票1', fee.time + 60_000)
  const later = paid('票2', fee.time + 120_000)
  // A clock three days slow, whose offset is known, is no earlier than it was.
  const slow = paid('票3', fee.time - 3 * DAY + 180_000, { clockOffset: 3 * DAY })
  const receiptOf = (...answers: FactEntry[]) => fold([...facts, ...answers]).fees[0]?.paid?.receipt
  expect(receiptOf(later, real, slow)).toBe('票1')
  expect(receiptOf(slow, later)).toBe('票2')
  // Within one millisecond it is no earlier than its question.
  expect(receiptOf(paid('同', fee.time), later)).toBe('同')
  // Those that lie before it come behind all others, however far they go back, and count where there is no other.
  const [one, other] = [paid('甲', fee.time - 20 * DAY), paid('乙', fee.time - DAY)]
  expect(receiptOf(other, one)).toBe('甲')
  expect(receiptOf(other, one, later)).toBe('票2')
  expect(receiptOf(other, one, real, later)).toBe('票1')
})
