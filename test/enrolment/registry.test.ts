/** The hub's register over a real engine: codes, joins, stations, people. */
import { beforeEach, expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { firstStart } from '#hub/first-start.ts'
import { signingNode } from '#hub/register/nodes.ts'
import { createRegistry, type HubRegistry } from '#hub/registry.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { openEngine } from '#protocol/engine/open.ts'
import type { KeyPair } from '#protocol/engine/ports/host.ts'
import { type NodeId, type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Result } from '#protocol/result.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { type JoinRequest, requestBytes, signHex } from '#protocol/transport/enrolment.ts'
import { readCode } from '#protocol/transport/enrolment-code.ts'
import { generateKeys, nodeHost, nodeIdOf, sha256 } from '#protocol/transport/node-host.ts'
import { hostWith } from '#test/clock/host.ts'
import { valueIn } from '#test/documents/authors.ts'
import { COUNTY, SECOND_VILLAGE, TOWNSHIP, VILLAGE } from '#test/engine/county.ts'

const OTHER_TOWNSHIP = '510724101' as StationCode
const ADMINISTRATOR: Actor = {
  person: 'admin' as PersonId,
  name: '系统管理员',
  station: COUNTY,
  roles: ['administrator'],
}
const CLERK: Actor = { ...ADMINISTRATOR, person: 'clerk' as PersonId, roles: ['clerk'] }

let now: number
let office: Office
let root: NodeId
let registry: HubRegistry
let storage: MemoryStorage

const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.problem.code)
const fieldOf = (result: Result<unknown>) => (result.ok ? undefined : result.problem.field)

beforeEach(async () => {
  now = Date.UTC(2026, 10, 20, 1)
  const keys = generateKeys()
  root = nodeIdOf(keys.publicKey)
  storage = new MemoryStorage()
  const host = hostWith(() => now)
  const identity = { node: root, keys, root: { node: root, publicKey: keys.publicKey }, parent: null, lease: 1 }
  const engine = valueIn(
    await openEngine({ storage, host, identity, incarnation: 1, rotated: async () => undefined, version: '1' }),
  )
  office = engine.office
  const accounts = createAccounts(office)
  const stationName = '安县政务服务中心'
  valueIn(await firstStart({ office, accounts, identity, station: COUNTY, stationName, isNewCounty: false }))
  registry = createRegistry({ office, accounts, cryptography: host.cryptography, root })
  for (const [id, name, parent, tier] of [
    [TOWNSHIP, '安昌镇便民服务中心', COUNTY, 'township'],
    [VILLAGE, '红岩村便民服务代办点', TOWNSHIP, 'village'],
    [SECOND_VILLAGE, '永河村便民服务代办点', TOWNSHIP, 'village'],
    [OTHER_TOWNSHIP, '永安镇便民服务中心', COUNTY, 'township'],
  ] as const)
    valueIn(await registry.createStation(ADMINISTRATOR, { id, name, parent, tier }))
})

async function requestWith(secret: string, parent: NodeId, keys: KeyPair, name = '新节点'): Promise<JoinRequest> {
  const request = { secret, parent, publicKey: toHex(keys.publicKey), name }
  return { ...request, proof: await signHex(nodeHost.cryptography, keys.privateKey, requestBytes(request)) }
}

async function secretFor(station: StationCode, parent: NodeId): Promise<string> {
  const issued = valueIn(await registry.createCode(ADMINISTRATOR, station, parent))
  return valueIn(readCode(sha256, issued.text)).secret
}

async function joinAs(station: StationCode, parent: NodeId, keys = generateKeys()) {
  return registry.enrol(await requestWith(await secretFor(station, parent), parent, keys))
}

