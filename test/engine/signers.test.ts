/** Who signs for whom at a running county: public records of people beside their accounts, and what is judged anew with them. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import type { Loaded } from '#protocol/engine/ports/storage.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  type EntryHash,
  logParts,
  type PersonId,
  type StationCode,
  streamOf,
  toHex,
} from '#protocol/ids.ts'
import { type Draft, KIND } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { FIELDS } from '#test/casework/people.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { openClock } from './clock-host.ts'
import {
  COUNTY,
  callUntil,
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
import { ENABLED } from './levels.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { copyOf, cutAll, place, restart } from './restoring.ts'

const [ITEM] = SAMPLE_ITEMS
if (!ITEM) throw new Error('no sample items')

const account = (id: string, station: StationCode, changes: Partial<Person> = {}): Person => ({
  type: 'person',
  id: id as PersonId,
  version: 0,
  name: `${id}姓名`,
  station,
  roles: ['clerk'],
  password: { salt: '00', hash: 'secret' },
  disabled: false,
  ...changes,
})

/** A county whose township is somebody with a key, and the people of its hall. */
async function withMember(host?: Host, storage = new MemoryStorage()) {
  const root = await openNode({ station: COUNTY, lease: 1, storage, ...(host ? { host } : {}) })
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [
    ENABLED,
    ...STATIONS,
    nodeRecord(root, null),
    raw.record(root.identity.node, 2),
    ...SAMPLE_ITEMS,
  ])
  await publish(root, [account('admin', COUNTY), account('wang', TOWNSHIP)])
  await raw.link(root)
  let sent = 0
  const id = draft(TOWNSHIP).document
  const send = async (more: Partial<Draft>) => {
    const [record] = await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP, { document: id, ...more })])
    raw.send(frameOf([record as never]))
    await raw.stored(++sent)
    await untilListed(root)
    return toHex(raw.heads.values().next().value?.hash as Uint8Array) as EntryHash
  }
  const sign = (who: string, fact: Fact, more: Partial<Draft> = {}) =>
    send({ kind: KIND.fact, person: who as PersonId, payload: factPayload(fact), ...more })
  return { root, raw, storage, id, sign }
}

const NUMBER = mintNumber({ station: TOWNSHIP, day: '2026-03-02', lane: 1, running: 1 })

const opened = (number = NUMBER): Fact => ({
  kind: 'opened',
  previous: null,
  fields: { number, item: ITEM.id, itemVersion: ITEM.edition },
})
const received = (previous: EntryHash): Fact => ({ kind: 'received', previous, fields: { ...FIELDS.received } })
const rowAt = async ({ storage }: Node, id: DocumentId) => (await storage.casesById([id]))[0]
const quiet = ({ engine }: Node) =>
  until('every row is up to date', async () => (await engine.office.status()).refolding === null)

const staffEntries = async ({ storage }: Node, id: string) =>
  [...(await storage.recordsOf([`staff/${id}` as DocumentId])).values()].flat()

test('R68 R69 R73 an account brings what everybody may know of it: a village knows the name, and never the password', async () => {
  const { root, township, village } = await openCounty()
  await publish(root, [ENABLED, account('wang', COUNTY), account('li', VILLAGE)])
  const first = await staffEntries(root, 'wang')
  expect(first.map(({ log }) => logParts(log).stream)).toEqual([COUNTY_STREAM])
  const { directory } = root.engine.office
  await publish(root, [{ ...account('wang', COUNTY), password: { salt: '11', hash: 'other' } }])
  expect(await staffEntries(root, 'wang')).toHaveLength(1)
  await publish(root, [account('wang', TOWNSHIP, { roles: ['handler'] })])
  expect(await staffEntries(root, 'wang')).toHaveLength(2)
  expect(directory.staff('wang' as PersonId)?.service.map(({ station, until }) => [station, until === null])).toEqual([
    [COUNTY, false],
    [TOWNSHIP, true],
  ])
  connect(township, root)
  const seen = village.engine.office.directory
  const hasHeard = () => seen.staff('wang' as PersonId)?.service.length === 2
  await callUntil(village, township, 'the village has heard', hasHeard)
  expect(seen.person('wang' as PersonId)).toBeUndefined()
  expect(seen.personName('wang')).toBe('wang姓名')
  expect(seen.personName('nobody')).toBe('nobody')
  expect(JSON.stringify(seen.staffs())).not.toMatch(/secret|other/)
})

