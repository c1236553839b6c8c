/** Properties of the fold: total, order-free, one epoch per transition. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkAct } from '#protocol/casework/acts.ts'
import { FACT_KINDS, type FactEntry } from '#protocol/casework/facts.ts'
import { foldCase } from '#protocol/casework/fold.ts'
import { isGuarded, TRANSITIONS } from '#protocol/casework/stages.ts'
import type { EntryHash, LogKey, StationCode } from '#protocol/ids.ts'
import { everyone, fieldsFor, play, STATIONS, step } from './interleaving.ts'
import { authority, CASE, COUNTY, FIELDS, fold, nodeOf, OTHER_TOWN, TOWN, VILLAGE, write } from './people.ts'

const HASHES = Array.from({ length: 12 }, (_, index) => index.toString(16).repeat(64).slice(0, 64) as EntryHash)
const CODES = [VILLAGE, TOWN, COUNTY, OTHER_TOWN, '999999' as StationCode]

/** Any facts at all: wrong nodes, loops of references, self-adoptions, malformed ones. */
const anyFacts = fc.uniqueArray(
  fc.record({
    hash: fc.constantFrom(...HASHES),
    node: fc.constantFrom(...CODES),
    station: fc.constantFrom(...CODES),
    time: fc.integer({ min: 0, max: 5 }),
    kind: fc.option(fc.constantFrom(...FACT_KINDS), { nil: undefined, freq: 12 }),
    previous: fc.option(fc.constantFrom(...HASHES), { nil: null }),
    subject: fc.constantFrom(...HASHES),
    to: fc.constantFrom(...CODES),
    refused: fc.boolean(),
  }),
  { selector: ({ hash }) => hash, maxLength: HASHES.length },
)

type Drawn = typeof anyFacts extends fc.Arbitrary<(infer Value)[]> ? Value : never

function entryOf({ hash, node, station, time, kind, previous, subject, to, refused }: Drawn): FactEntry {
  const extra = {
    ...(kind === 'adopted' || kind === 'dismissed' ? { fact: subject } : {}),
    ...(kind === 'offered' || kind === 'reassigned' ? { to } : {}),
    ...(kind === 'decided' && refused ? { result: 'refused' } : {}),
  }
  return {
    hash,
    log: `${nodeOf(node)}/1/${VILLAGE}` as LogKey,
    seq: 1,
    person: '',
    station,
    time,
    clockOffset: null,
    fact: kind === undefined ? undefined : { kind, previous, fields: { ...FIELDS[kind], ...extra } },
  }
}

/** Facts with an opening among them more often than chance would give. */
const factsWithOpening = anyFacts.map((drawn) =>
  drawn.map((each, index) =>
    entryOf(index === 0 ? { ...each, kind: 'opened', previous: null, node: each.station } : each),
  ),
)

const shuffled = (facts: readonly FactEntry[], seed: number): FactEntry[] =>
  facts
    .map((fact, index) => ({ fact, rank: ((index + 1) * (seed * 2 + 1) * 2_654_435_761) % 1_000_003 }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ fact }) => fact)

test('C24 the fold answers any facts, every fact with one line, the same in any order and number', () => {
  fc.assert(
    fc.property(factsWithOpening, fc.nat(10_000), (facts, seed) => {
      const state = foldCase(CASE, facts, authority)
      const repeated = shuffled([...facts, ...facts.slice(seed % (facts.length + 1))], seed)
      expect(foldCase(CASE, repeated, authority)).toEqual(state)
      if (state === undefined) return
      expect(state.story.map(({ hash }) => hash).sort()).toEqual(facts.map(({ hash }) => hash).sort())
    }),
    { numRuns: 1500 },
  )
})

test('C24 the facts of stations that acted offline fold alike in any order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(10_000), (steps, seed) => {
      const { everything } = play(steps)
      expect(fold(shuffled([...everything, ...everything], seed))).toEqual(fold(everything))
    }),
    { numRuns: 150 },
  )
})

const raisesEpoch = (kind: string) => kind === 'taken' || kind === 'reassigned'

function checkChain(facts: readonly FactEntry[]): void {
  const state = fold(facts)
  const holders = new Map<number, StationCode>()
  let epoch = 1
  for (const line of state.story.filter((each) => each.epoch !== null)) {
    expect(line.aside).toBeNull()
    if (raisesEpoch(line.kind)) epoch += 1
    expect(line.epoch).toBe(epoch)
    if (line.kind === 'unknown' || !isGuarded(line.kind) || TRANSITIONS[line.kind].writer !== 'holder') continue
    expect(holders.get(epoch) ?? line.station).toBe(line.station)
    holders.set(epoch, line.station)
  }
  expect(state.epoch).toBe(epoch)
  const adoptions = state.story.flatMap((line) =>
    line.aside?.resolved?.by === 'adopted' ? [line.aside.resolved.fact] : [],
  )
  expect(new Set(adoptions).size).toBe(adoptions.length)
}

test('C25 whatever stations do offline, every transition takes effect under exactly one epoch', () => {
  let epochs = 0
  let aside = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const { snapshots, everything } = play(steps)
      const seen = new Map<EntryHash, number>()
      for (const facts of [...snapshots, everything]) {
        for (const line of fold(facts).story) {
          if (line.epoch === null) continue
          // The same fact under the same epoch at every station, at every moment.
          expect(seen.get(line.hash) ?? line.epoch).toBe(line.epoch)
          seen.set(line.hash, line.epoch)
        }
      }
      checkChain(everything)
      const state = fold(everything)
      epochs = Math.max(epochs, state.epoch)
      aside += state.asideOpen
    }),
    { numRuns: 200 },
  )
  expect(epochs).toBeGreaterThan(3)
  expect(aside).toBeGreaterThan(100)
})

test('C30 an act is allowed exactly when the fact it writes takes effect', () => {
  let allowed = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.nat(1000), (steps, choice) => {
      const { everything } = play(steps)
      const state = fold(everything)
      for (const station of STATIONS) {
        for (const kind of FACT_KINDS.filter(isGuarded)) {
          if (kind === 'opened') continue
          const fields = fieldsFor(kind, state, station, choice)
          // Where a case may be offered to is a rule of the desk; the fold lets every offer stand.
          if (
            kind === 'offered' &&
            authority.parentOf(station) !== fields.to &&
            authority.parentOf(fields.to as StationCode) !== station
          )
            fields.to = TOWN === station ? COUNTY : TOWN
          const answer = checkAct(state, everyone(station), authority, kind, fields)
          const fact = write(kind, station, state.tip, fields)
          const after = fold([...everything, fact])
          expect(
            after.story.some((line) => line.hash === fact.hash && line.epoch !== null),
            `${kind} ${station}`,
          ).toBe(answer.ok)
          if (answer.ok) allowed += 1
        }
      }
    }),
    { numRuns: 150 },
  )
  expect(allowed).toBeGreaterThan(200)
})
