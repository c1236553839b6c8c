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
import { type Counted, createMinutes, createRecent, createUncounted, type Done, MINUTE } from './audit-counts.ts'

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

/** The audit log of a node, with the counts that bound it. */
export interface AuditLog {
  readonly note: Office['audit']
  /** Writes what is only counted yet; nothing waits any more then. */
  close(): Promise<void>
}

const TOLD_LATER = '当时只计次数,随后补记'

/** Opens the audit log. */
export function openAuditLog(core: Core, queue: WriteQueue): AuditLog {
  const now = () => core.clock.now()
  const recent = createRecent(now)
  const takeTurn = createMinutes(now)
  const counting = openCounting(core, queue)

  /** Events that are being written, and whether they were. */
  const underWay = new Map<string, Promise<boolean>>()

  async function write(done: Done, name: string): Promise<boolean> {
    const { actor, event, about } = done
    const before = counting.take(done, name)
    const written = await inWords(
      core,
      queue.write(async (staging) => appendAudit(staging, actor, event, about, before)),
    )
    underWay.delete(name)
    if (written.ok) return true
    counting.count(done, name, before + 1)
    recent.forget(name)
    return false
  }

  return {
    async note(actor, event, about = {}) {
      const { sameWithinMinutes, isCounted }: EventRule = AUDIT_EVENTS[event]
      const { same = about.subject, address } = about
      const name = JSON.stringify([event, actor?.person, actor?.station, same, address])
      const done = { actor, event, about }
      if (sameWithinMinutes > 0 && recent.has(name, sameWithinMinutes)) {
        // The same again is answered when the first is durable, and is missing where that was refused.
        const isWritten = await (underWay.get(name) ?? true)
        if (isCounted || !isWritten) counting.count(done, name)
        return
      }
      if (!takeTurn(done)) return counting.count(done)
      if (sameWithinMinutes > 0) recent.add(name)
      const writing = write(done, name)
      underWay.set(name, writing)
      await writing
    },
    close: counting.close,
  }
}

/** Counts what is not written one by one, and writes how much it was a minute later: a program that is killed hides no more. */
function openCounting(core: Core, queue: WriteQueue) {
  const uncounted = createUncounted()
  let isClosed = false
  let cancel: (() => void) | undefined

  function count(done: Done, name?: string, times?: number): void {
    uncounted.add(done, name, times)
    if (!isClosed) cancel ??= core.host.after(MINUTE, () => void tell().catch(core.tellBug))
  }
  async function tell(): Promise<void> {
    cancel = undefined
    const left = uncounted.takeAll()
    if (left.length === 0) return
    const counted = left.map(([, one]) => one)
    const told = await inWords(
      core,
      queue.write(async (staging) => tellCounted(staging, counted)),
    )
    if (!told.ok) for (const [name, { last, count: times }] of left) count(last, name, times)
  }
  return {
    count,
    take: uncounted.take,
    async close() {
      isClosed = true
      cancel?.()
      await tell()
    },
  }
}

/** Adds the last of what was only counted, with how many were before it. */
function tellCounted(staging: Staging, left: readonly Counted[]): Result<void> {
  for (const { last, count } of left) {
    const { actor, event, about } = last
    const details = about.details ? `${TOLD_LATER};${about.details}` : TOLD_LATER
    const added = appendAudit(staging, actor, event, { ...about, details }, count - 1)
    if (!added.ok) return added
  }
  return success(undefined)
}
