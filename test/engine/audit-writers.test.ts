/** Who may write into an audit log, and carry what a fork cut off. */
import { expect, test } from 'vitest'
import { auditDocument } from '#protocol/casework/audit.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { AUDIT_DAYS_SPACE, auditStationsSpace, carriersSpace } from '#protocol/engine/writing/audit-entries.ts'
import { type LogKey, type NodeId, type PersonId, type StationCode, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodeCarried, encodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { encodeContent, KIND } from '#protocol/log/entry.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { linesOf, trail } from './audit-trail.ts'
import { COUNTY, connect, type Node, person, publish, receiptsAt, TOWNSHIP, until, VILLAGE } from './county.ts'
import { ENABLED } from './levels.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { copyOf, cutAll, place, restart } from './restoring.ts'

const agent = person(VILLAGE, ['agent'])
const admin = person(COUNTY, ['administrator'])

/** A member of the township that writes into an audit log whatever it likes. */
async function writeAudit(root: Node, station: StationCode, stream: StationCode, day = '2026-11-26') {
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [raw.record(root.identity.node, 9)])
  await raw.link(root)
  const document = auditDocument(station, day as Day)
  const payload = new TextEncoder().encode(JSON.stringify({ event: 'sign-in', subject: '伪造' }))
  const drafts = [draft(station, { kind: KIND.audit, document, payload, person: 'admin' as PersonId })]
  raw.send(frameOf(await raw.write(streamOf(stream), drafts)))
  await raw.stored()
  return { raw, document }
}

test('A92 nobody writes into the audit log of a station that his node does not serve, nor under a day that is none', async () => {
  const { root } = await place()
  for (const [station, day] of [
    [COUNTY, '2026-11-26'],
    [VILLAGE, '2026-11-26'],
    [TOWNSHIP, '1969-01-01'],
    [TOWNSHIP, '2100-01-01'],
  ] as const) {
    const { document } = await writeAudit(root, station, TOWNSHIP, day)
    expect(await receiptsAt(root, document)).toMatchObject([{ outcome: 'quarantined', reason: '审计记录不属于该站点' }])
  }
  expect((await trail(root)).filter((line) => line.includes('伪造'))).toEqual([])
  const { document } = await writeAudit(root, TOWNSHIP, TOWNSHIP)
  expect(await receiptsAt(root, document)).toEqual([])
  expect(await trail(root, [TOWNSHIP])).toEqual(['admin sign-in 伪造'])
})

test('A92 stations that one key makes up under a day leave nothing for a reader to look at, carried ones neither', async () => {
  const { root } = await place()
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [raw.record(root.identity.node, 9)])
  await raw.link(root)
  const day = '2026-11-26' as Day
  const payload = new TextEncoder().encode(JSON.stringify({ event: 'sign-in' }))
  const log = `${raw.node}/7/${streamOf(TOWNSHIP)}` as LogKey
  const drafts = Array.from({ length: 800 }, (_, at) => {
    const station = `${510_724_200 + at}` as StationCode
    const made = draft(at % 2 === 0 ? station : TOWNSHIP, { kind: KIND.audit, payload })
    const document = auditDocument(station, day)
    if (at % 4 < 2) return { ...made, document }
    const record = { seq: 1, content: encodeContent({ ...made, document }), signature: null }
    return { ...made, document, kind: KIND.carried, payload: encodeCarried(log, GENESIS, record) }
  })
  raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), drafts)))
  await raw.stored()
  const { places } = await root.storage.placesBehind(auditDocument('510724999' as StationCode, day), 0)
  expect(places).toHaveLength(1)
  expect((await root.storage.localAll(AUDIT_DAYS_SPACE)).map(({ key }) => key)).not.toContain(day)
  expect(await root.storage.localAll(auditStationsSpace(day))).toEqual([])
  const carried = drafts
    .filter(({ kind }) => kind === KIND.carried)
    .map(({ payload: inner }) => decodeCarried(sha256, inner))
  for (const said of carried.slice(0, 4))
    expect(await root.storage.localAll(carriersSpace(said ?? expect.fail('unreadable')))).toEqual([])
})

test('A92 what a node says that another one of its station had written and lost is not believed', async () => {
  const { root, township, village } = await place()
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(root.identity.node, 9)])
  await raw.link(root)
  const document = auditDocument(VILLAGE, '2026-11-26' as Day)
  const payload = (subject: string) => new TextEncoder().encode(JSON.stringify({ event: 'export', subject }))
  const invented = (subject: string, author: NodeId) => {
    const content = draft(VILLAGE, { kind: KIND.audit, document, payload: payload(subject), person: agent.person })
    const record = { seq: 1, content: encodeContent(content), signature: null }
    return encodeCarried(`${author}/1/${streamOf(VILLAGE)}` as LogKey, GENESIS, record)
  }
  const authors = [village.identity.node, township.identity.node, raw.node]
  const drafts = authors.map((author, at) =>
    draft(VILLAGE, { kind: KIND.carried, document, payload: invented(`${at}`, author) }),
  )
  raw.send(frameOf(await raw.write(streamOf(VILLAGE), drafts)))
  await raw.stored()
  expect(await trail(root, [VILLAGE])).toEqual([`${agent.person} export 2`])
})

