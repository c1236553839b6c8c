/** What the hub makes at its first start: the county's station, its own node record and an administrator. */
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import type { EnabledLevel, Person, Station } from '#protocol/casework/directory.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import { type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'

export const ADMINISTRATOR = 'admin' as PersonId

export interface FirstStartOptions {
  readonly office: Office
  readonly accounts: Accounts
  readonly identity: Identity
  readonly station: StationCode
  readonly stationName: string
  /** A known password instead of a random one; only for sample data. */
  readonly password?: string
  /** Whether the county begins now: then nobody has an older program. A hub whose disk is gone has nodes that may. */
  readonly isNewCounty: boolean
}

/** Makes what is missing; the password of a new administrator, or null when there was one already. */
export async function firstStart(options: FirstStartOptions): Promise<Result<{ readonly password: string | null }>> {
  const { office, accounts, identity, station } = options
  const { directory } = office
  const served = directory.node(identity.node)?.stations[0]
  if (served !== undefined && served !== station)
    return fail(
      'station-code-changed',
      `STATION_CODE 是 ${station},但这个数据目录属于站点 ${served}`,
      '数据没有改动',
      `请把 STATION_CODE 改回 ${served},或换一个空的数据目录`,
    )
  if (!directory.station(station) || served === undefined) {
    const level = options.isNewCounty ? [NEWEST_LEVEL] : []
    const published = await office.publish(null, [stationOf(options), nodeOf(options), ...level])
    if (!published.ok) return published
  }
  if (directory.people().some(({ roles }) => roles.includes('administrator'))) return success({ password: null })
  const password = options.password ?? oneTimePassword(office)
  const administrator: Person = {
    type: 'person',
    id: ADMINISTRATOR,
    version: 0,
    name: '系统管理员',
    station,
    roles: ['administrator'],
    password: await accounts.passwordRecord(password, station),
    disabled: false,
  }
  const published = await office.publish(null, [administrator])
  return published.ok ? success({ password }) : published
}

/** A new random password for an account: the way back in for whoever may start the hub's program. */
export async function resetPassword(office: Office, accounts: Accounts, id: string): Promise<Result<string>> {
  const password = oneTimePassword(office)
  const record = await accounts.passwordRecord(password, office.directory.person(id as PersonId)?.station)
  const published = await office.publishAccount(null, (directory) => {
    const person = directory.person(id as PersonId)
    if (!person) return fail('person-unknown', `没有账号“${id}”`, '没有改动', '请核对用户名')
    return success({ ...person, disabled: false, password: record })
  })
  if (!published.ok) return published
  await office.audit(null, 'people', { subject: `账号 ${id}`, details: '在县中心的机器上重置密码' })
  return success(password)
}

const NEWEST_LEVEL: EnabledLevel = { type: 'level', id: 'rules', version: RULES_LEVEL }

const stationOf = ({ station, stationName }: FirstStartOptions): Station => ({
  type: 'station',
  id: station,
  version: 0,
  name: stationName,
  tier: 'county',
  parent: null,
})

const nodeOf = ({ identity, station, stationName }: FirstStartOptions) =>
  ({
    type: 'node',
    id: identity.node,
    version: 0,
    name: stationName,
    publicKey: toHex(identity.keys.publicKey),
    stations: [station],
    parent: null,
    lease: identity.lease,
    revoked: null,
  }) as const

/** Letters and digits that are not mistaken for each other on paper; four groups carry more than 60 bits. */
const GROUPS = ['ABCDEFGHJKMNPQRTUVWXYZ', 'abcdefghjkmnpqrtuvwxyz', '2346789', 'ABCDEFGHJKMNPQRTUVWXYZ']

function oneTimePassword(office: Pick<Office, 'random'>): string {
  const group = (letters: string) =>
    [...office.random(4 * 4)]
      .filter((byte) => byte < 256 - (256 % letters.length)) // no letter more likely than another
      .slice(0, 4)
      .map((byte) => letters[byte % letters.length])
      .join('')
  return GROUPS.map(group).join('-')
}
