/** What stations write of themselves, judged anew: after a revocation, a cut, an upgrade and by a rebuild. */
import { expect, test } from 'vitest'
import { LISTED, type StationRecord } from '#protocol/casework/directory.ts'
import { documentOf } from '#protocol/engine/directory/record-reading.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, type EntryHash, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { frameOf, RawNode } from './raw-node.ts'
import { place, restart } from './restoring.ts'
import { absence, absencesOf, attacker, consultation, draftOf, handover, reasonsAt } from './station-members.ts'

const revoke = async (root: Node, raw: RawNode) => {
  const record = root.engine.office.directory.node(raw.node)
  if (!record) throw new Error('the node is known')
  await publish(root, [{ ...record, revoked: { time: 1, reason: '被盗' } }])
}

test('R29 what a stolen machine wrote stands behind its successor’s, whatever its version: on every node and after a rebuild', async () => {
  const county = await place()
  const { root, township } = county
  const { raw, write } = await attacker(root)
  const clerk = person(TOWNSHIP, ['clerk'])
  const frozen = absence(TOWNSHIP, 'frozen')
  await write(
    { ...frozen, version: LIMITS.recordVersion },
    ...Array.from({ length: 100 }, (_, at) => handover(TOWNSHIP, `x${at}`, { version: LIMITS.recordVersion })),
  )
  for (let start = 100; start < LISTED.handover; start += 100)
    await write(
      ...Array.from({ length: 100 }, (_, at) =>
        handover(TOWNSHIP, `x${start + at}`, { version: LIMITS.recordVersion }),
      ),
    )
  const honest = handover(TOWNSHIP, 'honest')
  value(await township.engine.office.keepRecord(clerk, honest))
  const lists = (node: Node) => node.engine.office.directory.handovers().some(({ id }) => id === honest.id)
  expect(lists(township)).toBe(false)
  await revoke(root, raw)
  for (const node of [root, township]) await until('listed', () => lists(node))
  value(await township.engine.office.keepRecord(clerk, { ...frozen, ended: true }))
  for (const node of [root, township]) {
    await until('ended', () => absencesOf(node, TOWNSHIP)[0]?.ended === true)
    expect(node.engine.office.directory.handovers()).toHaveLength(LISTED.handover)
    await until('judged', async () => (await node.storage.localAll('judged-stations')).length === 0)
  }
  const before = root.engine.office.directory.handovers()
  expect(township.engine.office.directory.handovers()).toEqual(before)
  await root.engine.rebuild()
  expect(root.engine.office.directory.handovers()).toEqual(before)
  expect(absencesOf(root, TOWNSHIP)).toMatchObject([{ ended: true }])
})

test('R29 S112 a record that the county had not when it revoked its writer loses its effect where it was known already, and what it had displaced counts again', async () => {
  const { root, township, links } = await place()
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [raw.record(township.identity.node, 9)])
  await until('known', () => township.engine.office.directory.node(raw.node) !== undefined)
  const given = absence(TOWNSHIP, 'a')
  value(await township.engine.office.keepRecord(person(TOWNSHIP, ['clerk']), given))
  await until('at the county', () => absencesOf(root, TOWNSHIP).length === 1)
  links[0]?.cut()
  await links[0]?.ended
  await raw.link(township)
  const [late, more] = [{ ...given, version: LIMITS.recordVersion, reason: '迟到' }, absence(TOWNSHIP, 'b')]
  raw.send(
    frameOf(
      await raw.write(
        streamOf(TOWNSHIP),
        [late, more].map((one) => draftOf(TOWNSHIP, one, documentOf(one))),
      ),
    ),
  )
  await raw.stored()
  expect(absencesOf(township, TOWNSHIP).map(({ reason }) => reason)).toEqual(['迟到', '住院'])
  await revoke(root, raw)
  connect(township, root)
  for (const node of [root, township]) {
    await until('without it', async () => (await reasonsAt(node, more)).length === 1)
    await until(
      'as before',
      () => JSON.stringify(absencesOf(node, TOWNSHIP).map(({ reason }) => reason)) === '["住院"]',
    )
    expect(absencesOf(node, TOWNSHIP)).toMatchObject([{ id: given.id, reason: '住院' }])
  }
})

