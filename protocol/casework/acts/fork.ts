/** A case that a fork has stopped (rule C14): which records stand against each other, and which stations appear there. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import type { CaseState, StoryLine } from '../case.ts'
import { isGuarded } from '../facts/facts.ts'
import type { AsideReason } from '../rules/reasons.ts'

/** One of several ways in which a case went on: the forked fact, then what stations wrote behind it, each behind what it names. */
export type ForkSide = readonly StoryLine[]

/** What has no effect whatever the coordinator rules: a station did not sign what another's machine or a stranger wrote in its name. */
const NOBODYS: ReadonlySet<AsideReason> = new Set(['not-authorised', 'after-revocation', 'foreign-person', 'no-role'])

/** Guarded lines by the line that they name. */
function followersOf({ story }: CaseState): ReadonlyMap<EntryHash, readonly StoryLine[]> {
  const followers = new Map<EntryHash, StoryLine[]>()
  for (const line of story) {
    const { kind, previous, aside } = line
    if (aside !== null && NOBODYS.has(aside.reason)) continue
    if (previous === null || kind === 'deemed' || (kind !== 'unknown' && !isGuarded(kind))) continue
    const known = followers.get(previous)
    if (known === undefined) followers.set(previous, [line])
    else known.push(line)
  }
  return followers
}

/** The sides of what stops a case; none where nothing does. */
export function forkSides(state: CaseState): readonly ForkSide[] {
  const facts = state.forks.flatMap((fork) => fork.facts)
  if (facts.length === 0) return []
  const followers = followersOf(state)
  const lines = new Map(state.story.map((line) => [line.hash, line]))
  return facts.map((fact) => {
    const first = lines.get(fact)
    const side = first ? [first] : []
    // It grows while it is walked.
    for (const { hash } of side) for (const line of followers.get(hash) ?? []) side.push(line)
    return side
  })
}

/** A station at a fork: what it wrote there. */
export interface ForkStation {
  readonly station: StationCode
  readonly lines: readonly StoryLine[]
}

/**
 * The stations between which a fork is decided: the holder, whom an open offer names, and whoever was named on a side.
 * Anybody may write behind another's fact; what nobody had named a station for does not bring it in.
 */
export function forkStations(state: CaseState): readonly ForkStation[] {
  const found = new Map<StationCode, StoryLine[]>([[state.holder, []]])
  if (state.offer !== null) found.set(state.offer.to, [])
  for (const side of forkSides(state)) {
    const [first] = side
    if (first?.kind === 'opened' && !found.has(first.station)) found.set(first.station, [])
    for (const line of side) {
      const { station, kind, fields } = line
      const lines = found.get(station)
      if (lines === undefined) continue
      lines.push(line)
      const to = kind === 'offered' ? (fields.to as StationCode) : undefined
      if (to !== undefined && !found.has(to)) found.set(to, [])
    }
  }
  return [...found].map(([station, lines]) => ({ station, lines }))
}
