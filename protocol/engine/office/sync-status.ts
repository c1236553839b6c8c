/** Connection, safety and health of this node in figures, as the desk says them in words. */
import { LIMITS } from '#protocol/limits.ts'
import { casesAbove, entriesAbove } from '../cases/safety.ts'
import type { Core } from '../core.ts'
import type { SyncStatus } from '../office.ts'
import { StorageFailure } from '../ports/storage.ts'
import { publishedAt } from '../writing/clock-mark.ts'
import { healthOf, noteDamage } from '../writing/storage-problem.ts'

/** The status as of now. `stations`: those this node serves. */
export async function syncStatus(core: Core, stations: SyncStatus['stations']): Promise<SyncStatus> {
  const counts = await countsOf(core)
  return {
    node: core.identity.node,
    stations,
    isRoot: core.isRoot,
    parent: parentOf(core),
    casesOnlyHere: counts.onlyHere,
    casesNotAtRoot: counts.notAtRoot,
    entriesOnlyHere: entriesAbove(core, 'parentHeight'),
    atRootAlone: aloneAt(core),
    clockOffset: core.clock.offset(),
    clockConfirmedBy: core.clock.confirmedBy(),
    clockTold: core.clock.isTold(),
    clockKnown: clockKnown(core),
    clockOfNodes: clockOfNodes(core),
    clockDoubt: core.clock.doubt(publishedAt(core)),
    catalogueVersion: core.directory.catalogueVersion(),
    calendarVersion: core.directory.calendarVersion(),
    calendarUntil: core.directory.calendar().coverage?.until ?? null,
    refolding: core.rows.refolding,
    unlisted: core.unlisted.size,
    health: healthOf(core),
    conservation: counts.conservation,
    findings: core.news.findings,
    refusal: core.neighbours.refusal,
  }
}

const HOUR_MILLISECONDS = 60 * 60 * 1000

/** A person may be right and the county ahead: what was known before is told beside the confirmed time, not put above it. */
function clockKnown(core: Core): number | null {
  const { told } = core.clock.past(publishedAt(core))
  const isEarlier = core.clock.time() < told - LIMITS.clockOffsetMilliseconds
  return core.clock.confirmedBy() !== null && isEarlier ? told : null
}

/** Clocks go wrong one by one: where most are off alike, the one that they are compared with is. */
function clockOfNodes({ isRoot, neighbours }: Core): SyncStatus['clockOfNodes'] {
  const connected = [...neighbours.below.values()].filter((status) => status.connected)
  const told = connected.flatMap(({ clockOffset }) => clockOffset ?? []).sort((left, right) => left - right)
  const middle = told[Math.floor(told.length / 2)] ?? 0
  const alike = told.filter((offset) => Math.abs(offset - middle) <= HOUR_MILLISECONDS)
  const isMost = told.length > 1 && alike.length * 2 > told.length
  if (!isRoot || !isMost || Math.abs(middle) < LIMITS.doubtfulDayMilliseconds) return null
  return { nodes: alike.length, of: told.length, offset: middle }
}

function aloneAt(core: Core): SyncStatus['atRootAlone'] {
  if (!core.elsewhere) return null
  const standby = core.directory.nodes().find((node) => node.standby && !node.revoked)
  return { entries: entriesAbove(core, 'elsewhere'), standby: standby?.name ?? null }
}

/** Cases with an entry that no other node is known to hold; of a disk that cannot be read at most so many. */
export async function casesAlone(core: Core): Promise<number> {
  if (core.rows.owed) return entriesAbove(core, 'elsewhere')
  try {
    return await casesAbove(core, 'elsewhere')
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem
    noteDamage(core, problem)
    return entriesAbove(core, 'elsewhere')
  }
}

interface Counts {
  readonly onlyHere: number
  readonly notAtRoot: number
  readonly conservation: SyncStatus['conservation']
}

/**
 * What the disk counts. Where it cannot be read, or has not all rows, the figures are what memory knows at most, never too
 * low, and the sums do not agree: the page must be there that says what is wrong with the disk.
 */
async function countsOf(core: Core): Promise<Counts> {
  if (core.rows.owed) return mostOf(core)
  try {
    return {
      onlyHere: await casesAbove(core, 'parentHeight'),
      notAtRoot: await casesAbove(core, 'rootHeight'),
      conservation: await conservationOf(core),
    }
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem
    noteDamage(core, problem)
    return mostOf(core)
  }
}

const mostOf = (core: Core): Counts => ({
  onlyHere: entriesAbove(core, 'parentHeight'),
  notAtRoot: entriesAbove(core, 'rootHeight'),
  conservation: { written: writtenHere(core), applied: 0, setAside: 0, quarantined: 0 },
})

function parentOf({ identity, directory, neighbours, clock }: Core): SyncStatus['parent'] {
  if (!identity.parent) return null
  const record = directory.node(identity.parent.node)
  const name = record?.name ?? identity.parent.name
  const { parentConnected: connected, parentContact } = neighbours
  const place = { name, connected, lastContact: connected ? clock.time() : parentContact }
  return record?.revoked ? { ...place, revoked: true } : place
}

function writtenHere({ logs }: Core): number {
  let written = 0
  for (const head of logs.heads.values()) if (logs.isOwn(head.key)) written += head.height
  return written
}

/** What this node wrote, and what became of it: written = applied + set aside + quarantined. */
async function conservationOf(core: Core): Promise<SyncStatus['conservation']> {
  const { logs, storage } = core
  const written = writtenHere(core)
  let quarantined = 0
  let setAside = 0
  for (const { log, outcome, count } of await storage.receiptCounts()) {
    if (!logs.isOwn(log)) continue
    if (outcome === 'set-aside') setAside += count
    else quarantined += count
  }
  return { written, applied: written - quarantined - setAside, setAside, quarantined }
}
