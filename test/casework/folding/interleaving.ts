/** Stations that act offline and meet now and then: generated histories for the casework properties. */
import fc from 'fast-check'
import { checkAct } from '#protocol/casework/acts/acts.ts'
import { OFFERED_KINDS } from '#protocol/casework/acts/offered-kinds.ts'
import { isAwaiting, secondsOfAct } from '#protocol/casework/acts/second.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import {
  FACT_KINDS,
  FACTS,
  type FactEntry,
  type FactKind,
  type FieldValue,
  isGuarded,
} from '#protocol/casework/facts/facts.ts'
import type { Register } from '#protocol/casework/register.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import { choicesOf, everybody, KINDS_OF_ITEM, LETTERED } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import { COUNTY, FIELDS, fold, morning, TODAY, TOWN, VILLAGE, write } from '#test/casework/people.ts'

export const STATIONS = [VILLAGE, TOWN, COUNTY] as const

/** One step: a station acts by the rules, does the natural next, acts rashly, or two stations meet and exchange what they hold. */
export const step = fc.record({
  what: fc.constantFrom('next', 'next', 'next', 'act', 'act', 'rash', 'meet'),
  station: fc.nat(STATIONS.length - 1),
  other: fc.nat(STATIONS.length - 1),
  choice: fc.nat(1000),
  /** Days that pass before it. */
  days: fc.constantFrom(0, 0, 0, 1, 6),
})
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const STARTS = ['00', '10', '20', '20', '25', '30', '40', '42', '45', '46', '50', '60', '70', '85'] as const

/** What every station holds at first: the item and the stage decide which of transitions 14 to 26 a history can meet. */
export const beginning = fc
  .record({ stage: fc.constantFrom(...STARTS), item: fc.constantFrom(...Object.values(KINDS_OF_ITEM)) })
  .map(({ stage, item }) => caseAt(stage, stage === '00' ? VILLAGE : TOWN, item))

const others = (station: StationCode) => STATIONS.filter((each) => each !== station)

/** Fields with which a fact could be written in this state. */
export function fieldsFor(kind: FactKind, state: CaseState, station: StationCode, choice: number, today = TODAY) {
  const pick = <Value>(values: readonly Value[]): Value | undefined => values[choice % Math.max(values.length, 1)]
  const changes: Record<string, FieldValue> = { ...(isGuarded(kind) ? pick(choicesOf(kind)) : {}) }
  if (kind === 'concluded') changes.occurredOn = today
  if (kind === 'offered' || kind === 'invited') changes.to = pick(others(station)) ?? COUNTY
  if (kind === 'reassigned') changes.to = pick(STATIONS) ?? COUNTY
  if (kind === 'adopted' || kind === 'dismissed') {
    changes.fact = pick(state.story.filter((line) => line.aside?.resolved === null))?.hash ?? state.tip
  }
  if (kind === 'countersigned') changes.fact = pick(state.story.filter(isAwaiting))?.hash ?? state.tip
  // Every other one of those that need a second person waits for one.
  const needs = isGuarded(kind)
    ? secondsOfAct(state, onDay(today), { station }, kind, { ...FIELDS[kind], ...changes })
    : []
  if (choice % 2 === 0 && needs.length > 0) changes.proposedTo = 'second'
  if (kind === 'acknowledged' || kind === 'opined') changes.fact = pick(state.invitations)?.fact ?? state.tip
  if (kind === 'paid' || kind === 'refunded' || kind === 'waived') changes.fact = pick(state.fees)?.fact ?? state.tip
  if (kind === 'notified' && state.notice !== null) Object.assign(changes, { override: '原告知有误', approver: 'p9' })
  return { ...FIELDS[kind], ...changes }
}

/** Kinds in the order in which acts are offered, contributions behind. */
const KINDS: readonly FactKind[] = [
  ...OFFERED_KINDS,
  'countersigned',
  'adopted',
  ...FACT_KINDS.filter((kind) => !FACTS[kind].guarded && kind !== 'noted'),
]

/** What every node holds on a day. */
export const onDay = (today: Day): Register => ({ ...LETTERED, today })

let moments = 0

/** A moment of a day, later than every one before it. */
export function during(today: Day): Partial<FactEntry> {
  moments += 1
  return { time: morning(today) + moments }
}

function act(held: readonly FactEntry[], station: StationCode, { what, choice }: Step, today: Day) {
  const register = onDay(today)
  const state = fold(held, register)
  const kinds = KINDS.filter((kind) => {
    if (what === 'rash') return true
    const fields = fieldsFor(kind, state, station, choice, today)
    return checkAct(state, everybody(station, kind), register, kind, fields).ok
  })
  const kind = what === 'next' ? kinds[0] : kinds[choice % Math.max(kinds.length, 1)]
  if (kind === undefined) return undefined
  const facts = state.story.filter((line) => line.kind !== 'deemed')
  const anywhere = facts[choice % facts.length]?.hash ?? state.tip
  const previous = !isGuarded(kind) ? null : what === 'rash' ? anywhere : state.tip
  return write(kind, station, previous, fieldsFor(kind, state, station, choice, today), during(today))
}

/** What each station holds after every step and on which day, and everything ever written. */
export function play(steps: readonly Step[], common: readonly FactEntry[]) {
  const held = STATIONS.map(() => [...common])
  const snapshots: { facts: FactEntry[]; today: Day }[] = []
  const everything = [...common]
  let today = TODAY
  for (const each of steps) {
    const { what, station, other, days } = each
    const code = STATIONS[station]
    const mine = held[station]
    if (code === undefined || mine === undefined) continue
    today = plusDays(today, days)
    if (what === 'meet') {
      const union = [...new Set([...mine, ...(held[other] ?? [])])]
      held[station] = union
      held[other] = [...union]
    } else {
      const fact = act(mine, code, each, today)
      if (fact !== undefined) {
        mine.push(fact)
        everything.push(fact)
      }
    }
    snapshots.push({ facts: [...(held[station] ?? [])], today })
  }
  return { snapshots, everything, today }
}
