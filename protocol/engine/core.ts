/** The state of a running engine: what was loaded and committed, and nothing that is only being written. */
import type { Day } from '#protocol/casework/time/days.ts'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { CaseFile } from './cases/case-file.ts'
import type { Directory } from './directory/directory.ts'
import type { Advance, Finding, Notice } from './office.ts'
import type { Host } from './ports/host.ts'
import type { Identity } from './ports/identity.ts'
import type { Change, Storage, StorageFailure, StoredPack } from './ports/storage.ts'

export interface Core {
  readonly storage: Storage
  readonly host: Host
  readonly identity: Identity
  readonly version: string
  readonly directory: Directory
  readonly heads: Map<LogKey, LogHead>
  /** Decoded cases, bounded; a miss only costs a read. */
  readonly files: Map<DocumentId, CaseFile>
  /** Node-local values read or written last, by space and key; bounded. */
  readonly locals: Map<string, string | undefined>
  incarnation: number
  arrival: number
  /** The packs committed last, newest last, so that passing them on reads nothing from the disk. */
  readonly recent: RecentPacks
  /** This clock's offset to the root in milliseconds; null while unknown. */
  clockOffset: number | null
  /** Why writing fails at the moment; undefined when it works. */
  problem: StorageFailure | undefined
  readonly findings: Finding[]
  readonly listeners: Set<(notice: Notice) => void>
  /** Cases being judged anew; null when every row is as the directory says. */
  refolding: Advance | null
  /** The day for which all rows count; undefined until the first look after the start. */
  foldedOn: Day | undefined
  /** Whether the parent can be asked now; the root is always connected. */
  connected: () => boolean
  /** Called after every commit with what was committed; set by the links. */
  committed: (change: Change) => void
}

/** Findings kept in memory and shown; older ones are in the log file. */
const FINDINGS_KEPT = 100

/** Remembers something a person should know. What happens again moves up instead of filling the list. */
export function addFinding(core: Core, finding: Omit<Finding, 'time'>): void {
  const again = core.findings.findIndex(({ kind, message }) => kind === finding.kind && message === finding.message)
  if (again !== -1) core.findings.splice(again, 1)
  core.findings.unshift({ ...finding, time: core.host.now() })
  core.findings.splice(FINDINGS_KEPT)
  notify(core, { cases: [], directory: false, status: true })
}

/** Tells everyone who watches. */
export function notify(core: Core, notice: Notice): void {
  for (const listener of core.listeners) listener(notice)
}

/** The root's time as far as this node knows it. */
export function rootTime(core: Core): number | null {
  if (core.identity.parent === null) return core.host.now()
  return core.clockOffset === null ? null : core.host.now() + core.clockOffset
}

/** Node-local values kept in memory: every request asks for its sign-in. */
const LOCALS_KEPT = 1_000

const localName = (space: string, key: string) => `${space}\n${key}`

/** Remembers a node-local value as it is on the disk. */
export function rememberLocal(core: Core, space: string, key: string, value: string | undefined): void {
  const name = localName(space, key)
  core.locals.delete(name)
  core.locals.set(name, value)
  const oldest = core.locals.keys().next()
  if (core.locals.size > LOCALS_KEPT && !oldest.done) core.locals.delete(oldest.value)
}

/** A node-local value as it is on the disk. */
export async function readLocal(core: Core, space: string, key: string): Promise<string | undefined> {
  const name = localName(space, key)
  if (core.locals.has(name)) return core.locals.get(name)
  const value = await core.storage.local(space, key)
  // Written meanwhile: what was written last counts, not what was read before it.
  if (!core.locals.has(name)) rememberLocal(core, space, key, value)
  return core.locals.get(name)
}

/** Bytes and number of packs kept in memory for passing on: a few frames for each direction. */
const RECENT_BYTES = 4 * 1024 * 1024
const RECENT_PACKS = 512

/** The packs committed last, without gaps, oldest first. */
export interface RecentPacks {
  readonly packs: StoredPack[]
  bytes: number
}

/** Remembers packs that were just committed. */
export function rememberPacks({ recent }: Core, packs: readonly StoredPack[]): void {
  for (const pack of packs) {
    recent.packs.push(pack)
    recent.bytes += pack.bytes.length
  }
  while (recent.bytes > RECENT_BYTES || recent.packs.length > RECENT_PACKS) {
    recent.bytes -= recent.packs.shift()?.bytes.length ?? recent.bytes
  }
}

/** Forgets them: a cut has changed their runs on the disk. */
export function forgetPacks({ recent }: Core): void {
  recent.packs.length = 0
  recent.bytes = 0
}

/** Packs behind an arrival number, about so many bytes: from memory when all of them are there, else from the disk. */
export async function packsAfter(core: Core, arrival: number, aboutBytes: number): Promise<readonly StoredPack[]> {
  const { packs } = core.recent
  const oldest = packs[0]
  if (!oldest || oldest.arrival > arrival + 1) return core.storage.packsAfter(arrival, aboutBytes)
  const chosen: StoredPack[] = []
  let bytes = 0
  for (const pack of packs) {
    if (pack.arrival <= arrival) continue
    chosen.push(pack)
    bytes += pack.bytes.length
    if (bytes >= aboutBytes) break
  }
  return chosen
}
