/** What holds at every moment, also while faults happen: cheap enough to be looked at again and again. */
import { logParts, toHex } from '#protocol/ids.ts'
import { holdsSomehow } from '../ledger.ts'
import { HEARD_MILLISECONDS } from '../machines.ts'
import { inUse, type Machine, rootOf, type World } from '../world.ts'
import { checkShown } from './claims.ts'
import { formerOf, grantsOf, nameOf } from './county.ts'

/** Looks at every machine once. */
export async function checkAlways(world: World): Promise<void> {
  const register = rootOf(world).running?.engine.office.directory
  for (const machine of world.machines)
    if (machine.revoked && register?.node(machine.identity.node)?.revoked) machine.isRevocationKnown = true
  for (const machine of inUse(world)) {
    const granted = new Set([...grantsOf(world, machine.station), ...formerOf(world, machine.station)])
    for (const log of machine.disk.held.keys()) {
      if (!granted.has(logParts(log).stream)) world.violation('M9', `${machine.name} holds ${log}`)
    }
    await checkClaims(world, machine)
    await checkShown(world, machine)
    if (!machine.passing) await checkListed(world, machine)
  }
}

/** The same on a good line while its disks are quick. */
const HEARD_SOON_MILLISECONDS = 4_000

/**
 * What people read as “at the township” and “at the county” must be true. A machine that was put back is known to be
 * so once it was met again; copies answer in turns, so that one of them must hold it. Looked at last: any may be put
 * back while the claims are read.
 */
async function checkClaims(world: World, machine: Machine): Promise<void> {
  const { running, rememberedAt, disk } = machine
  if (!running || rememberedAt < 0 || machine === rootOf(world)) return
  const { rows } = await disk.storage.cases({ limit: 50 })
  const ids = rows.map(({ id }) => id)
  const places = await disk.storage.placesOf(ids)
  const safety = await running.engine.office.safetyOf(ids)
  if (!running.process.alive) return
  const roots = ofNode(world, rootOf(world).identity.node)
  const parents = ofNode(world, machine.identity.parent?.node)
  const between = parents.filter((parent) => !roots.includes(parent))
  const parentKnown = hasHeard(world, machine, parents)
  const rootKnown = parentKnown && [machine, ...between].every((one) => hasHeard(world, one, roots))
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
    // A station that has moved may be at the root with what its new parent has not heard yet.
    if (claim !== 'root' && parentKnown) says(lacking(parents), 'the parent')
    if (claim === 'root' && rootKnown) says(lacking(roots), 'the root')
  }
}

/** Machines that answer under an identity, those that are gone among them: what they held is lost, or with others. */
const ofNode = (world: World, node: string | undefined): Machine[] =>
  world.machines.filter(({ identity }) => identity.node === node)

/**
 * Whether a machine has been told what is held above since anything of it was put back or lost. Who was put back itself,
 * to an image from before it heard that, or whose program ended before the disk took what it had heard, believes what the
 * disk knew, and hears it with its next link.
 */
const hasHeard = (world: World, machine: Machine, above: readonly Machine[]): boolean =>
  world.timeline.now - machine.rememberedAt >
    (isQuick(world, machine, above) ? HEARD_SOON_MILLISECONDS : HEARD_MILLISECONDS) &&
  above.every(({ disk, scrappedAt }) => Math.max(disk.restoredAt, scrappedAt) < machine.rememberedAt)

/** Its link stands, and nothing is wrong with lines, links and disks of it and those above. */
function isQuick({ network }: World, machine: Machine, above: readonly Machine[]): boolean {
  const machines = [machine, ...above]
  const names = new Set(machines.map(({ name }) => name))
  const wires = [...network.wires].filter((wire) => names.has(wire.child) || names.has(wire.parent))
  const isLinked = wires.some((wire) => wire.child === machine.name && wire.isOpen && wire.isServed)
  const isGood = ({ line, disk: { ailments } }: Machine) =>
    line.bytesPerSecond > 1_000_000 &&
    ailments.slow + ailments.slowReads === 0 &&
    !ailments.full &&
    ailments.failingReads === 0
  return isLinked && !wires.some(({ isHurt }) => isHurt) && machines.every(isGood)
}

/** What stands in a list can be opened, once nothing is being judged anew. */
async function checkListed(world: World, { name, running, disk }: Machine): Promise<void> {
  const { rows } = await disk.storage.cases({ limit: 3 })
  for (const { id } of rows) {
    if (!running?.process.alive) continue
    const shown = await running.engine.office.state(id)
    if (shown.ok || shown.problem.code !== 'unknown-case') continue
    const { refolding } = await running.engine.office.status()
    const [row] = await disk.storage.casesById([id])
    if (row && refolding === null && running.process.alive && !(await running.engine.office.state(id)).ok)
      world.violation('M4', `${name} lists ${id.slice(0, 8)}, which cannot be opened: ${shown.problem.code}`)
  }
}
