/** The one write queue: requests are staged one after the other and committed in groups (group commit). */
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { isStationDocument } from '../directory/station-records.ts'
import { stagedEntries } from '../logs/staged-logs.ts'
import { type Change, StorageFailure } from '../ports/storage.ts'
import { type Doubt, hasLanded, isDoubtful } from './doubtful-commit.ts'
import { settle } from './settling.ts'
import { beginMember, beginStaging, type Staging } from './staging.ts'
import { noteRefusal } from './storage-problem.ts'
import { adoptUnlisted } from './unlisted-note.ts'

/** A request: checks first, then stages; what it answers counts once the group is durable. */
export type Request<Value> = (staging: Staging) => Promise<Value>

export interface WriteQueue {
  /**
   * Stages and commits; resolves after the commit (store before you tell). Rejects with {@link StorageFailure}, which
   * concerns the whole group when it is the commit that failed, and with what the request itself throws: that concerns
   * no other request, and what is no failure of the disk is a bug and told as one. A request that answers
   * a refusal (a {@link Result} that is not ok) has staged nothing.
   * `durable` is called at the commit, before anyone else hears of it.
   */
  write<Value>(request: Request<Value>, durable?: (value: Value) => void): Promise<Value>
  /** As {@link write}, in a group of its own: for what must see the disk as it is (rotations, rebuilds). */
  writeAlone<Value>(request: Request<Value>): Promise<Value>
  /** Resolves when everything asked for so far is done. */
  idle(): Promise<void>
  /** Calls back after every commit, before those who watch the office hear of it. */
  follow(follower: (change: Change) => void): void
}

/** The lines of one queue, each in the order in which it was asked: groups of people and of others take turns. */
export interface WriteLines {
  /** Of people at this node: an act waits for one group of the others at most, however much a link has brought. */
  readonly people: WriteQueue
  /** Of links, and of the node's own work: receipts stay behind the entries that they speak of. */
  readonly others: WriteQueue
  /** Of what follows from commits and keeps nobody waiting: its turn comes when both are empty, or too much is left. */
  readonly later: WriteQueue
}

/** Adds to a group, before it is settled, what its writes make necessary. */
export type Companion = (staging: Staging) => void | Promise<void>

interface Waiting {
  /** Stages the request; answers whether it was refused. */
  readonly stage: (staging: Staging) => Promise<boolean>
  readonly alone: boolean
  readonly durable: () => void
  readonly done: () => void
  readonly failed: (problem: unknown) => void
}

/** The queue's own state: who wants to write, and who goes along with every group. */
interface Queue {
  readonly core: Core
  readonly companions: readonly Companion[]
  readonly followers: ((change: Change) => void)[]
  /** The line that has the next turn stands first. */
  readonly lines: Waiting[][]
  readonly others: Waiting[]
  readonly later: Waiting[]
  /** The last group, while it is not known whether it is on the disk. */
  doubt: Doubt | undefined
}

/** What is in doubt is looked for after this time at the latest: until then nobody is shown or sent it. */
const DOUBT_MILLISECONDS = 10_000

const isEmpty = (change: Change): boolean => Object.values(change).every((list) => list.length === 0)

/** Opens the queue. While one group is being committed the next ones gather; an idle queue commits at once. */
export function openWriteQueue(core: Core, companions: readonly Companion[]): WriteLines {
  const [people, others, later]: [Waiting[], Waiting[], Waiting[]] = [[], [], []]
  const queue: Queue = { core, companions, followers: [], lines: [people, others], others, later, doubt: undefined }
  let running: Promise<void> | undefined

  const run = async () => {
    for (let line = nextLine(queue); line; line = nextLine(queue)) {
      const group = line.splice(0, groupSize(line))
      const staged = await commitGroup(queue, group)
      line.unshift(...group.slice(staged))
    }
    running = undefined
    if (queue.doubt) core.host.after(DOUBT_MILLISECONDS, askDisk)
  }
  /** A write of nothing: it begins with what is in doubt, and fails as long as the disk cannot be asked. */
  const askDisk = () => {
    // Whatever it was, `abandon` has told it, and the next look comes with the end of this run.
    if (queue.doubt && !running) ask(others, async () => undefined, true).catch(() => undefined)
  }
  const ask = <Value>(line: Waiting[], request: Request<Value>, alone: boolean, durable?: (value: Value) => void) =>
    new Promise<Value>((resolve, reject) => {
      line.push(waitingFor(request, { alone, durable, resolve, reject }))
      running ??= run()
    })
  const lineOf = (line: Waiting[]): WriteQueue => ({
    write: (request, durable) => ask(line, request, false, durable),
    writeAlone: (request) => ask(line, request, true),
    idle: async () => {
      while (running) await running
    },
    follow: (follower) => queue.followers.push(follower),
  })
  return { people: lineOf(people), others: lineOf(others), later: lineOf(later) }
}

