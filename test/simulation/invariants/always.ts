/** What holds at every moment, also while faults happen: cheap enough to be looked at again and again. */
import { logParts, toHex } from '#protocol/ids.ts'
import { holdsSomehow } from '../ledger.ts'
import { inUse, type Machine, rootOf, type World } from '../world.ts'
import { formerOf, grantsOf, nameOf } from './county.ts'

/** Looks at every machine once. */
export async function checkAlways(world: World): Promise<void> {
  for (const machine of inUse(world)) {
    const granted = new Set([...grantsOf(world, machine.station), ...formerOf(world, machine.station)])
    for (const log of machine.disk.held.keys()) {
      if (!granted.has(logParts(log).stream)) world.violation('M9', `${machine.name} holds ${log}`)
    }
    await checkClaims(world, machine)
  }
}

/**
 * What people read as “at the township” and “at the county” must be true. A machine that was put back is known to be
 * so once it was met again; copies answer in turns, so that one of them must hold it. Looked at last: any may be put
 * back while the claims are read.
 */
async function checkClaims(world: World, machine: Machine): Promise<void> {
  const { running, metAt, disk } = machine
  if (!running || metAt < 0 || machine === rootOf(world)) return
  const { rows } = await disk.storage.cases({ limit: 50 })
  const ids = rows.map(({ id }) => id)
  const places = await disk.storage.placesOf(ids)
  const safety = await running.engine.office.safetyOf(ids)
  if (!running.process.alive) return
  const root = rootOf(world)
  const parents = world.machines.filter(({ identity }) => identity.node === machine.identity.parent?.node)
  const isKnown = (other: Machine) => other.disk.restoredAt < metAt
  for (const id of ids) {
    const claim = safety.get(id)
    if (claim === 'here') continue
    const hashes = (places.get(id) ?? []).map(({ hash }) => toHex(hash))
    const lacking = (where: readonly Machine[]) =>
      hashes.find((hash) => !where.some((other) => holdsSomehow(world.ledger, other.disk, hash)))
    const says = (missing: string | undefined, who: string) => {
      if (missing !== undefined)
        world.violation(
          'M11',
          `${machine.name} claims ${id.slice(0, 8)} at ${claim}, ${who} lacks ${nameOf(world, missing)}`,
        )
    }
    if (parents.every(isKnown)) says(lacking(parents), 'the parent')
    if (claim === 'root' && parents.every(isKnown) && root.disk.restoredAt < 0) says(lacking([root]), 'the root')
  }
}
