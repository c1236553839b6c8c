/** What goes wrong only when several things meet: drawn apart, so that other seeds keep their paths. */
import { isCaseId } from '#protocol/ids.ts'
import { copy, moveStation, restore, scrap, start, stop, useProgram } from '../machines.ts'
import { rootOf } from '../world.ts'
import { writeLies } from './authors.ts'
import {
  after,
  backupOf,
  children,
  type Faults,
  isCopied,
  offline,
  runningOnes,
  SECOND,
  some,
  startLater,
  villages,
} from './fault.ts'
import { SCENES } from './scenes.ts'

export const FURTHER_FAULTS: Faults = {
  ...SCENES,
  /** Several people of one office at the same moment. */
  burst: (world, chance) => some(chance, runningOnes(world), (machine) => world.people.burst(machine)),
  /**
   * A station has an older program for a while, which does not know a kind of fact that it wrote before; its people, and
   * others, work on with the same cases until it is upgraded.
   */
  'old-program': (world, chance) =>
    some(chance, children(world), (machine) => {
      world.people.mark(machine)
      const begins = chance.between(SECOND, 4 * SECOND)
      after(world, chance, begins, () => {
        void useProgram(world, machine, 'older').then(() => {
          for (let count = chance.between(5, 20); count > 0; count--)
            after(world, chance, 40 * SECOND, () => world.people.work(chance.happens(0.8) ? machine : rootOf(world)))
        })
        world.timeline.after(chance.between(20 * SECOND, 90 * SECOND), () => void useProgram(world, machine, 'newer'))
      })
    }),
  /** The record outside the database cannot be written for a while. */
  'record-refused': (world, chance) =>
    some(chance, runningOnes(world), ({ disk: { ailments } }) => {
      ailments.record = true
      world.timeline.after(chance.between(5 * SECOND, 60 * SECOND), () => {
        ailments.record = false
      })
    }),
  /** The outcome of a commit is unknown, and the disk cannot be asked. */
  'disk-doubtful': (world, chance) =>
    some(chance, runningOnes(world), (machine) => {
      const { ailments } = machine.disk
      Object.assign(ailments, { uncertain: true, failingReads: 0.9 })
      world.people.burst(machine)
      world.timeline.after(chance.between(SECOND, 8 * SECOND), () => {
        ailments.failingReads = 0
      })
    }),
  /** A page of one case is damaged while several people work on others. */
  'page-in-group': (world, chance) =>
    some(chance, runningOnes(world), (machine) => {
      void machine.disk.storage.cases({ limit: 50 }).then(({ rows }) => {
        if (rows.length < 2 || world.healed) return
        machine.disk.ailments.damaged = chance.pick(rows).id
        for (let count = 0; count < 8; count++) after(world, chance, 4 * SECOND, () => world.people.burst(machine))
        world.timeline.after(5 * SECOND, () => {
          machine.disk.ailments.damaged = ''
        })
      })
    }),
  /** A station comes below another township, and the county is put back to before that. */
  'county-forgets'(world, chance) {
    const root = rootOf(world)
    some(chance, villages(world), (machine) => {
      const others = runningOnes(world).filter(
        ({ station, identity, revoked }) =>
          station.length === 9 && !revoked && identity.node !== machine.identity.parent?.node,
      )
      some(chance, others, (township) => {
        if (!root.running || isCopied(world, root)) return
        const backup = backupOf(root, world.timeline.now)
        void moveStation(world, machine, township)
        for (let count = chance.between(2, 6); count > 0; count--)
          after(world, chance, 15 * SECOND, () => world.people.work(chance.pick([root, machine, township])))
        after(world, chance, 40 * SECOND, () => {
          const how = chance.pick(['survives', 'lost'] as const)
          stop(world, root, 'reset')
          void restore(world, root, backup, how).then(() => startLater(world, chance, root))
        })
      })
    })
  },
  /** Much is written without a line, and goes up when it is there again. */
  backlog(world, chance) {
    const alone = children(world).filter((machine) => !isCopied(world, machine))
    some(chance, alone, (machine) => {
      const away = chance.between(10 * SECOND, 40 * SECOND)
      offline(world, machine, away)
      if (chance.happens(0.5)) {
        world.timeline.after(away, () => {
          machine.disk.ailments.record = !world.healed
        })
        world.timeline.after(away + 30 * SECOND, () => {
          machine.disk.ailments.record = false
        })
      }
      // Whoever has just started knows nothing of the line.
      if (chance.happens(0.5))
        world.timeline.after(away - 5 * SECOND, () => {
          stop(world, machine, 'reset')
          void start(world, machine)
        })
      for (let count = chance.between(5, 15); count > 0; count--)
        after(world, chance, 20 * SECOND, () => world.people.burst(machine))
    })
  },
  /** A member writes entries of the largest size about cases that travel. */
  'long-lies'(world, chance) {
    const honest = villages(world).filter((machine) => !isCopied(world, machine))
    const travelled = [...world.ledger.carriers.keys()].map((hash) => world.ledger.entries.get(hash)?.document ?? '')
    const documents = [...new Set(travelled)].filter(isCaseId)
    if (documents.length === 0) return
    some(chance, honest, (machine) => {
      void (async () => {
        const liar = await copy(world, machine, 'image')
        liar.passing = true
        const [log, held] = [...liar.disk.held].find(([one]) =>
          one.startsWith(`${machine.identity.node}/${machine.running?.engine.incarnation}/`),
        ) ?? ['', []]
        if (held.length > 0)
          await writeLies(world, liar, log as never, held.length, chance, { documents, isLong: true })
        await start(world, liar)
        world.timeline.after(chance.between(20 * SECOND, 90 * SECOND), () => scrap(world, liar))
      })()
    })
  },
}
