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
    return first === undefined ? [] : sideFrom(first, followers)
  })
}

function sideFrom(first: StoryLine, followers: ReadonlyMap<EntryHash, readonly StoryLine[]>): ForkSide {
  const side = [first]
  // It grows while it is walked.
  for (const { hash } of side) for (const line of followers.get(hash) ?? []) side.push(line)
  return side
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

const isRuling = ({ kind }: StoryLine): boolean => kind === 'reassigned' || kind === 'voided'

/** Whether a side could have stood against what counts in its place: somebody took what is there, or went on from a decline. */
const couldStand = (side: ForkSide): boolean =>
  side.some(({ kind }) => kind === 'taken') || (side[0]?.kind === 'declined' && side.length > 1)

/**
 * The records that a ruling displaced, each with that ruling: written in the place of their side, or the first one behind
 * another record there, where both could have stood. Most records lose to what others signed for, whatever was ruled before
 * or since: those are none of them.
 */
export function rulingsAgainst(state: CaseState): ReadonlyMap<EntryHash, StoryLine> {
  const followers = followersOf(state)
  const counting = (lines: readonly StoryLine[] | undefined) => lines?.find(({ epoch }) => epoch !== null)
  const found = new Map<EntryHash, StoryLine>()
  const openings = state.story.filter(({ kind }) => kind === 'opened')
  const chain: StoryLine[] = []
  for (let at = counting(openings); at; at = counting(followers.get(at.hash))) chain.push(at)
  let ruling: StoryLine | undefined
  for (const line of chain.toReversed()) {
    if (isRuling(line)) ruling = line
    if (ruling === undefined) continue
    const beside = line.previous === null ? openings : (followers.get(line.previous) ?? [])
    for (const first of beside) {
      if (first === line) continue
      const side = sideFrom(first, followers)
      if (ruling === line || couldStand(side)) for (const { hash } of side) found.set(hash, ruling)
    }
  }
  return found
}
