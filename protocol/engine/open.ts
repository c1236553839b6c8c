/** Opening an engine: what the disk holds becomes a running node. */
import { KNOWN } from '#protocol/casework/rules/level.ts'
import type { LogKey } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { CARRYING, noteUncarried } from './carrying/carrying.ts'
import {
  RETURNED_RECORDS,
  RETURNED_REVOCATIONS,
  RETURNED_SERVICE,
  RETURNED_STATIONS,
} from './carrying/returned-records.ts'
import { createCaseFiles } from './cases/case-files.ts'
import { createOpenSections } from './cases/open-sections.ts'
import { loadUnlisted } from './cases/unlisted.ts'
import { createClock } from './clock.ts'
import type { Core, LiveIdentity } from './core.ts'
import { createDirectory } from './directory/directory.ts'
import type { Engine, EngineOptions } from './engine.ts'
import { withKept } from './kept-findings.ts'
import { loadBelow } from './links/acknowledging-parent.ts'
import { tellLinks } from './links/commit-news.ts'
import type { Link } from './links/link.ts'
import { createLinkBudget } from './links/link-budget.ts'
import type { LinkContext } from './links/link-context.ts'
import { runLink } from './links/links.ts'
import { changeParent } from './links/parent-change.ts'
import { PARTINGS } from './links/parting.ts'
import { createReports, rememberedReports } from './links/reports.ts'
import { createStoredQuota } from './links/stored-quota.ts'
import { createLocals } from './locals.ts'
import { createElsewhere } from './logs/elsewhere.ts'
import { createLogs } from './logs/logs.ts'
import { followPartings, loadPartings, PARTING_SPACE, type Parting } from './logs/partings.ts'
import { createNeighbours } from './neighbours.ts'
import { createNews } from './news.ts'
import { openAuditLog } from './office/audit-log.ts'
import { enableLevel, LEVEL_DOCUMENT, tellEnabled } from './office/enabling.ts'
import { openOffice } from './office/open-office.ts'
import { completeRevocations, completeStaff } from './office/record-writing.ts'
import { type Change, damagedEntries, NO_CHANGE, StorageFailure } from './ports/storage.ts'
import { noteDay } from './refold/folded-day.ts'
import { JUDGED_STATIONS, noteStations } from './refold/judging-stations.ts'
import { openListing } from './refold/listing.ts'
import { isRebuilding, rebuild, rebuildWhenPossible } from './refold/rebuilding.ts'
import { noteStale } from './refold/refold-mark.ts'
import { openRefolding } from './refold/refolding.ts'
import { isOfAnotherProgram, noteReader, openRereading } from './refold/rereading.ts'
import { UNREAD_CASES } from './refold/unread-cases.ts'
import { openAfterworks } from './writing/afterwork.ts'
import { keepClock, keptClock, noteClock } from './writing/clock-mark.ts'
import { watchClock } from './writing/clock-watch.ts'
import { tellDoubtfulDays } from './writing/doubtful-days.ts'
import { findingsKept, noteFindings } from './writing/staging.ts'
import { checkStorage, storageProblem } from './writing/storage-problem.ts'
import { noteUnlisted } from './writing/unlisted-note.ts'
import { openWriteQueue, type WriteQueue } from './writing/write-queue.ts'

/** Opens an engine over a storage; fails in words when the storage cannot be read. */
export async function openEngine(options: EngineOptions): Promise<Result<Engine>> {
  try {
    return success(await open(options))
  } catch (problem) {
    if (problem instanceof StorageFailure) return failure(storageProblem(problem))
    throw problem
  }
}

const AFTERWORKS = [
  CARRYING,
  RETURNED_RECORDS,
  RETURNED_STATIONS,
  RETURNED_REVOCATIONS,
  RETURNED_SERVICE,
  UNREAD_CASES,
  JUDGED_STATIONS,
  PARTINGS,
]

