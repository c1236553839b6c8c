/** No number twice, however a database was put back: lanes of case numbers and document numbers. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { checkNumber } from '#protocol/casework/identity/case-numbers.ts'
import { readDocumentNumber } from '#protocol/casework/identity/document-numbers.ts'
import { drawLane, lettersOf, MAXIMUM_LANE } from '#protocol/casework/identity/lanes.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
} from './county.ts'

const clerk = person(COUNTY, ['clerk'])

const copyOf = (storage: MemoryStorage): MemoryStorage => {
  const copy = new MemoryStorage()
  copy.restore(storage.snapshot())
  return copy
}

/** The hall's program over a disk, under the incarnation that disk and sidecar agree on. */
const start = (hall: Node, storage: MemoryStorage) =>
  openNode({ station: COUNTY, keys: hall.identity.keys, lease: 1, storage, incarnation: 1 })

async function openHall() {
  const storage = new MemoryStorage()
  const hall = await openNode({ station: COUNTY, lease: 1, storage })
  await publish(hall, [...STATIONS, nodeRecord(hall, null), ...SAMPLE_ITEMS])
  return { hall, storage }
}

/** Opens a case and takes it in: a case number and a document number. */
async function number({ engine: { office } }: Node) {
  const { id, number } = value(await office.openCase(clerk, 'SL0001'))
  value(await office.edit(clerk, id, 'application', { set: { applicant: '王芳' } }))
  value(await office.act(clerk, id, 'received', { materials: 1 }))
  const paper = value(await office.state(id)).papers[0]?.number ?? ''
  return { id, number, paper }
}

/** Every lane that a machine with so many predecessors may draw. */
function lanesAt(predecessors: number): number[] {
  let count = 0
  drawLane(new Set(), predecessors, (bound) => {
    count = bound
    return 0
  })
  return Array.from({ length: count }, (_, index) => drawLane(new Set(), predecessors, () => index))
}

const laneIn = (text: string): number => value(checkNumber(text)).lane

test('C114 a node numbers in a new lane at each start and after each rotation, and from 1 in each', async () => {
  const { hall, storage } = await openHall()
  const first = [await number(hall), await number(hall)]
  expect(first.map((one) => value(checkNumber(one.number)).running)).toEqual([1, 2])
  expect(value(readDocumentNumber(first[1]?.paper ?? ''))).toMatchObject({
    lane: laneIn(first[0]?.number ?? ''),
    running: 2,
  })
  expect(laneIn(first[1]?.number ?? '')).toBe(laneIn(first[0]?.number ?? ''))
  await hall.engine.stop()
  const again = await start(hall, storage)
  const next = await number(again)
  expect(laneIn(next.number)).not.toBe(laneIn(first[0]?.number ?? ''))
  expect(value(checkNumber(next.number)).running).toBe(1)
  expect(again.engine.incarnation).toBe(hall.engine.incarnation)
  await again.engine.stop()
})

test('C114 a lane is drawn among those that are not known to be used', async () => {
  const { hall, storage } = await openHall()
  const space = `number-lane ${COUNTY} ${hall.engine.office.today().slice(0, 4)}`
  const used = Array.from({ length: MAXIMUM_LANE }, (_, index) => lettersOf(index + 1)).filter((one) => one !== 'QAD')
  await storage.commit({ ...NO_CHANGE, local: used.map((key) => ({ space, key, value: 'true' })) })
  expect((await number(hall)).number).toContain('-QAD-0001-')
  await hall.engine.stop()
})

test('C114 after a rotation while the program runs it numbers in another lane', async () => {
  const { hall } = await openHall()
  const storage = new MemoryStorage()
  const first = await openNode({ station: TOWNSHIP, lease: 2, parent: hall, root: hall, storage })
  await publish(hall, [nodeRecord(first, hall.identity.node)])
  const link = connect(first, hall)
  await until('the township knows itself', () => first.engine.office.stations.length === 1)
  const morning = copyOf(storage)
  const { office } = first.engine
  const clerkThere = person(TOWNSHIP, ['clerk'])
  const { id } = value(await office.openCase(clerkThere, 'SL0001'))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  link.cut()
  await link.ended
  await first.engine.stop()
  const options = { station: TOWNSHIP, keys: first.identity.keys, lease: 2, parent: hall, root: hall }
  const back = await openNode({ ...options, storage: morning, incarnation: 2 })
  const before = value(await back.engine.office.openCase(clerkThere, 'SL0001'))
  const again = connect(back, hall)
  await until('rotated', () => back.engine.incarnation !== 2)
  const after = value(await back.engine.office.openCase(clerkThere, 'SL0001'))
  expect(laneIn(after.number)).not.toBe(laneIn(before.number))
  again.cut()
  await again.ended
  await Promise.all([back.engine.stop(), hall.engine.stop()])
})

test('C114 a lane is known to be used as soon as the number is stored, and only then', async () => {
  const { hall, storage } = await openHall()
  const lanes = async () =>
    (await storage.localAll(`number-lane ${COUNTY} ${hall.engine.office.today().slice(0, 4)}`)).length
  expect(await hall.engine.office.openCase(clerk, 'SL9999')).toMatchObject({ ok: false })
  expect(await lanes()).toBe(0)
  await number(hall)
  await number(hall)
  expect(await lanes()).toBe(1)
  await hall.engine.stop()
})

