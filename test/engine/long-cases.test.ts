/** A case that somebody makes too long to read: what of it counts is bounded, and the same everywhere. */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { ENTRY_BYTES, type ShareOf, Spending } from '#protocol/engine/cases/spending.ts'
import type { ChoosePlaces } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, isCase, type LogKey, logParts, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { generateKeys } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
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
  VILLAGE,
} from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { agent, EAST, hall, link, place, sees, stateAt } from './wide-county.ts'

const USUAL = { ...LIMITS }
const changeable = LIMITS as { -readonly [Name in keyof typeof LIMITS]: number }
beforeEach(() => {
  changeable.caseAuthorBytes = 40_000
  changeable.caseLogBytes = 4_000
})
afterEach(() => void Object.assign(changeable, USUAL))

const clerk = person(COUNTY, ['clerk', 'handler'])

/** A disk that says how much of records was read from it. */
class CountingStorage extends MemoryStorage {
  bytes = 0
  override async recordsOf(documents: readonly DocumentId[], choose?: ChoosePlaces) {
    const read = await super.recordsOf(documents, choose)
    for (const records of read.values()) for (const { length } of records) this.bytes += length
    return read
  }
}

const STREAM = streamOf(VILLAGE)
const text = (characters: number) => 'x'.repeat(characters)
const note = (document: DocumentId, characters: number, station = VILLAGE) =>
  draft(station, {
    document,
    payload: factPayload({ kind: 'noted', previous: null, fields: { text: text(characters) } }),
  })

/** A case as the node of its station would open it. */
function opening(station = VILLAGE) {
  const fields = { number: '510724100201-261120-AAB-0001-X', item: 'SL0001', itemVersion: 1 }
  return draft(station, { payload: factPayload({ kind: 'opened', previous: null, fields }) })
}

/** A county hall with a village that writes what it likes. */
async function hallWithRaw(raw: RawNode, rootKeys = generateKeys()) {
  const storage = new CountingStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage, keys: rootKeys })
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 2), ...SAMPLE_ITEMS])
  return { root, storage }
}

async function deliver(root: Node, raw: RawNode, frames: readonly (readonly Packable[])[]): Promise<void> {
  await raw.link(root)
  for (const [index, records] of frames.entries()) {
    raw.send(frameOf(records))
    await raw.stored(index + 1)
  }
  raw.cut()
}

/** What a node says of a case: rows, receipts and what was noted, without when it arrived. */
async function saysOf({ engine, storage }: Node, id: DocumentId) {
  await until('nothing is to be read anew', async () => (await storage.localAll('unread-cases')).length === 0)
  const [row] = await storage.casesById([id])
  const receipts = await storage.receiptsOf(id)
  const { story } = value(await engine.office.state(id))
  return {
    row: { ...row, arrival: 0 },
    receipts: receipts.map((one) => JSON.stringify(one)).sort(),
    story: story.map(({ hash }) => hash),
  }
}

test('S134 what counts of an author follows from what he wrote, not from the order in which his logs come, and is bounded', () => {
  const shareOf: ShareOf = (log) => (log.startsWith('root') ? undefined : (log.split('/')[0] as string))
  const logs = ['thief/1/a', 'thief/2/a', 'thief/3/a', 'honest/1/a', 'root/1/a'] as LogKey[]
  const writing = fc.record({
    lengths: fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 50, max: 6_000 })), {
      maxLength: 120,
    }),
    turns: fc.infiniteStream(fc.nat(4)),
  })
  fc.assert(
    fc.property(writing, fc.infiniteStream(fc.nat(4)), ({ lengths, turns }, others) => {
      const queues = () =>
        logs.map((log, place) =>
          lengths.filter(([at]) => at === place).map(([, length], index) => ({ log, length, name: `${log}#${index}` })),
        )
      const arriving = (order: Iterator<number>) => {
        const left = queues()
        const placed: { log: LogKey; length: number; name: string }[] = []
        const spending = new Spending()
        let counted: string[] | undefined = []
        while (left.some(({ length }) => length > 0)) {
          const next = left[order.next().value as number]?.shift()
          if (!next) continue
          const spent = spending.spend(next, shareOf)
          if (spent !== 'beyond') placed.push(next)
          if (spent === 'fills') counted = undefined
          else if (spent === 'counts') counted?.push(next.name)
        }
        const { counting, ends } = new Spending().spendAll(placed, shareOf)
        const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).sort()
        return { counted: counted?.sort(), counting: names(counting), ends: names(ends), placed }
      }
      const [one, other] = [arriving(turns[Symbol.iterator]()), arriving(others[Symbol.iterator]())]
      expect(other.counting).toEqual(one.counting)
      expect(other.ends).toEqual(one.ends)
      // As long as nobody wrote too much, what is found on arrival is what reading finds.
      if (one.counted) expect(one.counted).toEqual(one.counting)
      for (const author of ['thief', 'honest']) {
        const bytes = (list: readonly { log: LogKey; length: number }[]) =>
          list.filter(({ log }) => log.startsWith(author)).reduce((sum, { length }) => sum + ENTRY_BYTES + length, 0)
        const most = LIMITS.caseAuthorBytes + 3 * (LIMITS.caseLogBytes + 2 * (ENTRY_BYTES + 6_000))
        expect(bytes(one.placed)).toBeLessThanOrEqual(most)
      }
      const ofRoot = queues()[4] as { name: string }[]
      expect(one.counting.filter((name) => name.startsWith('root'))).toEqual(ofRoot.map(({ name }) => name).sort())
    }),
  )
})

