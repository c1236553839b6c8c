/** A revoked node delivers what it wrote: all of it is kept everywhere, what the root first saw later has no effect. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { NodeRecord, Station } from '#protocol/casework/directory.ts'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import type { Knowledge } from '#protocol/casework/rules/level.ts'
import { AFTER_REVOCATION } from '#protocol/engine/cases/case-entries.ts'
import type { Storage } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, logKey, logParts, type StationCode, streamOf } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { memoryPair } from '#protocol/transport/memory.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import type { Message } from '#protocol/wire/messages.ts'
import { REFUSALS } from '#protocol/wire/refusals.ts'
import { FRIDAY, hurriedHost, morningOf } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  person,
  publish,
  receiptsAt,
  STATIONS,
  TOWNSHIP,
  until,
  untilListed,
  VILLAGE,
} from './county.ts'
import { FIRST } from './levels.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { copyOf, restart } from './restoring.ts'
import { agent, clerk, cut, EAST, link, place, sees, stateAt } from './wide-county.ts'

const hurried = (knowledge?: Knowledge) => place(hurriedHost(morningOf(FRIDAY), 10), knowledge)

/** The root takes a node out; what its record says of it then comes back. */
async function revoke(root: Node, node: Node, parent: Node): Promise<NodeRecord> {
  await publish(root, [{ ...nodeRecord(node, parent.identity.node), revoked: { time: 1, reason: '电脑被盗' } }])
  return root.engine.office.directory.node(node.identity.node) as NodeRecord
}

const knowsRevoked = (node: Node, other: Node) =>
  until(`${node.station} knows`, () => Boolean(node.engine.office.directory.node(other.identity.node)?.revoked))

const knows = ({ engine }: Node, other: Node) => engine.office.directory.node(other.identity.node) !== undefined

const asideAt = async (node: Node, id: DocumentId) =>
  (await stateAt(node, id))?.story.flatMap(({ kind, aside }) => (aside ? [[kind, aside.reason]] : []))
const heldOf = async (node: Node, author: Node) =>
  Object.fromEntries(
    (await node.storage.load()).heads
      .filter(({ key, height }) => height > 0 && logParts(key).node === author.identity.node)
      .map(({ key, height }) => [key, height]),
  )

async function captured(village: Node, name: string): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: name } }))
  value(await office.act(agent, id, 'captured', { applicant: name, materials: 1 }))
  return id
}

test('S110 S111 what a revoked village had captured arrives everywhere through its township, and what was known before counts', async () => {
  const { root, township, village } = await hurried()
  const [upper, lower] = await link([township, root], [village, township])
  const before = await captured(village, '王芳')
  await until('at the county', async () => (await village.engine.office.safetyOf([before])).get(before) === 'root')
  await cut([lower as never])
  const known = await heldOf(root, village)
  const after = await captured(village, '李强')
  value(await village.engine.office.act(agent, before, 'noted', { text: '停用前后' }))
  expect((await revoke(root, village, township)).revoked?.held).toEqual(known)
  await knowsRevoked(township, village)
  const delivery = connect(village, township)
  expect(await delivery.ended).toMatchObject({ reason: 'revoked', retry: false })
  const written = await heldOf(village, village)
  for (const node of [township, root]) {
    await until(
      'all of it is there',
      async () => JSON.stringify(await heldOf(node, village)) === JSON.stringify(written),
    )
    expect(await asideAt(node, before)).toEqual([['noted', 'after-revocation']])
    expect(await asideAt(node, after)).toEqual([['captured', 'after-revocation']])
    expect((await stateAt(node, after))?.stage).toBe('00')
    expect((await receiptsAt(node, after)).map(({ outcome, reason }) => [outcome, reason])).toContainEqual([
      'quarantined',
      AFTER_REVOCATION,
    ])
  }
  // It has no record of its own revocation: its parent tells it what became of what it delivered.
  await until('told', async () => (await receiptsAt(village, after)).some(({ reason }) => reason === AFTER_REVOCATION))
  const record = root.engine.office.directory.node(village.identity.node) as NodeRecord
  await publish(root, [{ ...record, name: '旧电脑' }])
  expect(root.engine.office.directory.node(village.identity.node)).toMatchObject({
    name: '旧电脑',
    revoked: { held: known },
  })
  const status = await village.engine.office.status()
  expect([status.entriesOnlyHere, status.casesOnlyHere]).toEqual([0, 0])
  expect(status.refusal).toMatchObject({ message: REFUSALS.revoked.message })
  expect(status.findings.find(({ kind }) => kind === 'revoked')?.message).toContain('已全部送达')
  await until('at the county', async () => {
    const again = connect(village, township)
    await again.ended
    return (await village.engine.office.safetyOf([after])).get(after) === 'root'
  })
  upper?.cut()
})