test('C115 copies put back in place again and again, and a clone that runs beside, never give a number twice', async () => {
  const { hall, storage } = await openHall()
  const morning = copyOf(storage)
  const given = [await number(hall), await number(hall)]
  await hall.engine.stop()
  for (let time = 0; time < 5; time++) {
    const [back, clone] = [await start(hall, copyOf(morning)), await start(hall, copyOf(morning))]
    given.push(await number(back), await number(clone), await number(back))
    await Promise.all([back.engine.stop(), clone.engine.stop()])
  }
  expect(new Set(given.map((one) => one.number)).size).toBe(given.length)
  expect(new Set(given.map((one) => one.paper)).size).toBe(given.length)
})

test('C116 lanes of entries that come back, and of other nodes of the station, count as used', async () => {
  const { hall, storage } = await openHall()
  const morning = copyOf(storage)
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: hall, root: hall })
  const second = await openNode({ station: COUNTY, lease: 3, parent: hall, root: hall })
  const secondRecord = { ...nodeRecord(second, hall.identity.node), predecessors: 1 }
  await publish(hall, [nodeRecord(township, hall.identity.node), secondRecord])
  const links = [connect(second, hall)]
  await until('the second machine of the hall knows itself', () => second.engine.office.stations.length === 1)
  const ours = await number(hall)
  const typed = ours.paper.replace(/[A-Z]{3}(?=[0-9]{4}号)/, 'KUB')
  const later = value(await hall.engine.office.openCase(clerk, 'SL0001'))
  value(await hall.engine.office.edit(clerk, later.id, 'application', { set: { applicant: '李勇' } }))
  value(await hall.engine.office.act(clerk, later.id, 'received', { materials: 1, document: typed }))
  const theirs = await number(second)
  expect(laneIn(ours.number)).not.toBe(laneIn(theirs.number))
  const known = async (of: MemoryStorage) =>
    (await of.localAll(`number-lane ${COUNTY} ${hall.engine.office.today().slice(0, 4)}`)).map(({ key }) => key).sort()
  const lanesOf = (...numbers: readonly string[]) => ['KUB', ...numbers.map((one) => one.split('-')[2])].sort()
  await until('both hold both', async () => {
    const here = (await storage.casesById([theirs.id])).length
    return here + (await second.engine.office.find({})).rows.length === 4
  })
  expect(await known(storage)).toEqual(lanesOf(ours.number, theirs.number))
  expect(await known(second.storage as MemoryStorage)).toEqual(lanesOf(ours.number, theirs.number))
  for (const link of links) link.cut()
  await Promise.all(links.map((link) => link.ended))
  await hall.engine.stop()
  const disk = copyOf(morning)
  const back = await start(hall, disk)
  await publish(back, [secondRecord])
  // The hall writes on under numbers that it has used: the link ends when that is settled, and is begun again.
  await callUntil(
    second,
    back,
    'what the second machine holds is back',
    async () => (await back.engine.office.find({})).rows.length === 3,
  )
  expect(await known(disk)).toEqual(lanesOf(ours.number, theirs.number))
  await back.engine.stop()
})

test('C115 machines of one station draw from different lanes, however many come after them', () => {
  const shares = [0, 1, 2, 3, 4, 5].map((predecessors) => new Set(lanesAt(predecessors)))
  expect(shares.map(({ size }) => size)).toEqual([6912, 3456, 1728, 864, 432, 431])
  expect(new Set(shares.flatMap((share) => [...share])).size).toBe(MAXIMUM_LANE)
  expect(new Set(lanesAt(20))).toEqual(shares[5])
})

test('C115 a new machine of a station draws none of the lanes of the one before, of whose numbers it knows nothing', async () => {
  const { hall } = await openHall()
  const parent = hall.identity.node
  const fresh = await openNode({ station: COUNTY, lease: 7, parent: hall, root: hall })
  await publish(hall, [{ ...nodeRecord(fresh, parent), predecessors: 1 }])
  const link = connect(fresh, hall)
  await until('registered', () => fresh.engine.office.directory.node(fresh.identity.node) !== undefined)
  link.cut()
  await link.ended
  const [ours, theirs] = [await number(hall), await number(fresh)]
  const shares = [0, 1].map((predecessors) => new Set(lanesAt(predecessors)))
  expect(shares.map((share) => share.has(laneIn(ours.number)))).toEqual([true, false])
  expect(shares.map((share) => share.has(laneIn(theirs.number)))).toEqual([false, true])
})

test('C114 of all lanes only those are drawn that are free; with none left numbers go on in some lane', () => {
  const all = new Set(Array.from({ length: MAXIMUM_LANE }, (_, index) => index + 1))
  for (const left of [1, 501, MAXIMUM_LANE]) {
    const used = new Set(all)
    used.delete(left)
    expect(drawLane(used, 0, () => 0)).toBe(left)
  }
  expect(drawLane(all, 0, (bound) => bound - 1)).toBe(MAXIMUM_LANE)
  expect(drawLane(new Set(), 0, () => 0)).toBe(1)
})
