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
import type { Actor } from '../office.ts'
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

/** Events of one kind in the present minute, and those that were only counted since the last one written. */
interface Tally {
  minute: number
  written: number
  uncounted: number
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
export function openAuditLog(core: Core, queue: WriteQueue) {
  const recent = createRecent(() => core.clock.now())
  const tallies = new Map<AuditEvent, Tally>()

  const tallyOf = (event: AuditEvent): Tally => {
    const minute = Math.floor(core.clock.now() / MINUTE)
    const known = tallies.get(event) ?? { minute, written: 0, uncounted: 0 }
    if (known.minute !== minute) Object.assign(known, { minute, written: 0 })
    tallies.set(event, known)
    return known
  }

  return async function audit(actor: Actor | null, event: AuditEvent, about: AuditDetails = {}): Promise<void> {
    const { sameWithinMinutes, isCounted }: EventRule = AUDIT_EVENTS[event]
    const name = [event, actor?.person, actor?.station, about.subject, about.address].join('\n')
    const tally = tallyOf(event)
    if (sameWithinMinutes > 0 && recent.has(name, sameWithinMinutes)) {
      if (isCounted) tally.uncounted++
      return
    }
    if (tally.written >= LIMITS.auditPerMinute) {
      tally.uncounted++
      return
    }
    tally.written++
    const { uncounted } = tally
    tally.uncounted = 0
    if (sameWithinMinutes > 0) recent.add(name)
    const written = await inWords(
      core,
      queue.write(async (staging) => appendAudit(staging, actor, event, about, uncounted)),
    )
    if (written.ok) return
    tally.uncounted += uncounted + 1
    recent.forget(name)
  }
}
