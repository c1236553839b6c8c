/** Facts whose day the root doubts when it first sees them: noted for people, without any effect. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Draft } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import type { NodeReport } from '#protocol/wire/messages.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { openClock } from './clock-host.ts'
import {
  COUNTY,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
  untilListed,
  VERSION,
  VILLAGE,
} from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

const at = (day: string) => Date.parse(`${day}T09:00:00+08:00`)
const reader = person(COUNTY, ['coordinator'])
const [item] = SAMPLE_ITEMS

/** A root on 20 November with a township below it, and a village below that, that write and say whatever they like. */
async function openPlace() {
  const clock = openClock('2026-11-20T09:00+08:00')
  const storage = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, host: clock.host, storage })
  const [township, village] = [new RawNode(TOWNSHIP), new RawNode(VILLAGE)]
  await publish(root, [
    ...STATIONS,
    nodeRecord(root, null),
    township.record(root.identity.node, 2),
    village.record(township.node, 3),
    ...SAMPLE_ITEMS,
  ])
  await township.link(root)
  let frames = 0
  /** An opening by one of them, delivered by the township. */
  const open = async (author: RawNode, given: Partial<Draft>): Promise<DocumentId> => {
    const fields = { number: `raw-${frames}`, item: item?.id ?? '', itemVersion: item?.edition ?? 1 }
    const opening = draft(author.station, {
      payload: factPayload({ kind: 'opened', previous: null, fields }),
      ...given,
    })
    township.send(frameOf(await author.write(streamOf(author.station), [opening])))
    frames += 1
    await township.stored(frames)
    return opening.document
  }
  /** The township says how it and the village stand. */
  const say = async (...nodes: (Partial<NodeReport> & Pick<NodeReport, 'node'>)[]) => {
    const calm = { age: 0, connected: true, unsentEntries: 0, unsentCases: 0, version: VERSION, clockOffset: 0 }
    township.send({ type: 'status', nodes: nodes.map((given) => ({ ...calm, ...given })) })
    const last = nodes.at(-1)
    await until('the root has heard', async () => {
      const heard = (await root.engine.office.nodesBelow()).find(({ node }) => node === last?.node)
      return heard?.unsentEntries === (last?.unsentEntries ?? 0) && heard.version === (last?.version ?? VERSION)
    })
  }
  return { clock, root, storage, township, village, open, say }
}

/** What the root noted; what lies behind today besides is seen without a note (rule S161). */
const doubts = async (root: Node, id: DocumentId) => {
  const view = await root.engine.office.view(reader, id)
  if (!view.ok) throw new Error(view.problem.message)
  return view.value.doubtfulDays.filter(({ why }) => why !== 'to-come')
}
const findings = async (root: Node) =>
  (await root.engine.office.status()).findings.filter(({ kind }) => kind === 'clock')

test('R81 what bears a day before its node last had nothing unsent is noted with both days, and counts as written', async () => {
  const { clock, root, township, open, say } = await openPlace()
  clock.jumpTo('2026-11-26T09:00+08:00')
  await say({ node: township.node })
  const id = await open(township, { time: at('2026-11-12'), clockOffset: 0 })
  const [noted] = await doubts(root, id)
  expect(noted).toMatchObject({ why: 'back-dated', written: at('2026-11-12'), node: township.node })
  expect(Math.abs((noted?.seen ?? 0) - at('2026-11-26'))).toBeLessThan(60_000)
  const state = await root.engine.office.state(id)
  expect(state.ok && state.value.days.opened).toBe('2026-11-12')
  expect(await doubts(root, await open(township, { time: at('2026-11-26'), clockOffset: 0 }))).toEqual([])
})

test('R81 what a county heard while its clock was ahead is held against nobody once it is put right', async () => {
  const { clock, root, township, open, say } = await openPlace()
  clock.jumpTo('2028-05-30T09:00+08:00')
  await say({ node: township.node })
  const below = async () => (await root.engine.office.nodesBelow())[0]
  await until('it is kept', async () => ((await below())?.nothingUnsentAt ?? 0) > at('2028-01-01'))
  clock.jumpTo('2026-11-27T09:00+08:00')
  value(await root.engine.office.confirmDay(reader, '2026-11-27' as Day, { isSure: true }))
  expect(await doubts(root, await open(township, { time: at('2026-11-27'), clockOffset: 0 }))).toEqual([])
  await say({ node: township.node, unsentEntries: 2 })
  expect(await below()).toMatchObject({ nothingUnsentAt: null })
})

