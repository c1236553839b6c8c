/** How entries, acknowledgements, receipts and reports travel between tiers. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { documentOf } from '#protocol/engine/directory/record-reading.ts'
import { type Change, NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { COUNTY_STREAM, type LogKey, logParts, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND } from '#protocol/log/entry.ts'
import { decodePack, packable } from '#protocol/log/pack.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { memoryPair } from '#protocol/transport/memory.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import { FRIDAY, hostWith, hurriedHost, morningOf, testHost } from '#test/clock/host.ts'
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
  STATIONS,
  TOWNSHIP,
  until,
  untilListed,
  VILLAGE,
} from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk', 'agent'])

async function linkedCounty() {
  const county = await openCounty()
  const upper = connect(county.township, county.root)
  await until('township has its station', () => county.township.engine.office.stations.length === 1)
  const lower = connect(county.village, county.township)
  await until('village has its station', () => county.village.engine.office.stations.length === 1)
  return { ...county, upper, lower }
}

const safety = async (node: Node, id: Parameters<Node['engine']['office']['safetyOf']>[0][number]) =>
  (await node.engine.office.safetyOf([id])).get(id)

const knows = (node: Node, other: Node) =>
  until('record arrived', () => node.engine.office.directory.node(other.identity.node) !== undefined)

test('S60 a relay takes and acknowledges while the county cannot be reached, and passes on when it can', async () => {
  const { root, township, village, upper } = await linkedCounty()
  upper.cut()
  await upper.ended
  const { id, number } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('at the township', async () => (await safety(village, id)) === 'parent')
  expect((await village.engine.office.status()).casesNotAtRoot).toBe(1)
  expect((await root.engine.office.byNumber(number))[0]).toBeUndefined()
  connect(township, root)
  await until('at the county', async () => (await safety(village, id)) === 'root')
  await untilListed(root)
  expect((await village.engine.office.status()).casesNotAtRoot).toBe(0)
  expect((await root.engine.office.byNumber(number))[0]?.id).toBe(id)
})

test('S61 a fresh node receives everything of its streams and nothing of others', async () => {
  const { root, township, village } = await linkedCounty()
  for (const name of ['王芳', '李强']) {
    const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
    value(await village.engine.office.edit(agent, id, 'application', { set: { applicant: name } }))
  }
  value(await township.engine.office.openCase(clerk, 'SL0001'))
  await until('all at the county', async () => (await root.engine.office.find({})).rows.length === 3)
  const fresh = await openNode({ station: VILLAGE, parent: township, root, lease: 8 })
  await publish(root, [nodeRecord(fresh, township.identity.node)])
  await knows(township, fresh)
  connect(fresh, township)
  await until('two cases', async () => (await fresh.engine.office.find({})).rows.length === 2)
  const streams = (await fresh.storage.load()).heads
    .filter(({ height }) => height > 0)
    .map(({ key }) => logParts(key).stream)
  expect(new Set(streams)).toEqual(new Set([COUNTY_STREAM, streamOf(VILLAGE)]))
  const of = async (node: Node) => (await node.engine.office.find({ homes: [VILLAGE] })).rows.map(({ id }) => id).sort()
  expect(await of(fresh)).toEqual(await of(root))
})

test('S62 a node that nobody has registered is told so, tries again, and is let in once its record has arrived', async () => {
  const { root, township } = await linkedCounty()
  const early = await openNode({ station: VILLAGE, parent: township, root, lease: 8 })
  const first = connect(early, township)
  expect(await first.ended).toMatchObject({ reason: 'unknown-node', retry: true })
  await publish(root, [nodeRecord(early, township.identity.node)])
  await knows(township, early)
  connect(early, township)
  await until('let in', () => early.engine.office.stations.length === 1)
})

test('S63 an author named in the same frame as its entries is known when they are looked at', async () => {
  const { root, township, upper } = await linkedCounty()
  upper.cut()
  await upper.ended
  const second = new RawNode(VILLAGE)
  await publish(root, [second.record(root.identity.node, 9)])
  await second.link(root)
  second.send(frameOf(await second.write(streamOf(VILLAGE), [draft(VILLAGE), draft(VILLAGE)])))
  await second.stored()
  connect(township, root)
  const log = `${second.node}/1/${VILLAGE}` as LogKey
  await until('entries at the township', async () =>
    (await township.storage.load()).heads.some(({ key, height }) => key === log && height === 2),
  )
  expect((await township.engine.office.status()).findings).toEqual([])
})

test('S64 a node that is revoked while connected is told and let go, delivers when it comes back, and is let go again', async () => {
  const county = await openCounty(undefined, hurriedHost(morningOf(FRIDAY), 10))
  const { root, township } = county
  const upper = connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  await publish(root, [{ ...nodeRecord(township, root.identity.node), revoked: { time: 1, reason: 'x' } }])
  expect(await upper.ended).toMatchObject({ reason: 'revoked', retry: false })
  expect((await township.engine.office.status()).refusal?.message).toContain('停用')
  const { id } = value(await township.engine.office.openCase(clerk, 'SL0001'))
  expect(await connect(township, root).ended).toMatchObject({ reason: 'revoked', retry: false })
  expect((await township.engine.office.safetyOf([id])).get(id)).toBe('root')
  expect((await township.engine.office.status()).refusal?.message).toContain('停用')
})

test('S65 a node serves a bounded number of links that have proved a key and tells others when to come back', async () => {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const nodes = Array.from({ length: LIMITS.links }, () => new RawNode(VILLAGE))
  await publish(root, [...STATIONS, ...nodes.map((node, at) => node.record(root.identity.node, at + 2))])
  for (let count = 0; count < LIMITS.links; count++)
    void root.engine.attach(memoryPair((deliver) => queueMicrotask(deliver))[1], 'down') // says nothing
  for (const node of nodes) await node.link(root)
  expect(nodes.filter(({ ended }) => ended)).toEqual([])
  const [mine, theirs] = memoryPair((deliver) => queueMicrotask(deliver))
  const heard: unknown[] = []
  mine.listen({ frame: (frame) => heard.push(decodeMessage(frame)), closed: () => heard.push('closed') })
  expect(await root.engine.attach(theirs, 'down')).toMatchObject({ reason: 'busy', retry: true, retryAfterSeconds: 5 })
  await until('told', () => heard.includes('closed'))
  expect(heard[0]).toEqual({ type: 'busy', retryAfterSeconds: 5 })
  await root.engine.stop()
})

test('S66 a clock learns its offset to the county from its parent, through a relay whose clock is wrong too', async () => {
  const shifted = (milliseconds: number) => hostWith(() => testHost.now() + milliseconds)
  const root = await openNode({ station: COUNTY, lease: 1 })
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root, host: shifted(3_600_000) })
  const village = await openNode({ station: VILLAGE, lease: 3, parent: township, root, host: shifted(-86_400_000) })
  await publish(root, [...STATIONS, ...[root, township, village].map((node) => nodeRecord(node, null))])
  connect(township, root)
  const offset = async (node: Node) => (await node.engine.office.status()).clockOffset ?? 0
  await until('township learnt', async () => Math.abs((await offset(township)) + 3_600_000) < 2_000)
  await knows(township, village)
  connect(village, township)
  await until('village learnt', async () => Math.abs((await offset(village)) - 86_400_000) < 2_000)
})

test('S67 what a node reports is known two tiers up, with what has not been sent', async () => {
  const { root, township, village } = await linkedCounty()
  value(await village.engine.office.openCase(agent, 'SL0001'))
  const known = async () => (await root.engine.office.nodesBelow()).find(({ node }) => node === village.identity.node)
  await until('village known at the county', async () => (await known())?.version === '0.0.0-test', 15_000)
  expect((await root.engine.office.nodesBelow()).map(({ node }) => node).sort()).toEqual(
    [township.identity.node, village.identity.node].sort(),
  )
}, 20_000)

test('S68 nothing is sent back to where it came from', async () => {
  const { root, township, village, upper } = await linkedCounty()
  upper.cut()
  const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
  const counts = { up: 0, down: 0 }
  const counted = (connection: typeof up, side: keyof typeof counts): typeof up => ({
    ...connection,
    send(frame) {
      if (decodeMessage(frame)?.type === 'entries') counts[side] += 1
      connection.send(frame)
    },
  })
  void township.engine.attach(counted(up, 'up'), 'up')
  void root.engine.attach(counted(down, 'down'), 'down')
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  for (let count = 0; count < 5; count++)
    value(await village.engine.office.act(agent, id, 'noted', { text: `${count}` }))
  await until('at the county', async () => (await safety(village, id)) === 'root')
  expect(counts.up).toBeGreaterThan(0)
  expect(counts.down).toBe(0)
})

test('S12 nodes that hold the same say hello and prove it, and nothing else', async () => {
  const { root, township, village, upper, lower } = await linkedCounty()
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await safety(village, id)) === 'root')
  await until('told to the village', async () => {
    const heights = async (node: Node) =>
      (await node.storage.load()).heads.filter(({ height }) => height > 0).map(({ rootHeight }) => rootHeight)
    return (
      (await heights(village)).every((height) => height > 0) && (await heights(township)).every((height) => height > 0)
    )
  })
  upper.cut()
  lower.cut()
  await Promise.all([upper.ended, lower.ended])
  for (const [child, parent] of [
    [village, township],
    [township, root],
  ] as const) {
    const said: string[] = []
    const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
    const heard = (connection: typeof up): typeof up => ({
      ...connection,
      send(frame) {
        said.push(decodeMessage(frame)?.type ?? 'malformed')
        connection.send(frame)
      },
    })
    void child.engine.attach(heard(up), 'up')
    void parent.engine.attach(heard(down), 'down')
    await until('connected', async () => (await child.engine.office.status()).parent?.connected === true)
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(said.sort()).toEqual(['hello', 'hello', 'proof', 'proof'])
  }
})

test('S119 a child that was away hears what became of its entries and passes it on; hearing it again writes nothing', async () => {
  class Counting extends MemoryStorage {
    told = 0
    override async commit(change: Change): Promise<void> {
      this.told += change.receipts.length
      await super.commit(change)
    }
  }
  const disks = new Map([COUNTY, TOWNSHIP, VILLAGE].map((station) => [station, new Counting()]))
  const { root, township, village } = await openCounty((station) => disks.get(station) as Counting)
  const links = [connect(township, root)]
  await until('township has its station', () => township.engine.office.stations.length === 1)
  links.push(connect(village, township))
  await until('village has its station', () => village.engine.office.stations.length === 1)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  value(await village.engine.office.act(agent, id, 'noted', { text: '第二条' }))
  await until('at the county', async () => (await safety(village, id)) === 'root')
  for (const link of links) link.cut()
  await Promise.all(links.map(({ ended }) => ended))
  await untilListed(root)
  // What only the county knows: its program is another one.
  const log = `${village.identity.node}/3/${VILLAGE}` as LogKey
  const receipt = { log, seq: 1, document: id, outcome: 'unknown-kind', reason: '县里的程序不认识' } as const
  await root.storage.commit({ ...NO_CHANGE, receipts: [receipt] })
  const told = async (node: Node) => node.storage.receiptsIn(log, 10)
  const again = [connect(township, root), connect(village, township)]
  await until('told to the village', async () => (await told(village)).length === 1)
  expect([await told(township), await told(village)]).toEqual([[receipt], [receipt]])
  expect((await village.engine.office.status()).conservation.quarantined).toBe(1)
  const counts = [...disks.values()].map((disk) => disk.told)
  const cutAll = async () => {
    for (const link of again.splice(0)) {
      link.cut()
      await link.ended
    }
  }
  /** What the county tells when the township comes back. */
  const comesBack = async () => {
    await cutAll()
    const heard: string[] = []
    const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
    const ended = township.engine.attach(up, 'up')
    void root.engine.attach(
      {
        ...down,
        send(frame) {
          heard.push(decodeMessage(frame)?.type ?? '')
          down.send(frame)
        },
      },
      'down',
    )
    again.push({ cut: () => down.close('cut'), ended } as never)
    const isLive = async () =>
      (await root.engine.office.nodesBelow()).some(
        ({ node, connected }) => connected && node === township.identity.node,
      )
    await until('connected', isLive)
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    return heard
  }
  await until('acknowledged, and then told no more', async () => (await comesBack()).join() === 'hello,proof')
  await root.storage.commit({ ...NO_CHANGE, receipts: [{ ...receipt, seq: 2 }] })
  const heard = await comesBack()
  await until('told', async () => (await told(township)).length === 2)
  expect(heard).toContain('receipts')
  value(await township.engine.office.openCase(clerk, 'SL0001'))
  expect([...disks.values()].map((disk) => disk.told)).toEqual(
    counts.map((count, index) => count + (index === 0 ? 1 : index === 1 ? 1 : 0)),
  )
  await cutAll()
})