/** What its caller gave of a request that waits. */
interface Asked<Value> {
  readonly alone: boolean
  readonly durable: ((value: Value) => void) | undefined
  readonly resolve: (value: Value) => void
  readonly reject: (problem: unknown) => void
}

function waitingFor<Value>(request: Request<Value>, { alone, durable, resolve, reject }: Asked<Value>): Waiting {
  let value: Value
  return {
    stage: async (staging) => {
      value = await request(staging)
      return isRefusal(value)
    },
    alone,
    durable: () => durable?.(value),
    done: () => resolve(value),
    failed: reject,
  }
}

/**
 * The line whose turn it is, if anybody waits there; else the other one, and then what can wait. Where too much of that
 * is left it takes the turns of the others: what is stored must not run ahead of the lists without end.
 */
function nextLine({ core, lines, others, later }: Queue): Waiting[] | undefined {
  const isBehind = later.length > 0 && core.unlisted.size >= LIMITS.unlistedCases
  if (isBehind && lines[0] === others) {
    lines.reverse()
    return later
  }
  const at = lines.findIndex((line) => line.length > 0 && !(isBehind && line === others))
  if (at === -1) return later.length > 0 ? later : undefined
  const [line] = lines.splice(at, 1) as [Waiting[]]
  lines.push(line)
  return line
}

/** How many requests are committed together: up to one that wants to be alone. */
function groupSize(waiting: readonly Waiting[]): number {
  const alone = waiting.findIndex((request) => request.alone)
  return Math.min(LIMITS.groupRequests, alone === -1 ? waiting.length : Math.max(alone, 1))
}

const isRefusal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false

/** Commits a group, or its part up to a change of the directory or to many entries; answers how many requests were settled. */
async function commitGroup(queue: Queue, group: readonly Waiting[]): Promise<number> {
  const { core } = queue
  const members: Waiting[] = []
  let settled = 0
  let staging: Staging
  let change: Change
  try {
    await settleDoubt(queue)
    await core.logs.rotateIfOwed()
    staging = beginStaging(core)
    for (const request of group) {
      const stays = await stageMember(staging, request)
      settled += 1
      if (stays) members.push(request)
      if (judgesOthers(staging)) break // what follows is judged by the new directory
      if (stagedEntries(staging.logs) >= LIMITS.groupEntries) break
    }
    change = await settleGroup(queue, staging)
    if (!isEmpty(change)) await commit(queue, staging, change)
  } catch (problem) {
    const concernsAll = problem instanceof StorageFailure || settled === 0
    await abandon(queue, problem, concernsAll ? group : members)
    return concernsAll ? group.length : settled
  }
  adopt(core, staging, change)
  // Durable is durable: whoever cannot bear to hear of it changes nothing about that.
  for (const request of members) guard(core, request.durable)
  if (!isEmpty(change)) announce(queue, staging, change)
  for (const request of members) request.done()
  return settled
}

/**
 * Stages a request; a refused or failing one leaves nothing in the group: what the disk cannot give of one case concerns
 * nobody else. False when its caller has heard already.
 */
