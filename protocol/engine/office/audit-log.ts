/** Writing the audit log: entries of this node's own log, so that none can be changed or taken out unseen. */
import {
  AUDIT_EVENTS,
  type AuditEvent,
  type AuditNote,
  auditDay,
  auditDocument,
  type EventRule,
} from '#protocol/casework/audit.ts'
import { type StationCode, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND } from '#protocol/log/entry.ts'
import { type Result, success } from '#protocol/result.ts'
import type { AuditDetails } from '../audit.ts'
import type { Core } from '../core.ts'
import type { Actor, Office } from '../office.ts'
import { newDraft } from '../writing/draft.ts'
import { append } from '../writing/placing.ts'
import type { Staging } from '../writing/staging.ts'
import { inWords } from '../writing/storage-problem.ts'
import type { WriteQueue } from '../writing/write-queue.ts'

const MINUTE = 60_000
const encoder = new TextEncoder()

const short = (text: string): string => text.slice(0, LIMITS.auditCharacters)

/** The first station of the node, for what nobody does who is signed in; undefined while the node has none yet. */
const ownStation = ({ directory, identity }: Core): StationCode | undefined =>
  directory.node(identity.node)?.stations[0]

/**
 * Adds an event to a group, beside what it is about: both are durable or neither is. A node that has no station yet has
 * no stream for it either, and writes nothing.
 */
export function appendAudit(
  staging: Staging,
  actor: Actor | null,
  event: AuditEvent,
  { subject = '', details = '', address = '' }: AuditDetails = {},
  uncounted = 0,
): Result<void> {
  const { core } = staging
  const station = actor?.station ?? ownStation(core)
  if (station === undefined) return success(undefined)
  const note: AuditNote = { event, subject: short(subject), details: short(details), address, uncounted }
  const document = auditDocument(station, auditDay(core.clock.today()))
  const payload = encoder.encode(JSON.stringify(note))
  const draft = newDraft(core, { kind: KIND.audit, document, person: actor?.person ?? '', station, payload })
  const appended = append(staging, streamOf(station), [draft])
  return appended.ok ? success(undefined) : appended
}

/** How many of each kind are written in the present minute, by whomever. */
function createMinutes(now: () => number) {
  const minutes = new Map<AuditEvent, { readonly minute: number; readonly written: number }>()
  /** Whether one more may be written; it then counts as written. */
  return function take(event: AuditEvent): boolean {
    const minute = Math.floor(now() / MINUTE)
    const known = minutes.get(event)
    const written = known?.minute === minute ? known.written : 0
    if (written >= LIMITS.auditPerMinute) return false
    minutes.set(event, { minute, written: written + 1 })
    return true
  }
}

/** What somebody did. */
interface Done {
  readonly actor: Actor | null
  readonly event: AuditEvent
  readonly about: AuditDetails
}

/** Events that were only counted, by kind and person: nobody's line tells of what another did. */
function createUncounted() {
  const held = new Map<string, { readonly last: Done; readonly count: number }>()
  const kindOf = ({ actor, event }: Done) => JSON.stringify([event, actor?.person, actor?.station])
  const takeAt = (name: string): number => {
    const count = held.get(name)?.count ?? 0
    held.delete(name)
    return count
  }
  return {
    /** Under `name` what is the same again, so that one sign-in name does not tell of another; else what was too many of a kind. */
    add(last: Done, name?: string, count = 1) {
      const isFull = held.size >= LIMITS.auditRecent && !held.has(name ?? '')
      const key = name === undefined || isFull ? kindOf(last) : name
      held.set(key, { last, count: (held.get(key)?.count ?? 0) + count })
    },
    /** How many were before this one; they are told with it. */
    take: (done: Done, name: string): number => takeAt(name) + takeAt(kindOf(done)),
    clear: () => held.clear(),
    all: () => [...held.values()],
  }
}

/** What was written just now, so that a page that refreshes itself is one event; the oldest are forgotten first. */
function createRecent(now: () => number) {
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

/** The audit log of a node, with the counts that bound it. */
export interface AuditLog {
  readonly note: Office['audit']
  /** Writes what is only counted yet, the last of each kind and person with the number of those before: nobody else would. */
  close(): Promise<void>
}

const TOLD_AT_END = '节点停止时补记'

/** Opens the audit log. */
export function openAuditLog(core: Core, queue: WriteQueue): AuditLog {
  const now = () => core.clock.now()
  const recent = createRecent(now)
  const takeTurn = createMinutes(now)
  const uncounted = createUncounted()

  async function write(done: Done, name: string): Promise<void> {
    const { actor, event, about } = done
    const before = uncounted.take(done, name)
    const written = await inWords(
      core,
      queue.write(async (staging) => appendAudit(staging, actor, event, about, before)),
    )
    if (written.ok) return
    uncounted.add(done, name, before + 1)
    recent.forget(name)
  }

  return {
    async note(actor, event, about = {}) {
      const { sameWithinMinutes, isCounted }: EventRule = AUDIT_EVENTS[event]
      const { same = about.subject, address } = about
      const name = JSON.stringify([event, actor?.person, actor?.station, same, address])
      const done = { actor, event, about }
      if (sameWithinMinutes > 0 && recent.has(name, sameWithinMinutes)) {
        if (isCounted) uncounted.add(done, name)
        return
      }
      if (!takeTurn(event)) return uncounted.add(done)
      if (sameWithinMinutes > 0) recent.add(name)
      await write(done, name)
    },
    async close() {
      const left = uncounted.all()
      if (left.length === 0) return
      const told = await inWords(
        core,
        queue.write(async (staging) => tellLeft(staging, left)),
      )
      if (told.ok) uncounted.clear()
    },
  }
}

/** Adds the last of what was only counted, with how many were before it. */
function tellLeft(staging: Staging, left: readonly { readonly last: Done; readonly count: number }[]): Result<void> {
  for (const { last, count } of left) {
    const { actor, event, about } = last
    const details = about.details ? `${TOLD_AT_END};${about.details}` : TOLD_AT_END
    const added = appendAudit(staging, actor, event, { ...about, details }, count - 1)
    if (!added.ok) return added
  }
  return success(undefined)
}
