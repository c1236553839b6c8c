/** The pen of the simulation: reads the entries of a case from a disk and says which count, without the engine. */
import { decodeFact, type FactEntry } from '#protocol/casework/facts/facts.ts'
import type { Authority } from '#protocol/casework/register.ts'
import { hasCivilDay } from '#protocol/casework/time/days.ts'
import { isHomeOf } from '#protocol/engine/cases/case-id.ts'
import { type DocumentId, type EntryHash, type LogKey, logParts, type StreamId, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import type { Machine } from './world.ts'

interface Read {
  /** The entry as it lies on the disk. */
  readonly outer: Entry
  /** What it says: itself, or what it carries; undefined when it only keeps something. */
  readonly entry: Entry | undefined
}

const streamOf = ({ log }: Entry): StreamId => logParts(log).stream

async function read(machine: Machine, authority: Authority, id: DocumentId): Promise<Read[]> {
  const found: Read[] = []
  for (const placed of (await machine.disk.storage.recordsOf([id])).get(id) ?? []) {
    const record = readRecord(placed.bytes)
    const outer = record && readEntry(placed.log, record, placed.hash)
    if (!outer) continue
    const inner = outer.kind === KIND.carried ? decodeCarried(sha256, outer.payload) : undefined
    const isProved = inner && streamOf(inner) === streamOf(outer) && !authority.afterRevocation(outer.log, outer.seq)
    const mayCarry = isProved || authority.isRoot(logParts(outer.log).node)
    found.push({ outer, entry: outer.kind === KIND.carried ? (mayCarry ? inner : undefined) : outer })
  }
  return found
}

/** Of two logs that carry a fact of another: one in the fact's own stream stands before others, then by name. */
function standsBefore(own: LogKey, left: LogKey, right: LogKey): boolean {
  const isNear = (log: LogKey) => logParts(log).stream === logParts(own).stream
  return isNear(left) === isNear(right) ? left < right : isNear(left)
}

/** The facts of a case that count, and the log each stands in: its own, or the first of those that carry it. */
export async function readCase(machine: Machine, authority: Authority, id: DocumentId) {
  const found = await read(machine, authority, id)
  const opened = new Set<StreamId>()
  for (const { outer, entry } of found) {
    const byRoot = entry !== outer && authority.isRoot(logParts(outer.log).node)
    if (byRoot || isHomeOf(sha256, id, streamOf(outer))) opened.add(streamOf(outer))
  }
  const facts = new Map<string, FactEntry>()
  const where = new Map<string, LogKey>()
  for (const { outer, entry } of found) {
    if (entry?.kind !== KIND.fact || !opened.has(streamOf(outer))) continue
    const { log, seq, person, station, time, clockOffset, catalogueVersion, calendarVersion } = entry
    const published = Math.max(
      ...[catalogueVersion, calendarVersion].map((version) => (hasCivilDay(version) ? version : 0)),
    )
    const hash = toHex(entry.hash) as EntryHash
    const known = where.get(hash)
    if (outer === entry) where.set(hash, outer.log)
    else if (known === undefined || (known !== log && standsBefore(log, outer.log, known))) where.set(hash, outer.log)
    const isOnlyCarried =
      outer !== entry && !authority.isRoot(logParts(outer.log).node) && facts.get(hash)?.isOnlyCarried !== false
    const fact = decodeFact(entry.payload)
    facts.set(hash, { hash, log, seq, isOnlyCarried, person, station, time, clockOffset, published, fact })
  }
  return { facts: [...facts.values()], where, streams: opened }
}
