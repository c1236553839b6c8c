/** A node that forked is revoked: what the root held of it keeps its effect, in whosever log it stands; nothing else does. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import { withKept } from '#protocol/engine/kept-findings.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { logKey, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { atCounty, copyOf, cutAll, place, restart } from './restoring.ts'
import { agent, EAST, entriesOf, hall, MORE, sees, stateAt } from './wide-county.ts'

async function captured(village: Node, name: string): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: name, materials: 1 }))
  return id
}

const stages = async (node: Node, ids: readonly DocumentId[]) =>
  Promise.all(ids.map(async (id) => (await stateAt(node, id))?.stage))

test('S111 S112 what gave way in a fork and was at the county when the node was revoked keeps its effect, wherever the case goes', async () => {
  const { root, township, village, links, diskOf } = await place()
  await publish(root, MORE)
  const east = await openNode({ station: EAST, parent: root, root, lease: 4 })
  await publish(root, [nodeRecord(east, root.identity.node)])
  connect(east, root)
  await atCounty(village, await captured(village, '共同'))
  await cutAll(links.slice(1))
  const twin = await restart(village, copyOf(diskOf(VILLAGE)), township, root, 3)
  const ours = await captured(village, '原机')
  const theirs = [await captured(twin, '甲'), await captured(twin, '乙'), await captured(twin, '丙')]
  const first = connect(village, township)
  await atCounty(village, ours)
  first.cut()
  await first.ended
  await callUntil(twin, township, 'the other version at the county, too', async () =>
    (await stages(root, theirs)).every((stage) => stage === '10'),
  )
  await callUntil(twin, township, 'acknowledged', async () =>
    [...(await twin.engine.office.safetyOf(theirs)).values()].every((safety) => safety === 'root'),
  )
  await publish(root, [{ ...nodeRecord(village, township.identity.node), revoked: { time: 1, reason: '被冒用' } }])
  const record = root.engine.office.directory.node(village.identity.node)
  expect(record?.revoked?.carried).toHaveLength(6)
  await until('the township knows', () =>
    Boolean(township.engine.office.directory.node(village.identity.node)?.revoked),
  )
  // The thief goes on where the copy stands.
  value(await twin.engine.office.act(agent, theirs[0] as DocumentId, 'noted', { text: '停用之后' }))
  await connect(twin, township).ended
  const [one] = theirs as [DocumentId]
  await sees(root, one, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  value(await root.engine.office.act(hall, one, 'reassigned', { to: EAST, reason: '代办点停用' }))
  await sees(east, one, ({ holder, story }) => holder === EAST && story.length === 4)
  await root.engine.rebuild()
  for (const node of [root, township]) {
    await until('judged', async () => (await stages(node, [ours, ...theirs])).every((stage) => stage === '10'))
    expect((await stateAt(node, ours))?.asideOpen).toBe(0)
  }
  for (const node of [root, township, east]) {
    await sees(node, one, ({ holder }) => holder === EAST)
    const story = (await stateAt(node, one))?.story ?? []
    expect(story.map(({ kind, aside }) => [kind, aside?.reason])).toEqual([
      ['opened', undefined],
      ['captured', undefined],
      ['noted', 'after-revocation'],
      ['reassigned', undefined],
    ])
  }
  // Said again, the record says the same, whatever came since.
  await publish(root, [{ ...(record as NonNullable<typeof record>), name: '旧电脑' }])
  expect(root.engine.office.directory.node(village.identity.node)?.revoked).toEqual(record?.revoked)
})

test('S111 what a relay carries of a revoked node later has no effect, although its number in the log was held', async () => {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const thief = new RawNode(VILLAGE)
  const relay = new RawNode(TOWNSHIP)
  const own = root.identity.node
  await publish(root, [
    ...STATIONS,
    ...MORE,
    ...SAMPLE_ITEMS,
    nodeRecord(root, null),
    thief.record(relay.node, 9),
    relay.record(own, 8),
  ])
  const stream = streamOf(VILLAGE)
  const opening: Fact = { kind: 'opened', previous: null, fields: { number: 'n-1', item: 'SL0001', itemVersion: 1 } }
  const first = draft(VILLAGE, { payload: factPayload(opening) })
  const { document } = first
  const note = (text: string) =>
    draft(VILLAGE, { document, payload: factPayload({ kind: 'noted', previous: null, fields: { text } }) })
  const log = logKey({ node: thief.node, incarnation: 1, stream })
  const written = await thief.write(stream, [first, note('一')])
  const recordOf = ({ bytes }: Packable) => readRecord(bytes) as EntryRecord
  const before = entryHash(sha256, log, GENESIS, recordOf(written[0] as Packable))
  /** Another second entry of the same log, by the same key, as somebody carries it. */
  const carrier = async (text: string) => {
    const twin = new RawNode(VILLAGE)
    Object.assign(twin, { keys: thief.keys, node: thief.node })
    const forged = (await twin.write(stream, [first, note(text)]))[1] as Packable
    return draft(TOWNSHIP, { kind: KIND.carried, document, payload: encodeCarried(log, before, recordOf(forged)) })
  }
  await relay.link(root)
  // What stands in its own place needs nobody who carries it, whichever of the two came first.
  const payload = encodeCarried(log, before, recordOf(written[1] as Packable))
  relay.send(frameOf(await relay.write(stream, [draft(TOWNSHIP, { kind: KIND.carried, document, payload })])))
  await relay.stored()
  const early = await relay.write(stream, [await carrier('二')])
  relay.send(frameOf([...written, ...early]))
  await until('all there', async () => ((await stateAt(root, document))?.story.length ?? 0) === 3)
  await publish(root, [{ ...thief.record(relay.node, 9), revoked: { time: 1, reason: '被盗' } }])
  expect(root.engine.office.directory.node(thief.node)?.revoked?.carried).toHaveLength(1)
  const late = await relay.write(stream, [await carrier('三')])
  relay.send(frameOf(late))
  await until('there', async () => ((await stateAt(root, document))?.story.length ?? 0) === 4)
  const aside = async () =>
    ((await stateAt(root, document))?.story ?? [])
      .filter(({ kind }) => kind === 'noted')
      .map(({ fields, aside }) => [fields.text, aside?.reason])
      .sort()
  const judged = [
    ['一', undefined],
    ['三', 'after-revocation'],
    ['二', undefined],
  ]
  expect(await aside()).toEqual(judged)
  // Carried by the root, it could not be told any more from what the root held.
  value(await root.engine.office.act(hall, document, 'reassigned', { to: EAST, reason: '代办点停用' }))
  await until('carried', async () => {
    const streams = (await entriesOf(root.storage, document)).map((one) => one.stream)
    return streams.includes(streamOf(EAST)) && (await root.storage.localAll('carrying')).length === 0
  })
  expect(await aside()).toEqual(judged)
  await root.engine.rebuild()
  expect(await aside()).toEqual(judged)
  expect(LIMITS.revokedEntries * 67).toBeLessThan(LIMITS.writtenBytes)
})

test('D57 whoever takes a machine out reads until when the county has what it wrote, also after a restart, and once', async () => {
  const { root, township, village } = await openCounty()
  connect(township, root)
  await until('the township is served', () => township.engine.office.stations.length === 1)
  connect(village, township)
  await until('the village is served', () => village.engine.office.stations.length === 1)
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  const revoke = async (node: Node, held: null | undefined) =>
    publish(root, [
      {
        ...nodeRecord(node, township.identity.node),
        revoked: { time: 1, reason: '更换', ...(held === null ? { held } : {}) },
      },
    ])
  await revoke(village, undefined)
  const told = async (node: Node) =>
    (await node.engine.office.status()).findings.filter(({ kind }) => kind === 'revoked').map(({ message }) => message)
  expect(await told(root)).toHaveLength(1)
  expect((await told(root))[0]).toMatch(/^节点“.*”已停用。县中心有它写的记录 1 条,最后一条写于 2026-11-20 \d\d:\d\d。$/)
  // Lost after all: that is no second machine.
  await revoke(village, null)
  expect(await told(root)).toHaveLength(1)
  await root.engine.stop()
  expect((await withKept(root.storage, [])).map(({ kept }) => kept)).toEqual([`revoked-${village.identity.node}`])
})
