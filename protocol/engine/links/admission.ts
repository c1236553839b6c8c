/** The door for entries of others: grant, author, chain and signature are checked before anything is staged. */
import {
  COUNTY_STREAM,
  type DocumentId,
  isCase,
  type LogKey,
  logParts,
  type NodeId,
  type StreamId,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type EntryRecord, KIND } from '#protocol/log/entry.ts'
import { decodePack, encodePack, packable } from '#protocol/log/pack.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import type { Height } from '#protocol/wire/messages.ts'
import { noteFromAbove } from '../carrying/from-above.ts'
import type { Core } from '../core.ts'
import {
  beginWalk,
  type ChainRefusal,
  checkHeld,
  checkSignature,
  type FollowedPack,
  followPack,
  type ReceivedPack,
  refused,
  type Walk,
} from '../logs/following.ts'
import { keepPack, stagedHead } from '../logs/staged-logs.ts'
import { loadFiles } from '../writing/case-loading.ts'
import { place } from '../writing/placing.ts'
import type { Staging } from '../writing/staging.ts'
import { isDayDoubtful, noteFirstSeen } from './first-seen.ts'

/** Where a frame comes from and what may be in it. */
export interface FrameSource {
  readonly shared: ReadonlySet<StreamId>
  /** From the parent: what it sends is safe there. */
  readonly fromParent: boolean
  /** The parent is the root: what it sends is safe at the county. */
  readonly fromRoot: boolean
  /** Told of each new entry that is being stored as how many bytes its author's quota counts it. */
  readonly storing?: (author: NodeId, bytes: number) => void
  /** Cases that are not in memory are folded and listed behind the commit (S163); else with it. */
  readonly listsLater?: boolean
  /** Entries of logs up to these heights count already: a cut took them off and they come back. */
  readonly counted?: ReadonlyMap<LogKey, number>
}

/**
 * Admits a frame into a group: everything or nothing of it. Entries already held are passed over.
 * Answers up to where the frame's entries of every log are held: what lies above may be another's version.
 */
export async function admitFrame(
  staging: Staging,
  received: readonly ReceivedPack[],
  source: FrameSource,
): Promise<Result<readonly Height[], ChainRefusal>> {
  const hasRoom = roomFor(staging)
  // A version that gives way is no longer taken; what comes of it is held, or comes again when all have heard.
  const isTaken = (log: LogKey) => source.counted !== undefined || !staging.core.partings.has(log)
  const walk = beginWalk(
    staging.logs,
    (log) => authorProblem(staging.core, log, source),
    (log) => isTaken(log) && hasRoom(log),
  )
  const packs: FollowedPack[] = []
  for (const pack of received) {
    const followed = followPack(walk, pack)
    if (!followed.ok) return followed
    await staging.pieces(pack.records.length)
    if (followed.value.entries.length > 0) packs.push(followed.value)
  }
  // First: behind another version of what is held here the best signature seems not to hold.
  const repeated = await checkHeld(walk)
  if (!repeated.ok) return repeated
  const forged = await forgery(staging.core, walk, packs)
  if (forged) return failure(forged)
  await stage(staging, packs, source)
  for (const [log, { height }] of walk.heights) await noteFromAbove(staging, log, height, source)
  raiseHeads(staging, walk, source)
  tellPassedOver(staging.core, [...walk.passedOver].filter(isTaken))
  return success([...walk.heights].map(([log, { told }]) => ({ log, height: told })))
}

/**
 * Goes on with another version of a log, right behind a cut: the shared entries above the last signed one that is left,
 * and those of the other version up to the one whose signature covers both. So nothing that is shared leaves the disk.
 * What would be longer than a pack from a link is refused: it could never be passed on.
 */
export async function adoptRun(
  staging: Staging,
  log: LogKey,
  records: readonly EntryRecord[],
  source: Omit<FrameSource, 'shared'>,
): Promise<Result<readonly Height[], ChainRefusal>> {
  const packs = endingSigned(records).map((part) => encodePack(part.map((record) => packable(log, record))))
  const long = packs.find(({ length }) => length > LIMITS.receivedPackBytes)
  if (long) return refused('oversized', `${log}: a pack of ${long.length} bytes`)
  const received = packs.map((bytes) => ({ bytes, records: decodePack(bytes) ?? [] }))
  return admitFrame(staging, received, { shared: new Set([logParts(log).stream]), ...source })
}

/** Parts of a log, each up to the next signed entry. */
function endingSigned(records: readonly EntryRecord[]): EntryRecord[][] {
  const parts: EntryRecord[][] = []
  let isOpen = false
  for (const record of records) {
    if (isOpen) parts.at(-1)?.push(record)
    else parts.push([record])
    isOpen = record.signature === null
  }
  return parts
}

/** Whether the author of a log may be in this frame at all. */
function authorProblem(core: Core, log: LogKey, source: FrameSource): ChainRefusal | undefined {
  const { node, stream } = logParts(log)
  if (!source.shared.has(stream)) return { code: 'foreign-stream', detail: log }
  if (!core.directory.keyOf(node)) return { code: 'unknown-author', detail: log }
  // Whether the author may write for a station is judged when its entries are folded: grants change, and what was
  // written before must still arrive everywhere. The link's own grants bound what a peer can bring here.
  const foreign = stream === COUNTY_STREAM && node !== core.identity.root.node
  return foreign ? { code: 'foreign-stream', detail: log } : undefined
}