test('E5 a join publishes one record and answers with number, root, parent and chain', async () => {
  const township = valueIn(await joinAs(TOWNSHIP, root))
  const village = valueIn(await joinAs(VILLAGE, township.node))
  expect(new Set([1, township.lease, village.lease]).size).toBe(3)
  expect(village).toMatchObject({
    root: { node: root },
    parent: { node: township.node },
    stations: [{ id: VILLAGE }, { id: TOWNSHIP }, { id: COUNTY }],
  })
  expect(office.directory.node(village.node)).toMatchObject({
    stations: [VILLAGE],
    parent: township.node,
    lease: village.lease,
    revoked: null,
  })
  expect(office.directory.nodes()).toHaveLength(3)
})

test('E5 C115 a number is never leased twice, also after its node was revoked; the next node is told of the one before', async () => {
  const first = valueIn(await joinAs(TOWNSHIP, root))
  valueIn(await registry.revokeNode(ADMINISTRATOR, first.node, '电脑被盗', 'lost'))
  const second = valueIn(await joinAs(TOWNSHIP, root))
  expect(second.lease).not.toBe(first.lease)
  expect([first, second].map(({ node }) => office.directory.node(node)?.predecessors)).toEqual([0, 1])
})

test('E5 joins at the same moment get different numbers', async () => {
  const secrets = [await secretFor(TOWNSHIP, root), await secretFor(OTHER_TOWNSHIP, root)]
  const joined = await Promise.all(
    secrets.map(async (secret) => registry.enrol(await requestWith(secret, root, generateKeys()))),
  )
  expect(new Set(joined.map((result) => valueIn(result).lease)).size).toBe(2)
})

test('E2 only a hash of the code is stored, and it is gone from the lists once used', async () => {
  const secret = await secretFor(TOWNSHIP, root)
  const rows = await office.localAll('enrolment-codes')
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(secret)
  expect(valueIn(await registry.codes(ADMINISTRATOR))).toMatchObject([{ station: TOWNSHIP, parentNode: root }])
  valueIn(await registry.enrol(await requestWith(secret, root, generateKeys())))
  expect(valueIn(await registry.codes(ADMINISTRATOR))).toEqual([])
})

test('E4 each code that cannot be used has its own refusal, and nothing is published', async () => {
  const keys = generateKeys()
  const before = office.directory.nodes().length
  const attempt = async (secret: string, parent = root) =>
    codeOf(await registry.enrol(await requestWith(secret, parent, keys)))
  expect(await attempt('00000000')).toBe('code-unknown')
  const secret = await secretFor(TOWNSHIP, root)
  expect(await attempt(secret, nodeIdOf(keys.publicKey))).toBe('code-elsewhere')
  now += LIMITS.enrolmentCodeMinutes * 60_000
  expect(await attempt(secret)).toBe('code-expired')
  expect(office.directory.nodes()).toHaveLength(before)
})

test('E4 a used code is refused to another machine', async () => {
  const secret = await secretFor(TOWNSHIP, root)
  valueIn(await registry.enrol(await requestWith(secret, root, generateKeys())))
  expect(codeOf(await registry.enrol(await requestWith(secret, root, generateKeys())))).toBe('code-used')
})

test('E4 a station that got a node in the meantime is not given a second one', async () => {
  const [first, second] = [await secretFor(TOWNSHIP, root), await secretFor(TOWNSHIP, root)]
  valueIn(await registry.enrol(await requestWith(first, root, generateKeys())))
  expect(codeOf(await registry.enrol(await requestWith(second, root, generateKeys())))).toBe('station-served')
})

test('E4 a request without proof of its key is refused', async () => {
  const secret = await secretFor(TOWNSHIP, root)
  const request = await requestWith(secret, root, generateKeys())
  const stolen = { ...request, publicKey: toHex(generateKeys().publicKey) }
  expect(codeOf(await registry.enrol(stolen))).toBe('proof-invalid')
  expect(codeOf(await registry.enrol({ ...request, name: '别的名字' }))).toBe('proof-invalid')
  expect(codeOf(await registry.enrol(request))).toBe('ok')
})

