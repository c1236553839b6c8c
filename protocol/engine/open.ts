/** Opening an engine: what the disk holds becomes a running node. */
import { type DocumentId, isCase, logParts, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { openCarrying } from './carrying.ts'
import { rowOf, standingReceipts } from './case-file.ts'
import type { Core } from './core.ts'
import { createDirectory } from './directory.ts'
import type { Engine, EngineOptions } from './engine.ts'
import type { Link, LinkContext } from './link-context.ts'
import { runLink } from './links.ts'
import { openOffice } from './open-office.ts'
import { createReports, rememberedReports } from './reports.ts'
import { beginStaging, fileOf, loadFiles, placeRecords } from './staging.ts'
import { type Change, NO_CHANGE, StorageFailure } from './storage.ts'
import { openWriteQueue, storageProblem, type WriteQueue } from './write-queue.ts'

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
    committed: () => {},
  }
  for (const row of loaded.directory) core.directory.apply(row)
  const queue = openWriteQueue(core)
  const links = new Set<Link>()
  const reports = createReports(core, queue, links, await rememberedReports(core))
  const context: LinkContext = { core, queue, links, reports, rotated, pendingBytes: 0 }
  const carrying = identity.parent === null ? await openCarrying(core, queue) : undefined
  core.committed = (change) => {
    committed(context, change)
    carrying?.heard(change)
  }
  if (await storage.local(REBUILDING.space, REBUILDING.key)) await rebuild(core, queue)
  carrying?.heard(NO_CHANGE)
  return {
    office: openOffice(core, queue, reports),
    get incarnation() {
      return core.incarnation
    },
    attach: (connection, direction) => runLink(context, connection, direction),
    ownHeads: () => ownHeads(core),
    rebuild: (progress) => rebuild(core, queue, progress),
    async stop() {
      carrying?.stop()
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

/** Drops everything computed and folds it again from the entries. The desk waits meanwhile. */
async function rebuild(core: Core, queue: WriteQueue, progress?: (done: number) => void): Promise<void> {
  await queue.writeAlone(async () => {
    await core.storage.commit(mark(true))
    await core.storage.dropComputed()
    core.files.clear()
    let done = 0
    // The directory first: cases are judged by it. Ids of cases are hex, those of records begin behind 'f'.
    for (const { from, cases } of [
      { from: 'g', cases: false },
      { from: '', cases: true },
    ]) {
      for (let last = from; ; ) {
        const documents = (await core.storage.documentsAfter(last, LIMITS.cachedDocuments)).filter(
          (document) => isCase(document) === cases,
        )
        if (documents.length === 0) break
        const change = await refold(core, documents)
        await core.storage.commit(change)
        for (const row of change.directory) core.directory.apply(row)
        done += documents.length
        progress?.(done)
        last = documents.at(-1) as string
      }
    }
    await core.storage.commit(mark(false))
  })
}

/** A rebuild that did not end (power cut) is done again at the next start. */
const REBUILDING = { space: 'engine', key: 'rebuilding' } as const
const mark = (rebuilding: boolean): Change => ({
  ...NO_CHANGE,
  local: [{ ...REBUILDING, value: rebuilding ? 'true' : null }],
})

async function refold(core: Core, documents: readonly DocumentId[]): Promise<Change> {
  const staging = beginStaging(core)
  const cases = documents.filter(isCase)
  await loadFiles(staging, cases)
  const { authority } = core.directory
  const files = await Promise.all(cases.map((id) => fileOf(staging, id)))
  const records = documents.filter((document) => !isCase(document))
  await placeRecords(staging, records)
  return {
    ...NO_CHANGE,
    cases: files.flatMap((file) => rowOf(file, authority) ?? []),
    receipts: [...files.flatMap((file) => standingReceipts(file, authority)), ...staging.change.receipts],
    directory: [...staging.directory.values()],
  }
}
