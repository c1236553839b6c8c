/** What goes wrong: each fault has a name, happens at a seeded moment and is counted. */
import { callOnce, pairOf } from './calling.ts'
import type { Chance } from './chance.ts'
import { copy, replace, restore, start, stop } from './machines.ts'
import { type Machine, rootOf, type World } from './world.ts'

type Fault = (world: World, chance: Chance) => void

const SECOND = 1_000
const DAY = 86_400_000
const YEAR = 365 * DAY

const runningOnes = (world: World) => world.machines.filter(({ running }) => running !== undefined)
const children = (world: World) => runningOnes(world).filter(({ identity }) => identity.parent !== null)

function some<Of>(chance: Chance, list: readonly Of[], then: (one: Of) => void): void {
  if (list.length > 0) then(chance.pick(list))
}

/** Starts a machine again after a pause, as its people would. */
function startLater(world: World, chance: Chance, machine: Machine): void {
  world.timeline.after(chance.between(500, 20 * SECOND), () => void start(world, machine))
}

function mutated(chance: Chance, frame: Uint8Array): Uint8Array {
  const copy = frame.slice()
  switch (chance.below(4)) {
    case 0:
      for (let count = chance.between(1, 4); count > 0; count--) copy[chance.below(copy.length)] = chance.below(256)
      return copy
    case 1:
      return copy.subarray(0, chance.below(copy.length))
    case 2: {
      const at = chance.below(copy.length)
      return Uint8Array.from([...copy.subarray(0, at), ...chance.bytes(chance.between(1, 8)), ...copy.subarray(at)])
    }
    default:
      return copy // the frame of another moment or another link, as it was
  }
}

const ENTRIES = 3

/** A frame of entries with one byte of its last part changed: seq, content and signature lie there. */
function forged(chance: Chance, frame: Uint8Array): Uint8Array {
  if (frame[0] !== ENTRIES) return frame
  const copy = frame.slice()
  const at = copy.length - 1 - chance.below(Math.min(copy.length - 1, 250))
  copy[at] = (copy[at] as number) ^ (1 << chance.below(8))
  return copy
}

/** Every kind of fault. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  drop: (world, chance) => some(chance, [...world.network.wires], (wire) => wire.cut()),
  'half-open': (world, chance) => some(chance, [...world.network.wires], (wire) => wire.hang()),
  delay: (world, chance) =>
    some(chance, [...world.network.wires], (wire) => wire.slow(chance.pick([2_000, 8_000, 20_000]))),
  duplicate: (world, chance) =>
    some(chance, children(world), (machine) => {
      if (machine.running) void callOnce(world, machine, machine.running)
    }),
  split(world, chance) {
    some(chance, children(world), (machine) => {
      for (const other of world.machines.filter(({ identity }) => identity.node === machine.identity.parent?.node)) {
        const key = pairOf(machine, other)
        world.splits.add(key)
        for (const wire of world.network.wires)
          if (pairOf({ name: wire.child }, { name: wire.parent }) === key) wire.hang()
        world.timeline.after(chance.between(5 * SECOND, 90 * SECOND), () => world.splits.delete(key))
      }
    })
  },
  kill(world, chance) {
    some(chance, runningOnes(world), (machine) => {
      machine.process?.dieAfter(chance.between(1, 60))
      const dying = machine.process
      world.timeline.after(chance.between(1, 10 * SECOND), () => {
        if (machine.process !== dying) return
        stop(world, machine, chance.pick(['power', 'reset']))
        startLater(world, chance, machine)
      })
    })
  },
  restore(world, chance) {
    const candidates = world.machines.filter(({ backups, scrapped }) => backups.length > 0 && !scrapped)
    some(chance, candidates, (machine) => {
      const backup = chance.pick(machine.backups)
      const sidecar = chance.pick(['survives', 'lost', 'image'] as const)
      stop(world, machine, chance.pick(['power', 'reset']))
      world.fault(`restore-${sidecar}`)
      restore(world, machine, backup, sidecar)
      startLater(world, chance, machine)
    })
  },
  clone(world, chance) {
    const candidates = children(world).filter(({ name }) => !world.machines.some((other) => other.name === `${name}'`))
    some(chance, candidates, (machine) =>
      startLater(world, chance, copy(world, machine, chance.pick(['image', 'files']))),
    )
  },
  replace(world, chance) {
    const villages = children(world).filter(({ station, name }) => station.length === 12 && !/['+]/.test(name))
    const alone = villages.filter(({ name }) => !world.machines.some((other) => other.name === `${name}'`))
    if (!rootOf(world).running) return
    some(chance, alone, (machine) => {
      void replace(world, machine).then((fresh) => startLater(world, chance, fresh))
    })
  },
  'clock-offset': (world, chance) =>
    some(chance, world.machines, (machine) => {
      machine.clock = chance.between(-2 * YEAR, 2 * YEAR)
    }),
  'clock-jump': (world, chance) =>
    some(chance, world.machines, (machine) => {
      machine.clock += chance.pick([-1, 1]) * chance.pick([5 * SECOND, 3_600 * SECOND, DAY])
    }),
  'disk-full': (world, chance) =>
    some(chance, world.machines, ({ disk }) => {
      disk.full = true
      world.timeline.after(chance.between(2 * SECOND, 60 * SECOND), () => {
        disk.full = false
      })
    }),
  'month-offline'(world, chance) {
    const online = children(world).filter(({ offline }) => !offline)
    some(chance, online, (machine) => {
      machine.offline = true
      for (const wire of world.network.wires)
        if (wire.child === machine.name || wire.parent === machine.name) wire.cut()
      const back = chance.between(60 * SECOND, 240 * SECOND)
      // The month passes for every clock at once; virtual timers do not notice.
      world.timeline.after(back / 2, () => {
        for (const each of world.machines) each.clock += 30 * DAY
      })
      world.timeline.after(back, () => {
        machine.offline = false
      })
    })
  },
  forged(world, chance) {
    some(chance, [...world.network.wires], (wire) => {
      wire.tamper((frame) => forged(chance, frame))
      world.timeline.after(chance.between(5 * SECOND, 30 * SECOND), () => wire.cut())
    })
  },
  hostile(world, chance) {
    const { wires, corpus } = world.network
    if (corpus.length === 0) return
    some(chance, [...wires], (wire) => {
      for (let count = chance.between(1, 6); count > 0; count--) wire.inject(mutated(chance, chance.pick(corpus)))
      // Its real child suffers from what was said in its name until it calls again.
      world.timeline.after(chance.between(SECOND, 10 * SECOND), () => wire.cut())
    })
  },
}

/** Everything that is broken is repaired; copies stay, because nobody tells the network that they are copies. */
export function heal(world: World): void {
  world.splits.clear()
  for (const machine of world.machines) {
    machine.offline = false
    machine.disk.full = false
    if (!machine.scrapped && !machine.running) void start(world, machine)
  }
}
