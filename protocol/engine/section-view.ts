/** What is shown of the sections of a case, and of what was changed behind a seal. */
import type { EntryHash, PersonId, StationCode } from '#protocol/ids.ts'

/** JSON a section can hold. */
export type SectionValue = string | Readonly<Record<string, unknown>>

export interface SectionView {
  readonly name: string
  readonly title: string
  readonly value: SectionValue
  /** Whether this node's stations may write it. */
  readonly writable: boolean
  /** True when a fact relied on an earlier state of it (“封存后有改动”). */
  readonly changedAfterSeal: boolean
  /** What it said then, which is what counts; null where nothing changed, or where it is not to be had here any more. */
  readonly sealed: SectionValue | null
  /** Who changed what since then, the latest. */
  readonly changes: readonly SealChange[]
  /** Earlier edits since then that are not gone through one by one; 0 when all are. */
  readonly unlisted: number
}

/** A change of one key behind a seal; null where there was nothing, or is nothing any more. */
export interface SealChange {
  readonly key: string
  readonly before: unknown
  readonly after: unknown
  readonly person: PersonId | ''
  readonly station: StationCode
  /** Milliseconds since 1970, corrected by what the author's node knew of its clock. */
  readonly time: number
  /** Whether the person did not belong to the station on the day of writing: the node signed, the person likely did not. */
  readonly foreignPerson: boolean
}

/** Changes of one section. */
export interface ListedChanges {
  readonly section: string
  readonly changes: readonly SealChange[]
}

/** Where changes by others are: behind the last seal, in a form that nothing has sealed yet, in what an adopted fact sealed. */
export const PLACES_OF_CHANGES = ['behind-seal', 'unsealed', 'adopted'] as const

/** What others than the holder wrote last in a form that the next seal takes over. */
export interface ChangesByOthers {
  readonly where: (typeof PLACES_OF_CHANGES)[number]
  /** Those that are listed one by one. */
  readonly listed: readonly ListedChanges[]
  /** Changes; where what was sealed is lost, edits. */
  readonly count: number
  readonly stations: readonly StationCode[]
  /** Whether what was sealed cannot be put together here any more: then nobody can say what of it came since. */
  readonly isLost: boolean
  /** Whether there are too many facts to be adopted to go through this one as well: then edits are counted. */
  readonly isUnread: boolean
  /** Names what others had written by now: whoever seals gives it back, having looked, and seals that and nothing later. */
  readonly mark: string
}

/** The same of a fact that was set aside: adopting it makes what it sealed count. Without a mark it cannot be adopted: what it sealed is not here. */
export interface AdoptedChanges extends ChangesByOthers {
  readonly fact: EntryHash
}

/** What a revoked node delivered too late wrote into a section: without effect, to be read and typed anew (rule S111). */
export interface LateContent extends ListedChanges {
  /** Earlier changes that are not listed. */
  readonly unlisted: number
  /** What a text would say with it; null for a section that goes by keys. */
  readonly text: string | null
}

/** What a fact took over when it sealed a section again: what was changed since the seal before it. */
export interface TakenOver extends Pick<SectionView, 'changes' | 'unlisted'> {
  readonly fact: EntryHash
  readonly section: string
  /** Whether one of the two seals cannot be put together here any more: then it cannot be shown. */
  readonly isLost: boolean
}
