/** Rotation: a node whose database went back in time, or was copied, goes on under a new incarnation (DESIGN.md section 5). */
import type { SectionChange } from '#protocol/documents/change.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import { isSectionName, SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  isCase,
  type LogKey,
  logParts,
  type StationCode,
  type StreamId,
  streamOf,
  toHex,
} from '#protocol/ids.ts'
import { type Draft, KIND } from '#protocol/log/entry.ts'
import { nextIncarnation } from '#protocol/log/incarnation.ts'
import type { Fork } from '#protocol/wire/messages.ts'
import { acceptedUpdates, type CaseFile } from '../cases/case-file.ts'
import { addFinding, type Core } from '../core.ts'
import { decodeCarried, encodeCarried } from '../logs/carried.ts'
import { newDraft } from '../logs/draft.ts'
import { entriesAbove, type ReadEntry } from '../logs/log-reading.ts'
import { hashAt } from '../logs/positions.ts'
import {
  append,
  fileOf,
  getLocal,
  headOf,
  loadFiles,
  refileWithout,
  type Staging,
  setLocal,
} from '../writing/staging.ts'

/** Every incarnation of this node that is known here. */
const knownIncarnations = (core: Core): Set<number> =>
  new Set([
    core.incarnation,
    ...[...core.heads.keys()]
      .map(logParts)
      .flatMap(({ node, incarnation }) => (node === core.identity.node ? [incarnation] : [])),
  ])

/** A number below the bound from the host's randomness. */
function randomBelow(core: Core, bound: number): number {
  const bytes = core.host.random(4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) % bound
}

/** Chooses a new incarnation and makes it durable outside the database before anything is written under it. */
export async function rotate(core: Core, rotated: (incarnation: number) => Promise<void>): Promise<void> {
  const incarnation = nextIncarnation(knownIncarnations(core), (bound) => randomBelow(core, bound))
  await rotated(incarnation)
  core.incarnation = incarnation
}

/** What a section held before a cut and what it lost by it. */
interface LostText {
  readonly file: CaseFile
  readonly section: SectionName
  readonly value: unknown
  readonly station: StationCode
}

/**
 * Rule S73: our version of a log and a peer's differ above a common height. The peer's version stays; our tail is cut off,
 * carried whole in our own log (facts count through their own signatures, edits are kept), and what its edits had
 * written is written again in our name. Nothing is lost and nothing is chosen silently.
 */
export async function moveTail(staging: Staging, log: LogKey, common: number): Promise<number> {
  const { core } = staging
  const tail = await entriesAbove(core, log, common)
  const cases = [...new Set(tail.map(({ entry }) => entry.document))].filter(isCase)
  await loadFiles(staging, cases)
  const lost = cases.flatMap((id) => lostText(staging, id, tail))
  const hash = await hashAt(core, log, common)
  staging.heads.set(log, {
    ...headOf(staging, log),
    height: common,
    hash: hash as Uint8Array,
    parentHeight: Math.min(headOf(staging, log).parentHeight, common),
    rootHeight: Math.min(headOf(staging, log).rootHeight, common),
  })
  staging.change.cuts.push({ log, height: common })
  await refileWithout(staging, cases, log, common)
  await noteMoved(staging, log, tail)
  const stream = streamForTail(core, log)
  if (!stream) return tail.length
  append(
    staging,
    stream,
    tail.map((cut) => draftOf(core, log, cut)),
  )
  for (const one of lost) await writeAgain(staging, one)
  return tail.length
}

/** Only the root writes the county stream: elsewhere what was cut off there goes up in the stream of the own station. */
function streamForTail(core: Core, log: LogKey): StreamId | undefined {
  const { stream } = logParts(log)
  if (stream !== COUNTY_STREAM || core.identity.parent === null) return stream
  const station = core.directory.node(core.identity.node)?.stations[0]
  return station && streamOf(station)
}

const MOVED = 'moved-tail'

