/** A hall with its people and the real engine over memory, as the API tests use it. */
import { vi } from 'vitest'
import { type Accounts, createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createApi } from '#edge-node/desk/api/api.ts'
import { createRegistry } from '#hub/registry.ts'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import type { DirectoryRecord, NodeRecord, Person, Role, Station } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Office } from '#protocol/engine/office.ts'
import { openEngine } from '#protocol/engine/open.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'
import { hostWith } from '#test/clock/host.ts'
import { letterFor } from '#test/engine/letters.ts'
import { ENABLED } from '#test/engine/levels.ts'

// A password hash costs 100 ms by design, several times that on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

export const COUNTY = '510724' as StationCode
export const TOWNSHIP = '510724103' as StationCode
export const VILLAGE = '510724103201' as StationCode
export const PASSWORD = 'Tian-shan 8'
export const ID_NUMBER = '11010519491231002X'
export const PHONE = '13812345678'
export const ITEM = '510724-TEST-01'
export const STEPPED_ITEM = '510724-TEST-02'

const STATIONS: readonly Station[] = [
  { type: 'station', id: COUNTY, version: 1, name: '县政务服务中心', tier: 'county', parent: null },
  { type: 'station', id: TOWNSHIP, version: 1, name: '花荄镇便民服务中心', tier: 'township', parent: COUNTY },
  { type: 'station', id: VILLAGE, version: 1, name: '联丰村代办点', tier: 'village', parent: TOWNSHIP },
]

const FIELDS: Item['fields'] = [
  { id: 'applicant', label: '申请人', required: true, type: 'text' },
  { id: 'idNumber', label: '证件号码', required: true, type: 'idNumber' },
  { id: 'phone', label: '联系电话', required: false, type: 'phone' },
  { id: 'spouseIdNumber', label: '配偶证件号码', required: false, type: 'idNumber' },
  { id: 'bankAccount', label: '银行账号', required: false, type: 'account' },
]

const SAMPLE: Item = completeItem({
  id: ITEM,
  version: 1,
  name: '公共场所卫生许可',
  pinyin: 'gonggongchangsuo ggcs',
  itemType: '01',
  department: 'WSJKJ',
  codes: { basic: '440123456001', implementation: '11440100007482575H3440123456001', business: '' },
  basis: '《公共场所卫生管理条例》',
  tiers: ['village', 'township', 'county'],
  fields: FIELDS,
  materials: [completeMaterial({ id: 'form', name: '申请表', form: 'original' })],
  promised: { days: 5, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'working', note: '' },
  sample: true,
})

/** The same with the steps of handling, so that it can be reported up. */
const STEPPED: Item = completeItem({
  ...SAMPLE,
  id: STEPPED_ITEM,
  name: '医疗机构设置审批',
  codes: { basic: '440123456002', implementation: '11440100007482575H3440123456002', business: '' },
  steps: [
    { stage: '40', role: '承办人', standard: '', days: 3 },
    { stage: '41', role: '审核人', standard: '', days: 2 },
    { stage: '42', role: '批准人', standard: '', days: 2 },
  ],
})

const PEOPLE: readonly (readonly [id: string, name: string, station: StationCode, role: Role])[] = [
  ['wang.fang', '王芳', TOWNSHIP, 'clerk'],
  ['zhou.chief', '周敏', TOWNSHIP, 'chief'],
  ['wu.handler', '吴军', TOWNSHIP, 'handler'],
  ['zhao.super', '赵清', TOWNSHIP, 'supervisor'],
  ['sun.admin', '孙立', TOWNSHIP, 'administrator'],
  ['li.agent', '李成', VILLAGE, 'agent'],
  ['chen.county', '陈刚', COUNTY, 'handler'],
]

export interface CallOptions {
  readonly token?: string
  /** Sent as JSON; a text is sent as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Place {
  readonly office: Office
  readonly accounts: Accounts
  /** What the API told the log. */
  readonly reports: readonly unknown[]
  /** While `full`, the disk takes nothing. */
  readonly faults: { full: boolean }
  /** Lets time go by; negative puts the clock back. */
  pass(minutes: number): void
  /** The work of hashing passwords since the start, in hashes of today's cost. */
  hashes(): number
  /** Stops the node and starts it again over the same storage. */
  restart(): Promise<Place>
  setPerson(change: Partial<Person> & { readonly id: PersonId }): Promise<void>
  call(method: string, path: string, options?: CallOptions): Promise<Response>
}

