/** Who changed what in a section that goes by keys, edit by edit (rule S86). */
import type { Authority } from '#protocol/casework/register.ts'
import { civilDay } from '#protocol/casework/time/days.ts'
import { type OpenSection, openSection } from '#protocol/documents/section.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import type { StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { SealChange } from '../section-view.ts'
import type { SectionEdit } from './case-file.ts'

/** What was changed from some edits on. */
export interface WalkedChanges {
  /** In the order in which they came to be; the latest LIMITS.shownChanges. */
  readonly changes: readonly SealChange[]
  /** The station of every edit that was not gone through, and of every earlier change that is not shown. */
  readonly unlisted: readonly StationCode[]
}

type MapValue = Readonly<Record<string, unknown>>

/** What one edit made of the values before it. */
function changesBetween(before: MapValue, after: MapValue, edit: SectionEdit, authority: Authority): SealChange[] {
  const { person, station, time, orLater } = edit
  const signing = { day: civilDay(time), orLater }
  const foreignPerson = person !== '' && authority.standing(person, station, signing) === 'foreign'
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => ({
      key,
      before: before[key] ?? null,
      after: after[key] ?? null,
      person,
      station,
      time,
      foreignPerson,
    }))
}

/**
 * How many of the latest edits are gone through one by one. Each step reads the whole section, so that edits without end,
 * or large ones, would keep everybody on this node waiting; `among` so many walks of one page it is shared.
 */
function walkedOf(held: readonly SectionEdit[], later: readonly SectionEdit[], among: number): number {
  const bytes = [...held, ...later].reduce((sum, { update }) => sum + update.length, 1)
  return Math.min(later.length, LIMITS.walkedEdits, Math.max(1, Math.floor(LIMITS.walkedBytes / among / bytes)))
}

/** Whether a change goes on what the same person typed before at the same key. */
const goesOn = (known: SealChange, change: SealChange): boolean =>
  known.person === change.person && known.station === change.station && known.foreignPerson === change.foreignPerson

/**
 * Goes from the edits that a section shows on, edit by edit; what one person typed on at one key is one change. Edits that
 * cannot be gone through are counted: what nobody could look at must not pass as nothing.
 */
function changesSince(
  section: OpenSection,
  begun: readonly SectionEdit[],
  walked: readonly SectionEdit[],
  authority: Authority,
): { readonly changes: readonly SealChange[]; readonly unread: readonly SectionEdit[] } {
  const changes: SealChange[] = []
  const places = new Map<string, number>() // of the last change at a key
  const shown = [...begun]
  const lineage = {} // the list only grows: the section need not compare it anew with each step
  let before = section.value() as MapValue
  let unread: readonly SectionEdit[] = []
  for (const [at, edit] of walked.entries()) {
    shown.push(edit)
    if (!section.follow(shown, lineage)) {
      unread = walked.slice(at)
      break
    }
    const after = section.value() as MapValue
    for (const change of changesBetween(before, after, edit, authority)) {
      const last = places.get(change.key) ?? -1
      const known = changes[last]
      if (known && goesOn(known, change)) changes[last] = { ...change, before: known.before }
      else places.set(change.key, changes.push(change) - 1)
    }
    before = after
  }
  const isNothing = ({ before: was, after }: SealChange) => JSON.stringify(was) === JSON.stringify(after)
  return { changes: changes.filter((change) => !isNothing(change)), unread }
}

export const stationOf = ({ station }: { readonly station: StationCode }): StationCode => station

/** A section as some edits make it; undefined where they cannot be put together. */
export function openedOf(name: SectionName, edits: readonly SectionEdit[]): OpenSection | undefined {
  const section = openSection(
    name,
    edits.map(({ update }) => update),
  )
  return section.ok ? section.value : undefined
}

/** What later edits changed of a section, as far back as is gone through. */
export function walkChanges(
  name: SectionName,
  held: readonly SectionEdit[],
  later: readonly SectionEdit[],
  authority: Authority,
  among = 1,
): WalkedChanges {
  const left = later.slice(0, later.length - walkedOf(held, later, among))
  const begun = [...held, ...left]
  const section = openedOf(name, begun)
  if (!section) return { changes: [], unlisted: later.map(stationOf) }
  const { changes, unread } = changesSince(section, begun, later.slice(left.length), authority)
  const cut = changes.slice(0, -LIMITS.shownChanges)
  return { changes: changes.slice(-LIMITS.shownChanges), unlisted: [...left, ...cut, ...unread].map(stationOf) }
}