test('S119 standing receipts wait for the entries and for each other: a weak line carries what is new first', async () => {
  let slow = 0 // how much later than it is
  const host = hostWith(() => testHost.now() + slow)
  const root = await openNode({ station: COUNTY, lease: 1, host })
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 2)])
  const log = `${raw.node}/1/${TOWNSHIP}` as LogKey
  const document = draft(TOWNSHIP).document
  const receipts = Array.from({ length: 100 }, (_, index) => ({
    log,
    seq: index + 1,
    document,
    outcome: 'quarantined' as const,
    reason: '条目不在办件所属的分区',
  }))
  await root.storage.commit({ ...NO_CHANGE, receipts })
  await raw.link(root)
  const types = () => raw.received.map(({ type }) => type).filter((type) => type === 'entries' || type === 'receipts')
  expect(types()).toEqual([]) // nothing is told before the peer has said what it holds
  raw.send({ type: 'frontier', streams: [COUNTY_STREAM, streamOf(TOWNSHIP)], logs: [] })
  const acknowledged = async (count: number) => {
    await until(`${count} messages`, () => types().length >= count)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    return types()
  }
  expect(await acknowledged(1)).toEqual(['entries'])
  const told = () => raw.received.flatMap((message) => (message.type === 'receipts' ? [message.receipts] : []))
  for (let messages = 1; told().flat().length < receipts.length; messages++) {
    slow += 20_000
    raw.send({ type: 'stored', frames: 1, heights: [] })
    expect(await acknowledged(1 + 2 * messages)).toEqual([
      'entries',
      ...Array(messages).fill(['receipts', 'entries']).flat(),
    ])
  }
  expect(
    told()
      .flat()
      .map(({ seq }) => seq),
  ).toEqual(receipts.map(({ seq }) => seq).reverse())
  expect(Math.max(...told().map(({ length }) => length)) * 256).toBeLessThanOrEqual(LIMITS.leastFrameBytes)
  await root.engine.stop()
})