/**
 * Whether there is room for a log: each author has so many (LIMITS.logsOfNode), the root and this node itself as many as they
 * write. A node that begins a log with every entry would make streams that no message can tell, and could not be revoked.
 */
function roomFor({ core, logs }: Staging): (log: LogKey) => boolean {
  const counts = new Map<NodeId, number>()
  return (log) => {
    const { node } = logParts(log)
    if (core.logs.heads.has(log) || logs.heads.has(log) || core.logs.isOwn(log)) return true
    if (core.directory.authority.isRoot(node)) return true
    const known = new Set([...core.logs.heads.keys(), ...logs.heads.keys()])
    const count = counts.get(node) ?? [...known].filter((one) => logParts(one).node === node).length
    counts.set(node, count + 1)
    return count < LIMITS.logsOfNode
  }
}

function tellPassedOver({ directory, news }: Core, logs: readonly LogKey[]): void {
  for (const node of new Set(logs.map((log) => logParts(log).node)))
    news.add({
      kind: 'refused',
      message: `节点“${directory.node(node)?.name ?? node}”写了超过 ${LIMITS.logsOfNode} 个日志,多出的没有接收;其余记录照常`,
      next: '正常程序不会这样写,请联系管理员检查或停用该节点。',
    })
}

/** The first signature that does not hold: one per run authenticates everything before it, carried facts have their own. */
async function forgery(core: Core, walk: Walk, packs: readonly FollowedPack[]): Promise<ChainRefusal | undefined> {
  const { cryptography } = core.host
  const signed = [...walk.ends]
  for (const entry of packs.flatMap((pack) => pack.entries)) {
    // The root's word is proof enough; a fact that another node carries is checked by its author's signature.
    if (entry.kind !== KIND.carried || core.directory.authority.isRoot(logParts(entry.log).node)) continue
    const inner = decodeCarried(cryptography.sha256, entry.payload)
    if (inner?.kind === KIND.fact) signed.push(inner)
  }
  const checks = signed.map((one) => checkSignature(cryptography, core.directory.keyOf(logParts(one.log).node), one))
  return (await Promise.all(checks)).find((problem) => problem !== undefined)
}

async function stage(staging: Staging, packs: readonly FollowedPack[], source: FrameSource): Promise<void> {
  const { counted, storing } = source
  const cases = casesOf(packs)
  const later = casesLater(staging, cases, packs, source)
  await loadCases(
    staging,
    cases.filter((id) => !later.has(id)),
  )
  for (const pack of packs) {
    for (const entry of pack.entries) {
      await staging.pieces()
      if (entry.seq <= (counted?.get(entry.log) ?? 0)) continue
      if (later.has(entry.document)) staging.deferred.add(entry.document)
      else place(staging, entry)
      if (staging.core.isRoot) await noteFirstSeen(staging, entry)
    }
    const placed = pack.entries.map(({ document, log, seq, hash }, index) => {
      const { offset, length } = pack.places[index] as { offset: number; length: number }
      storing?.(logParts(log).node, Math.max(length, LIMITS.leastEntryBytes))
      return { document, log, seq, hash, offset, length }
    })
    keepPack(staging.logs, pack, placed)
  }
}

/** The cases that a frame has entries of, in its order. */
const casesOf = (packs: readonly FollowedPack[]): DocumentId[] => [
  ...new Set(packs.flatMap(({ entries }) => entries.map(({ document }) => document)).filter(isCase)),
]

/**
 * Those of them that wait for their fold. What is in memory is folded at once, so that a lively case is not read anew with
 * each of its entries; but not where an earlier frame of the group added to it, because what is in memory lacks that, nor
 * where it could not be listed before: that must not keep what came with it from being stored.
 */
function casesLater(
  { core, files, deferred }: Staging,
  cases: readonly DocumentId[],
  packs: readonly FollowedPack[],
  { listsLater = false }: FrameSource,
): Set<DocumentId> {
  if (!listsLater) return new Set()
  // Where people are told of a day at once, they are told of which case it is.
  if (core.isRoot && packs.some(({ entries }) => entries.some((entry) => isDayDoubtful(core, entry)))) return new Set()
  const isInMemory = (id: DocumentId) =>
    !deferred.has(id) && !core.unlisted.isApart(id) && (files.has(id) || core.files.get(id) !== undefined)
  return new Set(cases.filter((id) => !isInMemory(id)))
}

/** Cases that are read at once: some milliseconds. */
const CASES_PER_READ = 250

/** A frame may name thousands of cases: they are read a part at a time. */
async function loadCases(staging: Staging, cases: readonly DocumentId[]): Promise<void> {
  for (let from = 0; from < cases.length; from += CASES_PER_READ) {
    const some = cases.slice(from, from + CASES_PER_READ)
    await loadFiles(staging, some)
    await staging.pieces(some.length)
  }
}

/** The logs are held up to where the frame led; what the parent sent is safe there. */
function raiseHeads({ logs, core }: Staging, walk: Walk, source: FrameSource): void {
  for (const [log, { height, hash, told }] of walk.heights) {
    const head = stagedHead(logs, log)
    logs.heads.set(log, {
      ...head,
      height,
      hash,
      parentHeight: core.isRoot ? height : Math.max(head.parentHeight, source.fromParent ? told : 0),
      rootHeight: core.isRoot ? height : Math.max(head.rootHeight, source.fromRoot ? told : 0),
    })
  }
}
