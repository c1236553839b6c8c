/** The tree itself changes: townships die, machines are stolen and live on, stations move, the hub is copied. */
import { copy, moveStation, replace, scrap } from '../machines.ts'
import { rootOf } from '../world.ts'
import { children, type Faults, runningOnes, SECOND, some, startLater } from './fault.ts'

const isTwin = (name: string) => /['+]/.test(name)

export const TREE_FAULTS: Faults = {
  'dead-township'(world, chance) {
    const townships = children(world).filter(({ station, name }) => station.length === 9 && !isTwin(name))
    const alone = townships.filter(({ name }) => !world.machines.some((other) => other.name === `${name}'`))
    if (!rootOf(world).running) return
    some(chance, alone, (machine) => {
      void replace(world, machine, { machine: 'lost', trusted: true }).then((fresh) => startLater(world, chance, fresh))
    })
  },
  stolen(world, chance) {
    const villages = children(world).filter(({ station, name }) => station.length === 12 && !isTwin(name))
    const alone = villages.filter(({ name }) => !world.machines.some((other) => other.name === `${name}'`))
    if (!rootOf(world).running) return
    some(chance, alone, (machine) => {
      void replace(world, machine, { machine: 'lives on', trusted: false }).then((fresh) =>
        startLater(world, chance, fresh),
      )
    })
  },
  'station-moves'(world, chance) {
    const villages = children(world).filter(({ station, revoked }) => station.length === 12 && !revoked)
    some(chance, villages, (machine) => {
      const others = runningOnes(world).filter(
        ({ station, identity, revoked }) =>
          station.length === 9 && !revoked && identity.node !== machine.identity.parent?.node,
      )
      some(chance, others, (township) => {
        if (rootOf(world).running) void moveStation(world, machine, township)
      })
    })
  },
  'hub-copied'(world, chance) {
    const root = rootOf(world)
    if (!root.running || world.machines.some(({ name, scrapped }) => name === `${root.name}'` && !scrapped)) return
    void copy(world, root, chance.pick(['image', 'files'])).then((twin) => {
      twin.passing = true
      startLater(world, chance, twin)
      // Somebody notices that two machines answer as the county, and the copy goes.
      world.timeline.after(chance.between(20 * SECOND, 60 * SECOND), () => scrap(world, twin))
    })
  },
}
