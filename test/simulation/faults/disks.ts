/** Disks that are full, slow, unreadable here and there, or that keep what they said they could not. */
import { isCaseId } from '#protocol/ids.ts'
import type { Chance } from '../chance.ts'
import { type Ailments, healthy } from '../witnessed-disk.ts'
import type { World } from '../world.ts'
import { type Fault, type Faults, SECOND, some } from './fault.ts'

/** Something is wrong with one disk for a while. */
const ailing =
  (longest: number, ail: (chance: Chance) => Partial<Ailments>): Fault =>
  (world, chance) =>
    some(chance, world.machines, ({ disk: { ailments } }) => {
      const ailment = ail(chance)
      Object.assign(ailments, ailment)
      const cured = Object.fromEntries(Object.entries(healthy()).filter(([name]) => name in ailment))
      world.timeline.after(chance.between(2 * SECOND, longest), () => Object.assign(ailments, cured))
    })

export const DISK_FAULTS: Faults = {
  'disk-full': ailing(60 * SECOND, () => ({ full: true })),
  'disk-reads': ailing(30 * SECOND, (chance) => ({ failingReads: chance.pick([0.02, 0.2, 0.8]) })),
  'disk-slow': ailing(30 * SECOND, (chance) => ({ slow: chance.pick([500, 3_000]) })),
  'disk-uncertain': (world, chance) =>
    some(chance, world.machines, ({ disk }) => {
      disk.ailments.uncertain = true
    }),
  'disk-page': (world, chance) =>
    some(chance, world.machines, ({ disk: { ailments } }) => {
      const cases = casesOf(world)
      if (cases.length === 0) return
      ailments.damaged = chance.pick(cases)
      // Until somebody puts the file right again.
      world.timeline.after(chance.between(10 * SECOND, 90 * SECOND), () => {
        ailments.damaged = ''
      })
    }),
}

const casesOf = (world: World): string[] => [
  ...new Set([...world.ledger.entries.values()].map(({ document }) => document).filter(isCaseId)),
]
