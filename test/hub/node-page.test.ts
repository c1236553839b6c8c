/** The hub's page of a node: addresses, a new parent, a successor; and the sync page's part about the parent. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import type { ParentDoor } from '#edge-node/commands/station/parent-address.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { VERSION } from '#edge-node/version.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import { unheardNode } from '#protocol/engine/office.ts'
import { type NodeId, type StationCode, toHex } from '#protocol/ids.ts'
import { type Failure, failure, success } from '#protocol/result.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'
import { COUNTY, enter, OTHER, openPlace, type Place } from '#test/desk/place.ts'

const FIRST = '510724104201' as StationCode
const THIRD = '510724104203' as StationCode
const SECOND = '510724104202' as StationCode
const ADDRESS = 'https://10.1.2.3:8443/'

const csrfOn = (html: string): string => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''

let lease = 10
function node(name: string, station: StationCode, parent: NodeId | null, more: Partial<NodeRecord> = {}): NodeRecord {
  const { publicKey } = generateKeys()
  const own = { id: nodeIdOf(publicKey), publicKey: toHex(publicKey), lease: lease++ }
  return { type: 'node', version: 0, name, stations: [station], parent, revoked: null, ...own, ...more }
}

/** The hall with a township's dead computer, its successor, and two villages that still belong below the dead one. */
async function openCounty(enabled = true) {
  const place = await openPlace({ enabled })
  const root = place.office.directory.nodes().find(({ parent }) => parent === null)?.id ?? expect.fail('no root')
  const village = (id: StationCode, name: string) =>
    ({ type: 'station', id, version: 0, name, tier: 'village', parent: OTHER }) as const
  const dead = node('桑枣镇旧电脑', OTHER, root, { revoked: { time: 1, reason: '电脑损坏' } })
  const successor = node('桑枣镇新电脑', OTHER, root)
  const [first, second] = [node('红牌村', FIRST, dead.id), node('齐心村', SECOND, dead.id)]
  const records = [
    village(FIRST, '红牌村'),
    village(SECOND, '齐心村'),
    village(THIRD, '民乐村'),
    dead,
    successor,
    first,
    second,
  ]
  const published = await place.office.publish(null, records)
  if (!published.ok) throw new Error(published.problem.message)
  return { place, root, dead, successor, first, second }
}

const parentOf = ({ office }: Place, { id }: NodeRecord) => office.directory.node(id)?.parent

test('P183 every node has a page with its stations, its parent, its addresses and the command for its computer', async () => {
  const { place, dead, successor, first, root } = await openCounty()
  const admin = await place.as('admin')
  const list = await admin.get('/hub/nodes')
  for (const { id } of [dead, successor, first]) expect(list.html).toContain(`href="/hub/nodes/${id}"`)
  expect(list.html).toContain(`href="/hub/nodes/${root}"`)
  const page = await admin.get(`/hub/nodes/${successor.id}`)
  expect(page.text).toContain('桑枣镇便民服务中心')
  await admin.submit(await admin.get(`/hub/nodes/${root}`), `/hub/nodes/${root}/addresses`, { addresses: ADDRESS })
  const again = await admin.get(`/hub/nodes/${successor.id}`)
  expect(again.text).toContain(`npm run edge-node -- parent ${ADDRESS}`)
  expect((await admin.get(`/hub/nodes/${'f'.repeat(32)}`)).status).toBe(404)
})

test('P184 addresses are kept a line each; a wrong one comes back with everything typed and the reason', async () => {
  const { place, root } = await openCounty()
  const admin = await place.as('admin')
  const action = `/hub/nodes/${root}/addresses`
  const path = `/hub/nodes/${root}`
  const typed = { addresses: `${ADDRESS}\nhttp://10.0.0.9:8443` }
  const refused = await admin.submit(await admin.get(path), action, typed)
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('没有加密')
  expect(refused.html).toContain(typed.addresses)
  expect(place.office.directory.node(root)?.addresses).toBeUndefined()
  const kept = await admin.submit(refused, action, { addresses: `${ADDRESS}\n\nhttps://10.0.0.9:8443` })
  expect(kept.text).toContain('地址已保存')
  expect(place.office.directory.node(root)?.addresses).toEqual([ADDRESS, 'https://10.0.0.9:8443/'])
})

