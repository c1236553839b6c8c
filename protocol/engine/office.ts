/** What people and department systems may ask of a node: the one door that the desk and the API share. */
import type { AuditEvent } from '#protocol/casework/audit.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Channel } from '#protocol/casework/codes.ts'
import type { DirectoryRecord, Person, Role, Station, StationRecord } from '#protocol/casework/directory.ts'
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import { FIRST_LEVEL } from '#protocol/casework/rules/level.ts'
import type { TransferTarget } from '#protocol/casework/rules/transfer.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { DocumentId, EntryHash, NodeId, PersonId, StationCode } from '#protocol/ids.ts'
import type { Failure, Result } from '#protocol/result.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { AuditDetails, AuditPage, AuditQuery } from './audit.ts'
import type { ClockDoubt } from './clock-doubt.ts'
import type { DayRecordPage, DayRecordQuery, DaySpan, DoubtfulCasePage, DoubtfulDay } from './day-records.ts'
import type { DirectoryView } from './directory/directory-view.ts'
import type { Placement } from './directory/placement.ts'
import type { CasePage, CaseQuery, CaseRow, ReceiptRow } from './ports/storage.ts'
import type { AdoptedChanges, ChangesByOthers, LateContent, SectionView, TakenOver } from './section-view.ts'

/** Who acts, for which station. */
export interface Actor {
  readonly person: PersonId
  readonly name: string
  readonly station: StationCode
  readonly roles: readonly Role[]
  /** Writes down what another system or organ recorded: who and when stands there (rule C156). */
  readonly transcribes?: true
}

/**
 * How far an entry or a case has travelled: 本机 → 上级节点 → 县; `alone`, said at the root only: at the county, and no other
 * node is known to hold it. The weakest entry of a case counts.
 */
export const SAFETIES = ['here', 'parent', 'alone', 'root'] as const
export type Safety = (typeof SAFETIES)[number]

/** An act as the page offers it. */
export interface ActOffer {
  readonly kind: FactKind
  readonly title: string
  readonly allowed: boolean
  /** Which rule forbids it, for programs; empty when allowed. */
  readonly code: string
  /** Why not, for people; empty when allowed. */
  readonly why: string
  /** What is possible instead; empty when allowed. */
  readonly next: string
  /** The set-aside fact an adoption or dismissal is about; null for every other act. */
  readonly subject: EntryHash | null
  /** Where the rule comes from. */
  readonly source: string
}

/** Everything a case page shows. */
export interface CaseView {
  readonly state: CaseState
  /** The edition under which the case was received; undefined while its record is not here. */
  readonly item: Item | undefined
  readonly sections: readonly SectionView[]
  /** What the holder must have looked at before an act seals again; null when there is nothing. */
  readonly changesByOthers: ChangesByOthers | null
  /** The same for each fact that may be adopted and seals, where there is something. */
  readonly adoptedChanges: readonly AdoptedChanges[]
  /** What the facts that sealed the form again took over, the last few of them. */
  readonly takenOver: readonly TakenOver[]
  /** What a revoked node delivered too late wrote into the sections. */
  readonly late: readonly LateContent[]
  readonly acts: readonly ActOffer[]
  readonly safety: Safety
  /** Entries quarantined or set aside by the sync, with reasons. */
  readonly receipts: readonly ReceiptRow[]
  /** Where the holder may offer the case to. */
  readonly targets: readonly TransferTarget[]
  /** Sub-cases of a joint case that are held here. */
  readonly subCases: readonly CaseRow[]
  /** Cases of the same applicant for the same item that have not ended (两头受理). */
  readonly duplicates: readonly CaseRow[]
  /** Facts whose day is in doubt: those that the root noted, there alone; those whose day has not come, everywhere. */
  readonly doubtfulDays: readonly DoubtfulDay[]
  /** Of these the ones that nobody has said to have looked at. */
  readonly daysToCheck: readonly DoubtfulDay[]
  /** Other cases that have this case's number: one of them has to be renumbered (rule C119). */
  readonly sameNumber: readonly CaseRow[]
}

/** Work done in the background, in cases. */
export interface Advance {
  readonly done: number
  readonly total: number
}

/** A change to a section. */
export type UncheckedChange =
  | { readonly set?: Readonly<Record<string, unknown>>; readonly remove?: readonly string[] }
  | { readonly text: string }

