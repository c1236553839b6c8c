/** Machines that lose power, go back in time, are copied or replaced, and whose clocks are wrong. */
import { copy, replace, restore, stop } from '../machines.ts'
import { rootOf } from '../world.ts'
import { children, DAY, type Faults, runningOnes, SECOND, some, startLater } from './fault.ts'

const YEAR = 365 * DAY

export const MACHINE_FAULTS: Faults = {
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
      void restore(world, machine, backup, sidecar).then(() => startLater(world, chance, machine))
    })
  },
  clone(world, chance) {
    // What a liar wrote on its disk no program has read: a copy that stays would show what no honest machine does.
    const honest = children(world).filter(({ passing }) => !passing)
    const candidates = honest.filter(({ name }) => !world.machines.some((other) => other.name === `${name}'`))
    some(chance, candidates, (machine) => {
      void copy(world, machine, chance.pick(['image', 'files'])).then((twin) => startLater(world, chance, twin))
    })
  },
  replace(world, chance) {
    const villages = children(world).filter(({ station, name }) => station.length === 12 && !/['+]/.test(name))
    const alone = villages.filter(({ name }) => !world.machines.some((other) => other.name === `${name}'`))
    if (!rootOf(world).running) return
    some(chance, alone, (machine) => {
      void replace(world, machine, { machine: 'lost', trusted: true }).then((fresh) => startLater(world, chance, fresh))
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
}
