/** This node's clock: its own time, what it knows of the root's, and the civil day by it. Never decides order. */
import { civilDay, type Day, hasCivilDay } from '#protocol/casework/time/days.ts'
import type { Host } from './ports/host.ts'

export interface NodeClock {
  /** Milliseconds since 1970 on this machine's clock. */
  now(): number
  /** The time at the root less this clock's, in milliseconds: positive where this one is slow; null while unknown, 0 at the root. */
  offset(): number | null
  /** The parent said what time it is at the root; a time that no date can name is passed over. */
  heardRoot(rootTime: number): void
  /** The root's time as far as this node knows it; null while unknown. */
  rootTime(): number | null
  /** The civil day by the root's clock as far as this node knows it, else by its own. */
  today(): Day
}

/** The clock of a node; the root's is right by definition. */
export function createClock(host: Pick<Host, 'now'>, isRoot: boolean): NodeClock {
  let offset = isRoot ? 0 : null
  const rootTime = () => (offset === null ? null : host.now() + offset)
  return {
    now: () => host.now(),
    offset: () => offset,
    heardRoot(time) {
      if (hasCivilDay(time)) offset = time - host.now()
    },
    rootTime,
    today: () => civilDay(rootTime() ?? host.now()),
  }
}