/** One link as people see it. */
export interface NodeStatus {
  readonly node: NodeId
  readonly connected: boolean
  /** Milliseconds since 1970 by this node's corrected clock; null when never. */
  readonly lastContact: number | null
  /** Entries that node holds and its parent has not acknowledged. */
  readonly unsentEntries: number
  readonly unsentCases: number
  readonly version: string
  /** The rules level that its program knows. */
  readonly level: number
  /** That clock's offset to the root in milliseconds; null while unknown. */
  readonly clockOffset: number | null
  /** The last time, by this node's corrected clock, at which it had told over a living link that nothing was unsent there; null when never. */
  readonly nothingUnsentAt: number | null
}

/** Connection and safety of this node, in figures; the desk says it in words. */
export interface SyncStatus {
  readonly node: NodeId
  readonly stations: readonly Station[]
  readonly isRoot: boolean
  readonly parent: {
    readonly name: string
    readonly connected: boolean
    /** Milliseconds since 1970 by this node's corrected clock; null when never. */
    readonly lastContact: number | null
    /** The county has taken it out: until it names another, nothing from here gets there. */
    readonly revoked?: boolean
  } | null
  /** Cases with an entry only on this computer. */
  readonly casesOnlyHere: number
  /** Cases with an entry not yet known to be at the county. */
  readonly casesNotAtRoot: number
  readonly entriesOnlyHere: number
  /** At the root: entries that no other node is known to hold, and the standby's name, null without one. Null elsewhere. */
  readonly atRootAlone: { readonly entries: number; readonly standby: string | null } | null
  readonly clockOffset: number | null
  /** Who confirmed the day, where the offset is known by that; null when the root told it. */
  readonly clockConfirmedBy: PersonId | null
  /** Whether the root itself has said the time since this start, and nobody can have set the clock since; always at the root. */
  readonly clockTold: boolean
  /** The time at the root that was known, where what a person confirmed is earlier; null when nothing does. */
  readonly clockKnown: number | null
  /** At the root: how many of the connected nodes have clocks that differ alike from the county's, by a day at least, which then is the wrong one; null: not most of them. `offset` as above, for theirs. */
  readonly clockOfNodes: { readonly nodes: number; readonly of: number; readonly offset: number } | null
  readonly clockDoubt: ClockDoubt | null
  readonly catalogueVersion: number
  readonly calendarVersion: number
  /** The last day for which deadlines are known; null without a calendar. */
  readonly calendarUntil: Day | null
  /** Cases being judged anew after a change of the directory or of the day; null when all rows are up to date. */
  readonly refolding: Advance | null
  /** Cases of which something is stored that lists do not show yet. */
  readonly unlisted: number
  /** Whether writing is possible; says why not (disk full, locked, damaged, rolled back). */
  readonly health: { readonly writable: boolean; readonly problem: string; readonly next: string }
  /** Per log of this node: written = applied + set aside + quarantined. */
  readonly conservation: {
    readonly written: number
    readonly applied: number
    readonly setAside: number
    readonly quarantined: number
  }
  /** Things a person should know: rollbacks, forks, heals, refusals. Newest first, bounded. */
  readonly findings: readonly Finding[]
  /** Refusal by the parent that stops the link (revoked, unknown, fork), in words; null when none. */
  readonly refusal: { readonly message: string; readonly next: string } | null
}

export const FINDING_KINDS = [
  'rolled-back',
  'parent-restored',
  'parent-changed',
  'fork',
  'copied',
  'sidecar',
  'refused',
  'storage',
  'clock',
  'revoked',
  'sign-ins',
  'level',
  'bug',
] as const

/** Where the own logs end, in words. */
export interface EndWords {
  /** Until when they go, and how much they hold, in one clause. */
  readonly until: string
  /** The last entry of each stream; empty without any. */
  readonly each: string
}

/** Something that happened to the network that a person should know. */
export interface Finding {
  readonly time: number
  readonly kind: (typeof FINDING_KINDS)[number]
  readonly message: string
  readonly next: string
  /** More than fits a line: where each log ended. */
  readonly details?: string
  /** Its name while it asks for something to be checked: it is kept over restarts until a person has marked it as done. */
  readonly kept?: string
  /** Where the own logs ended before anything was written over what is missing: what is told later goes by it, too. */
  readonly ends?: EndWords
  /** The wrong days under which this node recorded: what bears them is found by them. */
  readonly days?: DaySpan
  /** Counts what is told: what was told by a clock that was ahead is not newer for that. Absent in what an earlier program kept. */
  readonly order?: number
}

