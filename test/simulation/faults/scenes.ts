/** Whole situations: several things that go wrong together, or one after the other, as they do in a county. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import type { Chance } from '../chance.ts'
import { copy, moveStation, nodeRecord, publish, replace, restore, scrap, start, stop } from '../machines.ts'
import { type Machine, rootOf, type World } from '../world.ts'
import {
  after,
  backupOf,
  type Faults,
  isCopied,
  offline,
  runningOnes,
  SECOND,
  some,
  startLater,
  villages,
} from './fault.ts'

/** What the county's register says of a machine. */
const recordOf = (world: World, { identity }: Machine): NodeRecord | undefined =>
  rootOf(world).running?.engine.office.directory.node(identity.node)

/** Running townships other than the one above a machine. */
const otherTownships = (world: World, machine: Machine) =>
  runningOnes(world).filter(
    ({ station, identity, revoked }) =>
      station.length === 9 && !revoked && identity.node !== machine.identity.parent?.node,
  )

/** People work at a machine for a while. */
function busy(world: World, chance: Chance, machine: Machine, longest: number): void {
  for (let count = chance.between(2, 6); count > 0; count--)
    after(world, chance, longest, () => world.people.burst(machine))
}

export const SCENES: Faults = {
  /** Reads take long, so that much happens while one is under way. */
  'disk-reads-slow': (world, chance) =>
    some(chance, runningOnes(world), (machine) => {
      const { ailments } = machine.disk
      ailments.slowReads = chance.pick([300, 2_000])
      for (const wire of world.network.wires) if (wire.child === machine.name && chance.happens(0.5)) wire.cut()
      busy(world, chance, machine, 20 * SECOND)
      world.timeline.after(chance.between(10 * SECOND, 30 * SECOND), () => {
        ailments.slowReads = 0
      })
    }),
  /** The county publishes a calendar while everybody works. */
  publishes(world) {
    const isKnown = (id: string) => world.published.some((one) => one.type === 'calendar' && one.id === id)
    const next = SAMPLE_CALENDARS.find(({ id }) => !isKnown(id))
    if (!next || !rootOf(world).running) return
    world.published.push(next)
    void publish(world, [next])
  },
  /** Put back as a whole, and what was lost is typed in again before anybody is met: two versions of about one length. */
  'typed-again': (world, chance) =>
    some(
      chance,
      villages(world).filter((machine) => !isCopied(world, machine)),
      (machine) => {
        const backup = backupOf(machine, world.timeline.now)
        busy(world, chance, machine, 10 * SECOND)
        world.timeline.after(chance.between(12 * SECOND, 25 * SECOND), () => {
          if (world.healed) return
          stop(world, machine, 'reset')
          void restore(world, machine, backup, 'image').then(async () => {
            offline(world, machine, 12 * SECOND)
            await start(world, machine)
            busy(world, chance, machine, 8 * SECOND)
          })
        })
      },
    ),
  /** One person writes a record of a machine that was read before another one replaced and revoked it. */
  'stale-record': (world, chance) =>
    some(
      chance,
      villages(world).filter((machine) => !isCopied(world, machine) && !machine.name.includes('+')),
      (machine) => {
        const record = recordOf(world, machine)
        if (!record || record.revoked) return
        void replace(world, machine, { machine: 'lives on', trusted: true }).then((fresh) =>
          startLater(world, chance, fresh),
        )
        after(world, chance, 3 * SECOND, () => void publish(world, [{ ...record, name: `${record.name}改` }]))
      },
    ),
  /** A village is copied, both copies write, and its station comes below another township, which the former one learns late. */
  'forked-and-moved': (world, chance) =>
    some(
      chance,
      villages(world).filter((machine) => !isCopied(world, machine)),
      (machine) => {
        const former = runningOnes(world).find(({ identity }) => identity.node === machine.identity.parent?.node)
        some(chance, otherTownships(world, machine), (township) => {
          if (!former || !rootOf(world).running) return
          void copy(world, machine, 'image').then(async (twin) => {
            twin.passing = true
            busy(world, chance, machine, 10 * SECOND)
            await start(world, twin)
            busy(world, chance, twin, 10 * SECOND)
            // The former township is told of one version and has not passed it on.
            after(world, chance, 8 * SECOND, () => offline(world, former, 25 * SECOND))
            after(world, chance, 15 * SECOND, () => void moveStation(world, machine, township))
            world.timeline.after(chance.between(30 * SECOND, 50 * SECOND), () => scrap(world, twin))
          })
        })
      },
    ),
  /** Somebody goes on working at a copy of the county, which stands in for it until that is noticed. */
  'copied-county-works'(world, chance) {
    const root = rootOf(world)
    if (!root.running || isCopied(world, root)) return
    void copy(world, root, 'files').then(async (twin) => {
      twin.passing = true
      await start(world, twin)
      offline(world, root, 25 * SECOND)
      for (let count = 0; count < 3; count++) busy(world, chance, twin, 25 * SECOND)
      some(chance, villages(world), (machine) => busy(world, chance, machine, 25 * SECOND))
      world.timeline.after(chance.between(28 * SECOND, 45 * SECOND), () => scrap(world, twin))
    })
  },
  /** What a village wrote only its former township holds, which has not been able to pass it on, when the station moves. */
  'held-by-the-former': (world, chance) =>
    some(
      chance,
      villages(world).filter((machine) => !isCopied(world, machine)),
      (machine) => {
        const former = runningOnes(world).find(({ identity }) => identity.node === machine.identity.parent?.node)
        some(chance, otherTownships(world, machine), (township) => {
          if (!former || isCopied(world, former) || !rootOf(world).running) return
          const backup = backupOf(machine, world.timeline.now)
          for (const wire of world.network.wires) if (wire.child === former.name) wire.hang()
          busy(world, chance, machine, 8 * SECOND)
          world.timeline.after(12 * SECOND, () => {
            if (world.healed) return
            offline(world, former, chance.between(10 * SECOND, 30 * SECOND))
            stop(world, machine, 'reset')
            void restore(world, machine, backup, chance.pick(['survives', 'lost'] as const)).then(async () => {
              await moveStation(world, machine, township)
              await start(world, machine)
            })
          })
        })
      },
    ),
}

/** What is met only where nothing else goes wrong: a log that is cut meanwhile keeps what had no effect as it is. */
export const LONELY: Faults = {
  /** A node's record loses its station for a while: nobody speaks for the station until that is put right. */
  misregistered: (world, chance) =>
    some(chance, villages(world), (machine) => {
      const record = recordOf(world, machine)
      if (!record || record.revoked) return
      busy(world, chance, machine, 20 * SECOND)
      void publish(world, [{ ...record, stations: [] }])
      world.timeline.after(chance.between(15 * SECOND, 40 * SECOND), () => {
        void publish(world, [{ ...(recordOf(world, machine) ?? nodeRecord(machine)), stations: [machine.station] }])
      })
    }),
}