test.for([
  ['broken or retired', { held: null }, '不论何时送达都照常有效', '暂不生效'],
  ['lost', {}, '停用之后才送达的,照样保留,但暂不生效', '照常有效'],
] as const)(
  'S117 people of a revoked node read what late delivery means by its cause: %s',
  async ([, cause, means, never]) => {
    const { root, township, village } = await openCounty(undefined, hurriedHost(morningOf(FRIDAY), 10))
    const before = copyOf(root.storage as MemoryStorage)
    const revoked = { time: 1, reason: '停用', ...cause }
    await publish(root, [{ ...nodeRecord(village, township.identity.node), revoked }])
    const { keys, lease } = village.identity
    const revokedAt = async (storage: Storage) => {
      const back = await openNode({ station: VILLAGE, keys, lease, storage, parent: root, root })
      await connect(back, root).ended
      const { findings, refusal } = await back.engine.office.status()
      const finding = findings.find(({ kind }) => kind === 'revoked')
      for (const words of [finding?.next, refusal?.next]) expect(words).toContain('如已由新电脑接替,请勿再在此办件')
      return finding?.message ?? ''
    }
    // Whoever has the record knows the cause; without, nothing untrue is said of either.
    const known = await revokedAt(copyOf(root.storage as MemoryStorage))
    expect(known).toContain(means)
    expect(known).not.toContain(never)
    const told = await revokedAt(before)
    for (const words of ['电脑坏了或退役而停用的照常有效', '丢失、被盗或被冒用而停用的暂不生效'])
      expect(told).toContain(words)
  },
)

test('S110 a revoked node is given nothing: no entry, no height of others, no receipt about others', async () => {
  const { root, township, village } = await hurried()
  const links = await link([township, root], [village, township])
  const id = await captured(village, '王芳')
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  value(await township.engine.office.act(clerk, id, 'noted', { text: '之前的话' }))
  await sees(village, id, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  await cut([links[1] as never])
  await revoke(root, village, township)
  await knowsRevoked(township, village)
  value(await township.engine.office.act(clerk, id, 'noted', { text: '不给停用的电脑看' }))
  const arrivals = (await village.storage.load()).arrival
  const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
  const heard: Message[] = []
  const ended = village.engine.attach(up, 'up')
  void township.engine.attach(
    {
      ...down,
      send(frame) {
        heard.push(decodeMessage(frame) as Message)
        down.send(frame)
      },
    },
    'down',
  )
  expect(await ended).toMatchObject({ reason: 'revoked' })
  expect(heard.map(({ type }) => type)).not.toContain('entries')
  expect(heard.map(({ type }) => type)).not.toContain('receipts')
  const told = heard.flatMap((message) => (message.type === 'frontier' ? message.logs : []))
  const own = new Map((await village.storage.load()).heads.map(({ key, height }) => [key, height]))
  expect(told.length).toBeGreaterThan(0)
  expect(told.filter(({ log, height }) => height > (own.get(log) ?? 0))).toEqual([])
  expect((await village.storage.load()).arrival).toBe(arrivals)
  expect((await stateAt(village, id))?.story.filter(({ kind }) => kind === 'noted')).toHaveLength(1)
  expect((await village.engine.office.status()).findings.map(({ kind }) => kind)).not.toContain('parent-restored')
})

test('S110 S111 S112 the same on real disks, also when they are opened again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'revoked-'))
  const host = hurriedHost(morningOf(FRIDAY), 10)
  const disks = new Map<StationCode, Storage>()
  for (const station of [COUNTY, TOWNSHIP, VILLAGE]) disks.set(station, await openLibsql(join(folder, `${station}.db`)))
  const { root, township, village } = await openCounty((station) => disks.get(station) as Storage, host)
  const [, lower] = await link([township, root], [village, township])
  const before = await captured(village, '王芳')
  await until('at the county', async () => (await village.engine.office.safetyOf([before])).get(before) === 'root')
  await cut([lower as never])
  const after = await captured(village, '李强')
  const { revoked } = await revoke(root, village, township)
  await knowsRevoked(township, village)
  await connect(village, township).ended
  await until('at the county', async () => (await stateAt(root, after)) !== undefined)
  for (const node of [root, township, village]) {
    await node.engine.stop()
    await node.storage.close()
  }
  const { keys, lease } = root.identity
  const storage = await openLibsql(join(folder, `${COUNTY}.db`))
  const back = await openNode({ station: COUNTY, keys, lease, storage, host })
  expect(back.engine.office.directory.node(village.identity.node)?.revoked).toEqual(revoked)
  expect([await asideAt(back, before), await asideAt(back, after)]).toEqual([[], [['captured', 'after-revocation']]])
  await back.engine.stop()
  await storage.close()
  await rm(folder, { recursive: true })
})

