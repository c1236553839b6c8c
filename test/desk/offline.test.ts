/** The desks of a real county of three nodes whose links are cut and joined. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import type { ParentDoor } from '#edge-node/commands/station/parent-address.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { createHubPages } from '#hub/pages/pages.ts'
import { createRegistry } from '#hub/registry.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, PersonId, StationCode } from '#protocol/ids.ts'
import { success } from '#protocol/result.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { valueIn } from '#test/documents/authors.ts'
import {
  COUNTY,
  type County,
  connect,
  type Linked,
  type Node,
  openCounty,
  person,
  publish,
  TOWNSHIP,
  until,
  VILLAGE,
} from '#test/engine/county.ts'
import { enter, PASSWORD, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

const deskOf = (node: Node) => {
  const { office } = node.engine
  const accounts = createAccounts(office)
  const registry = createRegistry({ office, accounts, cryptography: nodeHost.cryptography, root: node.identity.node })
  const hubPages = node.identity.parent === null ? { hubPages: createHubPages(registry) } : {}
  const parent = node === county.village ? { parent: parentThatIsCalled } : {}
  return createDesk({ office, accounts, title: '安县政务服务网', secure: true, ...parent, ...hubPages })
}

/** Calls that people at the village asked for. */
const calls: string[] = []

const parentThatIsCalled: ParentDoor = {
  places: () => ({ name: '乡镇', addresses: [], notTaken: undefined }),
  moveTo: async () => success('moved'),
  callNow: () => void calls.push('now'),
}

/** A village's report reaches the county in two steps of three seconds. */
const REPORTS_MILLISECONDS = 20_000

let county: County
let links: Linked[] = []
let agent: Visitor
let clerk: Visitor
let coordinator: Visitor
let admin: Visitor
let handler: Visitor

/** Joins from above, as enrolment does: a township must know its village before it lets it in. */
const join = async () => {
  const first = connect(county.township, county.root)
  const { directory } = county.township.engine.office
  await until('the township knows the village', () => directory.node(county.village.identity.node) !== undefined)
  links = [first, connect(county.village, county.township)]
}
const cut = async () => {
  for (const link of links) link.cut()
  await Promise.all(links.map((link) => link.ended))
}
const safe = (node: Node) =>
  until('everything is at the county', async () => (await node.engine.office.status()).casesNotAtRoot === 0)

beforeAll(async () => {
  county = await openCounty()
  const password = await passwordRecord(county.root.engine.office, PASSWORD)
  const person = (id: string, name: string, station: StationCode, role: Role): Person => ({
    type: 'person',
    id: id as PersonId,
    version: 1,
    name,
    station,
    roles: [role],
    password,
    disabled: false,
  })
  await publish(county.root, [
    person('agent', '李成', VILLAGE, 'agent'),
    person('clerk', '王芳', TOWNSHIP, 'clerk'),
    person('coordinator', '刘洋', COUNTY, 'coordinator'),
    person('admin', '孙伟', COUNTY, 'administrator'),
    person('handler', '陈刚', COUNTY, 'handler'),
  ])
  await join()
  await until(
    'the village knows its agent',
    () => county.village.engine.office.directory.person('agent' as PersonId) !== undefined,
  )
  agent = await enter(deskOf(county.village), 'agent')
  clerk = await enter(deskOf(county.township), 'clerk')
  const hub = deskOf(county.root)
  coordinator = await enter(hub, 'coordinator')
  admin = await enter(hub, 'admin')
  handler = await enter(hub, 'handler')
})

afterAll(async () => {
  await cut()
  await Promise.all([county.village, county.township, county.root].map((node) => node.engine.stop()))
})

test('P40 P180 offline work is said to be only here, its receipt carries the reservation, and both change once it is at the county', async () => {
  await cut()
  expect((await agent.get('/')).text).toMatch(/离线 · 没有未送出的办件 · 最后同步 /)
  const { id, receipt } = await captureCase(agent)
  expect(receipt.text).toContain('以县级确认为准')
  const made =
    /href="(\/cases\/[0-9a-f]+\/papers\/[0-9a-f]{64})"/.exec((await agent.get(`/cases/${id}`)).html)?.[1] ?? ''
  expect((await agent.get(made)).text).toContain('以县级确认为准')
  const offline = await agent.get('/')
  expect(offline.text).toMatch(/离线 · 1 件只存在本机 · 最后同步 /)
  expect(offline.text).toContain('只在本机')
  expect((await agent.get('/sync')).text).toContain('三项相加等于写入数(只算本机磁盘上的记录),没有丢失')
  await join()
  await safe(county.village)
  const online = await agent.get(`/cases/${id}`)
  expect(online.text).toMatch(/已连接\S+ · 全部已到县/)
  expect(online.text).toContain('安全 已到县')
  expect((await agent.get(`/cases/${id}/receipt`)).text).not.toContain('以县级确认为准')
  expect((await agent.get(made)).text).not.toContain('以县级确认为准')
})

test('E26 while the parent is not connected the page of the sync has a button that calls it at once', async () => {
  await cut()
  const offline = await agent.get('/sync')
  expect(offline.text).toContain('立即连接上级')
  expect((await agent.submit(offline, '/sync/connect')).path).toBe('/sync')
  expect(calls).toEqual(['now'])
  await join()
  await until('connected', async () => (await county.village.engine.office.status()).parent?.connected === true)
  for (const visitor of [agent, coordinator]) expect((await visitor.get('/sync')).text).not.toContain('立即连接上级')
})

