/** Stations change their township (合村并镇): nothing is lost, nothing new comes to the old one, what it holds stays its. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Station } from '#protocol/casework/directory.ts'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import { COUNTY_STREAM, type DocumentId, logKey, logParts, type StationCode, streamOf } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import type { Rungs } from '#protocol/wire/messages.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Node,
  nodeRecord,
  openNode,
  publish,
  STATIONS,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { answerTo, firstLadder, headOf, heightOf, heldVersion, openRoot, otherwise, tell } from './other-version.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { copyOf, restart } from './restoring.ts'
import { agent, clerk, cut, EAST, eastClerk, entriesOf, hall, link, MORE, place, sees, stateAt } from './wide-county.ts'

/** The county puts a village below another township. */
async function move(root: Node, id: StationCode, parent: StationCode): Promise<Station> {
  const station = STATIONS.find((one) => one.id === id) as Station
  await publish(root, [{ ...station, parent }])
  return root.engine.office.directory.station(id) as Station
}

const moved = (node: Node, parent: StationCode) =>
  until(`${node.station} knows`, () => node.engine.office.directory.station(VILLAGE)?.parent === parent)

const unsent = async (node: Node) => (await node.engine.office.status()).entriesOnlyHere
const notAtRoot = async (node: Node) => (await node.engine.office.status()).casesNotAtRoot

async function captured(village: Node): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: TOWNSHIP, materials: 1 }))
  return id
}

/** What a node holds of the village's stream, log by log. */
const heldAt = async (node: Node) =>
  (await node.storage.load()).heads
    .filter(({ key, height }) => height > 0 && logParts(key).stream === streamOf(VILLAGE))
    .map(({ key, height }) => `${key} ${height}`)
    .sort()

test('S114 S115 what the old township had not passed on reaches the county after the village has moved; then nothing is unsent', async () => {
  const { root, township, village, east } = await place()
  const [upper, lower] = await link([township, root], [village, township], [east, root])
  await cut([upper as never])
  const id = await captured(village)
  await sees(township, id, ({ offer }) => offer?.to === TOWNSHIP)
  value(await township.engine.office.act(clerk, id, 'taken', { materials: 1 }))
  value(await township.engine.office.edit(clerk, id, 'application', { set: { address: '红岩村一组' } }))
  await cut([lower as never])
  expect((await move(root, VILLAGE, EAST)).formerParents).toEqual([TOWNSHIP])
  connect(township, root)
  await moved(township, EAST)
  await sees(root, id, ({ holder }) => holder === TOWNSHIP)
  await until('nothing is unsent', async () => (await unsent(township)) === 0 && (await notAtRoot(township)) === 0)
  expect((await township.engine.office.safetyOf([id])).get(id)).toBe('root')
  await sees(east, id, ({ holder }) => holder === TOWNSHIP)
  await until('the new township holds the whole stream', async () => {
    const [there, here] = await Promise.all([heldAt(east), heldAt(root)])
    return there.join() === here.join()
  })
  expect((await township.engine.office.status()).findings).toEqual([])
})

test('S115 nothing new of a stream comes to a node that is no longer granted it', async () => {
  const { root, township, village, east } = await place()
  await link([township, root], [village, township], [east, root])
  const id = await captured(village)
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  await move(root, VILLAGE, EAST)
  await moved(township, EAST)
  const { id: next } = value(await village.engine.office.openCase(agent, 'SL0001'))
  value(await root.engine.office.act(hall, id, 'noted', { text: '县里的话' }))
  const { id: last } = value(await township.engine.office.openCase(clerk, 'SL0001'))
  await until('the township goes on', async () => (await stateAt(root, last)) !== undefined)
  expect(await stateAt(township, next)).toBeUndefined()
  expect((await heldAt(township)).every((log) => !log.startsWith(root.identity.node))).toBe(true)
})

