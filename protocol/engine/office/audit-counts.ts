/** What bounds the audit log of a node: how much is written in a minute, what is only counted, what was written just now. */
import type { AuditEvent } from '#protocol/casework/audit.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { AuditDetails } from '../audit.ts'
import type { Actor } from '../office.ts'

/** A minute in milliseconds. */
export const MINUTE = 60_000

/** What somebody did. */
export interface Done {
  readonly actor: Actor | null
  readonly event: AuditEvent
  readonly about: AuditDetails
}

/** Events that were only counted: the last of them, and how many there are with it. */
export interface Counted {
  readonly last: Done
  readonly count: number
}

/** The kind with who did it: a person, or whoever sits at an address, so that nobody's many hide what another did. */
const kindOf = ({ actor, event, about }: Done): string =>
  JSON.stringify(actor ? [event, actor.person, actor.station] : [event, about.address])

/** How many of each kind and person are written in the present minute, and of strangers from everywhere. */
export function createMinutes(now: () => number) {
  const written = new Map<string, number>()
  let minute: number | undefined
  /** Whether one more may be written; it then counts as written. */
  return function take(done: Done): boolean {
    const present = Math.floor(now() / MINUTE)
    if (present !== minute) written.clear()
    minute = present
    const bounds = new Map<string, number>([[kindOf(done), LIMITS.auditPerMinute]])
    if (done.actor === null) bounds.set(done.event, LIMITS.auditStrangersPerMinute)
    const isFull = [...bounds].some(([name, most]) => (written.get(name) ?? 0) >= most)
    if (!isFull) for (const name of bounds.keys()) written.set(name, (written.get(name) ?? 0) + 1)
    return !isFull
  }
}

/** Events that were only counted: nobody's line tells of what another did. */
export function createUncounted() {
  const held = new Map<string, Counted>()
  /** A person has one place for each kind; strangers have one for each name and address, and when these are too many one for the kind. */
  const placeOf = (done: Done, name: string): string => {
    if (done.actor !== null) return kindOf(done)
    return held.has(name) || held.size < LIMITS.auditStrangersPerMinute ? name : done.event
  }
  const takeAt = (place: string): number => {
    const count = held.get(place)?.count ?? 0
    held.delete(place)
    return count
  }
  return {
    /** Under `name` what is the same again, so that one sign-in name does not tell of another; else what was too many of a kind. */
    add(last: Done, name = kindOf(last), count = 1) {
      const place = placeOf(last, name)
      held.set(place, { last, count: (held.get(place)?.count ?? 0) + count })
    },
    /** How many were before this one; they are told with it. */
    take: (done: Done, name: string): number =>
      takeAt(name) + takeAt(kindOf(done)) + (done.actor === null ? takeAt(done.event) : 0),
    /** All of them with their names; whoever takes them tells them. */
    takeAll(): readonly (readonly [name: string, Counted])[] {
      const all = [...held]
      held.clear()
      return all
    },
  }
}

/** What was written just now, so that a page that refreshes itself is one event; the oldest are forgotten first. */
export function createRecent(now: () => number) {
  const written = new Map<string, number>()
  return {
    has(name: string, minutes: number): boolean {
      const time = written.get(name)
      return time !== undefined && Math.abs(now() - time) < minutes * MINUTE
    },
    add(name: string) {
      written.delete(name)
      written.set(name, now())
      const [oldest] = written.keys()
      if (written.size > LIMITS.auditRecent && oldest !== undefined) written.delete(oldest)
    },
    forget: (name: string) => void written.delete(name),
  }
}