test('E6 the same machine may ask again, even after the hour, and gets the same answer', async () => {
  const secret = await secretFor(TOWNSHIP, root)
  const request = await requestWith(secret, root, generateKeys())
  const first = await registry.enrol(request)
  now += LIMITS.enrolmentCodeMinutes * 60_000 + 1
  expect(await registry.enrol(request)).toEqual(first)
  expect(office.directory.nodes()).toHaveLength(2)
})

test('E6 a revoked machine cannot come back with a code', async () => {
  const keys = generateKeys()
  const joined = valueIn(await joinAs(TOWNSHIP, root, keys))
  valueIn(await registry.revokeNode(ADMINISTRATOR, joined.node, '电脑被盗', 'lost'))
  expect(codeOf(await joinAs(TOWNSHIP, root, keys))).toBe('node-revoked')
})

test('E6 a revocation as lost can be corrected to broken, so that everything counts; not the other way round', async () => {
  const { node } = valueIn(await joinAs(TOWNSHIP, root, generateKeys()))
  const codes: string[] = []
  for (const cause of ['lost', 'lost', 'broken', 'lost', 'broken'] as const)
    codes.push(codeOf(await registry.revokeNode(ADMINISTRATOR, node, '核对', cause)))
  expect(codes).toEqual(['ok', 'node-revoked', 'ok', 'node-revoked', 'node-revoked'])
  expect(office.directory.node(node)?.revoked?.held).toBeNull()
})

test('E11 only administrators change the register', async () => {
  const results = [
    await registry.createStation(CLERK, { id: '510724102', name: '新镇', tier: 'township', parent: COUNTY }),
    await registry.createPerson(CLERK, person()),
    await registry.setPassword(CLERK, 'admin' as PersonId, 'Tian-shan 8'),
    await registry.disablePerson(CLERK, 'admin' as PersonId),
    await registry.createCode(CLERK, TOWNSHIP, root),
    await registry.codes(CLERK),
    await registry.revokeNode(CLERK, root, '试一试', 'lost'),
  ]
  expect(results.map(codeOf)).toEqual(results.map(() => 'not-authorised'))
})

test('E11 A28 an administrator who also supervises reads the register and changes nothing', async () => {
  const watching: Actor = { ...ADMINISTRATOR, roles: ['administrator', 'supervisor'] }
  const results = [
    await registry.createStation(watching, { id: '510724102', name: '新镇', tier: 'township', parent: COUNTY }),
    await registry.createPerson(watching, person()),
    await registry.keep(watching, office.directory.rules(), 'change'),
    await registry.revokeNode(watching, root, '试一试', 'lost'),
  ]
  expect(results.map(codeOf)).toEqual(results.map(() => 'reads-only'))
  expect(codeOf(await registry.codes(watching))).toBe('ok')
})

const person = (change = {}) => ({
  id: 'wang.fang',
  name: '王芳',
  station: TOWNSHIP,
  roles: ['clerk'] as const,
  password: 'Tian-shan 8',
  ...change,
})

test('E11 a station is refused with the field that is wrong', async () => {
  const station = { id: '510724102', name: '秀水镇便民服务中心', tier: 'township', parent: COUNTY } as const
  const fieldFor = async (change: object) =>
    fieldOf(await registry.createStation(ADMINISTRATOR, { ...station, ...change }))
  expect(await fieldFor({ id: '51072' })).toBe('id')
  expect(await fieldFor({ id: TOWNSHIP })).toBe('id')
  expect(await fieldFor({ name: '镇' })).toBe('name')
  expect(await fieldFor({ parent: null })).toBe('parent')
  expect(await fieldFor({ parent: VILLAGE })).toBe('parent')
  expect(await fieldFor({ tier: 'village', parent: VILLAGE })).toBe('parent')
  expect(await fieldFor({ tier: 'city' })).toBe('tier')
  expect(office.directory.station('510724102' as StationCode)).toBeUndefined()
  expect(codeOf(await registry.createStation(ADMINISTRATOR, station))).toBe('ok')
})