test('R29 S73 records that a cut takes away no longer count where they had come first: both sides list the version that stays', async () => {
  const { root, township, links } = await place()
  const raw = new RawNode(TOWNSHIP)
  const twin = new RawNode(TOWNSHIP, raw.keys)
  await publish(root, [raw.record(root.identity.node, 9)])
  await until('known', () => township.engine.office.directory.node(raw.node) !== undefined)
  links[0]?.cut()
  await links[0]?.ended
  const [common, first, second] = ['common', 'first', 'second'].map((id) => absence(TOWNSHIP, id))
  const other = { ...common, version: 5, reason: '另一个版本' }
  const tell = async (one: RawNode, node: Node, records: readonly unknown[]) => {
    const drafts = (records as StationRecord[]).map((record) => draftOf(TOWNSHIP, record, documentOf(record)))
    await one.link(node)
    one.send(frameOf(await one.write(streamOf(TOWNSHIP), drafts)))
    await one.stored()
    one.cut()
  }
  await tell(raw, township, [common, first, other])
  await tell(twin, root, [common, second])
  expect(absencesOf(township, TOWNSHIP).map(({ reason }) => reason)).toEqual(['另一个版本', '住院'])
  connect(township, root)
  const names = (node: Node) => absencesOf(node, TOWNSHIP).map(({ id, reason }) => `${id} ${reason}`)
  await until('the version that stays', () => names(township).join() === names(root).join())
  expect(names(township)).toEqual([`${TOWNSHIP}.common 住院`, `${TOWNSHIP}.second 住院`])
  expect((await township.storage.listed()).map(({ document }) => document).sort()).toEqual(
    (await root.storage.listed()).map(({ document }) => document).sort(),
  )
})

test('R29 a database in which an earlier program let one station’s record replace another’s is mended from the entries', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  await publish(root, [...STATIONS, nodeRecord(root, null)])
  const given = absence(TOWNSHIP, 'a')
  value(await root.engine.office.keepRecord(person(COUNTY, ['coordinator']), given))
  await root.engine.stop()
  const hijack = { ...given, station: VILLAGE, version: Number.MAX_SAFE_INTEGER, reason: '冒名' }
  const row = { document: documentOf(given), version: hijack.version, hash: 'f'.repeat(64) as EntryHash }
  // As the migration leaves it: a note for every station, and the row of the earlier program.
  await disk.commit({
    ...NO_CHANGE,
    directory: [{ ...row, json: JSON.stringify(hijack) }],
    local: [{ space: 'judged-stations', key: TOWNSHIP, value: '0' }],
  })
  const again = await restart(root, disk, undefined, undefined, root.engine.incarnation)
  await until('mended', async () => (await disk.localAll('judged-stations')).length === 0)
  expect(again.engine.office.directory.absences()).toMatchObject([{ station: TOWNSHIP, reason: '住院' }])
  expect(await disk.listed()).toMatchObject([{ document: documentOf(given) }])
  expect((await disk.listed())[0]?.version).toBeLessThan(hijack.version)
})