test('A92 what a node wrote for a station that it is given only later is read from then on, on every node that holds it', async () => {
  const { root } = await place()
  const { raw, document } = await writeAudit(root, VILLAGE, TOWNSHIP)
  expect(await trail(root, [VILLAGE])).toEqual([])
  const record = root.engine.office.directory.node(raw.node)
  if (!record) throw new Error('the member is registered')
  // In the stream of another station it never counts; in its own it does once it serves it, and after it has served it.
  const own = auditDocument(VILLAGE, '2026-11-26' as Day)
  const payload = new TextEncoder().encode(JSON.stringify({ event: 'sign-in', subject: '先到' }))
  const given = { ...record, stations: [TOWNSHIP, VILLAGE] }
  value(await root.engine.office.publish(admin, [given]))
  const draftOf = draft(VILLAGE, { kind: KIND.audit, document: own, payload, person: agent.person })
  raw.send(frameOf(await raw.write(streamOf(VILLAGE), [draftOf])))
  await raw.stored(2)
  expect(await trail(root, [VILLAGE])).toEqual([`${agent.person} sign-in 先到`])
  value(await root.engine.office.publish(admin, [{ ...given, stations: [TOWNSHIP], formerStations: [VILLAGE] }]))
  expect(await trail(root, [VILLAGE])).toEqual([`${agent.person} sign-in 先到`])
  expect(await receiptsAt(root, document)).toMatchObject([{ outcome: 'quarantined' }])
})

test('A92 a person who was not there that day is said to be foreign, and nobody is not', async () => {
  const { root } = await place()
  const { office } = root.engine
  const account: Person = {
    type: 'person',
    id: admin.person,
    version: 0,
    name: '李敏',
    station: COUNTY,
    roles: ['administrator'],
    password: { salt: '00', hash: '00' },
    disabled: false,
  }
  await publish(root, [ENABLED, account])
  await until('people are published', () => office.directory.staffs().length === 1)
  await office.audit(null, 'sign-in-failed', { subject: 'li' })
  await office.audit(admin, 'sign-in')
  await office.audit({ ...admin, person: 'stranger' as PersonId }, 'sign-in')
  const marks = (await linesOf(root, [COUNTY])).map(({ person: who, foreignPerson }) => [who, foreignPerson])
  expect(marks.slice(0, 3)).toEqual([
    ['stranger', true],
    [admin.person, false],
    ['', false],
  ])
})

test('A92 what came after its node was revoked is shown as such', async () => {
  const { root } = await place()
  const { raw } = await writeAudit(root, TOWNSHIP, TOWNSHIP)
  const record = root.engine.office.directory.node(raw.node)
  if (!record) throw new Error('the member is registered')
  value(await root.engine.office.publish(admin, [{ ...record, revoked: { time: 1, reason: '电脑被盗' } }]))
  await until('let go', () => raw.ended)
  void raw.link(root)
  await until('let in to deliver', () => raw.received.some(({ type }) => type === 'proof'))
  const document = auditDocument(TOWNSHIP, '2026-11-27' as Day)
  const payload = new TextEncoder().encode(JSON.stringify({ event: 'sign-out' }))
  raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP, { kind: KIND.audit, document, payload })])))
  await until('kept', async () => (await trail(root, [TOWNSHIP])).length === 2)
  const marks = (await linesOf(root, [TOWNSHIP])).map(({ event, afterRevocation }) => [event, afterRevocation])
  expect(marks).toEqual([
    ['sign-out', true],
    ['sign-in', false],
  ])
})

test('A95 what a fork cuts off of the audit log is carried, and each event is read once', async () => {
  const { root, township, village, links, diskOf } = await place()
  await village.engine.office.audit(agent, 'sign-in')
  await until('at the county', async () => (await trail(root, [VILLAGE])).length === 1)
  const image = copyOf(diskOf(VILLAGE))
  await village.engine.office.audit(agent, 'print', { subject: '甲' })
  await until('at the county', async () => (await trail(root, [VILLAGE])).length === 2)
  await cutAll(links)
  await village.engine.stop()
  // The machine goes on from its image as if nothing had happened: another version of its log.
  const back = await restart(village, image, township, root, village.engine.incarnation)
  await back.engine.office.audit(agent, 'print', { subject: '乙' })
  connect(township, root)
  connect(back, township)
  const printed = async (node: Node) => (await trail(node, [VILLAGE])).map((line) => line.split(' ').at(-1)).sort()
  for (const node of [root, township, back])
    await until('both versions are read', async () => (await printed(node)).join() === ['', '乙', '甲'].sort().join())
})

test('A95 an event that is carried twice is read once over all pages, and who may not carry it hides it from nobody', async () => {
  const { root } = await place()
  const [author, other] = [new RawNode(VILLAGE), new RawNode(VILLAGE)]
  await publish(root, [author.record(root.identity.node, 9), other.record(root.identity.node, 10)])
  const document = auditDocument(VILLAGE, '2026-11-26' as Day)
  const note = (subject: string) => ({
    document,
    payload: new TextEncoder().encode(JSON.stringify({ event: 'export', subject })),
    person: agent.person,
  })
  const content = encodeContent(draft(VILLAGE, { kind: KIND.audit, ...note('截下的') }))
  const log = `${author.node}/1/${streamOf(VILLAGE)}` as LogKey
  const payload = encodeCarried(log, GENESIS, { seq: 1, content, signature: null })
  const carrier = draft(VILLAGE, { kind: KIND.carried, document, payload })
  const many = Array.from({ length: LIMITS.pageRows + 5 }, (_, at) =>
    draft(VILLAGE, { kind: KIND.audit, ...note(`${at}`) }),
  )
  for (const [raw, drafts] of [
    [other, [carrier]],
    [author, [carrier, ...many, carrier]],
  ] as const) {
    await raw.link(root)
    raw.send(frameOf(await raw.write(streamOf(VILLAGE), drafts)))
    await raw.stored()
  }
  const read = (await trail(root, [VILLAGE])).map((line) => line.split(' ').at(-1))
  expect(read).toEqual([...many.map((_, at) => `${many.length - 1 - at}`), '截下的'])
})
