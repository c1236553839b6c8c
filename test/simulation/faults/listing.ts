/** Power that fails between the commit of what a link brought and its list. */
import { start, stop } from '../machines.ts'
import { type Faults, runningOnes, SECOND, some, startLater } from './fault.ts'

export const LISTING_FAULTS: Faults = {
  /** A disk stores and lists nothing more; after a while the power goes, and what was stored last is listed by the next start. */
  unlisted: (world, chance) =>
    some(chance, runningOnes(world), (machine) => {
      machine.disk.ailments.unlisting = true
      world.timeline.after(chance.between(2 * SECOND, 30 * SECOND), () => {
        machine.disk.ailments.unlisting = false
        if (world.healed || machine.scrapped || !machine.running) return
        stop(world, machine, chance.pick(['power', 'reset']))
        if (chance.happens(0.5)) void start(world, machine)
        else startLater(world, chance, machine)
      })
    }),
}
