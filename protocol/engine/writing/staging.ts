/** One group of writes in the making: everything that will be committed at once, visible to the group itself. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'
import type { Core } from '../core.ts'
import { keptRows } from '../kept-findings.ts'
import { inPieces, type Pieces } from '../logs/pieces.ts'
import { markLogs, markMap, type StagedLogs, stageLogs } from '../logs/staged-logs.ts'
import type { Finding } from '../office.ts'
import type { Change, DirectoryRow, LocalRow, ReceiptRow } from '../ports/storage.ts'

export interface Staging {
  readonly core: Core
  readonly logs: StagedLogs
  /** Case files the group looked at; those in `touched` have entries that are not on the disk yet. */
  readonly files: Map<DocumentId, CaseFile>
  /** Files of which the member that is staging now has a copy of its own: only these may it add to. */
  readonly own: Set<DocumentId>
  readonly touched: Set<DocumentId>
  /** Cases that get entries in this group and are folded in a later one: what their files and rows say is older. */
  readonly deferred: Set<DocumentId>
  /** Cases to be listed that the disk cannot give. */
  readonly unreadable: Set<DocumentId>
  readonly directory: Map<DocumentId, DirectoryRow>
  /** Records judged anew: only what is staged of them counts from then on. */
  readonly forgotten: Set<DocumentId>
  readonly locals: Map<string, LocalRow>
  /** Receipts beside those that follow from the touched files. */
  readonly receipts: ReceiptRow[]
  /** Parts the work on many entries, so that whoever reads has a turn; who writes waits for the group. */
  readonly pieces: Pieces
}

/** Begins a group. */
export const beginStaging = (core: Core): Staging => ({
  core,
  logs: stageLogs(core.logs),
  files: new Map(),
  own: new Set(),
  touched: new Set(),
  deferred: new Set(),
  unreadable: new Set(),
  directory: new Map(),
  forgotten: new Set(),
  locals: new Map(),
  receipts: [],
  pieces: inPieces(core.host, LIMITS.sliceSteps),
})

/**
 * Begins a member of a group: what comes back takes all that it stages out of the group again, and nothing of others.
 * Files are copied before a member adds to them (case-loading.ts), so that those of others stay as they are.
 */
export function beginMember(staging: Staging): () => void {
  const { logs, files, own, directory, locals, receipts } = staging
  own.clear()
  const receiptsBefore = receipts.length
  const sets = [staging.touched, staging.deferred, staging.unreadable, staging.forgotten].map(markSet)
  const restores = [markLogs(logs), markMap(files), markMap(directory), markMap(locals), ...sets]
  return () => {
    for (const restore of restores) restore()
    own.clear()
    receipts.length = receiptsBefore
  }
}

/** A set as it is now; what comes back makes it so again. */
function markSet<Value>(set: Set<Value>): () => void {
  const values = [...set]
  return () => {
    set.clear()
    for (const value of values) set.add(value)
  }
}

const nameOf = (space: string, key: string) => `${space}\n${key}`

/** Keeps a node-local value with the group; null deletes. */
export function setLocal(staging: Staging, space: string, key: string, value: unknown): void {
  const row: LocalRow = { space, key, value: value === null ? null : JSON.stringify(value) }
  staging.locals.set(nameOf(space, key), row)
}

/** Whether the group has already written a node-local value. */
export const isLocalStaged = (staging: Staging, space: string, key: string): boolean =>
  staging.locals.has(nameOf(space, key))

/** A node-local value as the group sees it, as it lies on the disk. */
export async function localText(staging: Staging, space: string, key: string): Promise<string | undefined> {
  const staged = staging.locals.get(nameOf(space, key))
  return (staged ? staged.value : await staging.core.locals.read(space, key)) ?? undefined
}

/** A node-local value as the group sees it. */
export async function getLocal(staging: Staging, space: string, key: string): Promise<unknown> {
  const text = await localText(staging, space, key)
  return text === undefined ? undefined : (JSON.parse(text) as unknown)
}

/** Keeps a finding with the group, or not at all: after a restart nobody could say it any more. */
export function keepFinding(staging: Staging, finding: Omit<Finding, 'time'>): void {
  const { clock, news } = staging.core
  for (const { space, key, value } of keptRows({ ...finding, time: clock.time(), order: news.nextOrder() }))
    setLocal(staging, space, key, JSON.parse(value ?? 'null'))
}

/** Adds to a group what people are told already and the disk has not taken yet. */
export function noteFindings(staging: Staging): void {
  const rows = staging.core.news.unkept().flatMap(keptRows)
  for (const row of rows.filter(({ space, key }) => !isLocalStaged(staging, space, key)))
    staging.locals.set(nameOf(row.space, row.key), row)
}

/** After a commit: what the disk has taken as it stands. */
export function findingsKept({ news }: Core, { local }: Change): void {
  for (const [row] of news.unkept().map(keptRows))
    if (row && local.some(({ space, key, value }) => space === row.space && key === row.key && value === row.value))
      news.isKept(row.key)
}