/** The host of this machine with a clock the test moves and a count of password hashes. */
function watchedHost() {
  const watch = { now: Date.UTC(2026, 10, 20, 1), hashed: 0 }
  const machine = hostWith(() => watch.now)
  const { cryptography } = machine
  const hashPassword: typeof cryptography.hashPassword = (password, salt, cost = LIMITS.oldPasswordCost) => {
    watch.hashed += 2 ** (cost - LIMITS.passwordCost)
    return cryptography.hashPassword(password, salt, cost)
  }
  const host: Host = { ...machine, cryptography: { ...cryptography, hashPassword } }
  return { watch, host }
}

/** The one node of the test: it is its own root and serves the township and its village, not the county hall. */
function makeIdentity() {
  const keys = generateKeys()
  const node = nodeIdOf(keys.publicKey)
  const identity = { node, keys, root: { node, publicKey: keys.publicKey }, parent: null, lease: 1 }
  const publicKey = toHex(keys.publicKey)
  const stations = [TOWNSHIP, VILLAGE]
  const record: NodeRecord = {
    type: 'node',
    id: node,
    version: 1,
    name: '花荄镇',
    publicKey,
    stations,
    parent: null,
    lease: 1,
    revoked: null,
  }
  return { identity, record }
}

async function publishAll(office: Office, record: NodeRecord) {
  const password = await passwordRecord(office, PASSWORD)
  const people: Person[] = PEOPLE.map(([id, name, station, role]) => ({
    type: 'person',
    id: id as PersonId,
    version: 1,
    name,
    station,
    roles: [role],
    password,
    disabled: false,
  }))
  const records: DirectoryRecord[] = [
    ENABLED,
    ...STATIONS,
    record,
    SAMPLE,
    STEPPED,
    letterFor(TOWNSHIP, SAMPLE.department),
    ...SAMPLE_CALENDARS,
    ...people,
  ]
  const published = await office.publish(null, records)
  if (!published.ok) throw new Error(published.problem.message)
}

function send(api: ReturnType<typeof createApi>, method: string, path: string, options: CallOptions = {}) {
  const { token, body, headers } = options
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const type = text === undefined ? {} : { 'content-type': 'application/json' }
  const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return Promise.resolve(api.request(path, { method, body: text, headers: { ...type, ...bearer, ...headers } }))
}

/** Opens the place with everybody's account. */
export async function openPlace(): Promise<Place> {
  const { watch, host } = watchedHost()
  const { identity, record } = makeIdentity()
  const faults = { full: false }
  const storage = new MemoryStorage()
  storage.beforeCommit = () => (faults.full ? 'full' : 'ok')
  let incarnation = 1

  async function start(): Promise<Engine> {
    const rotated = async (next: number) => {
      incarnation = next
    }
    const opened = await openEngine({ storage, host, identity, incarnation, rotated, version: 'test' })
    if (!opened.ok) throw new Error(opened.problem.message)
    return opened.value
  }

  function placeOf(engine: Engine): Place {
    const { office } = engine
    const accounts = createAccounts(office)
    const reports: unknown[] = []
    const { cryptography } = host
    const register = createRegistry({ office, accounts, cryptography, root: identity.node })
    const api = createApi({ office, accounts, register, report: (error) => reports.push(error) })
    return {
      office,
      accounts,
      reports,
      faults,
      pass: (minutes) => {
        watch.now += minutes * 60_000
      },
      hashes: () => watch.hashed,
      restart: async () => {
        await engine.stop()
        return placeOf(await start())
      },
      setPerson: async (change) => {
        const published = await office.publish(null, [{ ...(office.directory.person(change.id) as Person), ...change }])
        if (!published.ok) throw new Error(published.problem.message)
      },
      call: (method, path, options) => send(api, method, path, options),
    }
  }

  const engine = await start()
  await publishAll(engine.office, record)
  return placeOf(engine)
}
