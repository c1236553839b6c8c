/** Connection, safety and health of this node in figures, as the desk says them in words. */
import { casesAbove, entriesAbove } from '../cases/safety.ts'
import type { Core } from '../core.ts'
import type { SyncStatus } from '../office.ts'
import { storageProblem } from '../writing/storage-problem.ts'

/** The status as of now. `stations`: those this node serves. */
export async function syncStatus(core: Core, stations: SyncStatus['stations']): Promise<SyncStatus> {
  const problem = core.problem && storageProblem(core.problem)
  return {
    node: core.identity.node,
    stations,
    isRoot: core.isRoot,
    parent: parentOf(core),
    casesOnlyHere: await casesAbove(core, 'parentHeight'),
    casesNotAtRoot: await casesAbove(core, 'rootHeight'),
    entriesOnlyHere: entriesAbove(core, 'parentHeight'),
    clockOffset: core.clock.offset(),
    catalogueVersion: core.directory.catalogueVersion(),
    calendarVersion: core.directory.calendarVersion(),
    calendarUntil: core.directory.calendar().coverage?.until ?? null,
    refolding: core.rows.refolding,
    health: { writable: !problem, problem: problem?.message ?? '', next: problem?.next ?? '' },
    conservation: await conservationOf(core),
    findings: core.news.findings,
    refusal: core.neighbours.refusal,
  }
}

function parentOf({ identity, directory, neighbours, clock }: Core): SyncStatus['parent'] {
  if (!identity.parent) return null
  const name = directory.node(identity.parent.node)?.name ?? identity.parent.name
  const { parentConnected: connected, parentContact } = neighbours
  return { name, connected, lastContact: connected ? clock.now() : parentContact }
}

/** What this node wrote, and what became of it: written = applied + set aside + quarantined. */
async function conservationOf({ logs, storage }: Core): Promise<SyncStatus['conservation']> {
  let written = 0
  for (const head of logs.heads.values()) if (logs.isOwn(head.key)) written += head.height
  let quarantined = 0
  let setAside = 0
  for (const { log, outcome, count } of await storage.receiptCounts()) {
    if (!logs.isOwn(log)) continue
    if (outcome === 'set-aside') setAside += count
    else quarantined += count
  }
  return { written, applied: written - quarantined - setAside, setAside, quarantined }
}
