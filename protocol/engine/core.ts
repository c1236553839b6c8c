/** The state of a running engine: what was loaded and committed, and nothing that is only being written. */
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { CaseFile } from './case-file.ts'
import type { Directory } from './directory.ts'
import type { Host } from './host.ts'
import type { Identity } from './identity.ts'
import type { Finding, Notice } from './office.ts'
import type { Change, Storage, StorageFailure, StoredPack } from './storage.ts'

export interface Core {
  readonly storage: Storage
  readonly host: Host
  readonly identity: Identity
  readonly version: string
  readonly directory: Directory
  readonly heads: Map<LogKey, LogHead>
  /** Decoded cases, bounded; a miss only costs a read. */
  readonly files: Map<DocumentId, CaseFile>
  incarnation: number
  arrival: number
  /** The packs committed last, newest last, so that passing them on reads nothing from the disk. */
  readonly recent: StoredPack[]
  /** This clock's offset to the root in milliseconds; null while unknown. */
  clockOffset: number | null
  /** Why writing fails at the moment; undefined when it works. */
  problem: StorageFailure | undefined
  readonly findings: Finding[]
  readonly listeners: Set<(notice: Notice) => void>
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

/** Bytes of packs kept in memory for passing on: a few frames for each direction. */
const RECENT_BYTES = 4 * 1024 * 1024

/** Remembers packs that were just committed. */
export function rememberPacks(core: Core, packs: readonly StoredPack[]): void {
  core.recent.push(...packs)
  let bytes = core.recent.reduce((sum, pack) => sum + pack.bytes.length, 0)
  while (bytes > RECENT_BYTES) bytes -= core.recent.shift()?.bytes.length ?? bytes
}

/** Packs behind an arrival number, about so many bytes: from memory when all of them are there, else from the disk. */
export async function packsAfter(core: Core, arrival: number, aboutBytes: number): Promise<readonly StoredPack[]> {
  const oldest = core.recent[0]
  if (!oldest || oldest.arrival > arrival + 1) return core.storage.packsAfter(arrival, aboutBytes)
  const packs: StoredPack[] = []
  let bytes = 0
  for (const pack of core.recent) {
    if (pack.arrival <= arrival || bytes >= aboutBytes) continue
    packs.push(pack)
    bytes += pack.bytes.length
  }
  return packs
}