test('S116 R63 R64 a township goes on with what it holds and was offered of a village that has moved, and hands it over', async () => {
  const { root, township, village, east, disk } = await place()
  await link([township, root], [village, township], [east, root])
  const [held, offered] = [await captured(village), await captured(village)]
  await sees(township, held, ({ offer }) => offer?.to === TOWNSHIP)
  value(await township.engine.office.act(clerk, held, 'taken', { materials: 1 }))
  await until(
    'at the county',
    async () => (await township.engine.office.safetyOf([held, offered])).get(held) === 'root',
  )
  await move(root, VILLAGE, EAST)
  // The county's disk takes nothing for a while: nothing is carried.
  disk(COUNTY).beforeCommit = () => 'full'
  await moved(township, EAST)
  value(await township.engine.office.act(clerk, held, 'received', { applicant: '王芳', materials: 1 }))
  expect((await stateAt(township, held))?.stage).toBe('20')
  expect((await entriesOf(township.storage, held)).every(({ kind }) => kind !== KIND.carried)).toBe(true)
  disk(COUNTY).beforeCommit = undefined
  await callUntil(township, root, 'delivered', async () => (await stateAt(root, held))?.stage === '20')
  await sees(root, held, ({ stage }) => stage === '20')
  value(await township.engine.office.act(clerk, offered, 'taken', { materials: 1 }))
  for (const node of [root, east]) await sees(node, offered, ({ holder }) => holder === TOWNSHIP)
  value(await root.engine.office.act(hall, held, 'noted', { text: '请尽快移交' }))
  await sees(township, held, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  for (const id of [held, offered]) {
    value(await township.engine.office.act(clerk, id, 'offered', { to: EAST, materials: 1 }))
    await sees(east, id, ({ offer }) => offer?.to === EAST)
    value(await east.engine.office.act(eastClerk, id, 'taken', { materials: 1 }))
    await sees(township, id, ({ holder }) => holder === EAST)
  }
  const states = await Promise.all([root, township, east].map((node) => stateAt(node, held)))
  for (const state of states) expect(state).toEqual(states[0])
  await until('nothing is unsent', async () => (await unsent(township)) === 0)
})

test('R63 the county carries a case to the township that holds it as soon as its home has moved, though nobody writes', async () => {
  const { root, township, village, east } = await place()
  await link([township, root], [village, township], [east, root])
  const id = await captured(village)
  await sees(township, id, ({ offer }) => offer?.to === TOWNSHIP)
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  await move(root, VILLAGE, EAST)
  const carried = async () =>
    (await entriesOf(township.storage, id)).filter(({ stream }) => stream === streamOf(TOWNSHIP))
  await until('carried', async () => (await carried()).length === 3)
  expect((await carried()).every(({ kind, node }) => kind === KIND.carried && node === root.identity.node)).toBe(true)
})

test('S114 the village itself, at its new parent, delivers what nobody had; its case goes on there', async () => {
  const { root, township, village, east } = await place()
  const [, lower] = await link([township, root], [village, township], [east, root])
  await cut([lower as never])
  const id = await captured(village)
  await move(root, VILLAGE, EAST)
  await publish(root, [nodeRecord(village, east.identity.node)])
  await moved(east, EAST)
  await village.engine.stop()
  const { storage, identity } = village
  const back = await openNode({
    station: VILLAGE,
    keys: identity.keys,
    lease: identity.lease,
    parent: east,
    root,
    storage,
  })
  connect(back, east)
  await until('at the county', async () => (await back.engine.office.safetyOf([id])).get(id) === 'root')
  // It was offered to the old township, which still answers.
  await sees(township, id, ({ offer }) => offer?.to === TOWNSHIP)
  value(await township.engine.office.act(clerk, id, 'declined', { reason: '已并入永安镇' }))
  await sees(back, id, ({ offer, holder }) => offer === null && holder === VILLAGE)
  expect(await unsent(township)).toBe(0)
})

test('S114 a village that is moved ends its link, and over the next one delivers to its old township, which passes it on', async () => {
  for (const before of [0, 1]) {
    const { root, township, village, east } = await place()
    const [, lower] = await link([township, root], [village, township], [east, root])
    for (let count = 0; count < before; count++) {
      const early = await captured(village)
      await until('at the county', async () => (await village.engine.office.safetyOf([early])).get(early) === 'root')
    }
    await move(root, VILLAGE, EAST)
    await moved(village, EAST)
    expect((await lower?.ended)?.reason).toBe('stopping')
    connect(village, township)
    const id = await captured(village)
    await sees(root, id, ({ offer }) => offer?.to === TOWNSHIP)
    await until('nothing is unsent', async () => (await unsent(village)) === 0 && (await notAtRoot(village)) === 0)
  }
})

test('S31 a station comes back while the links stand: the old township hears what was written meanwhile', async () => {
  const { root, township, village, east } = await place()
  await link([township, root], [village, township], [east, root])
  const id = await captured(village)
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  await move(root, VILLAGE, EAST)
  await moved(township, EAST)
  value(await root.engine.office.act(hall, id, 'noted', { text: '县里的话' }))
  await move(root, VILLAGE, TOWNSHIP)
  await moved(township, TOWNSHIP)
  await until('the old township holds the whole stream', async () => {
    const [there, here] = await Promise.all([heldAt(township), heldAt(root)])
    return there.join() === here.join()
  })
  expect([await unsent(township), await notAtRoot(township)]).toEqual([0, 0])
})

test('S114 a station that moves twice, and back, is delivered from wherever it once was', async () => {
  const { root } = await place()
  await move(root, VILLAGE, EAST)
  expect((await move(root, VILLAGE, TOWNSHIP)).formerParents).toEqual([TOWNSHIP, EAST])
})

const wordsAt = async (node: Node, id: DocumentId) =>
  ((await stateAt(node, id))?.story ?? []).flatMap(({ kind, fields }) => (kind === 'noted' ? [fields.text] : [])).sort()

/** The county is put back to before its last words in a village's stream, says others, and puts the village below the east. */
async function countyPutBack() {
  const { root, township, village, disk } = await place()
  const links = await link([township, root], [village, township])
  const id = await captured(village)
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  await cut([links[1] as never])
  const image = copyOf(disk(COUNTY))
  for (const text of ['丢失一', '丢失二']) value(await root.engine.office.act(hall, id, 'noted', { text }))
  await until('the township has them', async () => (await wordsAt(township, id)).length === 2)
  await cut([links[0] as never])
  await root.engine.stop()
  const back = await restart(root, image, undefined, undefined, root.engine.incarnation)
  for (const text of ['另一', '另二', '另三']) value(await back.engine.office.act(hall, id, 'noted', { text }))
  const log = logKey({ node: root.identity.node, incarnation: root.engine.incarnation, stream: streamOf(VILLAGE) })
  expect(back.engine.ownHeads()[log]?.seq).toBe(3)
  await move(back, VILLAGE, EAST)
  return { back, township, id, log }
}

test('S114 a county that was put back and has said other words since gets those back that only a former township holds', async () => {
  const { back, township, id, log } = await countyPutBack()
  const all = ['丢失一', '丢失二', '另一', '另二', '另三'].sort()
  await callUntil(township, back, 'all words are at the county', async () => {
    return (await wordsAt(back, id)).join() === all.join()
  })
  await moved(township, EAST)
  const countys = (await heldAt(township)).filter((held) => held.startsWith(back.identity.node))
  expect(countys).toEqual([`${log} 2`])
  expect((await back.engine.office.status()).findings.map(({ kind }) => kind)).toContain('fork')
  await until('nothing is unsent', async () => (await unsent(township)) === 0)
})

test('S115 a former township that asks for the county’s version of the county’s log is not told it', async () => {
  const { back, township, log } = await countyPutBack()
  const former = new RawNode(TOWNSHIP)
  Object.assign(former, { keys: township.identity.keys, node: township.identity.node, versions: [1, 2] })
  await former.link(back)
  const county = logKey({ node: back.identity.node, incarnation: back.engine.incarnation, stream: COUNTY_STREAM })
  former.send({ type: 'fork', log, ladder: [], proof: new Uint8Array() })
  former.send({ type: 'rungs', log, above: 0, below: 3 })
  former.send({ type: 'rungs', log, above: 1, below: 2 })
  former.send({ type: 'rungs', log: county, above: 0, below: 3 }) // answered behind them
  const answers = () => former.received.flatMap((message) => (message.type === 'fork' ? [message] : []))
  await until('the last question is answered', () => answers().some((answer) => answer.log === county))
  expect(answers().map((answer) => answer.log)).toEqual([county])
  expect(former.ended).toBe(false)
})

test('S115 nor when what it shows was carried on at the county before', async () => {
  const { root, raw: former } = await openRoot(0)
  const [east, writer] = [new RawNode(EAST), new RawNode(VILLAGE)]
  const own = root.identity.node
  await publish(root, [...MORE, east.record(own, 10), writer.record(former.node, 11), ...SAMPLE_ITEMS])
  const opening: Fact = { kind: 'opened', previous: null, fields: { number: 'n-1', item: 'SL0001', itemVersion: 1 } }
  const first = draft(VILLAGE, { payload: factPayload(opening) })
  for (const one of [former, east]) one.versions = [1, 2]
  await former.link(root)
  former.send(frameOf(await writer.write(streamOf(VILLAGE), [first])))
  await former.stored()
  for (let count = 0; count < 6; count++) {
    value(await root.engine.office.act(hall, first.document, 'noted', { text: `${count}` }))
  }
  await move(root, VILLAGE, EAST)
  former.cut()
  const log = logKey({ node: own, incarnation: root.engine.incarnation, stream: streamOf(VILLAGE) })
  const countys = logKey({ node: own, incarnation: root.engine.incarnation, stream: COUNTY_STREAM })
  const ours = await heldVersion(root, log)
  expect(heightOf(ours)).toBe(6)
  const short = await otherwise(root, ours, 4, 3)
  const others = await otherwise(root, ours, 2, 2)
  const cut = (height: number) => async () => (await headOf(root, log))?.height === height
  await former.link(root)
  await tell(former, firstLadder(short), (question) => answerTo(short, question), cut(5))
  await east.link(root)
  await tell(east, firstLadder(others), (question) => answerTo(others, question), cut(3))
  const grown = await otherwise(root, short, heightOf(short), 2)
  await former.link(root)
  let asked = 0
  const answer = (question: Rungs) => {
    asked += 1
    return answerTo(grown, question)
  }
  await tell(former, firstLadder(grown), answer, () => asked > 0)
  former.send({ type: 'rungs', log: countys, above: 0, below: 3 }) // answered behind it
  const answers = () => former.received.flatMap((message) => (message.type === 'fork' ? [message.log] : []))
  await until('the question behind it is answered', () => answers().includes(countys))
  expect(answers()).toEqual([countys])
  expect((await headOf(root, log))?.height).toBe(3)
})

test('S114 a county that was put back names a former parent anew when its lost record of the station comes back', async () => {
  const west = '510724300' as StationCode
  const { root, township, east, disk } = await place()
  await publish(root, [stationRecord(west, '和平镇便民服务中心', 'township', COUNTY)])
  const links = await link([township, root], [east, root])
  await until('the east is up to date', () => east.engine.office.directory.station(west) !== undefined)
  const image = copyOf(disk(COUNTY))
  const lost = await move(root, VILLAGE, EAST)
  await until('the east knows', () => east.engine.office.directory.station(VILLAGE)?.parent === EAST)
  await cut(links)
  await root.engine.stop()
  const back = await restart(root, image, undefined, undefined, 900)
  expect((await move(back, VILLAGE, west)).formerParents).toEqual([TOWNSHIP])
  const village = () => back.engine.office.directory.station(VILLAGE)
  await callUntil(east, back, 'the lost record is back and its parent is named', () => {
    return village()?.formerParents?.includes(EAST) === true
  })
  expect(village()).toMatchObject({ parent: west, formerParents: [TOWNSHIP, EAST] })
  expect(village()?.version).toBeGreaterThan(lost.version)
  expect(await back.storage.localAll('returned-stations')).toEqual([])
  // Everybody hears of it, and one more start finds nothing to do.
  await until('the east hears', () => east.engine.office.directory.station(VILLAGE)?.version === village()?.version)
  await back.engine.stop()
  const again = await restart(root, image, undefined, undefined, back.engine.incarnation)
  expect(again.engine.office.directory.station(VILLAGE)).toEqual(village())
})

test('S70 a revoked village that was put back to before it moved and wrote hears that it did, and begins anew', async () => {
  const { root, township, village, east, disk } = await place()
  const [, lower] = await link([township, root], [village, township], [east, root])
  const backup = copyOf(disk(VILLAGE))
  await cut([lower as never])
  await village.engine.stop()
  await move(root, VILLAGE, EAST)
  const below = await restart(village, copyOf(backup), east, root, 3)
  const up = connect(below, east)
  const { id } = value(await below.engine.office.openCase(agent, 'SL0001'))
  await sees(root, id, () => true)
  await cut([up])
  await below.engine.stop()
  const { directory } = east.engine.office
  await publish(root, [{ ...nodeRecord(below, east.identity.node), revoked: { time: 1, reason: '电脑被盗' } }])
  await until('the township knows', () => Boolean(directory.node(below.identity.node)?.revoked))

  const back = await restart(village, backup, east, root, 3)
  connect(back, east)
  await until('it begins anew', () => back.engine.incarnation !== 3)
  const { id: later } = value(await back.engine.office.openCase(agent, 'SL0001'))
  await until('that is delivered', async () => (await entriesOf(east.storage, later)).length === 1)
  const { findings } = await east.engine.office.status()
  expect(findings.filter(({ kind }) => kind === 'fork')).toEqual([])
})