/** The name of the finding that a person confirmed the day: it asks for nothing, and stands until the parent is met. */
export const CONFIRMED_DAY = 'confirmed-day'

/** How the names of findings begin that say by which wrong day a node went, and that the county was told an earlier day: they stand until somebody has looked at what was done by it. */
export const WRONG_DAY = 'wrong-day-'
export const COUNTY_DAY = 'county-day-'
/** How the finding about doubtful days of a node is named; the node follows. */
export const DOUBTFUL_DAYS_OF = 'doubtful-days-'

/** Who signed an entry, and how. */
export interface EntrySignature {
  /** Ed25519 over the entry's hash, hex; null where a later signature of the log covers it. */
  readonly signature: string | null
  /** The author's public key, hex; null while its record is not here. */
  readonly publicKey: string | null
}

/** A number that was given twice, with the cases that have it. */
export interface SharedNumber {
  readonly number: string
  readonly cases: readonly CaseRow[]
}

/** What changed, for live lists. `cases` names the cases touched. */
export interface Notice {
  readonly cases: readonly DocumentId[]
  readonly directory: boolean
  readonly status: boolean
}

/** How a case comes in. */
export interface OpeningOptions {
  readonly channel?: Channel
  /** The joint case of which this is a sub-case. */
  readonly master?: DocumentId
}

/** How a day is confirmed. */
export interface ConfirmedHow {
  /** The person was asked once more about this day, which lies far from all that this node knows. */
  readonly isSure?: boolean
  /** Minutes of the day that are over by the person's watch; without them the time of day is the clock's own. */
  readonly minutes?: number | undefined
}

