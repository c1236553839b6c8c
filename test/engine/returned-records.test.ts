/** What a fork of the county's own log cuts off elsewhere comes back to the county. */
import { expect, test } from 'vitest'
import type { StationCode } from '#protocol/ids.ts'
import { COUNTY_STREAM, type DocumentId, logParts, streamOf } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type Draft, type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { runningHost, testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Linked,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  person,
  publish,
  receiptsAt,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { place } from './restoring.ts'
import { absence, absencesOf } from './station-members.ts'

const EAST = '510724200' as StationCode
const WEST = '510724300' as StationCode
const NORTH = '510724400' as StationCode

const names = (node: Node) => node.engine.office.directory.stations().map(({ id }) => id)

const cut = async (links: readonly Linked[]) => {
  for (const one of links) one.cut()
  await Promise.all(links.map(({ ended }) => ended))
}

test('R60 R61 what a village alone still holds of the county’s lost records goes up proved, and the county writes it again', async () => {
  const disks = new Map<StationCode, MemoryStorage>()
  const county = await openCounty((station) => {
    const disk = new MemoryStorage()
    disks.set(station, disk)
    return disk
  })
  const { root, township, village } = county
  const diskOf = (station: StationCode) => disks.get(station) as MemoryStorage
  const links = [connect(township, root)]
  await until('township is served', () => township.engine.office.stations.length === 1)
  links.push(connect(village, township))
  await until('village is served', () => village.engine.office.stations.length === 1)
  const early = [COUNTY, TOWNSHIP].map((station) => [station, diskOf(station).snapshot()] as const)
  const lost = [stationRecord(EAST, '永安镇', 'township', COUNTY), stationRecord(WEST, '和平镇', 'township', COUNTY)]
  await publish(root, lost)
  await until('known in the village', () => names(village).includes(WEST))
  await cut(links)
  await Promise.all([root, township].map((node) => node.engine.stop()))
  // County and township go back together, with everything that could tell them so.
  const [back, west] = early.map(([, snapshot]) => {
    const disk = new MemoryStorage()
    disk.restore(snapshot)
    return disk
  }) as [MemoryStorage, MemoryStorage]
  const hall = await openNode({ station: COUNTY, keys: root.identity.keys, lease: 1, storage: back, incarnation: 1 })
  await publish(hall, [stationRecord(NORTH, '北坝镇', 'township', COUNTY)])
  const town = await openNode({
    station: TOWNSHIP,
    keys: township.identity.keys,
    lease: 2,
    parent: hall,
    root: hall,
    storage: west,
    incarnation: 2,
  })
  connect(town, hall)
  await until('the township has the new version', () => names(town).includes(NORTH))
  await callUntil(village, town, 'the county has its records back', () => names(hall).includes(EAST))
  for (const node of [hall, town, village]) {
    await until('equal everywhere', () => [EAST, WEST, NORTH].every((id) => names(node).includes(id)))
  }
  const carried = [...(await back.load()).heads].filter(({ key }) => logParts(key).stream === streamOf(VILLAGE))
  expect(carried.length).toBeGreaterThan(0)
  expect((await hall.engine.office.status()).findings.some(({ message }) => message.includes('2 条目录资料'))).toBe(
    true,
  )
  expect(await back.localAll('returned-records')).toEqual([])
})

test('R31 what a station’s node said and another node cut off with a fork of its log, the node writes again itself', async () => {
  const { root, township, links } = await place()
  const disk = new MemoryStorage()
  const member = { station: TOWNSHIP, lease: 9, root, incarnation: 1 }
  const first = await openNode({ ...member, parent: township, storage: disk })
  await publish(root, [nodeRecord(first, township.identity.node)])
  const clerk = person(TOWNSHIP, ['clerk'])
  await until('known', () => township.engine.office.directory.node(first.identity.node) !== undefined)
  const call = connect(first, township)
  await until('served', () => first.engine.office.stations.length === 1)
  await cut(links.slice(0, 1))
  const early = new MemoryStorage()
  early.restore(disk.snapshot())
  // Two with one commit: the signature of the second proves the first.
  const told = ['a', 'b'].map((id) => absence(TOWNSHIP, id))
  for (const kept of await Promise.all(told.map((one) => first.engine.office.keepRecord(clerk, one)))) value(kept)
  await until('at the township', () => absencesOf(township, TOWNSHIP).length === 2)
  await cut([call])
  await first.engine.stop()
  // The machine is put back, is below the county now, and writes on: the version that the county holds stays.
  await publish(root, [nodeRecord(first, root.identity.node)])
  const again = await openNode({ ...member, keys: first.identity.keys, parent: root, storage: early })
  value(await again.engine.office.keepRecord(clerk, absence(TOWNSHIP, 'c')))
  connect(again, root)
  await until('at the county', () => absencesOf(root, TOWNSHIP).length === 1)
  connect(township, root)
  for (const node of [again, root, township])
    await until(
      'all in force',
      () =>
        absencesOf(node, TOWNSHIP)
          .map(({ id }) => id.at(-1))
          .join('') === 'abc',
    )
  const { findings } = await again.engine.office.status()
  expect(findings.some(({ message }) => message.includes('2 条目录资料'))).toBe(true)
  expect(await early.localAll('returned-records')).toEqual([])
})

test('R61 a directory record that the county did not sign is kept and changes nothing', async () => {
  const { root, township } = await openCounty()
  connect(township, root)
  await until('township is served', () => township.engine.office.stations.length === 1)
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await until('the township knows it', () => township.engine.office.directory.node(raw.node) !== undefined)
  await raw.link(township)
  const forged = { ...stationRecord(EAST, '永安镇', 'township', COUNTY), version: 9e15 }
  const about = {
    kind: KIND.directory,
    document: `station/${EAST}` as DocumentId,
    payload: new TextEncoder().encode(JSON.stringify(forged)),
  }
  // Signed by the wrong key, in the county's name; and, in a second carrier, an end that does follow a genuine entry.
  const made = await raw.write(COUNTY_STREAM, [draft(COUNTY, about)], { author: root.identity.node, incarnation: 1 })
  const [packed] = made as [Packable]
  const record = readRecord(packed.bytes) as EntryRecord
  const carrier = (before: Uint8Array, one: EntryRecord): Draft =>
    draft(VILLAGE, { kind: KIND.carried, document: about.document, payload: encodeCarried(packed.log, before, one) })
  const unsigned = { ...record, signature: null }
  const written = await raw.write(streamOf(VILLAGE), [
    carrier(GENESIS, record),
    carrier(GENESIS, unsigned),
    draft(VILLAGE, { kind: KIND.carried, document: about.document, payload: new Uint8Array([1, 2, 3]) }),
  ])
  raw.send(frameOf(written))
  await raw.stored()
  await until('kept at the county', async () => (await root.storage.recordsOf([about.document])).size === 1)
  await until('looked at', async () => (await root.storage.localAll('returned-records')).length === 0)
  expect(names(root)).not.toContain(EAST)
  const receipts = await receiptsAt(root, about.document)
  expect(receipts.map(({ outcome }) => outcome)).toEqual(['forked', 'forked', 'forked'])
})

/** A county that has lost everything but its key. */
const emptied = (root: Node) =>
  openNode({ station: COUNTY, keys: root.identity.keys, lease: 1, storage: new MemoryStorage(), incarnation: 8 })

/** What a node shows of itself. */
async function recordOf(node: Node): Promise<Uint8Array> {
  const placement = await node.engine.office.placementOf(node.identity.node)
  return placement?.node ?? expect.fail('its record is not here')
}

test('E47 a root that has lost its directory knows a node by the record it signed; a revocation that comes back stays in force', async () => {
  const { root, township, village } = await openCounty()
  const links = [connect(township, root)]
  await until('township is served', () => township.engine.office.stations.length === 1)
  links.push(connect(village, township))
  await until('village is served', () => village.engine.office.stations.length === 1)
  const stolen = await recordOf(village)
  const { id } = value(await township.engine.office.openCase(person(TOWNSHIP, ['clerk']), 'SL0001'))
  await until('at the county', async () => (await township.engine.office.safetyOf([id])).get(id) === 'root')
  const record = root.engine.office.directory.node(village.identity.node) ?? expect.fail('no record')
  await publish(root, [{ ...record, revoked: { time: 1, reason: '被盗' } }])
  await until('the township knows', () => Boolean(township.engine.office.directory.node(record.id)?.revoked))
  await cut(links)
  await root.engine.stop()

  const hall = await emptied(root)
  const { office } = hall.engine
  expect(office.directory.node(township.identity.node)).toBeUndefined()
  // Whoever stole the computer may come first: its record was genuine once.
  expect(value(await office.recognise(stolen))).toBe('recognised')
  expect(value(await office.recognise(await recordOf(township)))).toBe('recognised')
  expect(value(await office.recognise(await recordOf(township)))).toBe('known')
  await callUntil(township, hall, 'the case is back', async () => (await office.state(id)).ok)
  await until('the revocation is back', () => office.directory.node(record.id)?.revoked?.reason === '被盗')
  expect((await office.status()).findings.map(({ message }) => message).join()).toContain('已重新认可')
})

test('E47 what the root did not sign, or signed about something else, changes nothing; nobody but the root is asked', async () => {
  const { root, township } = await openCounty()
  connect(township, root)
  await until('township is served', () => township.engine.office.stations.length === 1)
  const genuine = await recordOf(township)
  const hall = await emptied(root)
  const forged = genuine.slice()
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
  const other = await openNode({ station: COUNTY, lease: 1 })
  const raw = new RawNode(TOWNSHIP)
  await publish(other, [raw.record(other.identity.node, 9), nodeRecord(other, null)])
  const foreign = (await other.engine.office.placementOf(raw.node))?.node ?? expect.fail('no record')
  for (const shown of [forged, new Uint8Array(), Uint8Array.of(1, 2, 3), foreign])
    expect(await hall.engine.office.recognise(shown)).toMatchObject({ ok: false })
  expect(hall.engine.office.directory.nodes()).toEqual([])
  expect(await township.engine.office.recognise(genuine)).toMatchObject({ ok: false })
})

test('E47 a record that is known again is told when it is on the disk; what proves nothing waits for no disk and holds up no writer', async () => {
  const { root, township } = await openCounty()
  connect(township, root)
  await until('township is served', () => township.engine.office.stations.length === 1)
  const genuine = await recordOf(township)
  const disk = new MemoryStorage()
  const { keys } = root.identity
  const { office } = (await openNode({ station: COUNTY, keys, lease: 1, storage: disk, incarnation: 8 })).engine
  const told = async () =>
    (await office.status()).findings.filter(({ message }) => message.includes('已重新认可')).length
  disk.beforeCommit = () => 'full'
  expect(await office.recognise(genuine)).toMatchObject({ ok: false, problem: { code: 'storage-full' } })
  expect(await told()).toBe(0)
  disk.beforeCommit = undefined

  let release = () => {}
  const commit = disk.commit.bind(disk)
  disk.commit = async (change) => {
    await new Promise<void>((resolve) => (release = resolve))
    await commit(change)
  }
  const twice = [office.recognise(genuine), office.recognise(genuine)]
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(await told()).toBe(0)
  expect(await office.recognise(Uint8Array.of(1, 2, 3))).toMatchObject({ problem: { code: 'record-not-genuine' } })
  expect(office.directory.nodes()).toEqual([])
  release()
  // Which of the two is proved first is up to the machine.
  expect((await Promise.all(twice)).map(value).sort()).toEqual(['known', 'recognised'])
  expect(await told()).toBe(1)
})

/** The record of a node, renamed. */
const renamed = (node: Node, parent: Node, name: string) => ({ ...nodeRecord(node, parent.identity.node), name })

test('S111 a record of a revoked node that was made of what was read before leaves it revoked, with what was held', async () => {
  const { root, township, village } = await openCounty()
  const record = renamed(village, township, '旧电脑')
  await publish(root, [{ ...record, revoked: { time: 1, reason: '电脑被盗' } }])
  const { directory } = root.engine.office
  const revoked = directory.node(village.identity.node)?.revoked
  expect(revoked).toMatchObject({ reason: '电脑被盗', held: {} })
  await publish(root, [{ ...record, parent: root.identity.node }])
  expect(directory.node(village.identity.node)).toMatchObject({ parent: root.identity.node, revoked })
})

test('S111 a node that a root revoked which had lost its record stays revoked when a later record comes back', async () => {
  const disk = new MemoryStorage()
  const storageOf = (station: StationCode) => (station === COUNTY ? disk : new MemoryStorage())
  const { root, township, village } = await openCounty(storageOf)
  const image = disk.snapshot()
  await root.engine.stop()
  const again = (storage: MemoryStorage, incarnation: number, host = testHost) =>
    openNode({ station: COUNTY, keys: root.identity.keys, lease: 1, storage, incarnation, host })
  // Written by a clock that was a year ahead.
  const ahead = await again(disk, 1, runningHost(testHost.now() + 365 * 86_400_000))
  await publish(ahead, [renamed(village, township, '新名字')])
  const link = connect(township, ahead)
  const nameAt = (node: Node) => node.engine.office.directory.node(village.identity.node)?.name
  await until('the township has it', () => nameAt(township) === '新名字')
  await cut([link])
  await ahead.engine.stop()
  // Put back to before, and found out: it goes on in another log.
  const old = new MemoryStorage()
  old.restore(image)
  const back = await again(old, 7)
  await publish(back, [{ ...renamed(village, township, '旧电脑'), revoked: { time: 1, reason: '电脑被盗' } }])
  connect(township, back)
  for (const node of [back, township]) {
    await until('the record has come back', () => nameAt(node) === '新名字')
    await until('revoked all the same', () =>
      Boolean(node.engine.office.directory.node(village.identity.node)?.revoked),
    )
  }
  expect(back.engine.office.directory.node(village.identity.node)?.revoked).toMatchObject({
    reason: '电脑被盗',
    held: {},
  })
})