async function stageMember(staging: Staging, request: Waiting): Promise<boolean> {
  const takeBack = beginMember(staging)
  try {
    if (await request.stage(staging)) takeBack()
    return true
  } catch (problem) {
    takeBack()
    if (problem instanceof StorageFailure) guard(staging.core, () => noteRefusal(staging.core, problem))
    else staging.core.tellBug(problem)
    request.failed(problem)
    return false
  }
}

async function settleGroup({ companions }: Queue, staging: Staging): Promise<Change> {
  for (const companion of companions) await companion(staging)
  return settle(staging)
}

/** An error that no storage should give: whether the group is on the disk is unknown, and nobody may go on with what is in memory. */
class UnknownDisk extends Error {}

async function commit(queue: Queue, staging: Staging, change: Change): Promise<void> {
  const { storage } = queue.core
  try {
    await storage.commit(change)
  } catch (problem) {
    if (!(problem instanceof StorageFailure))
      throw new UnknownDisk('a commit ended in an unknown way', { cause: problem })
    if (!isDoubtful(problem)) throw problem
    queue.doubt = { staging, change }
    const landed = await hasLanded(storage, change)
    queue.doubt = undefined
    if (!landed) throw problem
  }
}

/** Before anything else is written: a group that lies on the disk after all counts, although its callers heard otherwise. */
async function settleDoubt(queue: Queue): Promise<void> {
  const { core, doubt } = queue
  if (!doubt) return
  const landed = await hasLanded(core.storage, doubt.change)
  queue.doubt = undefined
  if (!landed) return
  adopt(core, doubt.staging, doubt.change)
  announce(queue, doubt.staging, doubt.change)
}

/** Does what a bug must not turn into a failed commit. */
function guard(core: Core, work: () => void): void {
  try {
    work()
  } catch (problem) {
    core.tellBug(problem)
  }
}

/** Whether the group changes what other entries are judged by; what stations say of themselves does not. */
const judgesOthers = ({ directory }: Staging): boolean =>
  [...directory.keys()].some((document) => !isStationDocument(document))

/** The group is durable: what it staged becomes what is. */
function adopt(core: Core, staging: Staging, change: Change): void {
  if (!isEmpty(change)) core.problem = undefined
  const before = core.logs.arrival
  core.logs.adopt(change, staging.logs)
  adoptUnlisted(core, staging, before)
  for (const { space, key, value } of change.local) core.locals.written(space, key, value ?? undefined)
  for (const document of change.forgotten) core.directory.forget(document)
  for (const row of change.directory) core.directory.apply(row)
  if (judgesOthers(staging))
    core.files.clear() // authority may have changed: fold again when asked
  else core.files.keep(touchedFiles(staging, change))
}

/** The cases the group wrote to, with the receipts that were just told of them. */
function* touchedFiles(staging: Staging, change: Change) {
  const told = Map.groupBy(
    change.receipts.filter(({ outcome }) => outcome !== 'applied'),
    ({ document }) => document,
  )
  for (const id of staging.touched) {
    const file = staging.files.get(id)
    if (!file || staging.deferred.has(id)) continue
    file.told = told.get(id) ?? []
    yield file
  }
}

/** Everyone hears of it; the requests that wrote it have heard already. */
function announce({ core, followers }: Queue, staging: Staging, change: Change): void {
  for (const follower of followers) guard(core, () => follower(change))
  guard(core, () =>
    core.news.tell({ cases: [...staging.touched], directory: change.directory.length > 0, status: true }),
  )
}

/**
 * Nothing of the group counts; the case files in memory were never touched. When the disk refuses, everybody hears it.
 * A bug concerns one of them, and who that is shows when each is committed alone.
 */
async function abandon(queue: Queue, problem: unknown, members: readonly Waiting[]): Promise<void> {
  const { core } = queue
  if (problem instanceof UnknownDisk) throw problem // the program ends; its next start reads the disk
  if (problem instanceof StorageFailure) {
    core.problem = problem
    guard(core, () => core.news.tellStatus())
  } else if (members.length > 1) {
    for (const member of members) await commitGroup(queue, [member])
    return
  } else core.tellBug(problem)
  for (const request of members) request.failed(problem)
}
