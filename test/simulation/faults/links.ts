/** Links that break, hang, crawl, double, lie, and months without any. */
import { callOnce, pairOf } from '../calling.ts'
import type { Chance } from '../chance.ts'
import { TAG } from '../watch.ts'
import { children, DAY, type Faults, SECOND, some } from './fault.ts'

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

/** A frame of entries with one byte of its last part changed: seq, content and signature lie there. */
function forged(chance: Chance, frame: Uint8Array): Uint8Array {
  if (frame[0] !== TAG.entries) return frame
  const copy = frame.slice()
  const at = copy.length - 1 - chance.below(Math.min(copy.length - 1, 250))
  copy[at] = (copy[at] as number) ^ (1 << chance.below(8))
  return copy
}

export const LINK_FAULTS: Faults = {
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
  'month-offline'(world, chance) {
    const online = children(world).filter(({ offline }) => !offline)
    some(chance, online, (machine) => {
      machine.offline = true
      for (const wire of world.network.wires)
        if (wire.child === machine.name || wire.parent === machine.name) wire.cut()
      const back = chance.between(60 * SECOND, 240 * SECOND)
      // The month passes for every clock at once; virtual timers do not notice.
      world.timeline.after(back / 2, () => {
        if (!world.healed) for (const each of world.machines) each.clock += 30 * DAY
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