test('S111 a revoked node cannot say that what it writes now was in a log of its own that counts', async () => {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const raw = new RawNode(VILLAGE)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9), ...SAMPLE_ITEMS])
  await raw.link(root)
  const stream = streamOf(VILLAGE)
  const opening: Fact = { kind: 'opened', previous: null, fields: { number: 'n-1', item: 'SL0001', itemVersion: 1 } }
  const first = draft(VILLAGE, { payload: factPayload(opening) })
  const about = (text: string) =>
    draft(VILLAGE, {
      document: first.document,
      payload: factPayload({ kind: 'noted', previous: null, fields: { text } }),
    })
  const written = await raw.write(stream, [first, about('一')])
  raw.send(frameOf(written))
  await raw.stored()
  const record = { ...raw.record(root.identity.node, 9), revoked: { time: 1, reason: '被盗' } }
  await publish(root, [record])
  await until('let go', () => raw.ended)
  // Another second entry of the same log, signed by the same key, carried in a log that is new.
  const thief = new RawNode(VILLAGE)
  Object.assign(thief, { keys: raw.keys, node: raw.node })
  const [, forged] = await thief.write(stream, [first, about('偷改')])
  const log = logKey({ node: raw.node, incarnation: 1, stream })
  const before = entryHash(sha256, log, GENESIS, readRecord((written[0] as Packable).bytes) as EntryRecord)
  const inner = readRecord((forged as Packable).bytes)
  const payload = encodeCarried(log, before, inner as EntryRecord)
  const carrier = draft(VILLAGE, { kind: KIND.carried, document: first.document, payload })
  void raw.link(root)
  await until('let in', () => raw.received.some(({ type }) => type === 'proof'))
  raw.send(frameOf(await raw.write(stream, [carrier], { incarnation: 2 })))
  await raw.stored()
  const notes = (await stateAt(root, first.document))?.story.filter(({ kind }) => kind === 'noted')
  expect(notes?.map(({ fields }) => fields.text)).toEqual(['一'])
  expect((await receiptsAt(root, first.document)).map(({ reason }) => reason)).toEqual([AFTER_REVOCATION])
})

test('S111 the new computer of the station adopts what the revoked one delivered later, or dismisses it', async () => {
  const { root, township, village } = await hurried()
  const [, lower] = await link([township, root], [village, township])
  await cut([lower as never])
  const id = await captured(village, '李强')
  value(await village.engine.office.act(agent, id, 'noted', { text: '未核对' }))
  await revoke(root, village, township)
  await knowsRevoked(township, village)
  await connect(village, township).ended
  const fresh = await openNode({ station: VILLAGE, lease: 9, parent: township, root })
  await publish(root, [nodeRecord(fresh, township.identity.node)])
  await until('registered', () => township.engine.office.directory.node(fresh.identity.node) !== undefined)
  connect(fresh, township)
  await until('there', async () => ((await stateAt(fresh, id))?.story.length ?? 0) === 3)
  const other = person(VILLAGE, ['agent'], 'p2')
  const late = (await stateAt(fresh, id))?.story.filter(({ aside }) => aside) ?? []
  for (const { kind, hash } of late) {
    const answer = kind === 'captured' ? 'adopted' : 'dismissed'
    value(
      await fresh.engine.office.act(other, id, answer, {
        fact: hash,
        ...(answer === 'adopted' ? {} : { reason: '无凭据' }),
      }),
    )
  }
  await sees(root, id, ({ asideOpen }) => asideOpen === 0)
  for (const node of [fresh, township, root]) {
    const story = (await stateAt(node, id))?.story ?? []
    expect(story.map(({ aside }) => aside?.resolved?.by ?? null)).toEqual(
      story.map(({ kind, aside }) => (aside ? (kind === 'captured' ? 'adopted' : 'dismissed') : null)),
    )
  }
})

test('S112 what a township had passed on before it heard of it, and what others built on it, is judged by the record alone', async () => {
  const { root, township, village } = await hurried(FIRST)
  const [upper, lower] = await link([township, root], [village, township])
  await cut([upper as never])
  const id = await captured(village, '王芳')
  await sees(township, id, ({ stage }) => stage !== '00')
  value(await township.engine.office.edit(clerk, id, 'application', { set: { applicant: '王芬' } }))
  await revoke(root, village, township)
  await cut([lower as never])
  connect(township, root)
  await knowsRevoked(township, village)
  await sees(root, id, () => true)
  await until('judged anew', async () => (await asideAt(township, id))?.length === 1)
  expect(await asideAt(township, id)).toEqual(await asideAt(root, id))
  await until('the same receipts', async () => {
    const [here, there] = await Promise.all(
      [township, root].map(async (node) => (await receiptsAt(node, id)).map((row) => JSON.stringify(row)).sort()),
    )
    return JSON.stringify(here) === JSON.stringify(there) && (here?.length ?? 0) > 0
  })
  // The section goes on: nobody waits for what will never count.
  value(await township.engine.office.edit(clerk, id, 'application', { set: { applicant: '王芬' } }))
  const form = async (node: Node) => value(await node.engine.office.view(clerk, id)).sections[0]?.value
  expect(await form(township)).toMatchObject({ applicant: '王芬' })
  await until('at the county', async () => JSON.stringify(await form(root)) === JSON.stringify(await form(township)))
  await root.engine.rebuild()
  expect(await asideAt(root, id)).toEqual(await asideAt(township, id))
})