test('C144 R71 what somebody signs without the role is set aside, and counts once the county says that the role was there that day', async () => {
  const { root, id, sign } = await withMember()
  await publish(root, [account('cash', TOWNSHIP, { roles: ['cashier'] })])
  const opening = await sign('wang', opened())
  await sign('cash', received(opening), { time: root.engine.office.time(), clockOffset: 0 })
  expect(await rowAt(root, id)).toMatchObject({ stage: '00', aside: 1 })
  const [receipt] = await receiptsAt(root, id)
  expect(receipt).toMatchObject({ outcome: 'set-aside', reason: expect.stringContaining('没有办理这一项的岗位') })
  await publish(root, [account('cash', TOWNSHIP, { roles: ['cashier', 'clerk'] })])
  await quiet(root)
  expect(await rowAt(root, id)).toMatchObject({ stage: '20', aside: 0 })
  // What an author with a slow clock signed counts by that day or any later one: its row follows, too.
  const slow = draft(TOWNSHIP).document
  const number = mintNumber({ station: TOWNSHIP, day: '2026-03-02', lane: 1, running: 2 })
  const begun = await sign('wang', opened(number), { document: slow })
  await publish(root, [account('late', TOWNSHIP, { roles: ['cashier'] })])
  await sign('late', received(begun), { document: slow, time: 1, clockOffset: null, catalogueVersion: 2 })
  expect(await rowAt(root, slow)).toMatchObject({ stage: '00', aside: 1 })
  await publish(root, [account('late', TOWNSHIP, { roles: ['clerk'] })])
  await quiet(root)
  expect(await rowAt(root, slow)).toMatchObject({ stage: '20', aside: 0 })
  // Taken away again, the role still counts on that day.
  await publish(root, [account('cash', TOWNSHIP, { roles: ['cashier'] })])
  await quiet(root)
  expect(await rowAt(root, id)).toMatchObject({ stage: '20', aside: 0 })
})

test('C120 R71 what a station signs as somebody else is set aside, and counts once the county says that it is hers', async () => {
  const { root, id, sign } = await withMember()
  const opening = await sign('wang', opened())
  const stolen = await sign('chen', received(opening))
  expect(await rowAt(root, id)).toMatchObject({ stage: '00', aside: 1 })
  const [receipt] = await receiptsAt(root, id)
  expect(receipt).toMatchObject({ outcome: 'set-aside', reason: expect.stringContaining('不在该站点任职') })
  // Somebody else's account changes nothing of it.
  await publish(root, [account('zhao', TOWNSHIP), account('chang', VILLAGE)])
  await quiet(root)
  expect(await rowAt(root, id)).toMatchObject({ stage: '00', aside: 1 })
  await publish(root, [account('chen', TOWNSHIP)])
  await until('it counts', async () => (await rowAt(root, id))?.stage === '20')
  await quiet(root)
  expect(await rowAt(root, id)).toMatchObject({ aside: 0 })
  expect(await receiptsAt(root, id)).toEqual([])
  expect(value(await root.engine.office.state(id)).tip).toBe(stolen)
})

test('C136 R71 a fact of a newer program whose signer turns out to belong stops its case', async () => {
  const { root, id, sign } = await withMember()
  const opening = await sign('wang', opened())
  const tip = await sign('wang', received(opening))
  await sign('chen', { kind: 'of-tomorrow' as Fact['kind'], previous: tip, fields: {} })
  await sign('wang', { kind: 'accepted', previous: tip, fields: { seals: [] } })
  expect(await rowAt(root, id)).toMatchObject({ stage: '30' })
  await publish(root, [account('chen', TOWNSHIP)])
  await until('the case waits for the upgrade', async () => (await rowAt(root, id))?.stage === '20')
})

