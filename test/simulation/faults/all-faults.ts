/** Everything that goes wrong: each fault has a name, happens at a seeded moment and is counted. */

import { scrap, start, useProgram } from '../machines.ts'
import { healthy } from '../witnessed-disk.ts'
import type { World } from '../world.ts'
import { AUTHOR_FAULTS } from './authors.ts'
import { DISK_FAULTS } from './disks.ts'
import type { Faults } from './fault.ts'
import { LINK_FAULTS } from './links.ts'
import { MACHINE_FAULTS } from './machines.ts'
import { TREE_FAULTS } from './tree.ts'

/** Every kind of fault. */
export const FAULTS: Faults = { ...LINK_FAULTS, ...MACHINE_FAULTS, ...TREE_FAULTS, ...DISK_FAULTS, ...AUTHOR_FAULTS }

/** Kinds of faults that are drawn apart from the others. */
export { FURTHER_FAULTS } from './further.ts'
export { LISTING_FAULTS } from './listing.ts'
export { RECORD_FAULTS } from './record-lies.ts'
export { LONELY } from './scenes.ts'
export { SIGNER_FAULTS } from './signers.ts'

/** Everything that is broken is repaired; copies stay, because nobody tells the network that they are copies. */
export function heal(world: World): void {
  world.healed = true
  world.splits.clear()
  for (const machine of world.machines) {
    if (machine.passing) scrap(world, machine)
    machine.offline = false
    Object.assign(machine.disk.ailments, healthy())
    if (!machine.scrapped && !machine.running) void start(world, machine)
    void useProgram(world, machine, 'newer')
  }
}
