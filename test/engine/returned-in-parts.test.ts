/** The county looks through what others carry of its lost records in parts, and over as many frames as it comes in. */
import { expect, test } from 'vitest'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  type LogKey,
  logKey,
  logParts,
  type StationCode,
  streamOf,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type Draft, encodeContent, KIND } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost, sha256 } from '#protocol/transport/node-host.ts'
import { COUNTY, type Node, nodeRecord, openNode, publish, STATIONS, stationRecord, until, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const SPACE = 'returned-records'
const NOTED = 'returned-records-looked'
const stream = streamOf(VILLAGE)

/** The county over a disk. */
const open = (storage: MemoryStorage, keys?: Node['identity']['keys']) =>
  openNode({ station: COUNTY, lease: 1, storage, incarnation: 8, ...(keys ? { keys } : {}) })

/** A county, a village that carries what it likes, and what of its log the county reads in one turn at most. */
async function place() {
  const disk = new MemoryStorage()
  const hall = await open(disk)
  const raw = new RawNode(VILLAGE)
  await publish(hall, [...STATIONS, nodeRecord(hall, null), raw.record(hall.identity.node, 2)])
  const reads = { now: 0, most: 0 }
  const packHolding = disk.packHolding.bind(disk)
  disk.packHolding = async (log, seq) => {
    if (logParts(log).node === raw.node) reads.most = Math.max(reads.most, ++reads.now)
    return packHolding(log, seq)
  }
  const commit = disk.commit.bind(disk)
  disk.commit = async (change) => {
    if (change.local.some(({ space }) => space === NOTED)) reads.now = 0
    await commit(change)
  }
  await raw.link(hall)
  let frames = 0
  const send = async (drafts: readonly Draft[]) => {
    raw.send(frameOf(await raw.write(stream, drafts)))
    await raw.stored(++frames)
  }
  const looked = () => until('looked at', async () => (await disk.localAll(SPACE)).length === 0)
  /** A log of the county before it lost everything. */
  const lost = logKey({ node: hall.identity.node, incarnation: 1, stream: COUNTY_STREAM })
  return { disk, hall, raw, reads, send, looked, lost }
}

/** What carries one run of the county's records about stations: its end alone is signed. */
async function runOf({ identity }: Node, log: LogKey, codes: readonly StationCode[]): Promise<Draft[]> {
  const carriers: Draft[] = []
  let before: Uint8Array = GENESIS
  for (const [place, code] of codes.entries()) {
    const document = `station/${code}` as DocumentId
    const payload = new TextEncoder().encode(JSON.stringify(stationRecord(code, '永安镇', 'township', COUNTY)))
    const content = encodeContent(draft(COUNTY, { kind: KIND.directory, document, payload }))
    const hash = entryHash(sha256, log, before, { seq: place + 1, content, signature: null })
    const isLast = place === codes.length - 1
    const signature = isLast ? await nodeHost.cryptography.sign(identity.keys.privateKey, hash) : null
    const carried = encodeCarried(log, before, { seq: place + 1, signature, content })
    carriers.push(draft(VILLAGE, { kind: KIND.carried, document, payload: carried }))
    before = hash
  }
  return carriers
}

const CODES = ['510724200', '510724300', '510724400'] as StationCode[]
const BYTES = 120_000

/** What nobody ever wrote, in the county's name; without a signature. */
const invented = (log: LogKey): Draft => {
  const content = encodeContent(draft(COUNTY, { kind: KIND.directory, payload: new Uint8Array(BYTES) }))
  const payload = encodeCarried(log, GENESIS, { seq: 5, signature: null, content })
  return draft(VILLAGE, { kind: KIND.carried, document: 'station/510724999' as DocumentId, payload })
}

test.each([[[3]], [[2, 1]], [[1, 1, 1]]])(
  'R60 a run of lost records that comes in frames of %j comes back whole, and once',
  async (parts) => {
    const { disk, hall, send, looked, lost } = await place()
    const carriers = await runOf(hall, lost, CODES)
    for (const [place, count] of parts.entries()) {
      const begun = parts.slice(0, place).reduce((sum, one) => sum + one, 0)
      await send(carriers.slice(begun, begun + count))
      await looked()
    }
    await send(carriers)
    await looked()
    const { directory } = hall.engine.office
    expect(CODES.filter((code) => directory.station(code))).toEqual(CODES)
    const held = (await disk.recordsOf(carriers.map(({ document }) => document))).values()
    const own = [...held].flat().filter(({ log }) => logParts(log).node === hall.identity.node)
    expect(own).toHaveLength(CODES.length)
  },
)

test('R60 whoever carries without end is looked through in parts, also after a stop, and nothing of it twice', async () => {
  const { disk, hall, raw, reads, send, looked, lost } = await place()
  for (let count = 0; count * BYTES < 3 * LIMITS.recordReadBytes; count++) await send([invented(lost)])
  await send(await runOf(hall, lost, CODES))
  await looked()
  reads.now = 0
  await send([invented(lost)])
  await looked()
  expect(reads.now).toBeLessThan(10)
  await hall.engine.stop()
  // As if the program had stopped before it looked at any of it.
  const key = logKey({ node: raw.node, incarnation: 1, stream })
  const forgotten = { space: NOTED, key, value: null }
  await disk.commit({ ...NO_CHANGE, local: [forgotten, { space: SPACE, key, value: 'true' }] })
  Object.assign(reads, { now: 0, most: 0 })
  const again = await open(disk, hall.identity.keys)
  await publish(again, [stationRecord('510724500' as StationCode, '和平镇', 'township', COUNTY)])
  await looked()
  expect(reads.most * BYTES).toBeGreaterThan(LIMITS.recordReadBytes / 2)
  expect(reads.most * BYTES).toBeLessThan(2 * LIMITS.recordReadBytes)
})