/** Remembers what was cut off a log: met again at a child, it need not be taken back. */
async function noteMoved(staging: Staging, log: LogKey, tail: readonly ReadEntry[]): Promise<void> {
  const known = ((await getLocal(staging, MOVED, log)) as readonly string[] | undefined) ?? []
  setLocal(staging, MOVED, log, [...known, ...tail.map(({ entry }) => toHex(entry.hash))])
}

/** Whether a peer's version of a log was ours once and was carried on. */
export async function hasMoved(core: Core, fork: Fork): Promise<boolean> {
  const entry = decodeCarried(core.host.cryptography.sha256, fork.proof)
  const known = JSON.parse((await core.storage.local(MOVED, fork.log)) ?? '[]') as readonly string[]
  return entry !== undefined && known.includes(toHex(entry.hash))
}

/**
 * What an entry that was cut off becomes in our own log. Directory records count by who writes them: our own are
 * written again, the root's are carried and it writes them again; what was carried already is carried as it is.
 */
function draftOf(core: Core, log: LogKey, { entry, record, before }: ReadEntry): Draft {
  const { kind, document, person, station, time, clockOffset, catalogueVersion, calendarVersion, payload } = entry
  const same = { document, person, station, time, clockOffset, catalogueVersion, calendarVersion }
  const isOwnRecord = kind === KIND.directory && logParts(log).node === core.identity.node
  if (isOwnRecord || kind === KIND.carried || kind === KIND.kept) return { ...same, kind, payload }
  // What the edit had written is written again; beside it the edit itself must not count a second time.
  return { ...same, kind: kind === KIND.edit ? KIND.kept : KIND.carried, payload: encodeCarried(log, before, record) }
}

function lostText(staging: Staging, id: DocumentId, tail: readonly ReadEntry[]): LostText[] {
  const file = staging.files.get(id) as CaseFile
  const edits = tail.filter(({ entry }) => entry.document === id && entry.kind === KIND.edit)
  const { node } = staging.core.identity
  const own = staging.core.directory.node(node)?.stations[0]
  // A relay that gives way writes what it passed on in its own name: the author may be gone for good.
  const station = edits.every(({ entry }) => logParts(entry.log).node === node) ? edits[0]?.entry.station : own
  if (!station || edits.length === 0) return []
  return [...file.sections.keys()].filter(isSectionName).flatMap((section) => {
    const opened = openSection(section, acceptedUpdates(file, section))
    if (!opened.ok) return []
    const value = opened.value.value()
    opened.value.close()
    return [{ file, section, value, station }]
  })
}

/** Writes what a section lost by a cut, under the new incarnation. */
async function writeAgain(staging: Staging, { file, section, value, station }: LostText): Promise<void> {
  const { core } = staging
  const opened = openSection(section, acceptedUpdates(await fileOf(staging, file.id), section))
  const lease = core.identity.lease
  if (!opened.ok) return
  const change = changeTo(section, value, opened.value.value())
  const changed = opened.value.change(clientIdOf(lease, core.incarnation), change)
  opened.value.close()
  if (!changed.ok || !changed.value) return
  const payload = encodeEdit({ section, update: changed.value })
  const { stream } = logParts(staging.change.cuts.at(-1)?.log as LogKey)
  append(staging, stream, [newDraft(core, { kind: KIND.edit, document: file.id, person: '', station, payload })])
}

/** The change that leads from one value of a section back to another. */
function changeTo(section: SectionName, wanted: unknown, present: unknown): SectionChange {
  if (SECTIONS[section].shape === 'text') return { text: wanted as string }
  const set = wanted as Record<string, never>
  return { set, remove: Object.keys(present as object).filter((key) => !Object.hasOwn(set, key)) }
}

/** Tells people that this node went back in time and what was done about it. */
export function reportRollback(core: Core, log: LogKey, height: number): void {
  const held = core.heads.get(log)?.height ?? 0
  addFinding(core, {
    kind: 'rolled-back',
    message: `本机数据库比上级记录的旧:日志 ${logParts(log).stream} 本机 ${held} 条,上级 ${height} 条。已启用新的批次号,缺少的条目正从上级取回。`,
    next: '无需操作。请核对最近的纸质存根是否都能查到;查不到的请补录。',
  })
}
