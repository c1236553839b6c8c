/** What the office fills in by itself: edition, document numbers, list rows, what belongs to a case; and who is connected. */
import { expect, test } from 'vitest'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import type { Department } from '#protocol/casework/directory.ts'
import { readDocumentNumber } from '#protocol/casework/identity/document-numbers.ts'
import { completeItem } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { DocumentId, PersonId } from '#protocol/ids.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { openClock } from './clock-host.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  stationRecord,
  TOWNSHIP,
  until,
} from './county.ts'

const day = (text: string) => text as Day
const clerk = person(COUNTY, ['clerk', 'handler', 'coordinator', 'chief'])
const licence = completeItem({
  id: 'XK01',
  name: '示范许可',
  itemType: '01',
  department: 'MZ',
  level: '7',
  tiers: ['township', 'county'],
  promised: { days: 10, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'working', note: '' },
})
const department: Department = {
  type: 'department',
  id: 'MZ',
  version: 0,
  name: '安县民政局',
  shortName: '安民',
  creditCode: '',
  formerNames: [],
  successor: null,
  phone: '',
  inPlace: { office: true, hall: true, items: true, authority: true, people: true },
  sample: true,
}

const IDENTITY = '51072419900202121X'

/** A county hall on a Monday morning; everything else is far away. */
async function openHall(start = '2026-03-02T09:00+08:00', lease = 1) {
  const clock = openClock(start)
  const root = await openNode({ station: COUNTY, lease, host: clock.host })
  await publish(root, [
    stationRecord(COUNTY, '安县政务服务中心', 'county', null),
    stationRecord(TOWNSHIP, '安昌镇便民服务中心', 'township', COUNTY),
    nodeRecord(root, null),
    ...SAMPLE_CALENDARS,
    licence,
  ])
  return { clock, root, office: root.engine.office }
}

async function openReceived({ engine }: Node, given: Readonly<Record<string, string>> = {}) {
  const { office } = engine
  const { id, number } = value(await office.openCase(clerk, 'XK01'))
  const applicant = { applicant: '王芳', idNumber: IDENTITY, phone: '13800001111', ...given }
  value(await office.edit(clerk, id, 'application', { set: applicant }))
  value(await office.act(clerk, id, 'received', { materials: 2 }))
  return { id, number }
}

const factsOf = async (root: Node, id: DocumentId, kind: string) =>
  value(await root.engine.office.state(id)).story.filter((line) => line.kind === kind)

test('R11 a case is opened under the edition in force that day, and refused in words when there is none', async () => {
  const { clock, root, office } = await openHall()
  const second = { ...licence, edition: 2, effectiveFrom: day('2026-03-09') }
  await publish(root, [{ ...licence, effectiveUntil: day('2026-03-08') }, second])
  const first = value(await office.openCase(clerk, 'XK01', { channel: '4' }))
  expect(value(await office.state(first.id)).itemVersion).toBe(1)
  expect((await factsOf(root, first.id, 'opened'))[0]?.fields).toMatchObject({ channel: '4', itemVersion: 1 })
  clock.moveTo('2026-03-09T09:00+08:00')
  expect(value(await office.state(value(await office.openCase(clerk, 'XK01')).id)).itemVersion).toBe(2)
  const ended = { ...second, edition: 3, effectiveFrom: day('2026-03-10'), effectiveUntil: day('2026-03-09') }
  await publish(root, [{ ...ended, change: { type: 'cancelled', basis: '安政发〔2026〕9号' } }])
  clock.moveTo('2026-03-10T09:00+08:00')
  const refused = await office.openCase(clerk, 'XK01')
  expect(refused).toMatchObject({ ok: false, problem: { code: 'item-closed' } })
  expect(await office.openCase(clerk, 'XK99')).toMatchObject({ ok: false, problem: { code: 'unknown-item' } })
  await publish(root, [{ ...licence, id: 'XK02', effectiveFrom: day('2026-04-01') }])
  expect(await office.openCase(clerk, 'XK02')).toMatchObject({ ok: false, problem: { code: 'item-closed' } })
})

test('R12 a case is received under the edition in force that day and keeps it, whatever is published later', async () => {
  const { root, office } = await openHall()
  const { id } = value(await office.openCase(clerk, 'XK01'))
  const second = { ...licence, edition: 2, effectiveFrom: day('2026-03-02'), name: '示范许可(新)' }
  await publish(root, [{ ...licence, effectiveUntil: day('2026-03-01') }, second])
  value(await office.edit(clerk, id, 'application', { set: { applicant: '王芳' } }))
  value(await office.act(clerk, id, 'received', { materials: 2 }))
  expect(value(await office.state(id)).itemVersion).toBe(2)
  await publish(root, [{ ...second, edition: 3, name: '示范许可(更新)' }])
  const view = value(await office.view(clerk, id))
  expect(view.item?.name).toBe('示范许可(新)')
  expect(office.directory.item('XK01')?.name).toBe('示范许可(更新)')
})

