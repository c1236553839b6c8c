/** Following a parent that changes: what the county names counts, heard over the link or from whoever answers. */
import { type Placement, readPlacement } from '#protocol/engine/directory/placement.ts'
import type { NodeId } from '#protocol/ids.ts'
import { unlessDisk } from './storage-faults.ts'
import { type Machine, type Running, rootOf, type World } from './world.ts'

/** A parent that was not heard for this long is asked for elsewhere, as edge-node/parent-following.ts does it. */
const SEARCH_MILLISECONDS = 30_000
const ANSWER_MILLISECONDS = 15_000
/** What the disk did not give is asked for again after this time, as there. */
const AGAIN_MILLISECONDS = 5_000

/** Takes a placement when it proves itself and is news. */
async function accept(world: World, machine: Machine, running: Running, placement: Placement): Promise<void> {
  const { office } = running.engine
  const { node } = machine.identity
  const known = (one: NodeId) => Math.max(office.directory.node(one)?.version ?? 0, one === node ? machine.placed : 0)
  const cryptography = world.keyring.cryptography((work) => running.process.gate(work))
  const read = await readPlacement(cryptography, machine.identity, placement, known)
  if (!read.ok || !running.process.alive) return
  if (read.value.version < machine.placed)
    world.violation('M28', `${machine.name} follows version ${read.value.version} of its place after ${machine.placed}`)
  machine.placed = read.value.version
  if (read.value.parent.node === machine.identity.parent?.node) return
  machine.identity = { ...machine.identity, parent: read.value.parent }
  running.engine.changeParent(read.value.parent)
}

/** Follows what the county stream says of this machine while its program runs. */
export function followParent(world: World, machine: Machine, running: Running): void {
  const { node } = machine.identity
  const { office } = running.engine
  const look = async () => {
    const named = office.directory.node(node)?.parent
    if (!named || named === machine.identity.parent?.node) return
    const placement = await office.placementOf(node)
    if (placement) await accept(world, machine, running, placement)
  }
  const lookSoon = () =>
    void look().catch((problem: unknown) => {
      unlessDisk(problem)
      world.timeline.after(AGAIN_MILLISECONDS, () => running.process.alive && lookSoon())
    })
  office.watch(({ directory }) => directory && lookSoon())
  lookSoon()
}

/** Asks the county, which is reached at an address of its own, where this machine belongs now. */
export async function askCounty(world: World, machine: Machine, running: Running): Promise<void> {
  const root = rootOf(world)
  const isQuiet = world.timeline.now - machine.metAt > SEARCH_MILLISECONDS
  if (!isQuiet || machine.offline || root.offline || !root.running) return
  // Who asks a machine that dies hears nothing, and gives up after a while.
  const gaveUp = new Promise<undefined>((resolve) =>
    world.timeline.after(ANSWER_MILLISECONDS, () => resolve(undefined)),
  )
  const placement = await Promise.race([root.running.engine.office.placementOf(machine.identity.node), gaveUp])
  if (placement && running.process.alive) await accept(world, machine, running, placement)
}
