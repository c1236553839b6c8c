/** Comparing what is held with a peer: frontiers told, forks found, and where sending must start. */
import type { LogKey, StreamId } from '#protocol/ids.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { logsOf } from '#protocol/session/handshake.ts'
import { POSITION_HASH_BYTES } from '#protocol/wire/codec.ts'
import type { Frontier, LogPosition } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'

/** Logs in one frontier message; a message must stay inside one frame. */
const LOGS_IN_MESSAGE = 2_000

/** Frontier messages for streams: everything held of them. */
export function frontiers({ logs }: Core, streams: readonly StreamId[]): Frontier[] {
  const messages: Frontier[] = []
  let names: StreamId[] = []
  let positions: LogPosition[] = []
  for (const stream of streams) {
    const held = logsOf(logs.heads, [stream]).map(({ key, height, hash, rootHeight }) => ({
      log: key,
      height,
      hash: hash.subarray(0, POSITION_HASH_BYTES),
      root: rootHeight,
    }))
    if (names.length > 0 && positions.length + held.length > LOGS_IN_MESSAGE) {
      messages.push({ type: 'frontier', streams: names, logs: positions })
      names = []
      positions = []
    }
    names.push(stream)
    positions.push(...held)
  }
  messages.push({ type: 'frontier', streams: names, logs: positions })
  return messages
}

export interface Comparison {
  /** Logs whose hashes differ at the peer's height. */
  readonly forks: readonly LogKey[]
  /** Everything the peer lacks lies behind this arrival. */
  readonly start: number
}

/** Compares a peer's frontier with what is held here. Forks show on the side that holds at least as much. */
export async function compare({ logs, storage }: Core, frontier: Frontier): Promise<Comparison> {
  const forks: LogKey[] = []
  const theirs = new Map(frontier.logs.map((position) => [position.log, position]))
  let start = logs.arrival
  for (const { log, height, hash } of frontier.logs) {
    const ours = height === 0 ? undefined : await logs.hashAt(log, height)
    if (ours && !equalBytes(ours.subarray(0, POSITION_HASH_BYTES), hash)) forks.push(log)
  }
  for (const head of logsOf(logs.heads, frontier.streams)) {
    const height = theirs.get(head.key)?.height ?? 0
    if (height >= head.height || forks.includes(head.key)) continue
    const arrival = await storage.arrivalAbove(head.key, height)
    if (arrival !== undefined) start = Math.min(start, arrival - 1)
  }
  return { forks, start }
}