test('R81 a backlog is no back-dating: not while something is unsent, not shortly after a link began, not from another program', async () => {
  const { clock, root, township, village, open, say } = await openPlace()
  const old = () => open(township, { time: at('2026-11-12'), clockOffset: 0 })
  await say({ node: township.node }) // the link has only begun
  expect(await doubts(root, await old())).toEqual([])
  clock.jumpTo('2026-11-26T09:00+08:00')
  await say({ node: township.node, unsentEntries: 4 })
  expect(await doubts(root, await old())).toEqual([])
  // What a township says of its village counts as far as both run the same program, and it has handed on what it had.
  const older = () => open(village, { time: at('2026-11-12'), clockOffset: 0 })
  await say({ node: township.node, version: '0.1' }, { node: village.node, unsentEntries: 1 })
  await say({ node: township.node, version: '0.1' }, { node: village.node })
  expect(await doubts(root, await older())).toEqual([])
  const third = await openPlace()
  third.clock.jumpTo('2026-11-26T09:00+08:00')
  await third.say({ node: third.township.node, unsentEntries: 4 }, { node: third.village.node })
  const left = await third.open(third.village, { time: at('2026-11-12'), clockOffset: 0 })
  expect(await doubts(third.root, left)).toEqual([])
})

test('R81 of a village both its own word and that of its township are needed', async () => {
  const { clock, root, township, village, open, say } = await openPlace()
  clock.jumpTo('2026-11-26T09:00+08:00')
  await say({ node: township.node }, { node: village.node, age: 5 * 86_400_000 })
  expect(await doubts(root, await open(village, { time: at('2026-11-22'), clockOffset: 0 }))).toEqual([])
  expect(await doubts(root, await open(village, { time: at('2026-11-19'), clockOffset: 0 }))).toMatchObject([
    { why: 'back-dated', node: village.node },
  ])
})

test('R82 a day to come, and a clock that its node did not know to be off, are noted too', async () => {
  const { root, township, open, say } = await openPlace()
  expect(await doubts(root, await open(township, { time: at('2028-01-01'), clockOffset: 0 }))).toMatchObject([
    { why: 'ahead' },
  ])
  const soon = at('2026-11-20') + LIMITS.doubtfulDayMilliseconds - 60_000
  expect(await doubts(root, await open(township, { time: soon, clockOffset: 0 }))).toEqual([])
  await say({ node: township.node, clockOffset: 14 * 86_400_000, unsentEntries: 1 })
  const unknown = { time: at('2026-11-19'), clockOffset: null, catalogueVersion: 0 }
  expect(await doubts(root, await open(township, unknown))).toMatchObject([{ why: 'clock-off' }])
})

test('R82 a county whose clock fell back calls nothing ahead until somebody has confirmed the day', async () => {
  const { root, clock, township, open } = await openPlace()
  clock.jumpTo('2009-01-01T08:00+08:00')
  expect((await root.engine.office.status()).clockDoubt).toMatchObject({ is: 'behind' })
  expect(await doubts(root, await open(township, { time: at('2026-11-20'), clockOffset: 0 }))).toEqual([])
})

test('S157 a county hears of it when most of the clocks below are off alike', async () => {
  const { root, township, village, say } = await openPlace()
  const seen = async () => (await root.engine.office.status()).clockOfNodes
  const off = 40 * 86_400_000
  await say({ node: township.node, clockOffset: off }) // one alone accuses nobody
  expect((await root.engine.office.nodesBelow()).map(({ clockOffset }) => clockOffset)).toEqual([off])
  expect(await seen()).toBeNull()
  const heard = async (...offsets: readonly [number, number]) => {
    await say({ node: township.node, clockOffset: offsets[0] }, { node: village.node, clockOffset: offsets[1] })
    await until('both are heard', async () => {
      const nodes = await root.engine.office.nodesBelow()
      return offsets.every((offset) => nodes.some(({ clockOffset }) => clockOffset === offset))
    })
    return seen()
  }
  expect(await heard(off, off + 60_000)).toEqual({ nodes: 2, of: 2, offset: off + 60_000 })
  expect(await heard(off, 0)).toBeNull()
  expect(await heard(off, -off)).toBeNull()
  expect(await heard(3_600_000, 3_600_000)).toBeNull()
})

