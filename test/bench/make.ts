/** What the making process makes: a township and a village with cases that never met, and the payload for the floor. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { encodeRecord } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { connect, openCounty, person, TOWNSHIP, until, VILLAGE } from '#test/engine/county.ts'
import { type SavedNode, saveNode, writePayload } from './databases.ts'
import { writeCase } from './workload.ts'

/** A parent and a child that holds cases its parent lacks. */
export interface Pair {
  readonly parent: SavedNode
  readonly child: SavedNode
  readonly payload: string
  readonly entries: number
  readonly payloadBytes: number
  readonly deflatedBytes: number
  /** The child's log and its height. */
  readonly log: LogKey
  readonly height: number
  readonly lastCase: { readonly id: DocumentId; readonly number: string; readonly changedAt: number }
}

/** A township and a village that know the directory and each other; the village then writes cases offline. */
export async function makePair(argument: { readonly folder: string; readonly cases: number }): Promise<Pair> {
  const { folder, cases } = argument
  const { root, township, village } = await openCounty()
  const links = [connect(township, root)]
  await until('the township knows itself', () => township.engine.office.stations.length === 1)
  links.push(connect(village, township))
  await until('the village knows itself', () => village.engine.office.stations.length === 1)
  for (const link of links) {
    link.cut()
    await link.ended
  }
  const before = (await village.storage.load()).arrival
  const agent = person(VILLAGE, ['agent'])
  let last = { id: '' as DocumentId, number: '' }
  for (let index = 0; index < cases; index++) last = await writeCase(village.engine.office, agent, TOWNSHIP, index)
  const row = await village.engine.office.byNumber(last.number)
  const head = (await village.storage.load()).heads.find(({ key }) => key.endsWith(`/${VILLAGE}`))
  if (!row || !head) throw new Error('the village wrote cases')
  const payload = join(folder, 'payload.bin')
  const records = recordsAfter(village.storage as MemoryStorage, before)
  await writePayload(payload, records)
  const parent = await saveNode(township, folder, 'parent')
  const child = await saveNode(village, folder, 'child')
  for (const { engine } of [root, township, village]) await engine.stop()
  return {
    parent,
    child,
    payload,
    entries: records.length,
    payloadBytes: (await stat(payload)).size,
    deflatedBytes: deflateSync(Buffer.concat(records)).length,
    log: head.key,
    height: head.height,
    lastCase: { ...last, changedAt: row.changedAt },
  }
}

/** The record bytes of everything that arrived behind a number. */
function recordsAfter(storage: MemoryStorage, arrival: number): Uint8Array[] {
  const packs = storage.snapshot().steps.flatMap((step) => (step === 'drop-computed' ? [] : step.packs))
  return packs
    .filter((pack) => pack.arrival > arrival)
    .flatMap((pack) => decodePack(pack.bytes) ?? [])
    .map(({ record }) => encodeRecord(record))
}
