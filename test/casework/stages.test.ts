/** The transition table: every fact at every stage and tier, and the table itself against the law's spine. */
import { describe, expect, test } from 'vitest'
import { STAGES, type Stage } from '#protocol/casework/case.ts'
import { TIERS, type Tier } from '#protocol/casework/directory.ts'
import type { FieldValue } from '#protocol/casework/facts.ts'
import { findTransition, GUARDED_KINDS, type GuardedKind, isAdoptable, TRANSITIONS } from '#protocol/casework/stages.ts'
import { COUNTY, caseAt, epochOf, fold, last, STATION_OF_TIER, TOWN, write } from './people.ts'

const STAGE_CODES = (Object.keys(STAGES) as Stage[]).sort()

/** A case at a stage, ready for the given fact by the given tier, and the fact itself. */
function prepare(kind: GuardedKind, stage: Stage, tier: Tier, fields: Readonly<Record<string, FieldValue>>) {
  const station = STATION_OF_TIER[tier]
  const answers = kind === 'taken' || kind === 'declined'
  const holder = answers || kind === 'reassigned' ? TOWN : station
  const facts = caseAt(stage, holder)
  if (answers || kind === 'retracted') {
    facts.push(write('offered', holder, last(facts), { to: answers ? station : COUNTY }))
  }
  const fact = write(kind, station, last(facts), fields)
  return { facts: [...facts, fact], fact }
}

describe('every fact at every stage and tier', () => {
  const generated = GUARDED_KINDS.filter((kind) => kind !== 'adopted' && kind !== 'opened')
  for (const kind of generated) {
    test(`C5 ${kind} takes effect exactly where the table says`, () => {
      for (const stage of STAGE_CODES) {
        for (const tier of TIERS) {
          const variants: Readonly<Record<string, FieldValue>>[] =
            kind === 'decided' ? [{ result: 'granted' }, { result: 'refused', reasons: '不符合条件' }] : [{}]
          for (const fields of variants) {
            const { facts, fact } = prepare(kind, stage, tier, fields)
            const expected = findTransition(kind, stage, tier, fact.fact?.fields)
            const rooted = TRANSITIONS[kind].writer !== 'root' || tier === 'county'
            const state = fold(facts)
            const where = `${kind} at ${stage} in ${tier}`
            expect(epochOf(state, fact) !== null, where).toBe(expected !== undefined && rooted)
            if (expected && rooted) expect(state.stage, where).toBe(expected.to ?? stage)
          }
        }
      }
    })
  }
})

test('C5 the spine of the table is the one the law and the counters need', () => {
  const spine = GUARDED_KINDS.flatMap((kind) =>
    TRANSITIONS[kind].transitions
      .filter(({ to }) => to !== null)
      .map(({ from, to, tiers, roles }) => `${kind} ${from.join('|')}→${to} ${tiers.join(',')} ${roles.join(',')}`),
  )
  expect(spine).toEqual([
    'opened →00 village,township,county agent,clerk,handler,chief',
    'captured 00→10 village agent',
    'received 10→20 township,county clerk,handler,chief',
    'received 00→20 township,county clerk,handler,chief',
    'accepted 20→30 township,county clerk,handler,chief',
    'decided 30→50 township,county handler,chief',
    'decided 30→51 township,county handler,chief',
    'closed 50|51→60 township,county handler,chief',
    'delivered 60→70 village,township,county agent,clerk,handler,chief',
  ])
})

test('C5 custody moves at any stage before delivery and leaves the stage', () => {
  for (const kind of ['offered', 'retracted', 'taken', 'declined', 'reassigned', 'adopted'] as const) {
    const [transition, ...more] = TRANSITIONS[kind].transitions
    expect(more).toEqual([])
    expect(transition).toMatchObject({ from: STAGE_CODES.filter((stage) => stage !== '70'), to: null, tiers: TIERS })
  }
})

test('C5 no two transitions of a fact claim the same stage, tier and choice', () => {
  for (const kind of GUARDED_KINDS) {
    const claims = TRANSITIONS[kind].transitions.flatMap(({ from, tiers, when }) =>
      from.flatMap((stage) => tiers.map((tier) => `${stage} ${tier} ${when?.is ?? ''}`)),
    )
    expect(new Set(claims).size, kind).toBe(claims.length)
  }
})

test('C18 exactly the facts that move a begun case to another stage are adoptable', () => {
  expect(GUARDED_KINDS.filter(isAdoptable)).toEqual([
    'captured',
    'received',
    'accepted',
    'decided',
    'closed',
    'delivered',
  ])
})