test('S162 what nodes told by the county’s old time is not compared with the one that somebody said', async () => {
  const { clock, root, township, village, say } = await openPlace()
  const off = 20 * 86_400_000
  const told = () => say({ node: township.node, clockOffset: off }, { node: village.node, clockOffset: off, ...away })
  const away = { connected: false, age: off }
  clock.jumpTo('2026-12-17T09:00+08:00')
  await told()
  const nodes = () => root.engine.office.nodesBelow()
  const lastContact = async () => (await nodes()).find(({ node }) => node === village.node)?.lastContact
  const contact = await lastContact()
  const offsets = async () => (await nodes()).map(({ clockOffset }) => clockOffset)
  expect(await offsets()).toEqual([off, off])
  clock.jumpTo('2026-11-27T09:00+08:00')
  value(await root.engine.office.confirmDay(reader, '2026-11-27' as Day, { isSure: true }))
  expect(await offsets()).toEqual([null, null])
  // A report that was on its way, by the time that was told before.
  await say(
    { node: township.node, clockOffset: off, unsentEntries: 1 },
    { node: village.node, clockOffset: off, ...away, unsentEntries: 1 },
  )
  expect(await offsets()).toEqual([null, null])
  expect(await lastContact()).toBe(contact)
  expect((await root.engine.office.status()).clockOfNodes).toBeNull()
  clock.jumpTo('2026-11-27T09:05+08:00')
  await say(
    { node: township.node, clockOffset: 0, unsentEntries: 2 },
    { node: village.node, clockOffset: 0, unsentEntries: 2 },
  )
  expect(await offsets()).toEqual([0, 0])
})

test('R83 people hear of a node once, with how many there are, until somebody has looked; a start forgets nothing of it', async () => {
  const { root, storage, clock, township, open } = await openPlace()
  for (let count = 0; count < 3; count++) await open(township, { time: at('2028-01-01'), clockOffset: 0 })
  const id = await open(township, { time: at('2028-01-01'), clockOffset: 0 })
  const [finding, ...others] = await findings(root)
  expect(others).toEqual([])
  expect(finding?.message).toContain('4 条')
  township.cut()
  await root.engine.stop()
  const again = await openNode({ station: COUNTY, lease: 1, keys: root.identity.keys, storage, host: clock.host })
  expect((await findings(again)).map(({ message }) => message)).toEqual([finding?.message])
  expect(await doubts(again, id)).toHaveLength(1)
  await again.engine.rebuild()
  expect(await doubts(again, id)).toHaveLength(1)
  await again.engine.office.findingDone(finding?.kept ?? '')
  expect(await findings(again)).toEqual([])
})

test('S154 an offset that lies beyond all dates does not pass the door, and one that is reported so is unknown', async () => {
  const { root, township, say } = await openPlace()
  await say({ node: township.node, clockOffset: -Number.MAX_SAFE_INTEGER, unsentEntries: 2 })
  const [heard] = await root.engine.office.nodesBelow()
  expect(heard?.clockOffset).toBeNull()
  const beyond = draft(TOWNSHIP, { clockOffset: 8.64e15 + 1 })
  township.send(frameOf(await township.write(streamOf(TOWNSHIP), [beyond])))
  expect(await township.refusal()).toBe('malformed')
})

test('S161 S163 a day that a person confirms is held against what is stored and not listed as well', async () => {
  const { clock, root, storage, township, open } = await openPlace()
  await open(township, { time: at('2026-11-12'), clockOffset: 0 })
  await untilListed(root)
  const commit = storage.commit.bind(storage)
  storage.commit = async (change) => {
    if (change.packs.length === 0 && change.cases.length > 0) throw new StorageFailure('full', '磁盘已满')
    return commit(change)
  }
  // The hall's clock is ahead, and a township brings what it wrote by it; then the clock is put right.
  clock.jumpTo('2026-12-30T09:00+08:00')
  const id = await open(township, { time: at('2026-12-30'), clockOffset: 0 })
  expect(await root.engine.office.status()).toMatchObject({ unlisted: 1 })
  clock.jumpTo('2026-11-27T09:00+08:00')
  value(await root.engine.office.confirmDay(reader, '2026-11-27' as Day, { isSure: true }))
  expect((await doubts(root, id)).map(({ why }) => why)).toEqual(['not-come'])
})