test('R13 papers are numbered by organ, kind, year and lane without gaps; a number that was given is kept', async () => {
  const { root, office } = await openHall()
  const numberOf = async (id: DocumentId, kind: string) => (await factsOf(root, id, kind))[0]?.fields.document as string
  const first = await openReceived(root)
  const second = await openReceived(root)
  const parts = [first, second].map(async ({ id }) => value(readDocumentNumber(await numberOf(id, 'received'))))
  expect(await Promise.all(parts)).toMatchObject([
    { organ: '安县政务服务中心', paper: 'D02', year: 2026, station: COUNTY, running: 1 },
    { running: 2 },
  ])
  await publish(root, [department])
  const refused = await office.act(clerk, first.id, 'accepted', { deferredUntil: '昨天' })
  expect(refused.ok).toBe(false)
  value(await office.act(clerk, first.id, 'accepted', {}))
  value(await office.act(clerk, second.id, 'accepted', { document: '安民受〔2026〕旧7号' }))
  const accepted = value(readDocumentNumber(await numberOf(first.id, 'accepted')))
  expect(accepted).toMatchObject({ organ: '安民', paper: 'D03', running: 1 })
  expect(await numberOf(second.id, 'accepted')).toBe('安民受〔2026〕旧7号')
  expect(value(await office.state(first.id)).papers.map(({ number }) => number)).toContain(
    await numberOf(first.id, 'accepted'),
  )
})

test('R14 a row says what the clocks, the handler and the kinds say, as of today', async () => {
  const { root, office } = await openHall()
  const { id, number } = await openReceived(root)
  const received = (await office.byNumber(number))[0]
  expect(received).toMatchObject({
    stage: '20',
    due: '2026-03-09',
    dueClock: 'T1',
    exceeded: false,
    paused: false,
    assignee: '',
    master: '',
    kinds: ['promised'],
    receivedOn: '2026-03-02',
    acceptedOn: null,
    wake: '2026-03-10',
  })
  value(await office.act(clerk, id, 'accepted', {}))
  const clocks = value(await office.state(id)).clocks.filter(({ state }) => state === 'running')
  const due = clocks.flatMap((one) => one.due ?? []).sort()[0]
  expect(due).toBeDefined()
  expect((await office.byNumber(number))[0]).toMatchObject({ stage: '30', due, acceptedOn: '2026-03-02' })
  expect((await office.find({ order: 'due', text: number })).rows.map((row) => row.id)).toEqual([id])
})

test('R15 a case page shows open cases of the same applicant for the same item, and the sub-cases of a joint case', async () => {
  const { root, office } = await openHall()
  const first = await openReceived(root)
  const second = await openReceived(root, { idNumber: IDENTITY.toLowerCase() })
  const other = await openReceived(root, { idNumber: '', applicant: '李强' })
  const third = await openReceived(root)
  const voided = { as: 'error', reason: '重复录入', second: 'p2' as PersonId }
  value(await office.act(clerk, third.id, 'voided', voided))
  const ids = (rows: readonly { readonly id: DocumentId }[]) => rows.map(({ id }) => id)
  expect(ids(value(await office.view(clerk, first.id)).duplicates)).toEqual([second.id])
  expect(value(await office.view(clerk, other.id)).duplicates).toEqual([])
  const sub = value(await office.openCase(clerk, 'XK01', { master: first.id }))
  const view = value(await office.view(clerk, first.id))
  expect(ids(view.subCases)).toEqual([sub.id])
  expect(view.subCases[0]?.master).toBe(first.id)
})

test('R16 an act that needs the county is refused in words while the parent is away, and never at the county', async () => {
  const clock = openClock('2026-03-02T09:00+08:00')
  const root = await openNode({ station: COUNTY, lease: 1, host: clock.host })
  const records = [
    stationRecord(COUNTY, '安县政务服务中心', 'county', null),
    stationRecord(TOWNSHIP, '安昌镇便民服务中心', 'township', COUNTY),
    nodeRecord(root, null),
    ...SAMPLE_CALENDARS,
    licence,
  ]
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root, root, host: clock.host })
  await publish(root, [...records, nodeRecord(township, root.identity.node)])
  const link = connect(township, root)
  const { office } = township.engine
  await until('township', () => office.stations.length === 1)
  const actor = person(TOWNSHIP, ['clerk', 'handler', 'coordinator', 'chief'])
  const { id } = value(await office.openCase(actor, 'XK01'))
  value(await office.edit(actor, id, 'application', { set: { applicant: '王芳' } }))
  value(await office.act(actor, id, 'received', { materials: 2 }))
  value(await office.act(actor, id, 'accepted', {}))
  const decided = async () => value(await office.view(actor, id)).acts.find(({ kind }) => kind === 'decided')
  expect(await decided()).toMatchObject({ allowed: true })
  link.cut()
  await link.ended
  await until('alone', async () => (await office.status()).parent?.connected === false)
  expect(await decided()).toMatchObject({ allowed: false, why: expect.stringContaining('联网') })
  const refused = await office.act(actor, id, 'decided', { result: 'granted', opinion: '同意' })
  expect(refused).toMatchObject({ ok: false, problem: { code: 'offline' } })
  const atHall = value(await root.engine.office.openCase(clerk, 'XK01'))
  value(await root.engine.office.edit(clerk, atHall.id, 'application', { set: { applicant: '李强' } }))
  value(await root.engine.office.act(clerk, atHall.id, 'received', { materials: 2 }))
  value(await root.engine.office.act(clerk, atHall.id, 'accepted', {}))
  value(await root.engine.office.act(clerk, atHall.id, 'decided', { result: 'granted', opinion: '同意' }))
})