/** The door. Every write resolves only when it is durable on this computer. */
export interface Office {
  readonly directory: DirectoryView
  /** The stations this node serves. */
  readonly stations: readonly Station[]
  readonly tier: Tier
  readonly isRoot: boolean
  now(): number
  /** Milliseconds since 1970 at the root as far as this node knows it, else on its own clock. */
  time(): number
  /**
   * A person says what day it is, where nobody else can: it holds until the root's time is heard.
   */
  confirmDay(actor: Actor, day: Day, how?: ConfirmedHow): Promise<Result<void>>
  /** The civil day by the corrected clock. */
  today(): Day
  /** Whether nobody can say what day it is (rule S157): no age, and no number of days left, can then be told. */
  isDayInDoubt(): boolean
  /** What is published and decides what facts mean, as of today. */
  register(): Register
  random(bytes: number): Uint8Array
  /** Writes `opened` with a freshly minted number, under the edition in force. `id` and `number` come back. */
  openCase(
    actor: Actor,
    item: string,
    options?: OpeningOptions,
  ): Promise<Result<{ readonly id: DocumentId; readonly number: string }>>
  /** Edits a section; a change that changes nothing writes nothing. */
  edit(
    actor: Actor,
    id: DocumentId,
    section: string,
    change: UncheckedChange,
  ): Promise<Result<{ readonly changed: boolean }>>
  /**
   * Writes a fact. Seals, previous fact and applicant fields of captured/received are filled in from the case
   * when not given. `expects`: the tip the person saw; a different tip fails with `case-moved-on`.
   * `changesSeen`: the mark of the changes by others that the person looked at (rule C141).
   */
  act(
    actor: Actor,
    id: DocumentId,
    kind: FactKind,
    fields: Readonly<Record<string, FieldValue>>,
    expects?: EntryHash,
    changesSeen?: string,
  ): Promise<Result<{ readonly hash: EntryHash }>>
  /** `asOf`: with the form and the applicant as the fact of that hash had them, so that a paper is always the same. */
  view(actor: Actor, id: DocumentId, asOf?: EntryHash): Promise<Result<CaseView>>
  /** The folded case alone: enough to decide who may see it or write to it. */
  state(id: DocumentId): Promise<Result<CaseState>>
  find(query: CaseQuery): Promise<CasePage>
  /**
   * Cases that have a number, or had it until they were renumbered: one, unless it was given twice (rule C118). A case
   * that has none is found by its id.
   */
  byNumber(number: string): Promise<readonly CaseRow[]>
  /** Numbers that several cases held here have at present. */
  sharedNumbers(): Promise<readonly SharedNumber[]>
  /** The cases in which this node itself recorded something under some days: what is looked at after it went by a wrong one. */
  dayRecords(query: DayRecordQuery): Promise<DayRecordPage>
  /** At the root: the cases with facts of a node whose day is doubtful, those first that were seen last; `after`: how many came before. */
  doubtfulCases(node: NodeId, after?: number): Promise<DoubtfulCasePage>
  /** Likewise of all nodes those with facts for some days that had not come when they were noted (rule S161), by day; `after`: what the page before named as next. */
  casesNotCome(days: DaySpan, after?: string): Promise<DoubtfulCasePage>
  /** Whether there are any. */
  areCasesNotCome(days: DaySpan): Promise<boolean>
  countByStage(holders: readonly StationCode[]): Promise<ReadonlyMap<string, number>>
  /** Signature and author's key of each entry of a case, for proof outside the network. */
  signaturesOf(id: DocumentId): Promise<ReadonlyMap<EntryHash, EntrySignature>>
  /** How far each case of a page has travelled. */
  safetyOf(ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, Safety>>
  status(): Promise<SyncStatus>
  /** At the root: cases with an entry that no other node is known to hold. Exact up to 1,000, then never too low. */
  casesAlone(): Promise<number>
  /** Every node below, as last heard. */
  nodesBelow(): Promise<readonly NodeStatus[]>
  /** Calls back after each commit and each change of connection; returns a function that ends it. */
  watch(listener: (notice: Notice) => void): () => void
  sha256(bytes: Uint8Array): Uint8Array
  /** scrypt, 32 bytes; its cost is N as a power of two. */
  hashPassword(password: string, salt: Uint8Array, cost?: number): Promise<Uint8Array>
  /** Node-local state that is never replicated (sign-ins, attempts, codes). JSON values. */
  local(space: string, key: string): Promise<unknown>
  localAll(space: string): Promise<readonly { readonly key: string; readonly value: unknown }[]>
  setLocal(space: string, key: string, value: unknown): Promise<Result<void>>
  /**
   * Writes into the audit log of this node, which is carried to the root like everything else; resolves when it is durable.
   * What would be too many of one person is counted and told within a minute, and the same again within the time of its
   * kind is one event. What a disk refuses keeps nobody from his work: the health shows it, and it is counted likewise.
   */
  audit(actor: Actor | null, event: AuditEvent, about?: AuditDetails): Promise<void>
  /** Reads the audit logs that lie here. */
  auditTrail(query: AuditQuery): Promise<Result<AuditPage>>
  /** Tells people something that was noticed at this node's own door. */
  tell(finding: Omit<Finding, 'time' | 'kept'>): void
  /** Ends a finding that was kept: what it asked for has been done. One that is not there has been ended before. */
  findingDone(kept: string): Promise<Result<void>>
  /** Something stored cannot be drawn on a page: people hear of it once. `what`: what they call it. */
  noteUndrawn(what: string): void
  /** The records that prove a node's place below its parent, for whoever cannot get them otherwise; undefined without. */
  placementOf(node: NodeId): Promise<Placement | undefined>
  /** Root only: takes a node back into a directory that was lost, by the record that the root itself once signed. */
  recognise(carried: Uint8Array): Promise<Result<'known' | 'recognised'>>
  /** Root only: writes directory records (the version is set by the office). */
  publish(actor: Actor | null, records: readonly DirectoryRecord[]): Promise<Result<void>>
  /**
   * Root only: publishes an account as `made` makes it in the commit itself, of the directory as it then is: what two
   * people do at the same moment is done one behind the other, and neither takes back what the other did.
   */
  publishAccount(actor: Actor | null, made: (directory: DirectoryView) => Result<Person>): Promise<Result<void>>
  /** Writes what a station says of itself (absence, consultation, hand-over); works offline. The office sets the version. */
  keepRecord(actor: Actor, record: StationRecord): Promise<Result<void>>
}

/** What is said of a case that is not here. */
export const UNKNOWN_CASE: Failure = {
  code: 'unknown-case',
  message: '没有找到这个办件。',
  kept: '没有改动任何内容。',
  next: '请核对办件编号,或等待同步完成后再查。',
}

/** A node that was enrolled and never heard of. */
export const unheardNode = (node: NodeId): NodeStatus => ({
  node,
  connected: false,
  lastContact: null,
  unsentEntries: 0,
  unsentCases: 0,
  version: '',
  level: FIRST_LEVEL,
  clockOffset: null,
  nothingUnsentAt: null,
})
