/** What the root holds of a node that it revokes: heights of its logs, and what forks left of them in other logs. */
import type { Revocation } from '#protocol/casework/directory.ts'
import { COUNTY_STREAM, type EntryHash, isCase, type LogKey, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import { readInPacks } from '../logs/log-reading.ts'
import { inPieces } from '../logs/pieces.ts'
import { stagedHead } from '../logs/staged-logs.ts'
import type { Staging } from '../writing/staging.ts'

/** What the record that revokes a node says of its entries (rule S111). Only in a group of its own: it reads the disk. */
export async function heldAtRevocation(
  staging: Staging,
  node: NodeId,
): Promise<Required<Pick<Revocation, 'held' | 'carried'>>> {
  const held = heightsOf(staging, node)
  return { held, carried: await carriedOf(staging.core, node, Object.keys(held) as LogKey[]) }
}

/** Heights of a node's logs as the group sees them. */
const heightsOf = ({ logs }: Staging, node: NodeId): Readonly<Record<LogKey, number>> =>
  Object.fromEntries(
    [...new Set([...logs.committed.heads.keys(), ...logs.heads.keys()])]
      .filter((log) => logParts(log).node === node)
      .map((log) => [log, stagedHead(logs, log).height]),
  )

/**
 * Entries of a node that stand in logs of its streams only carried: a fork cut them off. The door has checked the author's
 * signature on facts alone, so these come first, and those of the node's own logs last: nobody crowds out what is true.
 */
async function carriedOf(core: Core, node: NodeId, own: readonly LogKey[]): Promise<readonly EntryHash[]> {
  const streams = new Set([...core.directory.deliverableBy(node), ...own.map((log) => logParts(log).stream)])
  streams.delete(COUNTY_STREAM)
  const isOwn = (log: LogKey) => logParts(log).node === node
  const logs = [...core.logs.heads.keys()].filter((log) => streams.has(logParts(log).stream)).sort()
  const [proved, others] = [new Set<EntryHash>(), new Set<EntryHash>()]
  const pieces = inPieces(core.host)
  for (const log of [...logs.filter((one) => !isOwn(one)), ...logs.filter(isOwn)]) {
    for await (const entries of readInPacks(core.logs, log, 0)) {
      await pieces()
      for (const { entry } of entries) {
        const inner = await cutOffIn(core, node, entry)
        const found = inner?.kind === KIND.fact ? proved : others
        if (inner && found.size < LIMITS.revokedEntries) found.add(toHex(inner.hash) as EntryHash)
      }
    }
  }
  return [...proved, ...others].slice(0, LIMITS.revokedEntries)
}

/** The entry of a node that an entry carries and that does not stand in its own place. */
async function cutOffIn(core: Core, node: NodeId, entry: Entry): Promise<Entry | undefined> {
  if (entry.kind !== KIND.carried || !isCase(entry.document)) return undefined
  const inner = decodeCarried(core.logs.sha256, entry.payload)
  if (!inner || logParts(inner.log).node !== node) return undefined
  const standing = await core.logs.hashAt(inner.log, inner.seq)
  return standing && equalBytes(standing, inner.hash) ? undefined : inner
}