test('P185 a new parent is chosen among the nodes that serve a station above, after reading what will happen', async () => {
  const { place, root, successor, first, second } = await openCounty()
  const admin = await place.as('admin')
  const path = `/hub/nodes/${first.id}`
  const page = await admin.get(path)
  expect(page.text).toContain('密钥、数据目录和已存的记录都不变')
  const options = [...page.html.matchAll(/<option value="([0-9a-f]{32})"/g)].map(([, id]) => id)
  expect(new Set(options)).toEqual(new Set([root, successor.id])) // neither the dead one nor itself nor another village
  const early = await admin.submit(page, `${path}/parent`, { parent: root })
  expect(early.text).toContain('还没有登记地址')
  await admin.submit(await admin.get(`/hub/nodes/${root}`), `/hub/nodes/${root}/addresses`, { addresses: ADDRESS })
  const moved = await admin.submit(early, `${path}/parent`, { parent: root })
  expect(moved.text).toContain('上级已更换')
  expect([parentOf(place, first), parentOf(place, second)]).toEqual([root, second.parent])
})

test('P186 the successor of a revoked node takes over everything below it with one button', async () => {
  const { place, dead, successor, first, second } = await openCounty()
  const admin = await place.as('admin')
  const path = `/hub/nodes/${successor.id}`
  const title = (html: string) => /<h1[^>]*>([^<]*)/.exec(html)?.[1]
  expect(title((await admin.get(`/hub/nodes/${dead.id}`)).html)).toBe('节点:桑枣镇旧电脑(已停用)')
  const early = await admin.submit(await admin.get(path), `${path}/succession`)
  expect([early.status, title(early.html)]).toEqual([422, '节点:桑枣镇新电脑'])
  expect(early.text).toMatch(/“桑枣镇新电脑”还没有登记地址.*请先在“桑枣镇新电脑”的页面上填写地址/)
  expect([parentOf(place, first), parentOf(place, second)]).toEqual([dead.id, dead.id])
  await admin.submit(early, `${path}/addresses`, { addresses: ADDRESS })
  const page = await admin.get(path)
  // By the names of their keys, which are drawn.
  expect(page.text).toMatch(/还有 2 个下级接在它下面:(红牌村、齐心村|齐心村、红牌村)/)
  const done = await admin.submit(page, `${path}/succession`)
  expect([done.text.includes('已由本节点接替'), title(done.html)]).toEqual([true, '节点:桑枣镇新电脑'])
  expect([parentOf(place, first), parentOf(place, second)]).toEqual([successor.id, successor.id])
  expect((await admin.get(path)).text).not.toContain('由本节点接替')
  expect((await admin.get(`/hub/nodes/${dead.id}`)).text).not.toContain('全部改接')
})

test('E11 whoever revokes a node says what became of the computer: broken it keeps its word, lost it does not', async () => {
  const { place, first, second } = await openCounty()
  const admin = await place.as('admin')
  const revoke = (id: string) => `/hub/nodes/${id}/revoke`
  const page = await admin.get('/hub/nodes')
  expect(page.html).not.toMatch(/type="checkbox"|name="cause"[^>]*checked/)
  for (const cause of [undefined, 'yes', 'toString']) {
    const typed = { reason: '电脑不能开机', ...(cause === undefined ? {} : { cause }) }
    const refused = await admin.submit(page, revoke(first.id), typed)
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('请选择这台电脑怎么了')
    expect(refused.html).toContain('value="电脑不能开机"')
    expect(place.office.directory.node(first.id)?.revoked).toBeNull()
  }
  await admin.submit(page, revoke(first.id), { reason: '电脑不能开机', cause: 'broken' })
  await admin.submit(page, revoke(second.id), { reason: '电脑不见了', cause: 'lost' })
  const revokedOf = ({ id }: NodeRecord) => place.office.directory.node(id)?.revoked
  expect(revokedOf(first)).toMatchObject({ reason: '电脑不能开机', held: null })
  expect(revokedOf(second)).toMatchObject({ reason: '电脑不见了', held: {}, carried: [] })
})

test('P187 only administrators change where nodes belong; coordinators read it and others do not', async () => {
  const { place, root, first } = await openCounty()
  const path = `/hub/nodes/${first.id}`
  const coordinator = await place.as('coordinator')
  const read = await coordinator.get(path)
  expect(read.status).toBe(200)
  for (const form of ['parent', 'addresses', 'children']) expect(read.html).not.toContain(`action="${path}/${form}"`)
  const { csrf = '' } = { csrf: /name="csrf" value="([^"]+)"/.exec(read.html)?.[1] }
  for (const form of ['parent', 'addresses', 'children', 'succession'])
    expect((await coordinator.post(`${path}/${form}`, { csrf, parent: root })).status).toBe(403)
  expect((await (await place.as('handler')).get(path)).status).toBe(403)
  expect(parentOf(place, first)).toBe(first.parent)
})

