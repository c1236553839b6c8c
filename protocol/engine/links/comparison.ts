/** Comparing what is held with a peer: frontiers told, forks found, and where sending must start. */
import { appendAll } from '#protocol/append-all.ts'
import { type LogKey, logParts, type NodeId, type StreamId } from '#protocol/ids.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { logsOf } from '#protocol/session/handshake.ts'
import { POSITION_HASH_BYTES } from '#protocol/wire/codec.ts'
import type { Frontier, LogPosition } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import { toldHeads } from '../logs/partings.ts'
import { inPieces } from '../logs/pieces.ts'

/** Logs in one frontier message; a message must stay inside one frame. */
const LOGS_IN_MESSAGE = 2_000

const short = (hash: Uint8Array): Uint8Array => hash.subarray(0, POSITION_HASH_BYTES)

/** Frontier messages for streams: everything held of them. */
export function frontiers(core: Core, streams: readonly StreamId[]): Frontier[] {
  const told = toldHeads(core)
  return inMessages(streams, (stream) => logsOf(told, [stream]).map(positionOf))
}

const positionOf = ({ key, height, hash, rootHeight }: LogHead): LogPosition => ({
  log: key,
  height,
  hash: short(hash),
  root: rootHeight,
})

/** A stream is told whole: what a message does not name of it is not held. */
function inMessages(streams: readonly StreamId[], positionsOf: (stream: StreamId) => readonly LogPosition[]) {
  const messages: Frontier[] = []
  let names: StreamId[] = []
  let positions: LogPosition[] = []
  for (const stream of streams) {
    const held = positionsOf(stream)
    if (names.length > 0 && positions.length + held.length > LOGS_IN_MESSAGE) {
      messages.push({ type: 'frontier', streams: names, logs: positions })
      names = []
      positions = []
    }
    names.push(stream)
    appendAll(positions, held)
  }
  messages.push({ type: 'frontier', streams: names, logs: positions })
  return messages
}

/**
 * What is held of the logs that a peer named, but no more than it holds itself: it only delivers, and hears what arrived.
 * Where more of its own logs is held than it knows, that is told before: it went back in time (rule S70).
 */
export async function heldOf(core: Core, peer: NodeId | null, { streams, logs }: Frontier): Promise<Frontier[]> {
  const told = new Map<StreamId, LogPosition[]>(streams.map((stream) => [stream, []]))
  const pieces = inPieces(core.host)
  const heads = toldHeads(core)
  for (const { log, height } of logs) {
    const head = heads.get(log) ?? core.logs.head(log)
    // What has given way already has no hashes any more but that of its top.
    const common = isUnread(core, log, height) ? core.logs.head(log).height : Math.min(height, head.height)
    const hash = common === head.height ? head.hash : await core.logs.hashAt(log, common)
    if (common < head.height) await pieces()
    const root = Math.min(common, head.rootHeight)
    if (common > 0 && hash)
      told.get(logParts(log).stream)?.push({ ...positionOf(head), height: common, hash: short(hash), root })
  }
  const known = new Map(logs.map(({ log, height }) => [log, height]))
  const ahead = logsOf(heads, streams).filter(
    ({ key, height }) => logParts(key).node === peer && height > (known.get(key) ?? 0),
  )
  const answers = inMessages(streams, (stream) => told.get(stream) ?? [])
  if (ahead.length === 0) return answers
  const own = new Map(ahead.map((head) => [head.key, positionOf(head)]))
  const claims = inMessages(streams, (stream) => {
    const others = (told.get(stream) ?? []).filter(({ log }) => !own.has(log))
    return [...others, ...[...own.values()].filter(({ log }) => logParts(log).stream === stream)]
  })
  return [...claims, ...answers]
}

/** Whether a height lies in what a parting has cut already, below the top that peers are told. */
function isUnread({ logs, partings }: Core, log: LogKey, height: number): boolean {
  const top = partings.get(log)?.top
  return top !== undefined && logs.head(log).height < height && height < top.height
}

/** The hash that peers are told of a log at a height; undefined above what is held. */
const toldHash = ({ logs, partings }: Core, log: LogKey, height: number): Promise<Uint8Array | undefined> => {
  const top = partings.get(log)?.top
  return top?.height === height ? Promise.resolve(top.hash) : logs.hashAt(log, height)
}

export interface Comparison {
  /** Logs whose hashes differ at the peer's height. */
  readonly forks: readonly LogKey[]
  /** Everything the peer lacks lies behind this arrival. */
  readonly start: number
}

/** Compares a peer's frontier with what is held here. Forks show on the side that holds at least as much. */
export async function compare(core: Core, frontier: Frontier): Promise<Comparison> {
  const { logs, storage, host } = core
  const forks = new Set<LogKey>()
  const pieces = inPieces(host)
  const theirs = new Map(frontier.logs.map((position) => [position.log, position]))
  let start = logs.arrival
  for (const { log, height, hash } of frontier.logs) {
    const ours = height === 0 ? undefined : await toldHash(core, log, height)
    // Of what gives way the peer may hold a part, or another version: until that has ended it says nothing about ours.
    if (isUnread(core, log, height) || (ours && !equalBytes(short(ours), hash))) forks.add(log)
    if (ours && height < logs.head(log).height) await pieces()
  }
  for (const head of logsOf(logs.heads, frontier.streams)) {
    const height = theirs.get(head.key)?.height ?? 0
    if (height >= head.height || forks.has(head.key)) continue
    const arrival = await storage.arrivalAbove(head.key, height)
    if (arrival !== undefined) start = Math.min(start, arrival - 1)
    await pieces()
  }
  return { forks: [...forks], start }
}
