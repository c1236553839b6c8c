/** What a link owes its two ends while it is well: entries arrive, and are known to have arrived, without a new link. */
import { COUNTY_STREAM, type LogKey, logParts } from '#protocol/ids.ts'
import type { Wire } from '../network.ts'
import { type Machine, rootOf, type World } from '../world.ts'
import { grantsOf } from './county.ts'

/** On a good line with good disks everything has long been sent, stored and answered after this time. */
const OWED_MILLISECONDS = 45_000
/** Bytes a second below which a line may honestly take longer. */
const GOOD_LINE = 1_000_000

/** What the two ends of a link held when it was looked at. */
interface Seen {
  readonly at: number
  readonly child: ReadonlyMap<LogKey, number>
  readonly parent: ReadonlyMap<LogKey, number>
  readonly troubles: number
}

export type Progress = () => Promise<void>

/** Looks again and again at every link that is well. */
export function createProgress(world: World): Progress {
  const seen = new Map<Wire, Seen>()
  return async () => {
    for (const wire of seen.keys()) if (!world.network.wires.has(wire)) seen.delete(wire)
    for (const wire of world.network.wires) {
      const [child, parent] = [wire.child, wire.parent].map((name) => world.machines.find((one) => one.name === name))
      if (!child || !parent || !isWell(world, wire, child, parent)) {
        seen.delete(wire)
        continue
      }
      const before = seen.get(wire)
      const troubles = child.disk.troubles + parent.disk.troubles
      if (before?.troubles === troubles && world.timeline.now - before.at < OWED_MILLISECONDS) continue
      if (before?.troubles === troubles) await compare(world, child, parent, before)
      seen.set(wire, { at: world.timeline.now, child: heights(child), parent: heights(parent), troubles })
    }
  }
}

const heights = ({ disk }: Machine) => new Map([...disk.held].map(([log, hashes]) => [log, hashes.length]))

/** Nothing is wrong with the link, its ends and their disks, and both know the register as the county has it. */
function isWell(world: World, wire: Wire, child: Machine, parent: Machine): boolean {
  const ends = [child, parent]
  const register = [...rootOf(world).disk.held].filter(([log]) => logParts(log).stream === COUNTY_STREAM)
  return (
    wire.isOpen &&
    wire.isServed &&
    !wire.isHurt &&
    !wire.doubled &&
    child.line.bytesPerSecond >= GOOD_LINE &&
    !ends.some(
      ({ revoked, passing, disk }) => revoked || passing || disk.ailments.slow + disk.ailments.slowReads > 0,
    ) &&
    ends.every(({ name }) => !world.machines.some((other) => other.name === `${name}'` || name === `${other.name}'`)) &&
    ends.every(({ disk }) =>
      register.every(([log, hashes]) => hashes.every((hash, place) => disk.held.get(log)?.[place] === hash)),
    )
  )
}

async function compare(world: World, child: Machine, parent: Machine, before: Seen): Promise<void> {
  const granted = grantsOf(world, child.station)
  const moved = new Set([...world.former.values()].flatMap((streams) => [...streams]))
  const { heads } = await child.disk.storage.load()
  for (const log of new Set([...before.child.keys(), ...before.parent.keys()])) {
    const { stream } = logParts(log)
    if (!granted.has(stream) || moved.has(stream) || world.ledger.forkedLogs.has(log)) continue
    const [below, above] = [before.child.get(log) ?? 0, before.parent.get(log) ?? 0]
    const says = (what: string) =>
      world.violation('M24', `${child.name}–${parent.name}: ${what} ${log.slice(0, 8)}${log.slice(32)}`)
    if ((parent.disk.held.get(log)?.length ?? 0) < below) says(`${below} entries do not come up of`)
    if ((child.disk.held.get(log)?.length ?? 0) < above) says(`${above} entries do not come down of`)
    const known = heads.find(({ key }) => key === log)?.parentHeight ?? 0
    const both = Math.min(below, above)
    if (known < both) says(`${both} entries lie at both, ${known} are said to be at the parent of`)
  }
}