test('R30 a rebuild and a reading after an upgrade hold few entries of a station’s records at once, however many there are', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9)])
  await raw.link(root)
  const one = consultation(TOWNSHIP, 'one')
  const many = Array.from({ length: 60 }, (_, at) => consultation(TOWNSHIP, `m${at}`))
  let frames = 0
  const write = async (records: readonly StationRecord[]) => {
    const drafts = records.map((record) => draftOf(TOWNSHIP, record, documentOf(record)))
    raw.send(frameOf(...(await raw.write(streamOf(TOWNSHIP), drafts)).map((record) => [record])))
    frames += 1
    await raw.stored(frames)
  }
  const long = 'a'.repeat(120_000)
  for (let at = 0; at < 60; at += 6)
    await write(Array.from({ length: 6 }, (_, step) => ({ ...one, version: at + step, matter: long })))
  await write([{ ...one, version: 3 }])
  for (let at = 0; at < 60; at += 6) await write(many.slice(at, at + 6).map((each) => ({ ...each, matter: long })))
  let largest = 0
  const { recordsOf } = disk
  disk.recordsOf = async (documents) => {
    const found = await recordsOf.call(disk, documents)
    const bytes = [...found.values()].flat().reduce((sum, record) => sum + record.bytes.length, 0)
    largest = Math.max(largest, bytes)
    return found
  }
  await root.engine.rebuild()
  expect(largest).toBeGreaterThan(0)
  expect(largest).toBeLessThanOrEqual(LIMITS.recordReadBytes)
  expect(root.engine.office.directory.consultations()).toMatchObject([{ id: one.id, version: 3 }])
  expect(await disk.receiptsOf(documentOf(one))).toHaveLength(60)
})

test('R30 receipts of thousands of versions of one record go to the disk piece by piece, and are the same after a rebuild and a judging', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9)])
  await raw.link(root)
  const spoilt = { ...absence(TOWNSHIP, 'many'), person: '' }
  const count = LIMITS.standingReceipts + 1_000
  for (let written = 0, frames = 1; written < count; frames++) {
    const runs = []
    for (let run = 0; run < 20; run++, written += 100) {
      const versions = Array.from({ length: 100 }, (_, at) => ({ ...spoilt, version: written + at }))
      const drafts = versions.map((record) => draftOf(TOWNSHIP, record, `absence/${spoilt.id}` as DocumentId))
      runs.push(await raw.write(streamOf(TOWNSHIP), drafts, { sign: (seq) => seq % 100 === 0 }))
    }
    raw.send(frameOf(...runs))
    await raw.stored(frames)
  }
  const receipts = () => disk.receiptsOf(`absence/${spoilt.id}` as DocumentId)
  const before = await receipts()
  expect(before).toHaveLength(count)
  let most = 0
  const { commit } = disk
  disk.commit = async (change) => {
    most = Math.max(most, change.receipts.length)
    await commit.call(disk, change)
  }
  await root.engine.rebuild()
  expect(await receipts()).toEqual(before)
  await revoke(root, raw)
  await until('judged', async () => (await disk.localAll('judged-stations')).length === 0)
  expect((await receipts()).map(({ seq, outcome }) => [seq, outcome])).toEqual(
    before.map(({ seq, outcome }) => [seq, outcome]),
  )
  expect(most).toBeLessThanOrEqual(LIMITS.standingReceipts)
})

test('R30 S84 thousands of versions of a record that only the county may write keep their receipts over a rebuild', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9)])
  await raw.link(root)
  const document = `station/${VILLAGE}` as DocumentId
  const count = LIMITS.standingReceipts + 100
  for (let written = 0, frames = 1; written < count; frames++) {
    const runs = []
    for (let run = 0; run < 20; run++, written += 100) {
      const versions = Array.from({ length: 100 }, (_, at) => ({
        ...stationRecord(VILLAGE, '冒名', 'village', TOWNSHIP),
        version: written + at,
      }))
      const drafts = versions.map((record) => draftOf(TOWNSHIP, record, document))
      runs.push(await raw.write(streamOf(TOWNSHIP), drafts, { sign: (seq) => seq % 100 === 0 }))
    }
    raw.send(frameOf(...runs))
    await raw.stored(frames)
  }
  const before = await disk.receiptsOf(document)
  expect(before.length).toBeGreaterThanOrEqual(count)
  await root.engine.rebuild()
  expect(await disk.receiptsOf(document)).toEqual(before)
})
