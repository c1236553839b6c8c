/** What a fault is: something that goes wrong in a county at a seeded moment. */

import type { Chance } from '../chance.ts'
import { lastWritten, start } from '../machines.ts'
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

/** Something happens within a time, while things still go wrong. */
export const after = (world: World, chance: Chance, longest: number, what: () => void) =>
  world.timeline.after(chance.between(1, longest), () => {
    if (!world.healed) what()
  })

export const villages = (world: World) => children(world).filter(({ station }) => station.length === 12)
/** Whether another machine lives, or lived, under the same identity. */
export const isCopied = (world: World, { identity }: Machine) =>
  world.machines.filter((other) => other.identity.node === identity.node).length > 1

/** A line is pulled out for a while. */
export function offline(world: World, machine: Machine, milliseconds: number): void {
  machine.offline = true
  for (const wire of world.network.wires) if (wire.child === machine.name || wire.parent === machine.name) wire.cut()
  world.timeline.after(milliseconds, () => {
    machine.offline = false
  })
}

/** An image of a machine, and what its disk knew of those above. */
export const backupOf = (machine: Machine, at: number) => ({
  ...{ at, writtenAt: lastWritten(machine, at), sidecar: machine.sidecar },
  snapshot: machine.disk.snapshot(),
})