/** The desk of a node below, whose program answers as the test says. */
async function deskBelow(place: Place, problem?: Failure) {
  const asked: string[] = []
  const parent: ParentDoor = {
    callNow() {},
    places: () => ({ name: '桑枣镇', addresses: [{ address: ADDRESS, problem }], notTaken: undefined }),
    async moveTo(address) {
      asked.push(address)
      return problem ? failure(problem) : success(address === ADDRESS ? 'moved' : 'known')
    },
  }
  const { office } = place
  const desk = createDesk({ office, accounts: createAccounts(office), title: '安县', secure: true, parent })
  return { desk, asked }
}

test('P188 the sync page shows where the parent is tried and why not, and goes to another address for everybody who may write', async () => {
  const place = await openPlace()
  const problem = {
    code: 'parent-not-named',
    message: '那里不是本机的上级',
    kept: '上级没有改动',
    next: '请联系县中心',
  }
  const refusing = await deskBelow(place, problem)
  const agent = await enter(refusing.desk, 'agent')
  const page = await agent.get('/sync')
  expect(page.text).toContain(ADDRESS)
  expect(page.text).toContain('那里不是本机的上级')
  const refused = await agent.submit(page, '/sync/parent', { address: 'https://10.9.9.9' })
  expect([refused.status, refusing.asked]).toEqual([422, ['https://10.9.9.9']])
  expect(refused.html).toContain('value="https://10.9.9.9"')
  expect(refused.text).toContain('那里不是本机的上级。请联系县中心') // beside the field
  expect(refused.text.split('请联系县中心').length - 1).toBeGreaterThanOrEqual(3) // and at the top of the page
  const willing = await deskBelow(place)
  const chief = await enter(willing.desk, 'chief')
  const moved = await chief.submit(await chief.get('/sync'), '/sync/parent', { address: ADDRESS })
  expect(moved.text).toContain('地址已改用')
  const same = await chief.submit(moved, '/sync/parent', { address: 'https://10.9.9.9' })
  expect(same.text).toContain('上级没有改动,已经是')
  expect(same.text).not.toContain('地址已改用')
  // A township has nobody but its clerks and handlers.
  for (const role of ['clerk', 'handler']) {
    const person = await enter(willing.desk, role)
    expect((await person.submit(await person.get('/sync'), '/sync/parent', { address: ADDRESS })).status).toBe(200)
  }
  const supervisor = await enter(willing.desk, 'supervisor')
  const read = await supervisor.get('/sync')
  expect(read.html).not.toContain('action="/sync/parent"')
  const csrf = /name="csrf" value="([^"]+)"/.exec(read.html)?.[1] ?? ''
  expect((await supervisor.post('/sync/parent', { csrf, address: ADDRESS })).status).toBe(403)
  expect(willing.asked).toEqual([ADDRESS, 'https://10.9.9.9', ADDRESS, ADDRESS])
})

test('P188 the hub has no parent to look for', async () => {
  const place = await openPlace()
  const admin = await place.as('admin')
  const page = await admin.get('/sync')
  expect(page.text).not.toContain('上级的地址')
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  expect((await admin.post('/sync/parent', { csrf, address: ADDRESS })).status).toBe(404)
  expect(place.office.directory.station(COUNTY)).toBeDefined()
})

test('P189 a code is shown with the command to type at the new computer, for each address of its parent', async () => {
  const { place, root } = await openCounty()
  const admin = await place.as('admin')
  await admin.submit(await admin.get(`/hub/nodes/${root}`), `/hub/nodes/${root}/addresses`, { addresses: ADDRESS })
  const page = await admin.get('/hub/enrolment')
  const made = await admin.submit(page, '/hub/enrolment', { station: THIRD, parent: root })
  const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){4}/.exec(made.text)?.[0] ?? expect.fail(made.text)
  expect(made.text).toContain(`npm run edge-node -- join ${ADDRESS} ${code}`)
})