test('E11 an account is refused with the field that is wrong, and keeps no clear password', async () => {
  const fieldFor = async (change: object) => fieldOf(await registry.createPerson(ADMINISTRATOR, person(change)))
  expect(await fieldFor({ id: '王芳' })).toBe('id')
  expect(await fieldFor({ id: 'admin' })).toBe('id')
  expect(await fieldFor({ name: ' ' })).toBe('name')
  expect(await fieldFor({ station: '510799' })).toBe('station')
  expect(await fieldFor({ roles: [] })).toBe('roles')
  expect(await fieldFor({ roles: ['administrator'] })).toBe('roles')
  expect(await fieldFor({ password: '12345678' })).toBe('password')
  expect(codeOf(await registry.createPerson(ADMINISTRATOR, person()))).toBe('ok')
  expect(JSON.stringify(office.directory.people())).not.toContain('Tian-shan')
  const id = 'wang.fang' as PersonId
  const before = office.directory.person(id)?.password
  expect(fieldOf(await registry.setPassword(ADMINISTRATOR, id, 'short'))).toBe('password')
  expect(codeOf(await registry.setPassword(ADMINISTRATOR, id, 'Other-pass 9'))).toBe('ok')
  expect(office.directory.person(id)?.password).not.toEqual(before)
  // A password that somebody sets meanwhile does not open the account again.
  const setting = registry.setPassword(ADMINISTRATOR, id, 'Third-pass 7')
  expect(codeOf(await registry.disablePerson(ADMINISTRATOR, id))).toBe('ok')
  expect(codeOf(await setting)).toBe('ok')
  expect(office.directory.person(id)?.disabled).toBe(true)
})

test('E11 the last administrator stays, and so does the root', async () => {
  const id = 'admin' as PersonId
  expect(codeOf(await registry.disablePerson(ADMINISTRATOR, id))).toBe('last-administrator')
  const second = person({ id: 'admin2', station: COUNTY, roles: ['administrator'] })
  valueIn(await registry.createPerson(ADMINISTRATOR, second))
  expect(codeOf(await registry.disablePerson(ADMINISTRATOR, id))).toBe('ok')
  expect(codeOf(await registry.revokeNode(ADMINISTRATOR, root, '试一试', 'lost'))).toBe('node-is-root')
})

test('E11 a code is made only for a place without a node, below a node of a station above', async () => {
  const township = valueIn(await joinAs(TOWNSHIP, root))
  const other = valueIn(await joinAs(OTHER_TOWNSHIP, root))
  const codeFor = async (station: StationCode, parent: NodeId) =>
    codeOf(await registry.createCode(ADMINISTRATOR, station, parent))
  expect(await codeFor(TOWNSHIP, root)).toBe('station-served')
  expect(await codeFor(VILLAGE, other.node)).toBe('parent-unfit')
  expect(await codeFor('510799' as StationCode, root)).toBe('station-unknown')
  expect(await codeFor(VILLAGE, '0'.repeat(32) as NodeId)).toBe('parent-unknown')
  expect(await codeFor(VILLAGE, township.node)).toBe('ok')
  expect(await codeFor(VILLAGE, root)).toBe('ok') // a village may hang directly below the county
})

const ADDRESS = 'https://10.1.2.3:8443/'

const movedTo = async (nodes: readonly NodeId[], parent: NodeId) =>
  codeOf(await registry.moveNodes(ADMINISTRATOR, nodes, parent))

