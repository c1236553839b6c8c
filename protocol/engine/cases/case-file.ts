/** A case as entries: facts, gated edits and receipts, from which everything shown is computed. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { GatedSection } from '#protocol/documents/gated-section.ts'
import type { DocumentId, EntryHash, LogKey, PersonId, StationCode, StreamId } from '#protocol/ids.ts'
import type { Entry } from '#protocol/log/entry.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { ReceiptRow, StorageFailure } from '../ports/storage.ts'
import { GrowingLists, GrowingSet } from './growing.ts'

/** A place in a log. */
export interface Stand {
  readonly log: LogKey
  readonly seq: number
}

/** An edit of a section with its author. */
export interface SectionEdit extends Stand {
  readonly hash: EntryHash
  readonly client: number
  readonly tier: Tier
  readonly person: PersonId | ''
  readonly station: StationCode
  /** Milliseconds since 1970, by the author's clock and the offset it knew. */
  readonly time: number
  /** Whether its author's clock is proven slow: it was written on that day or any later one. */
  readonly orLater: boolean
  readonly update: Uint8Array
}

export interface SectionFile {
  readonly edits: SectionEdit[]
  /** Edits that were held before their authors took them back: what was written on top of them waits. */
  readonly takenBack: SectionEdit[]
  /** The gate's state after the edits it has seen; undefined before it was asked. */
  gate: GatedSection<SectionEdit> | undefined
  /** What of the edits takes effect; undefined when edits came in since it was computed. */
  outcome: SectionOutcome | undefined
}

/** What became of a section's edits. */
export interface SectionOutcome {
  /** Edits that take effect, in an order in which they apply. */
  readonly accepted: readonly SectionEdit[]
  /** As of {@link GatedSection.lineage}. */
  readonly lineage: object
  /** Edits that do not take effect; some only until others come. */
  readonly refused: readonly (Oddity & { readonly waits: boolean })[]
}

/** An entry that has no effect, with the reason. */
export interface Oddity extends Stand {
  readonly hash: EntryHash
  readonly outcome: ReceiptRow['outcome']
  readonly reason: string
  /** What a carrier carries without proving it: told only while that counts nowhere. */
  readonly unless: EntryHash | null
}

/** Everything a node holds of one case. A group of writes works on copies; a failed commit throws them away. */
export interface CaseFile {
  readonly id: DocumentId
  /** The case's home stream, once an entry of it came, in its own place or carried. */
  home: StreamId | undefined
  /** Streams in which entries count: the home, and those into which the root has carried the case. */
  readonly streams: Set<StreamId>
  /** Entries in any other stream: kept without effect, unless the root carries the case there. */
  strays: Entry[]
  /** Acts that others carry among the strays, with the streams of their logs: the county takes back what of them it lacks. */
  readonly returned: Map<EntryHash, StreamId>
  readonly facts: FactEntry[]
  readonly sections: Map<string, SectionFile>
  /** Sections of which a fork cut edits off: what stands on those waits in vain. */
  readonly cutSections: Set<string>
  /** Sections with edits that a revoked node delivered later, with those that can be read: what others wrote on top of them waits in vain as well. */
  readonly lateSections: Map<string, SectionEdit[]>
  /** Edits that their authors took back: they had built on what a fork cut off. */
  readonly withdrawn: Set<EntryHash>
  /** Entries that are neither facts nor gated edits, with the reason. */
  readonly oddities: Oddity[]
  /** Hashes of all entries that count, so that a carried copy counts once. */
  readonly known: GrowingSet<EntryHash>
  /** Where entries are carried; most are not. */
  readonly carriers: GrowingLists<EntryHash, Stand>
  /** Entries that came carried first: their own place may belong to another entry now. */
  readonly uprooted: GrowingSet<EntryHash>
  /** Those of them that came in their own place later. */
  readonly replanted: GrowingSet<EntryHash>
  /** The highest seq of each log that has entries of the case: how far the case has travelled follows from it. */
  readonly reach: Map<LogKey, number>
  /** Receipts as last committed, so that a cured one is taken back; undefined until a group of writes asks. */
  told: readonly ReceiptRow[] | undefined
  /** The number with which it was last looked for at other cases; undefined until a group of writes asks. */
  sought: string | undefined
  /** Why the disk cannot give its entries; what arrives then is kept and not looked at. */
  readonly unreadable: StorageFailure | undefined
  state: CaseState | undefined
  /** The day for which the state counts; undefined while nothing was folded. */
  foldedOn: Day | undefined
  /** Arrival number of the latest entry. */
  arrival: number
  entries: number
  /** About so many bytes of memory. */
  bytes: number
}

/** An empty file. */
export const emptyFile = (id: DocumentId): CaseFile => ({
  id,
  home: undefined,
  streams: new Set(),
  strays: [],
  returned: new Map(),
  facts: [],
  sections: new Map(),
  cutSections: new Set(),
  lateSections: new Map(),
  withdrawn: new Set(),
  oddities: [],
  known: new GrowingSet(),
  carriers: new GrowingLists(),
  uprooted: new GrowingSet(),
  replanted: new GrowingSet(),
  reach: new Map(),
  told: undefined,
  sought: undefined,
  unreadable: undefined,
  state: undefined,
  foldedOn: undefined,
  arrival: 0,
  entries: 0,
  bytes: 0,
})

/**
 * A copy that grows on its own: what others read must not change before it is durable. What grows with the case is
 * shared or copied as a list of references: some microseconds for the longest case there may be.
 */
export const copyOf = (file: CaseFile): CaseFile => ({
  ...file,
  streams: new Set(file.streams),
  strays: [...file.strays],
  returned: new Map(file.returned),
  facts: [...file.facts],
  sections: new Map(
    [...file.sections].map(([name, section]) => [
      name,
      {
        ...section,
        edits: section.edits.slice(),
        takenBack: section.takenBack.slice(),
        gate: section.gate && new GatedSection(name, section.gate),
      },
    ]),
  ),
  cutSections: new Set(file.cutSections),
  lateSections: new Map([...file.lateSections].map(([name, edits]) => [name, [...edits]])),
  withdrawn: new Set(file.withdrawn),
  oddities: [...file.oddities],
  known: file.known.copy(),
  carriers: file.carriers.copy(),
  uprooted: file.uprooted.copy(),
  replanted: file.replanted.copy(),
  reach: new Map(file.reach),
})

/** The folded state; undefined while `opened` has not arrived. Another day makes it anew: deadlines pass by themselves. */
export function stateOf(file: CaseFile, register: Register): CaseState | undefined {
  if (file.state === undefined || file.foldedOn !== register.today) {
    file.state = foldCase(file.id, file.facts, register)
    file.foldedOn = register.today
  }
  return file.state
}