test('P41 what a silent holder did after a reassignment is shown set aside, and the new holder adopts or dismisses it', async () => {
  const { id } = await captureCase(agent)
  await safe(county.village)
  await cut()
  const offered = await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8', note: '路上' })
  expect(offered.text).toContain('已发出未签收')
  const moved = await act(coordinator, id, 'reassigned', { to: TOWNSHIP, reason: '代办点失联' })
  expect(moved.text).toMatch(/现在由谁负责 安昌镇便民服务中心/)
  await join()
  const late = () => county.township.engine.office.find({ aside: true })
  await until('the late record is at the township', async () => (await late()).rows.some((row) => row.id === id))
  const page = await clerk.get(`/cases/${id}`)
  expect(page.text).toContain('有 1 条记录暂不生效')
  expect(page.text).toContain('县中心另有改派或作废,没有采用这条记录')
  expect(page.text).toContain('路上')
  expect((await clerk.get('/')).text).toContain('1 条待处理')
  expect((await clerk.get('/sync')).text).toContain('1 条待处理')
  const noReason = await act(clerk, id, 'dismissed')
  expect(noReason.status).toBe(422)
  const dismissed = await act(clerk, id, 'dismissed', { reason: '材料已另行交接' })
  expect(dismissed.text).toMatch(/不采纳的记录: \S+ \S+ 的“移交”/)
  expect(dismissed.text).not.toContain('条记录暂不生效')
})

test('P41 a late act that the new holder may do itself is adopted with one form and then counts', async () => {
  const { id } = await captureCase(agent)
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
  const at = (node: Node) => node.engine.office.find({ offeredTo: [TOWNSHIP] })
  await until('the transfer is at the township', async () =>
    (await at(county.township)).rows.some((row) => row.id === id),
  )
  expect((await act(clerk, id, 'taken', { materials: '8' })).text).toContain('“签收”已办,已存在本机。 到没到县')
  await safe(county.township)
  await cut()
  expect((await act(clerk, id, 'received')).text).toContain('已收件')
  await act(coordinator, id, 'reassigned', { to: COUNTY, reason: '乡镇停电' })
  await join()
  await until('the late act is at the county', async () =>
    (await county.root.engine.office.find({ aside: true })).rows.some((row) => row.id === id),
  )
  expect((await handler.get(`/cases/${id}`)).text).toContain('环节 已代收')
  const adopted = await act(handler, id, 'adopted', { note: '已核对' })
  expect(adopted.text).toContain('已采纳')
  expect(adopted.text).toContain('环节 已收件')
  const { office } = county.root.engine
  const hall = person(COUNTY, ['handler'])
  const made = valueIn(await office.view(hall, id as DocumentId)).state.story.find(
    ({ kind }) => kind === 'adopted',
  )?.hash
  // C133: what the adopted act sealed is sealed by the adoption, also for a paper that is printed again.
  expect(valueIn(await office.view(hall, id as DocumentId, made)).state.seals.application?.fact).toBe(made)
})

test(
  'P42 the node list shows last contact, what is unsent, version and clock of every node; revoking needs a reason',
  async () => {
    const { office } = county.root.engine
    const isTold = async () => (await office.nodesBelow()).filter((node) => node.version !== '').length === 2
    await until('both nodes have reported', isTold)
    const nodes = await admin.get('/hub/nodes')
    for (const words of ['安昌镇便民服务中心', '红岩村便民服务代办点', '0.0.0-test', '已连接', '0 件(0 条)', '正常'])
      expect(nodes.text).toContain(words)
    await cut()
    await until('the county misses the township', async () =>
      (await office.nodesBelow()).some((node) => !node.connected),
    )
    const away = await admin.get('/hub/nodes')
    expect(away.text).not.toContain('已连接 ')
    await join()
    const village = county.village.identity.node
    const noReason = await admin.submit(nodes, `/hub/nodes/${village}/revoke`)
    expect(noReason.status).toBeGreaterThanOrEqual(400)
    expect(noReason.text).toContain('吊销原因')
    const done = await admin.submit(noReason, `/hub/nodes/${village}/revoke`, { reason: '电脑被盗', cause: 'lost' })
    expect(done.text).toContain('已吊销')
    expect(done.text).toContain('电脑被盗')
    await until('the village is told', async () => (await county.village.engine.office.status()).refusal !== null)
    expect((await agent.get('/')).text).toContain('上级拒绝连接')
  },
  REPORTS_MILLISECONDS,
)

test('S163 the sync page says how many cases are stored and not listed yet', async () => {
  await join()
  const { storage, engine } = county.township
  const commit = storage.commit.bind(storage)
  storage.commit = async (change) => {
    if (change.packs.length === 0 && change.cases.length > 0) throw new StorageFailure('full', '磁盘已满')
    await commit(change)
  }
  const row = '已收到、正在列入清单的办件'
  expect((await clerk.get('/sync')).text).not.toContain(row)
  await captureCase(agent)
  await until('it is stored', async () => (await engine.office.status()).unlisted === 1)
  expect((await clerk.get('/sync')).text).toContain(row)
  storage.commit = commit
})
