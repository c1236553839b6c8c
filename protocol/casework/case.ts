/** The folded case: what the facts say, computed on every node and never replicated. */
import type { DocumentId, EntryHash, LogKey, PersonId, StationCode } from '#protocol/ids.ts'
import type { Clock } from './clocks/clocks.ts'
import type { Lateness } from './clocks/lateness.ts'
import type { LocalKind } from './codes.ts'
import type { Course } from './course/course.ts'
import type { FactKind, FieldValue, Seal } from './facts/facts.ts'
import type { AsideReason, Mark } from './rules/reasons.ts'
import type { Day } from './time/days.ts'

/** What may become of a set-aside fact by the holder's word. */
export const RESOLUTIONS = ['adopted', 'dismissed'] as const satisfies readonly FactKind[]
/** The fact that resolved a set-aside one, and how. */
export type Resolution = { readonly by: (typeof RESOLUTIONS)[number]; readonly fact: EntryHash }

/** One line of a case's story: a fact and what became of it. */
export interface StoryLine {
  /** Of a derived line (deemed acceptance): made of case, rule and due day, so that every node names it alike. */
  readonly hash: EntryHash
  readonly log: LogKey | ''
  readonly seq: number
  readonly kind: FactKind | 'deemed' | 'unknown'
  readonly title: string
  readonly person: PersonId | ''
  readonly station: StationCode
  /** Milliseconds on the author's clock. */
  readonly time: number
  /** When it was written, in milliseconds at the root, as far as the entry says: what papers and lists show. */
  readonly at: number
  readonly clockOffset: number | null
  /** The civil day for which it counts, by the corrected clock or as back-dated. */
  readonly day: Day
  /** Written down later than it happened (补录): the day of writing; null when both are the same. */
  readonly enteredOn: Day | null
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly previous: EntryHash | null
  /** The second signature with which it took effect (rule C154); null where it needed none, or waits. */
  readonly seconded: { readonly fact: EntryHash; readonly person: PersonId | '' } | null
  /** The epoch under which it took effect; null when it did not. */
  readonly epoch: number | null
  /** What people should know of it besides, whether it took effect or not; almost always nothing. */
  readonly marks: readonly { readonly mark: Mark; readonly text: string }[]
  /** Null when the fact took effect (or is a contribution). */
  readonly aside: {
    readonly reason: AsideReason
    readonly text: string
    /** What resolves it, for people. */
    readonly resolve: string
    /** Set when the holder adopted or dismissed it. */
    readonly resolved: Resolution | null
  } | null
}

/** A folded case. Equal on every node that holds the same entries and counts the same day. */
export interface CaseState extends Course {
  readonly id: DocumentId
  /** Empty while nobody gave it one that names the giver's station. */
  readonly number: string
  /** Numbers the case had before it was renumbered, the first one first. */
  readonly formerNumbers: readonly string[]
  /** The station that opened the case. */
  readonly home: StationCode
  /** The last guarded fact that took effect; the next one must name it. */
  readonly tip: EntryHash
  readonly times: Readonly<Partial<Record<FactKind, number>>>
  /** The last seal of each section: what counts for the facts that relied on it. */
  readonly seals: Readonly<Record<string, Seal & { readonly fact: EntryHash }>>
  /** Every clock that was started, in the order of the table. */
  readonly clocks: readonly Clock[]
  /** What the office was late with, whatever came afterwards. */
  readonly late: Lateness['late']
  /** What counts for a day within its limit and was written down behind it (补录). */
  readonly enteredLate: Lateness['enteredLate']
  /** 即办、承诺、上报、联办、补办、退回 (SOURCES.md 5.1); several may hold. */
  readonly kinds: readonly LocalKind[]
  /** All facts in story order: effective ones along the chain, the others by time then hash. */
  readonly story: readonly StoryLine[]
  /** Facts that follow the same fact and wait for the coordinator. */
  readonly forks: readonly { readonly after: EntryHash; readonly facts: readonly EntryHash[] }[]
  /** Guarded facts behind the tip that only a newer program can read: until the upgrade nobody here moves the case (rule C136). */
  readonly unread: readonly EntryHash[]
  /** Facts set aside and not yet adopted or dismissed. */
  readonly asideOpen: number
}
