/** What goes wrong with what stations say of themselves: drawn apart, in counties whose people keep such records at all. */
import { documentOf } from '#protocol/engine/directory/record-reading.ts'
import { isCaseId, type StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Draft, KIND } from '#protocol/log/entry.ts'
import { pairOf } from '../calling.ts'
import type { Chance } from '../chance.ts'
import { copy, replace, scrap, start } from '../machines.ts'
import { RECORD_TYPES, recordOf } from '../station-desk.ts'
import { type Machine, rootOf, type World } from '../world.ts'
import { writeLies } from './authors.ts'
import { after, children, type Fault, type Faults, isCopied, SECOND, some, startLater, villages } from './fault.ts'

/** Names of records of a station that anybody ever wrote. */
const namesOf = ({ ledger }: World, station: StationCode): string[] =>
  [...ledger.entries.values()].flatMap(({ document }) => {
    const [of, name] = document.slice(document.indexOf('/') + 1).split('.')
    return of === station && !isCaseId(document) && name ? [name] : []
  })

/** A record under the id of any station, said to be of any, with any version: what is there already above all. */
function recordLie(world: World, { station }: Machine, chance: Chance): Draft {
  const of = (likely: number) => (chance.happens(likely) ? station : chance.pick(world.stations).id)
  const named = of(0.5)
  const name = chance.pick([...namesOf(world, named), 'x1', 'x2'])
  const record = recordOf(chance.pick(RECORD_TYPES), named, name, '谎话')
  const version = chance.pick([
    world.now() + chance.below(1_000_000),
    LIMITS.recordVersion,
    LIMITS.recordVersion + 1,
    Number.MAX_SAFE_INTEGER,
  ])
  const parts = chance.happens(0.1) ? { more: Array.from({ length: 30 }, (_, at) => at) } : {}
  const said = { ...record, station: chance.happens(0.6) ? named : of(0.5), version, ...parts }
  return {
    kind: KIND.directory,
    document: documentOf(record),
    person: '',
    station,
    time: world.now(),
    clockOffset: null,
    catalogueVersion: 1,
    calendarVersion: 0,
    payload: new TextEncoder().encode(JSON.stringify(said)),
  }
}

const alone = (world: World) => children(world).filter((machine) => !isCopied(world, machine))

/** A copy of a machine signs lies about records in one of its logs, and delivers them until it is found out. */
const lying: Fault = (world, chance) =>
  some(chance, alone(world), (machine) => {
    void (async () => {
      const liar = await copy(world, machine, 'image')
      liar.passing = true
      const own = `${machine.identity.node}/${machine.running?.engine.incarnation}/`
      const logs = [...liar.disk.held].filter(([log, held]) => log.startsWith(own) && held.length > 0)
      if (logs.length > 0) {
        const [log, held] = chance.pick(logs)
        const drafts = Array.from({ length: chance.between(1, 6) }, () => recordLie(world, machine, chance))
        await writeLies(world, liar, log, Math.max(0, held.length - chance.below(3)), chance, { drafts })
      }
      await start(world, liar)
      world.timeline.after(chance.between(20 * SECOND, 90 * SECOND), () => scrap(world, liar))
    })()
  })

/** A machine whose clock is far ahead writes records of its station; it is stolen, lives on, and another takes its place. */
const stolenKeeper: Fault = (world, chance) =>
  some(
    chance,
    villages(world).filter((machine) => !isCopied(world, machine) && !machine.name.includes('+')),
    (machine) => {
      const ahead = chance.pick([0, 3_600 * SECOND, 400 * 86_400 * SECOND])
      machine.clock += ahead
      // Of one type, so that they meet on one list.
      const type = chance.pick(RECORD_TYPES)
      const keep = (one: Machine, longest: number) => {
        for (let count = chance.between(2, 6); count > 0; count--)
          after(world, chance, longest, () => world.people.keep(one, chance.happens(0.7) ? type : undefined))
      }
      keep(machine, 8 * SECOND)
      world.timeline.after(chance.between(3 * SECOND, 12 * SECOND), () => {
        if (world.healed || machine.scrapped || machine.revoked || !rootOf(world).running) return
        keep(machine, 15 * SECOND)
        void replace(world, machine, { machine: 'lives on', trusted: false }).then((fresh) => {
          startLater(world, chance, fresh)
          keep(fresh, 40 * SECOND)
        })
      })
    },
  )

/** Records of one station at two copies of its machine and of the township above, before the county hears of either. */
const copiedKeepers: Fault = (world, chance) =>
  some(
    chance,
    alone(world).filter(({ station }) => station.length === 12),
    (machine) => {
      const root = rootOf(world)
      const above = world.machines.find(({ identity }) => identity.node === machine.identity.parent?.node)
      if (!above?.running || isCopied(world, above)) return
      void (async () => {
        const twins = [await copy(world, above, 'files'), await copy(world, machine, 'image')]
        const apart = [above, ...twins.slice(0, 1)].map((one) => pairOf(one, root))
        for (const pair of apart) world.splits.add(pair)
        for (const wire of world.network.wires) if (wire.child === above.name && wire.parent === root.name) wire.cut()
        for (const twin of twins) {
          twin.passing = true
          await start(world, twin)
        }
        for (let count = chance.between(4, 10); count > 0; count--)
          after(world, chance, 20 * SECOND, () => world.people.keep(chance.pick([machine, ...twins.slice(1)])))
        // The copy of the village is gone before anybody above has heard of two versions.
        world.timeline.after(chance.between(15 * SECOND, 25 * SECOND), () => scrap(world, twins[1] as Machine))
        world.timeline.after(26 * SECOND, () => {
          for (const pair of apart) world.splits.delete(pair)
        })
        world.timeline.after(chance.between(50 * SECOND, 80 * SECOND), () => scrap(world, twins[0] as Machine))
      })()
    },
  )

/** Kinds of faults that concern records of stations. */
export const RECORD_FAULTS: Faults = {
  'lying-records': lying,
  'stolen-keeper': stolenKeeper,
  'copied-keepers': copiedKeepers,
}
