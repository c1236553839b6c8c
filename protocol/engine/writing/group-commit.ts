/** One group of the write queue: staged member by member, committed at once, adopted and announced, or given up. */
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

/** Adds to a group, before it is settled, what its writes make necessary. */
export type Companion = (staging: Staging) => void | Promise<void>

/** A request that waits for its group. */
export interface WaitingWrite {
  /** Stages the request; answers whether it was refused. */
  readonly stage: (staging: Staging) => Promise<boolean>
  readonly alone: boolean
  readonly durable: () => void
  readonly done: () => void
  readonly failed: (problem: unknown) => void
}

/** Who goes along with every group, and who hears of it. */
export interface Committing {
  readonly core: Core
  readonly companions: readonly Companion[]
  readonly followers: ((change: Change) => void)[]
  /** The last group, while it is not known whether it is on the disk. */
  doubt: Doubt | undefined
}

const isEmpty = (change: Change): boolean => Object.values(change).every((list) => list.length === 0)

/** Commits a group, or its part up to a change of the directory or to many entries; answers how many requests were settled. */
export async function commitGroup(queue: Committing, group: readonly WaitingWrite[]): Promise<number> {
  const { core } = queue
  const members: WaitingWrite[] = []
  let settled = 0
  let staging: Staging | undefined
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
    // What cases have in memory may be what fails: it goes, so that a link that brings more of them stores that and lists it later.
    const mayBeOfCases = !(problem instanceof StorageFailure) || problem.fault === 'damaged'
    if (mayBeOfCases) core.files.forget(staging?.touched ?? [])
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
async function stageMember(staging: Staging, request: WaitingWrite): Promise<boolean> {
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

async function settleGroup({ companions }: Committing, staging: Staging): Promise<Change> {
  for (const companion of companions) await companion(staging)
  return settle(staging)
}

/** An error that no storage should give: whether the group is on the disk is unknown, and nobody may go on with what is in memory. */
class UnknownDisk extends Error {}

async function commit(queue: Committing, staging: Staging, change: Change): Promise<void> {
  const { storage } = queue.core
  try {
    await storage.commit(change)
  } catch (problem) {
    queue.core.locals.forget() // of a commit without packs nobody can say whether it is there
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
async function settleDoubt(queue: Committing): Promise<void> {
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
  core.unlisted.noted(change.local)
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
function announce({ core, followers }: Committing, staging: Staging, change: Change): void {
  for (const follower of followers) guard(core, () => follower(change))
  guard(core, () =>
    core.news.tell({ cases: [...staging.touched], directory: change.directory.length > 0, status: true }),
  )
}

/**
 * Nothing of the group counts; the case files in memory were never touched. When the disk refuses, everybody hears it.
 * A bug concerns one of them, and who that is shows when each is committed alone.
 */
async function abandon(queue: Committing, problem: unknown, members: readonly WaitingWrite[]): Promise<void> {
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