test('P183 after a revocation people read how many nodes stand below and what to do; the page says of which kind it was', async () => {
  const { place, root, successor, first } = await openCounty()
  const published = await place.office.publish(null, [{ ...first, parent: successor.id }])
  expect(published.ok).toBe(true)
  const admin = await place.as('admin')
  const done = await admin.submit(await admin.get('/hub/nodes'), `/hub/nodes/${successor.id}/revoke`, {
    reason: '被盗',
    cause: 'lost',
  })
  expect(done.text).toContain('“桑枣镇新电脑”下面还接着 1 个节点:红牌村')
  expect(done.html).toContain(`href="/hub/nodes/${successor.id}">在“桑枣镇新电脑”的页面上`)
  expect((await admin.get(`/hub/nodes/${successor.id}`)).text).toContain('被盗(')
  const broken = { ...first, parent: root, revoked: { time: 2, reason: '烧坏', held: null } }
  expect((await place.office.publish(null, [broken])).ok).toBe(true)
  expect((await admin.get(`/hub/nodes/${first.id}`)).text).toContain('不论何时送达都照常有效')
  expect((await admin.get(`/hub/nodes/${successor.id}`)).text).toContain('之后才送达的暂不生效')
})

test('P210 the page of nodes names those with an older program and what waits for them, and says nothing when there are none', async () => {
  const { place, dead, successor, first, second } = await openCounty(false)
  const admin = await place.as('admin')
  const text = async () => (await admin.get('/hub/nodes')).text
  expect(await text()).toContain('3 个节点的程序较旧:')
  for (const { name } of [successor, first, second]) expect(await text()).toMatch(new RegExp(`程序较旧[^。]*${name}`))
  expect(await text()).not.toMatch(new RegExp(`程序较旧[^。]*${dead.name}`))
  expect(await text()).toContain('新的办理方式才自动启用')
  await place.office.publish(null, [{ type: 'level', id: 'rules', version: RULES_LEVEL }])
  expect(await text()).toContain('在程序较旧的节点上只能查看')
  const revoked = { time: 1, reason: '退役', held: null }
  await place.office.publish(
    null,
    [successor, first, second].map((one) => ({ ...one, revoked })),
  )
  expect(await text()).not.toContain('程序较旧')
})

test('P210 an upgraded village behind an older township is not called older; it waits for the township', async () => {
  const { place, successor, first, second } = await openCounty(false)
  const heard = [
    { ...unheardNode(successor.id), connected: true, version: '0.2.0' },
    { ...unheardNode(first.id), connected: true, version: VERSION },
    { ...unheardNode(second.id), connected: true, version: VERSION, level: RULES_LEVEL },
  ]
  Object.assign(place.office, { nodesBelow: async () => heard })
  const admin = await place.as('admin')
  const { text } = await admin.get('/hub/nodes')
  expect(text).toContain(`1 个节点的程序较旧:${successor.name}。`)
  expect(text).toContain(`1 个节点已是本版程序,等上级升级后才能确认:${first.name}。`)
  expect(text).toContain('才自动启用')
  Object.assign(place.office, { nodesBelow: async () => heard.slice(2) })
  for (const { id } of [successor, first])
    await place.office.publish(null, [
      { ...(place.office.directory.node(id) ?? expect.fail()), revoked: { time: 1, reason: '退役', held: null } },
    ])
  expect((await admin.get('/hub/nodes')).text).not.toMatch(/程序较旧|才能确认/)
})

test('P234 a machine that was taken out is told as that at the head of every page; nothing is said of a restored database', async () => {
  const { place, first, second } = await openCounty()
  const admin = await place.as('admin')
  const revoke = (id: NodeId) =>
    admin.post(`/hub/nodes/${id}/revoke`, { csrf: csrfOn(list.html), cause: 'broken', reason: '电脑坏了' })
  const list = await admin.get('/hub/nodes')
  await revoke(first.id)
  const page = await (await place.as('clerk')).get('/')
  expect(page.text).toContain('节点“红牌村”已停用,核对未完 请打开“同步与安全”页')
  expect(page.text).not.toMatch(/数据库恢复过|另有/)
  const sync = await admin.get('/sync')
  expect(sync.text).toContain('没有丢失')
  expect(sync.text).not.toContain('恢复以前写过')
  const question = await admin.submit(sync, '/sync/checked')
  expect(question.text).toContain('这个节点停用以前的纸质凭证都核对完了吗?')
  await revoke(second.id)
  expect((await admin.get('/')).text).toContain('节点“齐心村”已停用,核对未完(另有 1 个停用的节点)')
  await admin.submit(question, '/sync/checked')
  expect((await admin.get('/')).text).toContain('节点“齐心村”已停用,核对未完 ')
})