test('S69 a parent vouches for the entries it names, not for everything held here of their log', async () => {
  const parent = new RawNode(COUNTY)
  const { node, keys } = parent
  const above = {
    station: COUNTY,
    identity: { node, keys, root: { node, publicKey: keys.publicKey } },
  } as unknown as Node
  const child = await openNode({ station: TOWNSHIP, lease: 2, parent: above })
  await parent.link(child, 'up')
  const items = SAMPLE_ITEMS.filter(({ id }) => id === 'SL0001')
  const records = [...STATIONS, parent.record(node, 1), nodeRecord(child, node), ...items]
  const written = records.map((record) =>
    draft(COUNTY, {
      kind: KIND.directory,
      document: documentOf(record),
      payload: new TextEncoder().encode(JSON.stringify(record)),
    }),
  )
  parent.send(frameOf(await parent.write(COUNTY_STREAM, written)))
  await until('station', () => child.engine.office.stations.length === 1)
  const first = value(await child.engine.office.openCase(clerk, 'SL0001')).id
  const second = value(await child.engine.office.openCase(clerk, 'SL0001')).id
  const own = `${child.identity.node}/2/${TOWNSHIP}` as LogKey
  const held = await child.storage.packHolding(own, 1)
  const echo = (decodePack(held?.bytes ?? new Uint8Array()) ?? []).slice(0, 1)
  parent.send(frameOf(echo.map(({ log, record }) => packable(log, record))))
  await parent.stored(2)
  expect(await safety(child, first)).toBe('root')
  expect(await safety(child, second)).toBe('here')
})