test('R71 with a new clerk no case is judged anew while nothing is set aside for who signed it', async () => {
  const { root, id, sign } = await withMember()
  await sign('wang', opened())
  await quiet(root)
  let marked = 0
  const { commit } = root.storage
  root.storage.commit = async (change) => {
    marked += change.local.filter(({ key, value }) => key === 'refolding' && value !== null).length
    return commit.call(root.storage, change)
  }
  await publish(root, [account('chen', TOWNSHIP)])
  await quiet(root)
  expect(marked).toBe(0)
  expect(await rowAt(root, id)).toMatchObject({ aside: 0 })
})

test('C120 C123 R71 rows follow when somebody moves or the account goes out of use', async () => {
  const clock = openClock('2026-03-02T09:00+08:00')
  const { root, id, sign } = await withMember(clock.host)
  const time = Date.parse('2026-03-05T09:00:00+08:00')
  const opening = await sign('wang', opened(), { time: Date.parse('2026-03-01T09:00:00+08:00') })
  await sign('wang', received(opening), { time })
  expect(await rowAt(root, id)).toMatchObject({ stage: '20', signedOn: '2026-03-05' })
  const { office } = root.engine
  const marks = async () => value(await office.state(id)).story.map((line) => line.marks.map(({ mark }) => mark))
  await publish(root, [account('wang', TOWNSHIP, { disabled: true })])
  await quiet(root)
  expect(await marks()).toEqual([[], ['account-disabled']])
  expect(await rowAt(root, id)).toMatchObject({ stage: '20', aside: 0 })
  await publish(root, [account('wang', VILLAGE)])
  await until('it does not count any more', async () => (await rowAt(root, id))?.stage === '00')
  expect(await rowAt(root, id)).toMatchObject({ aside: 1 })
})

test('R70 at its start the root publishes who ever was where, so that nothing that counted is set aside', async () => {
  /** A disk as an earlier program left it. */
  class Earlier extends MemoryStorage {
    forgets = false
    override async load(): Promise<Loaded> {
      const loaded = await super.load()
      const directory = loaded.directory.filter(({ document }) => !this.forgets || !document.startsWith('staff/'))
      return { ...loaded, directory }
    }
  }
  const storage = new Earlier()
  const clock = openClock('2026-03-02T09:00+08:00')
  const { root } = await withMember(clock.host, storage)
  await publish(root, [account('wang', VILLAGE)])
  await root.engine.stop()
  storage.forgets = true
  clock.moveTo('2026-03-09T09:00+08:00')
  const again = await openNode({
    station: COUNTY,
    lease: 1,
    keys: root.identity.keys,
    storage,
    host: clock.host,
    incarnation: 2,
  })
  const { directory } = again.engine.office
  expect(directory.staff('wang' as PersonId)?.service).toEqual([
    { station: TOWNSHIP, roles: ['clerk'], from: null, until: '2026-03-09' },
    { station: VILLAGE, roles: ['clerk'], from: null, until: null },
  ])
  expect(directory.staffs().map(({ id }) => id)).toEqual(['admin', 'wang'])
})

test('R74 service of which a root that was put back knows nothing comes back beside what it has written since', async () => {
  const { root, township, links, diskOf } = await place()
  await publish(root, [ENABLED, account('wang', VILLAGE)])
  const backup = copyOf(diskOf(COUNTY))
  await publish(root, [account('wang', TOWNSHIP)])
  const at = (node: Node) =>
    node.engine.office.directory.staff('wang' as PersonId)?.service.map((one) => [one.station, one.until === null]) ??
    []
  await until('the township has heard', () => at(township).length === 2)
  await cutAll(links)
  await root.engine.stop()
  const back = await restart(root, backup, undefined, undefined, 7)
  await publish(back, [account('wang', COUNTY)])
  expect(at(back)).toEqual([
    [VILLAGE, false],
    [COUNTY, true],
  ])
  await callUntil(township, back, 'all of it is known again', () => at(back).length === 3 && at(township).length === 3)
  expect(at(township)).toEqual(at(back))
  expect(at(back).toSorted()).toEqual([
    [COUNTY, true],
    [TOWNSHIP, false],
    [VILLAGE, false],
  ])
  expect(at(back).at(-1)).toEqual([COUNTY, true])
})

