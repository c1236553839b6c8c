/** What a fault is: something that goes wrong in a county at a seeded moment. */

import type { Chance } from '../chance.ts'
import { start } from '../machines.ts'
import type { Machine, World } from '../world.ts'

export type Fault = (world: World, chance: Chance) => void
export type Faults = Readonly<Record<string, Fault>>

export const SECOND = 1_000
export const DAY = 86_400_000

export const runningOnes = (world: World) => world.machines.filter(({ running }) => running !== undefined)
/** Running machines below others that the county counts on. */
export const children = (world: World) =>
  runningOnes(world).filter(({ identity, revoked }) => identity.parent !== null && !revoked)

/** One of a list, when there is any. */
export function some<Of>(chance: Chance, list: readonly Of[], then: (one: Of) => void): void {
  if (list.length > 0) then(chance.pick(list))
}

/** Starts a machine again after a pause, as its people would. */
export function startLater(world: World, chance: Chance, machine: Machine): void {
  world.timeline.after(chance.between(500, 20 * SECOND), () => void start(world, machine))
}
