/** Stations that act offline and meet now and then: generated histories for the casework properties. */
import fc from 'fast-check'
import { type Actor, checkAct } from '#protocol/casework/acts.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { FACT_KINDS, type FactEntry, type FactKind, type FieldValue } from '#protocol/casework/facts.ts'
import type { StationCode } from '#protocol/ids.ts'
import { authority, COUNTY, FIELDS, fold, TOWN, VILLAGE, write } from './people.ts'

export const STATIONS = [VILLAGE, TOWN, COUNTY] as const

/** Everything a person can do, so that only stage and custody decide. */
export const everyone = (station: StationCode): Actor => ({
  station,
  roles: ['agent', 'clerk', 'handler', 'chief', 'coordinator'],
  root: station === COUNTY,
})

/** One step: a station acts by the rules, acts rashly, or two stations meet and exchange what they hold. */
export const step = fc.record({
  what: fc.constantFrom('act', 'act', 'act', 'rash', 'meet'),
  station: fc.nat(STATIONS.length - 1),
  other: fc.nat(STATIONS.length - 1),
  choice: fc.nat(1000),
})
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const others = (station: StationCode) => STATIONS.filter((each) => each !== station)

/** Fields with which a fact could be written in this state. */
export function fieldsFor(kind: FactKind, state: CaseState, station: StationCode, choice: number) {
  const pick = <Value>(values: readonly Value[]): Value | undefined => values[choice % Math.max(values.length, 1)]
  const changes: Record<string, FieldValue> = {}
  if (kind === 'offered') changes.to = pick(others(station)) ?? COUNTY
  if (kind === 'reassigned') changes.to = pick(STATIONS) ?? COUNTY
  if (kind === 'adopted' || kind === 'dismissed') {
    changes.fact = pick(state.story.filter((line) => line.aside?.resolved === null))?.hash ?? state.tip
  }
  return { ...FIELDS[kind], ...changes }
}

function act(held: readonly FactEntry[], station: StationCode, choice: number, isRash: boolean): FactEntry | undefined {
  const state = fold(held)
  const kinds = FACT_KINDS.filter((kind) => {
    if (kind === 'opened' || kind === 'noted') return false
    return isRash || checkAct(state, everyone(station), authority, kind, fieldsFor(kind, state, station, choice)).ok
  })
  const kind = kinds[choice % Math.max(kinds.length, 1)]
  if (kind === undefined) return undefined
  const anywhere = state.story[choice % state.story.length]?.hash ?? state.tip
  const previous = kind === 'dismissed' ? null : isRash ? anywhere : state.tip
  return write(kind, station, previous, fieldsFor(kind, state, station, choice))
}

/** What each station holds after every step, and everything ever written. */
export function play(steps: readonly Step[]): { snapshots: FactEntry[][]; everything: FactEntry[] } {
  const opening = write('opened', VILLAGE, null)
  const held = STATIONS.map(() => [opening])
  const snapshots: FactEntry[][] = []
  const everything = [opening]
  for (const { what, station, other, choice } of steps) {
    const code = STATIONS[station]
    const mine = held[station]
    if (code === undefined || mine === undefined) continue
    if (what === 'meet') {
      const union = [...new Set([...mine, ...(held[other] ?? [])])]
      held[station] = union
      held[other] = [...union]
    } else {
      const fact = act(mine, code, choice, what === 'rash')
      if (fact !== undefined) {
        mine.push(fact)
        everything.push(fact)
      }
    }
    snapshots.push([...(held[station] ?? [])])
  }
  return { snapshots, everything }
}