test('C124 where the county has published nobody, everybody signs as before', async () => {
  const { root } = await openCounty()
  const clerk = person(COUNTY, ['clerk'])
  const { id } = value(await root.engine.office.openCase(clerk, ITEM.id))
  expect(value(await root.engine.office.state(id)).story[0]).toMatchObject({ person: clerk.person, marks: [] })
  expect(root.engine.office.directory.staffs()).toEqual([])
})

test('R72 who does not belong to the station today is refused in words, and nothing is written', async () => {
  const { root } = await withMember()
  const { office } = root.engine
  const stranger = { ...person(COUNTY, ['clerk', 'coordinator']), person: 'wang' as PersonId }
  const honest = { ...stranger, person: 'admin' as PersonId }
  const { id } = value(await office.openCase(honest, ITEM.id))
  const heads = JSON.stringify(root.engine.ownHeads())
  const day = office.today() as Day
  const absence = { type: 'absence', id: `${COUNTY}.x1`, version: 0, station: COUNTY, person: honest.person } as const
  const days = { from: day, until: day, reason: '会议', where: '', substitute: null, ended: false }
  for (const refused of [
    await office.openCase(stranger, ITEM.id),
    await office.act(stranger, id, 'noted', { text: '你好' }),
    await office.edit(stranger, id, 'application', { set: { applicant: '王芳' } }),
    await office.keepRecord(stranger, { ...absence, ...days }),
  ])
    expect(refused).toMatchObject({ ok: false, problem: { code: 'foreign-person' } })
  expect(JSON.stringify(root.engine.ownHeads())).toBe(heads)
})

test('C125 a number of another station hides no case, enters no list, and the case without one can be renumbered', async () => {
  const { root, id, sign } = await withMember()
  const { office } = root.engine
  const honest = { ...person(COUNTY, ['clerk', 'coordinator']), person: 'admin' as PersonId }
  const { id: ours, number } = value(await office.openCase(honest, ITEM.id))
  await sign('wang', opened(number))
  expect((await office.byNumber(number)).map((row) => row.id)).toEqual([ours])
  expect(await office.sharedNumbers()).toEqual([])
  expect(await rowAt(root, id)).toMatchObject({ number: '', formerNumbers: [] })
  expect(value(await office.view(honest, id)).sameNumber).toEqual([])
  const offered = value(await office.view(honest, id)).acts.find(({ kind }) => kind === 'renumbered')
  expect(offered?.allowed).toBe(true)
  value(await office.act(honest, id, 'renumbered', { second: 'li', reason: '编号不属于本站' }))
  expect((await rowAt(root, id))?.number).toMatch(new RegExp(`^${COUNTY}-`))
})

test('R70 whoever gets or changes an account in the very commit that enables the level has a public record that says so', async () => {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const raw = new RawNode(TOWNSHIP)
  raw.versions = [1, 3]
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 2), ...SAMPLE_ITEMS])
  await publish(root, [account('moved', VILLAGE), account('li', VILLAGE)])
  const { office } = root.engine
  await raw.link(root)
  raw.send({ type: 'levels', nodes: [{ node: raw.node, level: RULES_LEVEL }] })
  await until('it is heard', async () => (await office.nodesBelow()).some(({ level }) => level === RULES_LEVEL))
  await publish(root, [account('new', TOWNSHIP), account('moved', TOWNSHIP)])
  expect(office.directory.level()).toBe(RULES_LEVEL)
  const served = (id: string) =>
    office.directory.staff(id as PersonId)?.service.map(({ station, until: last }) => [station, last === null])
  await until('everybody has a record', () => ['li', 'new', 'moved'].every((id) => served(id) !== undefined))
  expect(served('new')).toEqual([[TOWNSHIP, true]])
  expect(served('moved')).toEqual([
    [VILLAGE, false],
    [TOWNSHIP, true],
  ])
})