test('R19 rows are judged anew when a county that was put back revokes once more, with less than it had held', async () => {
  const { root, township, village, disk } = await place()
  const [upper, lower] = await link([township, root], [village, township])
  const image = copyOf(disk(COUNTY))
  const id = await captured(village, '王芳')
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  const first = await revoke(root, village, township)
  await knowsRevoked(township, village)
  await untilListed(township)
  const rowAt = async (node: Node) => (await node.storage.casesById([id]))[0]
  const counts = await rowAt(township)
  expect(counts).toMatchObject({ stage: '10', aside: 0 })
  await cut([upper as never, lower as never])
  await root.engine.stop()
  const back = await restart(root, image, undefined, undefined, 900)
  const second = await revoke(back, village, township)
  expect(second.revoked?.carried).toEqual(first.revoked?.carried)
  expect(second.revoked?.held).not.toEqual(first.revoked?.held)
  connect(township, back)
  const knows = () => township.engine.office.directory.node(village.identity.node)?.version === second.version
  await until('the township knows what the county holds now', knows)
  await until('judged anew', async () => (await rowAt(township))?.stage === '00')
  expect((await rowAt(township))?.aside).toBeGreaterThan(0)
  await until('the same row', async () => {
    const [here, there] = await Promise.all([township, back].map(rowAt))
    return JSON.stringify({ ...here, arrival: 0 }) === JSON.stringify({ ...there, arrival: 0 })
  })
})

test('S114 a node that does not know yet that its station is below another township delivers everything to the new parent', async () => {
  const host = hurriedHost(morningOf(FRIDAY), 10)
  const { root, township, village, east } = await place(host)
  const [, lower] = await link([township, root], [village, township], [east, root])
  await until('the village knows of the other township', () => knows(village, east))
  await cut([lower as never])
  const id = await captured(village, '李强')
  const station = STATIONS.find((one) => one.id === VILLAGE) as Station
  await publish(root, [{ ...station, parent: EAST }])
  await revoke(root, village, east)
  await knowsRevoked(east, village)
  await village.engine.stop()
  const { storage, identity } = village
  const { keys, lease } = identity
  // The root's record, which anybody may show it, names its parent; of the county it hears nothing any more.
  const back = await openNode({ station: VILLAGE, keys, lease, storage, host, parent: east, root })
  expect(await connect(back, east).ended).toMatchObject({ reason: 'revoked' })
  expect(back.engine.office.directory.station(VILLAGE)?.parent).toBe(TOWNSHIP)
  for (const node of [east, root]) await sees(node, id, ({ story }) => story.length === 2)
  const told = (await back.engine.office.status()).findings.filter(({ kind }) => kind === 'revoked')
  expect(told.map(({ message }) => message).join()).toContain('已全部送达上级')
  expect(await heldOf(root, back)).toEqual(await heldOf(back, back))
  expect((await back.engine.office.safetyOf([id])).get(id)).not.toBe('here')
})

test('S114 what a computer wrote for a station that it serves no more it still delivers', async () => {
  const { root, township, village, east } = await hurried()
  const [, lower] = await link([township, root], [village, township], [east, root])
  await cut([lower as never])
  const id = await captured(village, '李强')
  const record = nodeRecord(village, township.identity.node)
  await publish(root, [{ ...record, stations: [] }])
  await until('the township knows', () => township.engine.office.directory.node(record.id)?.stations.length === 0)
  connect(village, township)
  await until('delivered', async () => isDeepStrictEqual(await heldOf(root, village), await heldOf(village, village)))
  await until('known', async () => (await village.engine.office.status()).entriesOnlyHere === 0)
  expect(root.engine.office.directory.node(record.id)?.formerStations).toEqual([VILLAGE])
  expect(await stateAt(root, id)).toBeUndefined()
  // Once it serves the station again, what it wrote counts, and there is no former one any more.
  await publish(root, [record])
  for (const node of [township, root]) await sees(node, id, ({ story }) => story.length === 2)
  expect(root.engine.office.directory.node(record.id)?.formerStations).toBeUndefined()
})
