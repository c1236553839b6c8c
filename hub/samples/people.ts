/** The people of the model county: a few by name, everybody else by rule from stations and departments. */
import type { Role } from '#protocol/casework/directory.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { SAMPLE_DEPARTMENTS } from './departments.ts'
import { SAMPLE_COUNTY, SAMPLE_TOWNSHIPS } from './stations.ts'

/** An account without its password. */
export interface SamplePerson {
  readonly id: PersonId
  readonly name: string
  readonly station: StationCode
  readonly roles: readonly Role[]
  readonly department?: string
}

const person = (id: string, name: string, station: StationCode, role: Role, department?: string): SamplePerson => ({
  id: id as PersonId,
  name,
  station,
  roles: [role],
  ...(department === undefined ? {} : { department }),
})

const HALL = SAMPLE_COUNTY.id
const ANCHANG = '510724100' as StationCode

/** Accounts that are told at the start: enough to take a case through every stage. */
export const NAMED_PEOPLE: readonly SamplePerson[] = [
  person('coordinator', '陈协', HALL, 'coordinator'),
  person('clerk', '孙窗', HALL, 'clerk'),
  person('handler', '李承', HALL, 'handler'),
  person('examiner', '吴核', HALL, 'handler'),
  person('chief', '周首', HALL, 'chief'),
  person('cashier', '钱收', HALL, 'cashier'),
  person('supervisor', '郑察', HALL, 'supervisor'),
  person('auditor', '何审', HALL, 'auditor'),
  person('anchang.clerk', '王窗', ANCHANG, 'clerk'),
  person('anchang.handler', '赵办', ANCHANG, 'handler'),
  person('hongyan', '刘红岩', '510724100201' as StationCode, 'agent'),
  person('yonghe', '杨永河', '510724100202' as StationCode, 'agent'),
]

const SURNAMES = [...'王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗']
const GIVEN = ['建国', '秀英', '志强', '晓梅', '明', '丽华', '永贵', '春燕', '国栋', '桂芳', '勇', '海霞']

/** A name for the n-th person; the two lists have different lengths, so that neighbours differ in both parts. */
const nameOf = (index: number): string => `${SURNAMES[index % SURNAMES.length]}${GIVEN[(index * 7) % GIVEN.length]}`

/** Departments whose staff decide cases; utilities only receive. */
const UTILITIES = ['GD', 'GS']

const departmentPeople = SAMPLE_DEPARTMENTS.filter(({ id }) => id !== 'XZ').flatMap(({ id }, index) => {
  const roles: readonly Role[] = UTILITIES.includes(id) ? ['clerk', 'handler'] : ['clerk', 'handler', 'chief']
  return roles.map((role, at) => person(`${id.toLowerCase()}.${role}`, nameOf(index * 3 + at), HALL, role, id))
})

const townshipPeople = SAMPLE_TOWNSHIPS.flatMap(({ code, slug }, index) =>
  (['clerk', 'handler'] as const).map((role, at) =>
    person(`${slug}.${role}`, nameOf(200 + index * 2 + at), code, role),
  ),
)

const villageAgents = SAMPLE_TOWNSHIPS.flatMap(({ villages }) => villages).map(({ code }, index) =>
  person(`agent.${code}`, nameOf(300 + index), code, 'agent'),
)

const compositeClerks = [1, 2, 3].map((number) => person(`zonghe${number}`, nameOf(400 + number), HALL, 'clerk'))

const hasNamed = ({ id, station, roles }: SamplePerson): boolean =>
  NAMED_PEOPLE.some((named) => named.id === id || (roles[0] === 'agent' && named.station === station))

/** Everybody, the named ones first. */
export const SAMPLE_PEOPLE: readonly SamplePerson[] = [
  ...NAMED_PEOPLE,
  ...[...departmentPeople, ...compositeClerks, ...townshipPeople, ...villageAgents].filter(
    (somebody) => !hasNamed(somebody),
  ),
]