async function open(options: EngineOptions): Promise<Engine> {
  const partings = loadPartings(await options.storage.localAll(PARTING_SPACE), options)
  const core = await loadCore(options, partings)
  core.rows.ofAnotherProgram = await isOfAnotherProgram(core)
  const lines = openWriteQueue(core, [
    enableLevel,
    noteStale,
    noteStations,
    noteUncarried,
    noteReader,
    noteDay,
    noteFindings,
    noteUnlisted,
    noteClock,
  ])
  const { people, others: queue } = lines
  const links = new Set<Link>()
  const context: LinkContext = {
    core,
    queue,
    links,
    reports: createReports(core, queue, links),
    budget: createLinkBudget(options.host.after),
    quota: createStoredQuota(options.host.elapsed),
    unsavedSafety: null,
  }
  const rebuilding = (await isRebuilding(core)) ? await rebuildWhenPossible(core, queue, options.progress) : undefined
  const afterworks = await openAfterworks(core, queue, AFTERWORKS)
  const refolding = openRefolding(core, queue)
  const listing = openListing(core, lines.later)
  queue.follow((change) => followPartings(partings, change))
  followCommits(context)
  for (const heard of [afterworks.heard, refolding.heard, listing.look]) queue.follow(heard)
  await refolding.begin()
  listing.look()
  const rereading = openRereading(core, queue)
  rereading.begin()
  if (core.isRoot) {
    await queue.writeAlone(completeRevocations).catch(onlyStorage)
    await publishStaff(core, queue)
  }
  afterworks.heard(NO_CHANGE)
  const auditLog = openAuditLog(core, people)
  const clockWatch = watchClock(core, queue)
  return {
    office: openOffice(core, people, auditLog),
    get incarnation() {
      return core.logs.incarnation
    },
    attach: (connection, direction, proved) => runLink(context, connection, direction, proved),
    changeParent: (parent) => changeParent(context, parent),
    ownHeads: () => core.logs.ownHeads(),
    check: () => checkStorage(core),
    sidecarFailed(problem) {
      if (core.sidecarProblem?.fault === problem?.fault) return
      core.sidecarProblem = problem
      core.news.tellStatus()
    },
    rebuild: (progress) => rebuild(core, queue, progress),
    async stop() {
      rebuilding?.stop()
      rereading.stop()
      afterworks.stop()
      refolding.stop()
      listing.stop()
      clockWatch.stop()
      for (const link of [...links]) link.dispatch({ type: 'stop', code: 'stopping' })
      await auditLog.close()
      // The end of this run is what the next start is held against (S151); a disk that refuses has told of it.
      await queue.write((staging) => keepClock(staging, 0)).catch(onlyStorage)
      await queue.idle()
    },
  }
}

/** Whoever hears of commits: links send what is new, people are told what it says. */
function followCommits(context: LinkContext): void {
  const { core, queue } = context
  queue.follow((change) => tellLinks(context, change))
  queue.follow((change) => tellDoubtfulDays(core, change))
  queue.follow((change) => findingsKept(core, change))
  if (!core.isRoot) return
  queue.follow((change) => completeAtLevel(core, queue, change))
  queue.follow((change) => tellEnabled(core, change))
}

/** Publishes what waits for the county's level; a disk that refuses is asked again with the next start. */
async function publishStaff(core: Core, queue: WriteQueue): Promise<void> {
  const published = await queue.writeAlone(completeStaff).catch(onlyStorage)
  if (published?.ok === false) core.tellBug(new Error(published.problem.message))
}

/** However a level comes to be enabled, here or by a record that comes back: accounts of before get their public records. */
function completeAtLevel(core: Core, queue: WriteQueue, { directory }: Change): void {
  if (directory.some(({ document }) => document === LEVEL_DOCUMENT)) publishStaff(core, queue).catch(core.tellBug)
}

/** A failing disk shows in the node's health with the next write; anything else is a bug. */
function onlyStorage(problem: unknown): void {
  if (!(problem instanceof StorageFailure)) throw problem
}

/** The core as the disk has it. */
async function loadCore(options: EngineOptions, partings: Map<LogKey, Parting>): Promise<Core> {
  const { storage, host, incarnation, rotated, version, knowledge = KNOWN, findings = [], bug = () => {} } = options
  const identity: LiveIdentity = { ...options.identity }
  const loaded = await loadBelow(storage, identity)
  const isRoot = identity.parent === null
  const kept = await keptClock(storage, incarnation)
  const clock = createClock(host, isRoot, kept)
  const directory = createDirectory(identity, knowledge)
  for (const row of loaded.directory) directory.apply(row)
  const tellBug = (problem: unknown) => {
    bug(problem)
    const message = problem instanceof Error ? problem.message : String(problem)
    news.add({
      kind: 'bug',
      message: `程序内部出错,一项操作没有完成:${message.slice(0, LIMITS.lineCharacters)}`,
      next: '其他操作不受影响,已保存的内容都在。请把运行日志交给管理员。',
    })
  }
  const news = createNews(clock.time, await withKept(storage, findings), tellBug)
  let isPackDamaged = false
  const unlisted = await loadUnlisted(storage, () => {
    isPackDamaged = true
  })
  return {
    storage,
    host,
    identity,
    version,
    knowledge,
    isRoot,
    clock,
    directory,
    partings,
    logs: createLogs({ storage, host, identity, incarnation, loaded, rotated }),
    elsewhere: isRoot ? createElsewhere((node) => directory.node(node)?.revoked === null) : null,
    files: createCaseFiles(),
    sections: createOpenSections(),
    locals: createLocals(storage),
    news,
    neighbours: createNeighbours(isRoot, await rememberedReports(storage), kept.contact),
    rows: { refolding: null, ofAnotherProgram: false, owed: undefined, foldedOn: undefined },
    unlisted,
    lanes: new Map(),
    tellBug,
    problem: undefined,
    sidecarProblem: undefined,
    damage: isPackDamaged ? damagedEntries() : undefined,
  }
}