test('E41 all nodes below a dead one are moved below its successor in one commit, or none', async () => {
  const dead = valueIn(await joinAs(TOWNSHIP, root))
  const villages = [valueIn(await joinAs(VILLAGE, dead.node)), valueIn(await joinAs(SECOND_VILLAGE, dead.node))]
  const nodes = villages.map(({ node }) => node)
  valueIn(await registry.revokeNode(ADMINISTRATOR, dead.node, '电脑损坏', 'lost'))
  const successor = valueIn(await joinAs(TOWNSHIP, root))
  expect(await movedTo(nodes, successor.node)).toBe('parent-without-address')
  valueIn(await registry.setAddresses(ADMINISTRATOR, successor.node, [ADDRESS]))
  const commits: number[] = []
  const commit = storage.commit.bind(storage)
  storage.commit = async (change) => {
    commits.push(change.directory.length)
    await commit(change)
  }
  // One that cannot be moved keeps all of them where they are.
  expect(await movedTo([...nodes, root], successor.node)).toBe('node-is-root')
  expect(commits).toEqual([])
  expect(await movedTo(nodes, successor.node)).toBe('ok')
  expect(commits).toEqual([3]) // the parent's own record goes along, so that it can be shown with the new place
  expect(nodes.map((node) => office.directory.node(node)?.parent)).toEqual([successor.node, successor.node])
  expect(await movedTo(nodes, successor.node)).toBe('nothing-to-move')
  for (const node of nodes) expect(await office.placementOf(node)).toBeDefined()
})

test('E41 a node goes only below one in use that serves a station above, and a revoked one goes along to deliver', async () => {
  const township = valueIn(await joinAs(TOWNSHIP, root))
  const other = valueIn(await joinAs(OTHER_TOWNSHIP, root))
  const village = valueIn(await joinAs(VILLAGE, township.node))
  for (const node of [root, township.node, other.node, village.node])
    valueIn(await registry.setAddresses(ADMINISTRATOR, node, [ADDRESS]))
  expect(await movedTo([village.node], other.node)).toBe('parent-unfit')
  expect(await movedTo([village.node], village.node)).toBe('parent-unfit')
  expect(await movedTo([township.node], village.node)).toBe('parent-unfit')
  expect(await movedTo(['f'.repeat(32) as NodeId], root)).toBe('node-unknown')
  expect(await movedTo([village.node], 'f'.repeat(32) as NodeId)).toBe('parent-unknown')
  valueIn(await registry.revokeNode(ADMINISTRATOR, township.node, '电脑损坏', 'lost'))
  expect(await movedTo([village.node], township.node)).toBe('parent-unknown')
  valueIn(await registry.revokeNode(ADMINISTRATOR, village.node, '停用', 'lost'))
  expect(await movedTo([village.node], root)).toBe('ok')
  expect(office.directory.node(village.node)).toMatchObject({ parent: root, revoked: { reason: '停用' } })
})

test('E42 addresses are checked before they are published, each once, and only by an administrator', async () => {
  const set = (texts: readonly string[]) => registry.setAddresses(ADMINISTRATOR, root, texts)
  expect(fieldOf(await set(['http://10.0.0.1:8443']))).toBe('addresses')
  expect(codeOf(await set(['10.0.0.1:8443']))).toBe('address-malformed')
  const many = Array.from({ length: LIMITS.nodeAddresses + 1 }, (_, index) => `https://10.0.0.${index}`)
  expect(codeOf(await set(many))).toBe('too-many-addresses')
  expect(office.directory.node(root)?.addresses).toBeUndefined()
  valueIn(await set([' https://10.1.2.3:8443/sync ', ADDRESS, '', 'http://127.0.0.1:8080']))
  expect(office.directory.node(root)?.addresses).toEqual([ADDRESS, 'http://127.0.0.1:8080/'])
  expect(codeOf(await registry.setAddresses(CLERK, root, []))).toBe('not-authorised')
  expect(codeOf(await registry.moveNodes(CLERK, [], root))).toBe('not-authorised')
  expect(codeOf(await registry.setAddresses(ADMINISTRATOR, 'f'.repeat(32) as NodeId, []))).toBe('node-unknown')
})

