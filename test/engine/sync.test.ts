import { expect, test } from 'vitest'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import { GATE_PROBLEMS } from '#protocol/documents/problems.ts'
import { type Change, type ReceiptRow, StorageFailure } from '#protocol/engine/ports/storage.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  type LogKey,
  logKey,
  logParts,
  type StationCode,
  streamOf,
  toHex,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodePack, splitPacks } from '#protocol/log/pack.ts'
import type { Result } from '#protocol/result.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import type { Message, Receipt } from '#protocol/wire/messages.ts'
import {
  bringAll,
  COUNTY,
  connect,
  type Node,
  openCounty,
  openNode,
  person,
  receiptsAt,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { headOf } from './other-version.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

export function value<Of>(result: Result<Of>): Of {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`)
  return result.value
}

test('S1 a case captured offline in the village reaches the county through the township, and the decision comes back', async () => {
  const { root, township, village } = await openCounty()
  const first = connect(township, root)
  await until('township has the stations', () => township.engine.office.stations.length === 1)
  const second = connect(village, township)
  await until('village has its station', () => village.engine.office.stations.length === 1)
  first.cut()
  second.cut()
  await first.ended
  await second.ended
  const agent = person(VILLAGE, ['agent'])
  const office = village.engine.office
  const { id, number } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  await bringAll(village, agent, id)
  value(await office.act(agent, id, 'captured', { materials: 2 }))
  value(await office.act(agent, id, 'offered', { to: TOWNSHIP, materials: 2 }))
  expect((await office.safetyOf([id])).get(id)).toBe('here')
  expect((await office.status()).casesOnlyHere).toBe(1)
  connect(village, township)
  await until('at the township', async () => (await township.engine.office.byNumber(number))[0] !== undefined)
  await until('acknowledged by the township', async () => (await office.safetyOf([id])).get(id) === 'parent')
  const clerk = person(TOWNSHIP, ['clerk'])
  value(await township.engine.office.act(clerk, id, 'taken', { materials: 2 }))
  value(await township.engine.office.act(clerk, id, 'received', { materials: 2 }))
  value(await township.engine.office.act(clerk, id, 'offered', { to: COUNTY, materials: 2 }))
  connect(township, root)
  await until('safe at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  const handler = person(COUNTY, ['handler'])
  await until('offered at county', async () => (await root.engine.office.byNumber(number))[0]?.offeredTo === COUNTY)
  for (const [kind, fields] of [
    ['taken', { materials: 2 }],
    ['accepted', {}],
    ['decided', { result: 'granted', opinion: '同意' }],
    ['closed', {}],
  ] as const)
    value(await root.engine.office.act(handler, id, kind, fields))
  await until('closed in the village', async () => (await office.byNumber(number))[0]?.stage === '60')
  const state = value(await office.view(agent, id)).state
  expect(state.holder).toBe(COUNTY)
  expect(state.applicant.name).toBe('王芳')
  expect(value(await root.engine.office.view(handler, id)).state).toEqual(state)
})

const villager = person(VILLAGE, ['agent'])

/** A township and a village that was connected once, cut off since; the village writes down its new incarnations. */
async function cutOff(rotated = async (_incarnation: number) => {}, disk = new MemoryStorage()) {
  const storageOf = (station: StationCode) => (station === VILLAGE ? disk : new MemoryStorage())
  const { root, township, village: registered } = await openCounty(storageOf)
  const links = [connect(township, root)]
  await until('township has its station', () => township.engine.office.stations.length === 1)
  await registered.engine.stop()
  const { keys, lease } = registered.identity
  const village = await openNode({ station: VILLAGE, keys, lease, storage: disk, parent: township, root, rotated })
  links.push(connect(village, township))
  // What a link has brought is stored although the link is gone: the whole catalogue comes first.
  const published = root.engine.office.directory.items().length
  await until('village has the catalogue', () => village.engine.office.directory.items().length === published)
  for (const link of links) link.cut()
  await Promise.all(links.map(({ ended }) => ended))
  return { township, village }
}

/** One case of so many entries. */
async function caseOf({ engine }: Node, entries: number, textOf = (count: number) => `${count}`): Promise<DocumentId> {
  const { id } = value(await engine.office.openCase(villager, 'SL0001'))
  for (let count = 1; count < entries; count++) {
    value(await engine.office.act(villager, id, 'noted', { text: textOf(count) }))
  }
  return id
}

const written = ({ engine }: Node) => Object.values(engine.ownHeads()).map(({ seq }) => seq)
const safetyAt = async ({ engine }: Node, id: DocumentId) => (await engine.office.safetyOf([id])).get(id)

test('S128 a village whose township lacks many entries goes on in a log of its own when they are compared', async () => {
  const { township, village } = await cutOff()
  const old = await caseOf(village, LIMITS.overtakenEntries)
  expect([village.engine.incarnation, written(village)]).toEqual([3, [LIMITS.overtakenEntries]])
  connect(village, township)
  await until('the township has it', async () => (await safetyAt(village, old)) === 'parent')
  expect(village.engine.incarnation).not.toBe(3)
  const next = await caseOf(village, 2)
  expect(written(village)).toEqual([LIMITS.overtakenEntries, 2])
  await until('and the new one', async () => (await safetyAt(village, next)) === 'parent')
})

test('S128 one whose township lacks less goes on in the log it has', async () => {
  const { township, village } = await cutOff()
  const id = await caseOf(village, LIMITS.overtakenEntries - 1)
  connect(village, township)
  await until('the township has it', async () => (await safetyAt(village, id)) === 'parent')
  await caseOf(village, 1)
  expect([village.engine.incarnation, written(village)]).toEqual([3, [LIMITS.overtakenEntries]])
})

test('S128 when the disk takes no new incarnation the old log goes on, and writing with it', async () => {
  let asked = 0
  const { township, village } = await cutOff(async () => {
    asked += 1
    throw new StorageFailure('full', '磁盘已满')
  })
  const old = await caseOf(village, 150)
  connect(village, township)
  await until('the township has it', async () => (await safetyAt(village, old)) === 'parent')
  expect(asked).toBe(1)
  const next = await caseOf(village, 2)
  await until('and the new one', async () => (await safetyAt(village, next)) === 'parent')
  expect([asked, village.engine.incarnation, written(village)]).toEqual([1, 3, [152]])
  expect((await village.engine.office.status()).health.writable).toBe(true)
})

/** The logs of a frame, each as often as it has entries there. */
const logsIn = (message: Message) =>
  message.type === 'entries'
    ? (splitPacks(nodeHost.compression.unpack(message.packed, LIMITS.unpackedFrameBytes) ?? new Uint8Array()) ?? [])
        .flatMap((pack) => decodePack(pack) ?? [])
        .map(({ log }) => log)
    : []

/** A township that takes what comes and acknowledges it when it is told to. */
function slowTownship(township: Node): RawNode {
  const slow = new RawNode(TOWNSHIP)
  return Object.assign(slow, { keys: township.identity.keys, node: township.identity.node })
}

const frames = ({ received }: RawNode) => received.map(logsIn).filter(({ length }) => length > 0)

test('S128 what the township lacks of earlier logs is no reason to begin another one', async () => {
  const { township, village } = await cutOff()
  await caseOf(village, 150)
  const incarnations: number[] = []
  for (let call = 0; call < 2; call++) {
    const slow = slowTownship(township)
    await slow.link(village, 'up')
    slow.send({ type: 'frontier', streams: [streamOf(VILLAGE)], logs: [] })
    await until('something is under way', () => frames(slow).length > 0)
    await caseOf(village, 1)
    incarnations.push(village.engine.incarnation)
    slow.cut()
  }
  expect(written(village)).toEqual([150, 2])
  expect(incarnations).toEqual([incarnations[0], incarnations[0]])
})

test('S127 a case captured while much is still to be sent does not wait for it', async () => {
  const { township, village } = await cutOff()
  const slow = slowTownship(township)
  const noise = () => toHex(nodeHost.random(1_500))
  await caseOf(village, 150, noise)
  await slow.link(village, 'up')
  // It knows who there is: without that nothing new would overtake.
  const county = (await village.storage.load()).heads.filter(({ key }) => logParts(key).stream === COUNTY_STREAM)
  const logs = county.map(({ key, height, hash }) => ({ log: key, height, hash: hash.subarray(0, 8), root: height }))
  slow.send({ type: 'frontier', streams: [COUNTY_STREAM, streamOf(VILLAGE)], logs })
  await until('it goes on in a new log', () => village.engine.incarnation !== 3)
  await until('something is under way', () => frames(slow).length > 0)
  await caseOf(village, 1)
  const { incarnation } = village.engine
  const isNew = (log: Parameters<typeof logParts>[0]) => logParts(log).incarnation === incarnation
  for (let acknowledged = 0; frames(slow).flat().length < 151; ) {
    await until('the next frame', () => frames(slow).length > acknowledged || slow.ended)
    expect(slow.ended).toBe(false)
    acknowledged += 1
    slow.send({ type: 'stored', frames: 1, heights: [] })
  }
  const first = frames(slow).findIndex((logs) => logs.some(isNew))
  const behind = frames(slow).slice(first + 1)
  expect(behind.flat().filter((log) => !isNew(log)).length).toBeGreaterThan(75)
})

test('S119 a parent that now says set aside takes back what it had said of an entry; what our own fold says stays', async () => {
  const { township, village } = await cutOff()
  const id = await caseOf(village, 3)
  const [log] = Object.keys(village.engine.ownHeads()) as [LogKey]
  const parent = slowTownship(township)
  await parent.link(village, 'up')
  parent.send({ type: 'frontier', streams: [streamOf(VILLAGE)], logs: [] })
  // A fact of the township about a case that it does not hold: here, too, it is set aside.
  const forward: Fact = { kind: 'offered', previous: null, fields: { to: COUNTY, materials: 1 } }
  const about = draft(TOWNSHIP, { document: id, payload: factPayload(forward) })
  parent.send(frameOf(await parent.write(streamOf(VILLAGE), [about])))
  await parent.stored()
  const aside = await receiptsAt(village, id)
  expect(aside.map(({ outcome }) => outcome)).toEqual(['set-aside'])
  const theirs = aside[0] as ReceiptRow
  const says = async (outcome: 'quarantined' | 'set-aside', reason: string) => {
    const receipts = [{ ...theirs, log, seq: 2 }, theirs].map((place) => ({ ...place, outcome, reason }))
    parent.send({ type: 'receipts', receipts })
    parent.send(frameOf(await parent.write(streamOf(VILLAGE), [draft(VILLAGE)]))) // acknowledged behind it
    await parent.stored(parent.heads.get(theirs.log)?.seq)
    return (await receiptsAt(village, id)).filter((row) => row.log === log || row.seq === theirs.seq)
  }
  expect(await says('set-aside', '上级的话')).toEqual(aside)
  expect((await says('quarantined', '上级认为不合规')).map(({ outcome }) => outcome)).toEqual([
    'quarantined',
    'quarantined',
  ])
  expect(await says('set-aside', '上级的话')).toEqual(aside)
})

test.each([
  ['an edit waits for others', GATE_PROBLEMS['unheld-origin'].message],
  ['an entry waits for the root to carry its case (R47)', '条目不在办件所属的分区'],
])('S119 that %s at the parent is no word of its own: whether it waits here our own fold says', async (_, waits) => {
  const { township, village } = await cutOff()
  const id = await caseOf(village, 3)
  const [log] = Object.keys(village.engine.ownHeads()) as [LogKey]
  const parent = slowTownship(township)
  await parent.link(village, 'up')
  parent.send({ type: 'frontier', streams: [streamOf(VILLAGE)], logs: [] })
  const says = async (outcome: Receipt['outcome'], reason: string) => {
    parent.send({ type: 'receipts', receipts: [{ log, seq: 2, document: id, outcome, reason }] })
    parent.send(frameOf(await parent.write(streamOf(VILLAGE), [draft(VILLAGE)]))) // acknowledged behind it
    await parent.stored(parent.heads.values().next().value?.seq)
    return (await receiptsAt(village, id)).map((row) => row.reason)
  }
  expect(await says('quarantined', waits)).toEqual([])
  expect(await says('quarantined', '上级认为不合规')).toEqual(['上级认为不合规'])
  expect(await says('quarantined', waits)).toEqual([])
})

/** A disk on which a commit of entries takes until it is let go. */
class SlowDisk extends MemoryStorage {
  waiting = 0
  letGo: Promise<void> | undefined

  override async commit(change: Change): Promise<void> {
    if (change.packs.length > 0) {
      this.waiting += 1
      await this.letGo
    }
    await super.commit(change)
  }
}

test('S30 what the parent sends counts as held by it, although an older frontier lowers the head while it is being stored', async () => {
  const disk = new SlowDisk()
  const { township, village } = await cutOff(undefined, disk)
  const parent = slowTownship(township)
  await parent.link(village, 'up')
  const next = () => parent.write(streamOf(VILLAGE), [draft(VILLAGE)], { incarnation: 900 })
  const log = logKey({ node: parent.node, incarnation: 900, stream: streamOf(VILLAGE) })
  const unsent = async () => (await village.engine.office.status()).entriesOnlyHere
  parent.send({ type: 'frontier', streams: [streamOf(VILLAGE)], logs: [] })
  const first = await next()
  const hash = parent.heads.get(log)?.hash.subarray(0, 8) as Uint8Array
  parent.send(frameOf([...first, ...(await next()), ...(await next())]))
  await parent.stored()
  expect(await unsent()).toBe(0)
  const { promise, resolve } = Promise.withResolvers<void>()
  Object.assign(disk, { waiting: 0, letGo: promise })
  parent.send(frameOf(await next()))
  await until('it is being stored', () => disk.waiting > 0)
  parent.send({ type: 'frontier', streams: [streamOf(VILLAGE)], logs: [{ log, height: 1, hash, root: 0 }] })
  await until('the frontier counts', async () => (await unsent()) === 2)
  resolve()
  await parent.stored(2)
  expect(await unsent()).toBe(0)
  expect(await headOf(village, log)).toMatchObject({ height: 4 })
})

test('S72 what a parent says it lacks counts, although the disk takes nothing of what comes behind that', async () => {
  const disk = new MemoryStorage()
  const { township, village } = await cutOff(undefined, disk)
  const id = await caseOf(village, 1)
  const [log] = Object.keys(village.engine.ownHeads()) as [LogKey]
  const parent = slowTownship(township)
  await parent.link(village, 'up')
  const told = { type: 'frontier', streams: [streamOf(VILLAGE)], logs: [] } as const
  parent.send(told)
  await until('it goes there', () => frames(parent).length > 0)
  parent.send({ type: 'stored', frames: 1, heights: [{ log, height: village.engine.ownHeads()[log]?.seq ?? 0 }] })
  await until('at the township', async () => (await safetyAt(village, id)) === 'parent')
  const { promise, resolve } = Promise.withResolvers<void>()
  disk.arrivalAbove = async (...asked) => {
    await promise
    return MemoryStorage.prototype.arrivalAbove.apply(disk, asked)
  }
  parent.send(told)
  const next = () => parent.write(streamOf(VILLAGE), [draft(VILLAGE)], { incarnation: 900 })
  disk.beforeCommit = () => {
    disk.beforeCommit = undefined // there is room again when the next frame comes, which follows what was refused
    setTimeout(resolve, 20)
    return 'full'
  }
  parent.send(frameOf(await next()))
  await until('it was refused', () => disk.beforeCommit === undefined)
  parent.send(frameOf(await next()))
  await until('the link ends', () => parent.ended)
  expect(parent.received.at(-1)).toMatchObject({ type: 'refuse', code: 'storage' })
  expect(await safetyAt(village, id)).toBe('here')
})

test('S119 D13 of what a parent says of an entry the last counts, also in one commit; what it says of another document’s entry in that place says nothing of ours', async () => {
  const disk = new SlowDisk()
  const { township, village } = await cutOff(undefined, disk)
  const [ours, other] = [await caseOf(village, 1), await caseOf(village, 1)]
  const [log] = Object.keys(village.engine.ownHeads()) as [LogKey]
  const parent = slowTownship(township)
  await parent.link(village, 'up')
  parent.send({ type: 'frontier', streams: [streamOf(VILLAGE)], logs: [] })
  const frame = async () => frameOf(await parent.write(streamOf(VILLAGE), [draft(VILLAGE)]))
  /** The village hears these messages while a commit is held, so that they are one group; what then stands. */
  const told = async (...messages: (readonly Receipt[])[]) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    Object.assign(disk, { waiting: 0, letGo: promise })
    parent.send(await frame())
    await until('it is being stored', () => disk.waiting > 0)
    for (const receipts of messages) parent.send({ type: 'receipts', receipts })
    parent.send(await frame()) // acknowledged behind them
    resolve()
    await parent.stored(parent.heads.values().next().value?.seq)
    return [...(await disk.receiptsOf(ours)), ...(await disk.receiptsOf(other))]
  }
  const says = (outcome: Receipt['outcome'], document = ours): Receipt[] => [
    { log, seq: 1, document, outcome, reason: outcome === 'applied' ? '' : '上级的话' },
  ]
  expect(await told(says('quarantined'))).toEqual(says('quarantined'))
  expect(await told(says('unknown-kind', other), says('applied', other))).toEqual(says('quarantined'))
  expect(await told(says('applied'))).toEqual([])
  expect(await told([...says('quarantined'), ...says('applied')])).toEqual([])
  expect(await told(says('quarantined'), says('applied'))).toEqual([])
  expect(await told(says('applied'), says('quarantined'))).toEqual(says('quarantined'))
})
