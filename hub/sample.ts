/** A model county to try the network with: stations, people with known passwords, sample items. Never for real cases. */
import type { Accounts } from '#edge-node/desk/accounts.ts'
import type { Person, Role, Station, Tier } from '#protocol/casework/directory.ts'
import { SAMPLE_ITEMS } from '#protocol/casework/sample-items.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { type Result, success } from '#protocol/result.ts'

/** Known to everybody who reads this file: that is what makes it a sample. */
export const SAMPLE_PASSWORD = 'Anxian-2026'

export const SAMPLE_COUNTY = { id: '510724', name: '安县政务服务中心' } as const

const station = (id: string, name: string, tier: Tier, parent: string): Station => ({
  type: 'station',
  id: id as StationCode,
  version: 0,
  name,
  tier,
  parent: parent as StationCode,
})

/** Parents stand before children, in the order in which their nodes join. */
export const SAMPLE_STATIONS: readonly Station[] = [
  station('510724100', '安昌镇便民服务中心', 'township', SAMPLE_COUNTY.id),
  station('510724100201', '红岩村便民服务代办点', 'village', '510724100'),
  station('510724100202', '永河村便民服务代办点', 'village', '510724100'),
]

interface SamplePerson {
  readonly id: string
  readonly name: string
  readonly station: string
  readonly role: Role
}

export const SAMPLE_PEOPLE: readonly SamplePerson[] = [
  { id: 'coordinator', name: '陈协', station: '510724', role: 'coordinator' },
  { id: 'handler', name: '李承', station: '510724', role: 'handler' },
  { id: 'chief', name: '周首', station: '510724', role: 'chief' },
  { id: 'supervisor', name: '郑察', station: '510724', role: 'supervisor' },
  { id: 'anchang.clerk', name: '王窗', station: '510724100', role: 'clerk' },
  { id: 'anchang.handler', name: '赵办', station: '510724100', role: 'handler' },
  { id: 'hongyan', name: '刘红岩', station: '510724100201', role: 'agent' },
  { id: 'yonghe', name: '杨永河', station: '510724100202', role: 'agent' },
]

/** Publishes what is missing of the model county. */
export async function publishSample(office: Office, accounts: Accounts): Promise<Result<void>> {
  const { directory } = office
  const stations = SAMPLE_STATIONS.filter(({ id }) => !directory.station(id))
  const items = SAMPLE_ITEMS.filter(({ id }) => !directory.item(id))
  const missing = SAMPLE_PEOPLE.filter(({ id }) => !directory.person(id as PersonId))
  const people = await Promise.all(missing.map((person) => personOf(accounts, person)))
  const places =
    stations.length + items.length === 0 ? success(undefined) : await office.publish(null, [...stations, ...items])
  if (!places.ok || people.length === 0) return places
  return office.publish(null, people) // behind the stations, whose streams they lie in
}

async function personOf(accounts: Accounts, { id, name, station: place, role }: SamplePerson): Promise<Person> {
  return {
    type: 'person',
    id: id as PersonId,
    version: 0,
    name,
    station: place as StationCode,
    roles: [role],
    password: await accounts.passwordRecord(SAMPLE_PASSWORD),
    disabled: false,
  }
}
