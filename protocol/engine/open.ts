/** Opening an engine: what the disk holds becomes a running node. */
import { logParts, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { CARRYING } from './carrying/carrying.ts'
import { RETURNED_RECORDS } from './carrying/returned-records.ts'
import type { Core } from './core.ts'
import { createDirectory } from './directory/directory.ts'
import type { Engine, EngineOptions } from './engine.ts'
import type { Link, LinkContext } from './links/link-context.ts'
import { runLink } from './links/links.ts'
import { createReports, rememberedReports } from './links/reports.ts'
import { openOffice } from './office/open-office.ts'
import { type Change, NO_CHANGE, StorageFailure } from './ports/storage.ts'
import { isRebuilding, rebuild } from './refold/rebuilding.ts'
import { readMark, touchesMark } from './refold/refold-mark.ts'
import { openRefolding } from './refold/refolding.ts'
import { openAfterworks } from './writing/afterwork.ts'
import { openWriteQueue, storageProblem } from './writing/write-queue.ts'

/** Opens an engine over a storage; fails in words when the storage cannot be read. */
export async function openEngine(options: EngineOptions): Promise<Result<Engine>> {
  try {
    return success(await open(options))
  } catch (problem) {
    if (problem instanceof StorageFailure) return failure(storageProblem(problem))
    throw problem
  }
}

async function open({
  storage,
  host,
  identity,
  incarnation,
  rotated,
  version,
  findings = [],
  progress,
}: EngineOptions): Promise<Engine> {
  const loaded = await storage.load()
  const core: Core = {
    storage,
    host,
    identity,
    version,
    directory: createDirectory(identity),
    heads: new Map(loaded.heads.map((head) => [head.key, head])),
    files: new Map(),
    locals: new Map(),
    incarnation,
    arrival: loaded.arrival,
    recent: { packs: [], bytes: 0 },
    clockOffset: null,
    problem: undefined,
    findings: [...findings],
    listeners: new Set(),
    refolding: null,
    foldedOn: undefined,
    connected: () => identity.parent === null,
    committed: () => {},
  }
  for (const row of loaded.directory) core.directory.apply(row)
  const queue = openWriteQueue(core)
  const links = new Set<Link>()
  const reports = createReports(core, queue, links, await rememberedReports(core))
  core.connected = () => identity.parent === null || reports.parentConnected()
  const context: LinkContext = { core, queue, links, reports, rotated, pendingBytes: 0 }
  const afterworks = await openAfterworks(core, queue, [CARRYING, RETURNED_RECORDS])
  core.committed = (change) => {
    committed(context, change)
    afterworks.heard(change)
    if (touchesMark(change)) refolding.soon()
  }
  if (await isRebuilding(core)) await rebuild(core, queue, progress)
  if (await readMark(core)) core.refolding = { done: 0, total: 0 }
  const refolding = openRefolding(core, queue)
  afterworks.heard(NO_CHANGE)
  return {
    office: openOffice(core, queue, reports),
    get incarnation() {
      return core.incarnation
    },
    attach: (connection, direction) => runLink(context, connection, direction),
    ownHeads: () => ownHeads(core),
    rebuild: (progress) => rebuild(core, queue, progress),
    async stop() {
      afterworks.stop()
      refolding.stop()
      for (const link of [...links]) link.dispatch({ type: 'stop', code: 'stopping' })
      await queue.idle()
    },
  }
}

/** After every commit: links send what is new, children hear what became of their entries. */
function committed(context: LinkContext, change: Change): void {
  const { links, core, reports } = context
  reports.soon()
  for (const link of links) {
    link.dispatch({ type: 'changed' })
    if (link.direction !== 'down' || !link.peer || change.receipts.length === 0) continue
    const granted = core.directory.streamsOf(link.peer)
    const receipts = change.receipts.filter(({ log }) => granted.has(logParts(log).stream))
    for (let start = 0; start < receipts.length; start += LIMITS.messageReceipts) {
      const some = receipts.slice(start, start + LIMITS.messageReceipts)
      link.dispatch({ type: 'tell', message: { type: 'receipts', receipts: some } })
    }
  }
  if (change.directory.length > 0) endRevoked(context)
}

/** A node that was revoked while connected is told so and let go. */
function endRevoked({ links, core }: LinkContext): void {
  for (const link of [...links]) {
    if (link.peer && core.directory.node(link.peer)?.revoked) link.dispatch({ type: 'stop', code: 'revoked' })
  }
}

function ownHeads(core: Core): ReturnType<Engine['ownHeads']> {
  // A head without entries may be only heard of, and not on the disk yet: the record outside must never lead it.
  const own = [...core.heads.values()].filter(
    ({ key, height }) => height > 0 && logParts(key).node === core.identity.node,
  )
  return Object.fromEntries(own.map(({ key, height, hash }) => [key, { seq: height, hash: toHex(hash) }]))
}
