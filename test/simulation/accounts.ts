/** Who works where: the accounts of a county, in some counties only, and what the register says of them. */
import type { Person, Role } from '#protocol/casework/directory.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import { publish } from './machines.ts'
import { rootOf, type World } from './world.ts'

/** Whether this county publishes who works where: the others keep their paths, as counties of earlier programs. */
export const hasAccounts = ({ chance }: Pick<World, 'chance'>): boolean => chance.branch('accounts').happens(0.3)

/** What people may do where they work. */
export const ROLES: Readonly<Record<Tier, readonly Role[]>> = {
  village: ['agent'],
  township: ['clerk', 'handler'],
  county: ['clerk', 'handler', 'chief', 'coordinator'],
}

const accountAt = ({ stations }: World, id: string, station: StationCode): Person => ({
  type: 'person',
  id: id as PersonId,
  version: 1,
  name: id,
  station,
  roles: ROLES[stations.find((one) => one.id === station)?.tier ?? 'village'],
  password: { salt: '00', hash: '00' },
  disabled: false,
})

/** Publishes an account, and remembers it as one that is to be there. */
export async function keepAccount(world: World, account: Person): Promise<void> {
  world.accounts.set(account.id, [...(world.accounts.get(account.id) ?? []), account])
  await publish(world, [account])
}

/** An account of somebody who comes to a station, or goes there. */
export const comes = (world: World, id: string, station: StationCode): Promise<void> =>
  keepAccount(world, accountAt(world, id, station))

/** Somebody else at a station, who signs beside the first. */
export const secondOf = (station: StationCode): PersonId => `q${station}` as PersonId

/** Accounts of everybody who works anywhere. */
export async function openAccounts(world: World): Promise<void> {
  if (!hasAccounts(world) || !rootOf(world).running) return
  for (const { id, parent } of world.stations) {
    await comes(world, `p${id}`, id)
    if (parent === null) await comes(world, secondOf(id), id)
  }
}