test('S134 one author’s flood of a case is neither read nor folded: it has its receipt, the others’ work on the case counts', async () => {
  const raw = new RawNode(VILLAGE)
  const { root, storage } = await hallWithRaw(raw)
  const { office } = root.engine
  const opened = opening()
  const { document: id } = opened
  const first = await raw.write(STREAM, [opened, note(id, 10)])
  await deliver(root, raw, [first])
  value(await office.act(clerk, id, 'noted', { text: '县里的备注' }))
  const flood: Packable[][] = []
  for (let frame = 0; frame < 30; frame++)
    flood.push(
      await raw.write(
        STREAM,
        [1, 2, 3, 4].map(() => note(id, 3_000)),
      ),
    )
  await deliver(root, raw, flood)
  const says = await saysOf(root, id)
  // The beginning of his log counts: the case is open, and so is what the county wrote to it.
  expect(says.story.length).toBeGreaterThan(2)
  expect(says.story.length).toBeLessThan(6)
  expect(says.receipts).toHaveLength(1)
  expect(says.receipts[0]).toMatch(/"seq":[3-6],.*"outcome":"quarantined","reason":"写入本办件的内容超过/)
  // Nothing is lost: all of it lies in its log, and goes on to whoever is granted it.
  expect(await storage.packHolding(flood[29]?.[3]?.log as LogKey, 122)).toBeDefined()
  // Reading is bounded, also in where entries lie.
  expect(((await storage.placesOf([id])).get(id) ?? []).length).toBeLessThan(20)
  await office.openCase(clerk, 'SL0001')
  storage.bytes = 0
  value(await office.view(clerk, id))
  value(await office.act(clerk, id, 'noted', { text: '又一条' }))
  expect(storage.bytes).toBeLessThan(2 * LIMITS.caseLogBytes)
  expect((await saysOf(root, id)).story).toHaveLength(says.story.length + 1)
})

test('S134 which of an author’s entries count is the same in whatever order his logs arrive, and after a rebuild', async () => {
  const raw = new RawNode(VILLAGE)
  const twin = new RawNode(VILLAGE, raw.keys)
  const keys = generateKeys()
  const halls = [await hallWithRaw(raw, keys), await hallWithRaw(twin, keys)] as const
  const opened = opening()
  const { document: id } = opened
  const first = await raw.write(STREAM, [opened])
  const frames: Packable[][] = []
  for (const incarnation of [9, 3, 5])
    for (let frame = 0; frame < 4; frame++)
      frames.push(
        await raw.write(
          STREAM,
          [1, 2, 3].map(() => note(id, 1_400)),
          { incarnation },
        ),
      )
  const byLog = (log: number) => frames.slice(4 * log, 4 * log + 4)
  await deliver(halls[0].root, raw, [first, ...frames])
  await deliver(halls[1].root, twin, [...byLog(2), ...byLog(1), ...byLog(0), first])
  const [one, other] = [await saysOf(halls[0].root, id), await saysOf(halls[1].root, id)]
  expect(one.story.toSorted()).toEqual(other.story.toSorted())
  expect(one.receipts).toEqual(other.receipts)
  expect(one.receipts).toHaveLength(3)
  expect({ ...one.row }).toEqual({ ...other.row })
  for (const { root } of halls) {
    const before = await saysOf(root, id)
    await root.engine.rebuild()
    expect(await saysOf(root, id)).toEqual(before)
    await root.engine.stop()
  }
})

test('S134 what somebody writes where the case does not lie takes nothing from what he wrote where it does', async () => {
  const raw = new RawNode(TOWNSHIP)
  const { root } = await hallWithRaw(raw)
  const opened = opening(TOWNSHIP)
  const { document: id } = opened
  const told = [2_000, 2_000, 2_000].map((characters) => note(id, characters, TOWNSHIP))
  const home = await raw.write(streamOf(TOWNSHIP), [opened, ...told])
  await deliver(root, raw, [home])
  const before = await saysOf(root, id)
  expect(before.story).toHaveLength(4)
  const strays: Packable[][] = []
  for (let frame = 0; frame < 10; frame++)
    strays.push(
      await raw.write(
        STREAM,
        [1, 2, 3, 4].map(() => note(id, 3_000, TOWNSHIP)),
      ),
    )
  await deliver(root, raw, strays)
  const says = await saysOf(root, id)
  expect(says.story).toEqual(before.story)
  expect(says.receipts.length).toBeLessThan(5)
})

test('S134 a group that would read too many long cases keeps what arrives of them and reads them one by one', async () => {
  const raw = new RawNode(VILLAGE)
  const { root, storage } = await hallWithRaw(raw)
  const openings = [1, 2, 3, 4, 5, 6].map(() => opening())
  const ids = openings.map(({ document }) => document)
  const frames: Packable[][] = []
  for (const one of openings)
    frames.push(await raw.write(STREAM, [one, note(one.document, 4_000), note(one.document, 4_000)]))
  await deliver(root, raw, frames)
  await root.engine.stop()
  changeable.casesReadBytes = 20_000
  const again = await openNode({ station: COUNTY, lease: 1, storage, keys: root.identity.keys })
  let [most, read] = [0, 0]
  const { recordsOf } = storage
  storage.recordsOf = async (documents, choose) => {
    const found = await recordsOf.call(storage, documents, choose)
    const ofCases = [...found].filter(([document]) => isCase(document)).flatMap(([, records]) => records)
    const bytes = ofCases.reduce((sum, { length }) => sum + length, 0)
    most = Math.max(most, bytes)
    read += bytes
    return found
  }
  await deliver(again, raw, [
    await raw.write(
      STREAM,
      ids.map((id) => note(id, 10)),
    ),
  ])
  for (const id of ids) expect((await saysOf(again, id)).story).toHaveLength(4)
  expect(read).toBeGreaterThan(45_000)
  expect(most).toBeLessThan(20_000)
  const rows = await Promise.all(ids.map((id) => storage.casesById([id])))
  await again.engine.rebuild()
  expect(most).toBeLessThan(20_000)
  expect(await Promise.all(ids.map((id) => storage.casesById([id])))).toEqual(rows)
  await again.engine.stop()
})

test('S134 this program writes no more about a case than its share: edits end first, then acts, in words; others go on', async () => {
  const { root, township, village } = await place()
  await link([township, root], [village, township])
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  const remark = () => office.act(agent, id, 'noted', { text: text(1_000) })
  const edit = (phone: number) => office.edit(agent, id, 'application', { set: { phone: String(phone) } })
  value(await edit(1))
  let notes = 0
  while ((await edit(notes)).ok) {
    value(await remark())
    notes++
  }
  expect(await edit(0)).toMatchObject({
    ok: false,
    problem: { code: 'case-full', message: '本机在这个办件里写入的内容已达上限。' },
  })
  value(await remark())
  while ((await remark()).ok) notes++
  expect(await remark()).toMatchObject({
    ok: false,
    problem: { code: 'case-full', next: '请由其他站点或县中心接着办理,并联系管理员。' },
  })
  await sees(root, id, ({ story }) => story.length > notes)
  expect(await root.storage.receiptsOf(id)).toEqual([])
  value(await township.engine.office.act(person(TOWNSHIP, ['clerk']), id, 'noted', { text: '镇里的备注' }))
  await sees(village, id, ({ story }) => story.some(({ station }) => station === TOWNSHIP))
})

test('G34 nobody but this node itself uses up the edits that it may make of a case', async () => {
  changeable.caseEntries = 8
  const raw = new RawNode(VILLAGE)
  const { root } = await hallWithRaw(raw)
  const { office } = root.engine
  const { id } = value(await office.openCase(clerk, 'SL0001'))
  await deliver(root, raw, [
    await raw.write(
      STREAM,
      Array.from({ length: 20 }, () => note(id, 1)),
    ),
  ])
  const edit = (phone: number) => office.edit(clerk, id, 'application', { set: { phone: String(phone) } })
  for (let phone = 1; phone < 8; phone++) value(await edit(phone))
  expect(await edit(8)).toMatchObject({ ok: false, problem: { code: 'case-full' } })
})

test('R68 of one author the root carries so much of a case, and all of everybody else: people at the county read of it', async () => {
  changeable.caseAuthorBytes = 1_000_000
  changeable.carriedCaseBytes = 30_000
  const { root, township, village, east } = await place()
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [raw.record(root.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST, materials: 1 }))
  await sees(east, id, ({ stage }) => stage !== '00')
  const flood: Packable[][] = []
  for (let frame = 0; frame < 10; frame++)
    flood.push(
      await raw.write(
        STREAM,
        [1, 2, 3].map(() => note(id, 2_500, TOWNSHIP)),
      ),
    )
  await deliver(root, raw, flood)
  await until('carried', async () => (await root.storage.localAll('carrying')).length === 0)
  value(await office.act(agent, id, 'noted', { text: '村里的备注' }))
  await sees(east, id, ({ story }) => story.some(({ fields }) => fields.text === '村里的备注'))
  const ofRaw = async (node: Node) =>
    (await stateAt(node, id))?.story.filter(({ log }) => log !== '' && logParts(log).node === raw.node).length ?? 0
  expect(await ofRaw(root)).toBe(30)
  expect(await ofRaw(east)).toBeGreaterThan(5)
  expect(await ofRaw(east)).toBeLessThan(11)
  const findings = (await root.engine.office.status()).findings.map(({ message }) => message)
  expect(findings.filter((message) => message.includes('超过转送上限'))).toHaveLength(1)
  value(await root.engine.office.act(hall, id, 'noted', { text: '县里的备注' }))
  await sees(east, id, ({ story }) => story.some(({ fields }) => fields.text === '县里的备注'))
})
