/** Directory records: editions of items, what stations write about themselves, and what the door refuses. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { type Absence, type Consultation, DEFAULT_RULES, type DirectoryRecord } from '#protocol/casework/directory.ts'
import { completeItem } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { createDirectory } from '#protocol/engine/directory/directory.ts'
import { documentOf, readDirectoryRecord } from '#protocol/engine/directory/record-reading.ts'
import { type DocumentId, type EntryHash, type PersonId, streamOf } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Node,
  openCounty,
  openNode,
  person,
  publish,
  SECOND_VILLAGE,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const day = (text: string) => text as Day
const agent = person(VILLAGE, ['agent'])
const licence = completeItem({ id: 'XK.01', name: '示范许可', itemType: '01', effectiveFrom: day('2024-01-01') })

const absence: Absence = {
  type: 'absence',
  id: `${VILLAGE}.a1`,
  version: 0,
  station: VILLAGE,
  person: agent.person,
  from: day('2026-11-21'),
  until: day('2026-11-23'),
  reason: '培训',
  where: '县城',
  substitute: null,
  ended: false,
}

const consultation: Consultation = {
  type: 'consultation',
  id: `${VILLAGE}.c1`,
  version: 0,
  station: VILLAGE,
  first: agent.person,
  person: agent.person,
  asked: 1_795_000_000_000,
  asker: '王芳',
  phone: '',
  matter: '怎样办理高龄津贴',
  offeredTo: null,
  answer: '',
  answered: null,
}

const RECORDS: readonly DirectoryRecord[] = [
  stationRecord(VILLAGE, '红岩村', 'village', TOWNSHIP),
  licence,
  absence,
  consultation,
  {
    type: 'handover',
    id: 'h1',
    version: 0,
    station: VILLAGE,
    from: agent.person,
    to: 'p2' as PersonId,
    time: 1,
    reason: '调动',
    cases: ['x'],
    taken: null,
  },
  { ...DEFAULT_RULES, version: 1 },
  ...SAMPLE_CALENDARS,
  {
    type: 'letter',
    id: '安授〔2026〕1号',
    version: 1,
    department: 'MZ',
    station: VILLAGE,
    person: null,
    items: null,
    powers: ['accept'],
    from: day('2026-01-01'),
    until: day('2026-12-31'),
    revoked: null,
  },
]

const emptyDirectory = async () => createDirectory((await openNode({ station: COUNTY, lease: 1 })).identity)
let applied = 0
const rowOf = (document: DocumentId, version: number, record: object) => ({
  document,
  version,
  hash: String(++applied).padStart(64, '0') as EntryHash,
  json: JSON.stringify({ ...record, version }),
})

test('R5 every edition of an item stays; the newest is the item, the one in force may be opened, an ended one may not', async () => {
  const directory = await emptyDirectory()
  const take = (item: typeof licence, version: number) => directory.apply(rowOf(documentOf(item), version, item))
  const second = { ...licence, edition: 2, effectiveFrom: day('2026-12-01'), name: '示范许可(新)' }
  const change = { type: 'cancelled', basis: '安政发〔2027〕1号' } as const
  const third = { ...licence, edition: 3, change, effectiveFrom: day('2027-03-01'), effectiveUntil: day('2027-02-28') }
  take(second, 5)
  take(licence, 4)
  expect(documentOf(second)).toBe('item/XK.01.2')
  expect(directory.item('XK.01')?.edition).toBe(2)
  expect(directory.items().map(({ edition }) => edition)).toEqual([2])
  expect(directory.editions('XK.01').map(({ edition }) => edition)).toEqual([1, 2])
  expect(directory.openable('XK.01', day('2023-12-31'))).toBeUndefined()
  expect(directory.openable('XK.01', day('2026-11-30'))?.edition).toBe(1)
  expect(directory.openable('XK.01', day('2026-12-01'))?.edition).toBe(2)
  take(third, 6)
  expect(directory.openable('XK.01', day('2027-02-28'))?.edition).toBe(2)
  expect(directory.openable('XK.01', day('2027-03-01'))).toBeUndefined()
  expect(directory.edition('XK.01', 1)?.name).toBe('示范许可')
  expect(directory.edition('XK.01', 4)).toBeUndefined()
  expect(directory.catalogueVersion()).toBe(6)
})

test('R6 an item as the first version of the program wrote it is the first edition, and its cases keep it', async () => {
  const directory = await emptyDirectory()
  const earlier = {
    type: 'item',
    id: 'SL0001',
    name: '参保登记',
    pinyin: 'canbaodengji cbdj',
    department: '医疗保障局',
    basis: '社会保险法',
    tiers: ['village', 'township', 'county'],
    fields: [],
    materials: [{ id: 'card', name: '身份证', required: true, form: 'both', copies: 1 }],
    promisedWorkingDays: 1,
    statutoryWorkingDays: 20,
    fee: '每件 20 元',
    sample: true,
  }
  directory.apply(rowOf('item/SL0001' as DocumentId, 1_795_000_000_000, earlier))
  const item = directory.item('SL0001')
  expect(item).toMatchObject({ edition: 1, promised: { days: 1, unit: 'working' }, statutory: { days: 20 } })
  expect(item?.materials[0]).toMatchObject({ id: 'card', deferrableDays: null, promisable: false })
  expect(item?.fees).toEqual([
    { id: 'fee', name: '收费', standard: '每件 20 元', basis: '', range: { from: 0, to: 0 } },
  ])
  expect(directory.edition('SL0001', 1_795_000_000_000)).toBe(item)
  const next = completeItem({ id: 'SL0001', name: '参保登记', edition: 1 })
  directory.apply(rowOf(documentOf(next), 1_795_000_000_001, next))
  expect(directory.editions('SL0001')).toHaveLength(1)
  expect(directory.item('SL0001')?.fees).toEqual([])
})

test('R7 whatever a record holds, the directory either reads it whole or not at all, and never throws', async () => {
  const directory = await emptyDirectory()
  for (const record of RECORDS) {
    expect(readDirectoryRecord(JSON.stringify(record), documentOf(record)), record.type).toBeDefined()
    const keys = Object.keys(record)
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue({ maxDepth: 2 }), (key, nonsense) => {
        const spoilt = { ...record, [key]: nonsense }
        const document = documentOf(record)
        directory.apply({
          document,
          version: ++applied,
          hash: 'f'.repeat(64) as EntryHash,
          json: JSON.stringify(spoilt),
        })
        directory.items()
        directory.openable('XK.01', day('2026-11-21'))
        directory.calendar().count(day('2026-01-01'), day('2026-11-21'))
        directory.streamsOf(directory.node('x' as never)?.id ?? ('0'.repeat(32) as never))
        for (const item of directory.items())
          expect(item.materials.every(({ id }) => typeof id === 'string')).toBe(true)
      }),
      { numRuns: 60 },
    )
  }
  expect(readDirectoryRecord('{', 'station/1' as DocumentId)).toBeUndefined()
  expect(readDirectoryRecord('null', 'station/1' as DocumentId)).toBeUndefined()
  expect(readDirectoryRecord('{"type":"toString","version":1,"id":"x"}', 'toString/x' as DocumentId)).toBeUndefined()
})

async function connected(): Promise<{ root: Node; township: Node; village: Node }> {
  const county = await openCounty()
  connect(county.township, county.root)
  await until('township', () => county.township.engine.office.stations.length === 1)
  connect(county.village, county.township)
  await until('village', () => county.village.engine.office.stations.length === 1)
  return county
}

test('R8 what a station writes about itself offline counts there at once and later at every node above', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  connect(township, root)
  await until('township', () => township.engine.office.stations.length === 1)
  const link = connect(village, township)
  await until('village', () => village.engine.office.stations.length === 1)
  link.cut()
  await link.ended
  value(await village.engine.office.keepRecord(agent, absence))
  value(await village.engine.office.keepRecord(agent, { ...absence, ended: true }))
  value(await village.engine.office.keepRecord(agent, consultation))
  expect(village.engine.office.directory.absences()).toMatchObject([{ ended: true }])
  expect(root.engine.office.directory.absences()).toEqual([])
  connect(village, township)
  await until('at the county', () => root.engine.office.directory.consultations().length === 1)
  expect(root.engine.office.directory.absences()).toEqual(village.engine.office.directory.absences())
  const { conservation } = await village.engine.office.status()
  expect(conservation).toMatchObject({ written: 3, setAside: 0, quarantined: 0 })
  await root.engine.rebuild()
  expect(
    (await root.storage.load()).directory.filter(({ document }) => /^(absence|consult)/.test(document)),
  ).toHaveLength(2)
  value(await root.engine.office.keepRecord(person(COUNTY, ['coordinator']), { ...absence, reason: '县中心更正' }))
  await until('back in the village', () => village.engine.office.directory.absences()[0]?.reason === '县中心更正')
})

test('R8 nobody writes a station’s records from another node or into another stream; such entries are kept with a receipt', async () => {
  const { root, township, village } = await connected()
  const refused = await village.engine.office.keepRecord(agent, { ...absence, station: SECOND_VILLAGE })
  expect(refused).toMatchObject({ ok: false, problem: { code: 'foreign-station' } })
  const malformed = await village.engine.office.keepRecord(agent, { ...absence, from: '昨天' as Day })
  expect(malformed).toMatchObject({ ok: false, problem: { code: 'record-malformed' } })
  const raw = new RawNode(SECOND_VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await until('known', () => township.engine.office.directory.node(raw.node) !== undefined)
  await raw.link(township)
  const foreign = { ...absence, id: `${VILLAGE}.x1` }
  const wrongStream = { ...absence, id: `${TOWNSHIP}.x2`, station: TOWNSHIP }
  const own = { ...absence, id: `${SECOND_VILLAGE}.x3`, station: SECOND_VILLAGE }
  const entries = [foreign, wrongStream, own, { ...own, id: `${SECOND_VILLAGE}.x4`, person: '' }].map((record) =>
    draft(SECOND_VILLAGE, {
      kind: KIND.directory,
      document: `absence/${record.id}` as DocumentId,
      payload: new TextEncoder().encode(JSON.stringify({ ...record, version: 7 })),
    }),
  )
  raw.send(frameOf(await raw.write(streamOf(SECOND_VILLAGE), entries)))
  await until('own record', () => township.engine.office.directory.absences().length === 1)
  expect(township.engine.office.directory.absences()[0]?.id).toBe(own.id)
  const reasons = await Promise.all(
    [foreign.id, wrongStream.id, own.id, `${SECOND_VILLAGE}.x4`].map((id) =>
      township.storage.receiptsOf(`absence/${id}` as DocumentId),
    ),
  )
  expect(reasons.map((receipts) => receipts.map(({ outcome }) => outcome))).toEqual([
    ['quarantined'],
    ['quarantined'],
    [],
    ['quarantined'],
  ])
})

test('R9 the office refuses to publish what the directory could not read, and writes nothing of the rest', async () => {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const station = stationRecord(COUNTY, '安县政务服务中心', 'county', null)
  const spoilt = { ...licence, materials: [{ id: 1 }] } as unknown as typeof licence
  const published = await root.engine.office.publish(null, [station, spoilt])
  expect(published).toMatchObject({ ok: false, problem: { code: 'record-malformed' } })
  expect(root.engine.office.directory.stations()).toEqual([])
})

test('R10 entries and status name the calendar they were written under, and how far it reaches', async () => {
  const { root, village } = await connected()
  expect(await village.engine.office.status()).toMatchObject({ calendarVersion: 0, calendarUntil: null })
  await publish(root, SAMPLE_CALENDARS)
  const version = Math.max(...root.engine.office.directory.calendars().map((year) => year.version))
  await until('calendar', async () => (await village.engine.office.status()).calendarVersion === version)
  const newest = Math.max(...SAMPLE_CALENDARS.map(({ year }) => year))
  expect((await village.engine.office.status()).calendarUntil).toBe(`${newest}-12-31`)
  expect(village.engine.office.register().calendar.coverage?.until).toBe(`${newest}-12-31`)
})
