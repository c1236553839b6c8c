/** A root, or a county, of which a disk stores what links bring and takes no list until it is let go. */

import type { Fact } from '#protocol/casework/facts/facts.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { type Change, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, type EntryHash, type LogKey, type StationCode, streamOf, toHex } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn } from '#test/documents/authors.ts'
import {
  COUNTY,
  callUntil,
  type Node,
  openCounty,
  openCountyRoot,
  openNode,
  publish,
  TOWNSHIP,
  until,
} from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

/** A commit that lists: rows or receipts without a pack. */
export const lists = ({ packs, cases, receipts }: Change) => packs.length === 0 && cases.length + receipts.length > 0

/** Pauses after which a disk that refused is tried again: over when the test says so. */
const RETRY_MILLISECONDS = 10_000

/** A disk that takes no list until it is let go, and remembers every commit; with the host that tries it again then. */
function heldDisk() {
  const storage = new MemoryStorage()
  const commits: Change[] = []
  const retries: (() => void)[] = []
  const commit = storage.commit.bind(storage)
  let isHeld = false
  storage.commit = async (change) => {
    if (isHeld && lists(change)) throw new StorageFailure('full', '磁盘已满')
    await commit(change)
    commits.push(change)
  }
  const after: Host['after'] = (milliseconds, callback) => {
    if (milliseconds !== RETRY_MILLISECONDS) return testHost.after(milliseconds, callback)
    if (!isHeld) return testHost.after(0, callback)
    retries.push(callback)
    return () => {}
  }
  return {
    storage,
    host: { ...testHost, after },
    commits,
    /** How many tries wait for their time. */
    retries: () => retries.length,
    hold() {
      isHeld = true
    },
    release() {
      isHeld = false
      for (const retry of retries.splice(0)) retry()
    },
  }
}

export const opened = (station: StationCode = TOWNSHIP, number = '安县-1') =>
  draft(station, {
    payload: factPayload({ kind: 'opened', previous: null, fields: { number, item: 'SL0001', itemVersion: 1 } }),
  })

/** A pass over all rows would list as well. */
export const untilJudged = ({ engine }: Node) =>
  until('nothing is judged anew', async () => (await engine.office.status()).refolding === null)

/** A root with a member below it whose frames are stored and, until that is let go, not listed. */
export async function heldRoot(station: StationCode = TOWNSHIP) {
  const disk = heldDisk()
  const root = await openCountyRoot(disk.storage, disk.host)
  const member = new RawNode(station)
  await publish(root, [member.record(root.identity.node, 9)])
  await member.link(root)
  await untilJudged(root)
  disk.hold()
  return { root, member, ...disk }
}

/** Root, township and village, linked; the township's disk takes no list until it is let go. */
export async function heldTownship() {
  const disk = heldDisk()
  const storageOf = (station: StationCode) => (station === TOWNSHIP ? disk.storage : new MemoryStorage())
  const county = await openCounty(storageOf, disk.host)
  const { root, township, village } = county
  const knows = ({ engine }: Node) => engine.office.stations.length === 1
  const upwards = await callUntil(township, root, 'the township knows its station', () => knows(township))
  await callUntil(village, township, 'the village knows its station', () => knows(village))
  await untilJudged(township)
  disk.hold()
  return { ...county, upwards, ...disk }
}

/** How many frames a member heard to be stored. */
export const framesStored = ({ received }: RawNode): number =>
  received.reduce((sum, one) => sum + (one.type === 'stored' ? one.frames : 0), 0)

/** Brings so many openings in one frame, until they are acknowledged. */
export async function bring(member: RawNode, count: number): Promise<DocumentId[]> {
  const drafts = Array.from({ length: count }, () => opened())
  const frames = framesStored(member)
  member.send(frameOf(await member.write(streamOf(TOWNSHIP), drafts)))
  await member.stored(frames + 1)
  return drafts.map(({ document }) => document)
}

/** A case that is listed, and what writes the next frame of it. Lists are let go for it. */
export async function listedCase({ root, member, release }: Awaited<ReturnType<typeof heldRoot>>) {
  release()
  const [id] = (await bring(member, 1)) as [DocumentId]
  await until('it is listed', async () => (await rowsOf(root)).includes(id))
  let { tip: previous } = valueIn(await root.engine.office.state(id))
  const next = async (fact: Omit<Fact, 'previous'>) => {
    const entry = draft(TOWNSHIP, { document: id, payload: factPayload({ ...fact, previous }) })
    const written = await member.write(streamOf(TOWNSHIP), [entry])
    previous = toHex(member.heads.get(written[0]?.log as LogKey)?.hash as Uint8Array) as EntryHash
    return frameOf(written)
  }
  return {
    id,
    captured: () => next({ kind: 'captured', fields: { applicant: '王芳', materials: 1 } }),
    noted: () => next({ kind: 'noted', fields: { text: '申请人下午再来' } }),
  }
}

export const rowsOf = async ({ engine }: Node) => (await engine.office.find({})).rows.map(({ id }) => id)

/** The disk as a power cut leaves it. */
export function cut(storage: MemoryStorage): MemoryStorage {
  const copy = new MemoryStorage()
  copy.restore(storage.snapshot())
  return copy
}

/** The root's next start, over a disk as a power cut left it. */
export const startAgain = ({ identity }: Node, storage: MemoryStorage, host: Host = testHost) =>
  openNode({ station: COUNTY, keys: identity.keys, lease: 1, storage, incarnation: 1, host })