test('E21 a second first start makes nothing, and another station code is refused', async () => {
  const heights = (await storage.load()).heads.map(({ height }) => height)
  const accounts = createAccounts(office)
  const record = office.directory.node(root)
  const again = {
    office,
    accounts,
    identity: {
      node: root,
      keys: generateKeys(),
      root: { node: root, publicKey: new Uint8Array() },
      parent: null,
      lease: 1,
    },
    station: COUNTY,
    stationName: record?.name ?? '',
    isNewCounty: false,
  }
  expect(valueIn(await firstStart(again))).toEqual({ password: null })
  expect((await storage.load()).heads.map(({ height }) => height)).toEqual(heights)
  expect(codeOf(await firstStart({ ...again, station: '510799' as StationCode }))).toBe('station-code-changed')
})

const STANDBY = { standby: true } as const

test('E45 a standby is enrolled at the county hall below the root, one at a time, and is granted every stream', async () => {
  const township = valueIn(await joinAs(TOWNSHIP, root))
  const ask = (station: StationCode, parent: NodeId) => registry.createCode(ADMINISTRATOR, station, parent, STANDBY)
  expect(fieldOf(await ask(TOWNSHIP, root))).toBe('station')
  expect(fieldOf(await ask(COUNTY, township.node))).toBe('parent')
  expect(codeOf(await registry.createCode(CLERK, COUNTY, root, STANDBY))).toBe('not-authorised')
  const [first, second] = [valueIn(await ask(COUNTY, root)), valueIn(await ask(COUNTY, root))]
  expect(valueIn(await registry.codes(ADMINISTRATOR)).map(({ standby }) => standby)).toEqual([true, true])
  const join = async (text: string) =>
    registry.enrol(await requestWith(valueIn(readCode(sha256, text)).secret, root, generateKeys(), ''))
  const joined = valueIn(await join(first.text))
  expect(office.directory.node(joined.node)).toMatchObject({ standby: true, stations: [COUNTY], parent: root })
  expect(joined.name).toContain('备用机')
  expect(codeOf(await join(second.text))).toBe('station-served')
  expect(fieldOf(await ask(COUNTY, root))).toBe('standby')
  // It is no second node for anything else: the hall is still served by the root, and every point keeps its own.
  expect(codeOf(await registry.createCode(ADMINISTRATOR, COUNTY, root))).toBe('station-served')
  expect(signingNode(office.directory, COUNTY)?.id).toBe(root)
  valueIn(await registry.revokeNode(ADMINISTRATOR, joined.node, '换一台', 'lost'))
  expect(codeOf(await ask(COUNTY, root))).toBe('ok')
})

test('E46 a station goes below another one of the right tier, never below itself, and remembers where it was', async () => {
  const move = (station: StationCode, parent: StationCode) => registry.moveStation(ADMINISTRATOR, station, parent)
  expect(fieldOf(await move(VILLAGE, TOWNSHIP))).toBe('to')
  expect(fieldOf(await move(OTHER_TOWNSHIP, VILLAGE))).toBe('to')
  expect(fieldOf(await move(COUNTY, TOWNSHIP))).toBe('station')
  expect(fieldOf(await move('510724999' as StationCode, TOWNSHIP))).toBe('station')
  expect(codeOf(await registry.moveStation(CLERK, VILLAGE, OTHER_TOWNSHIP))).toBe('not-authorised')
  expect(office.directory.station(VILLAGE)?.formerParents).toBeUndefined()
  valueIn(await move(VILLAGE, OTHER_TOWNSHIP))
  expect(office.directory.station(VILLAGE)).toMatchObject({ parent: OTHER_TOWNSHIP, formerParents: [TOWNSHIP] })
  const [east, west] = ['510724801', '510724802'] as StationCode[] as [StationCode, StationCode]
  for (const [id, parent] of [
    [east, COUNTY],
    [west, east],
  ] as const)
    valueIn(await registry.createStation(ADMINISTRATOR, { id, name: '分厅', tier: 'county', parent }))
  expect(fieldOf(await move(east, west))).toBe('to')
})
