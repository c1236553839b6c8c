/** The one write queue: requests are staged one after the other and committed in groups (group commit). */
import { LIMITS } from '#protocol/limits.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { type Failure, fail, type Result } from '#protocol/result.ts'
import { noteUncarried } from '../carrying/carrying.ts'
import { type Core, forgetPacks, notify, rememberLocal, rememberPacks } from '../core.ts'
import { isStationDocument } from '../directory/directory.ts'
import { type Change, StorageFailure } from '../ports/storage.ts'
import { noteStale, touchesMark } from '../refold/refold-mark.ts'
import { beginStaging, type Staging, settle } from './staging.ts'

/** A request: checks first, then stages; what it answers counts once the group is durable. */
export type Request<Value> = (staging: Staging) => Promise<Value>

export interface WriteQueue {
  /**
   * Stages and commits; resolves after the commit (store before you tell). Rejects with {@link StorageFailure}.
   * `durable` is called at the commit, before anyone else hears of it.
   */
  write<Value>(request: Request<Value>, durable?: (value: Value) => void): Promise<Value>
  /** As {@link write}, in a group of its own: for what must see the disk as it is (rotations, rebuilds). */
  writeAlone<Value>(request: Request<Value>): Promise<Value>
  /** Resolves when everything asked for so far is done. */
  idle(): Promise<void>
}

interface Waiting {
  readonly stage: (staging: Staging) => Promise<void>
  readonly alone: boolean
  readonly durable: () => void
  readonly done: () => void
  readonly failed: (problem: unknown) => void
}

const isEmpty = (change: Change): boolean =>
  [change.cuts, change.packs, change.heads, change.cases, change.directory, change.local, change.receipts].every(
    (list) => list.length === 0,
  )

/** Opens the queue. While one group is being committed the next one gathers; an idle queue commits at once. */
export function openWriteQueue(core: Core): WriteQueue {
  const waiting: Waiting[] = []
  let running: Promise<void> | undefined

  const run = async () => {
    while (waiting.length > 0) {
      const group = waiting.splice(0, groupSize(waiting))
      const staged = await commitGroup(core, group)
      waiting.unshift(...group.slice(staged))
    }
    running = undefined
  }
  const ask = <Value>(request: Request<Value>, alone: boolean, durable?: (value: Value) => void) =>
    new Promise<Value>((resolve, reject) => {
      let value: Value
      waiting.push({
        stage: async (staging) => {
          value = await request(staging)
        },
        alone,
        durable: () => durable?.(value),
        done: () => resolve(value),
        failed: reject,
      })
      running ??= run()
    })
  return {
    write: (request, durable) => ask(request, false, durable),
    writeAlone: (request) => ask(request, true),
    idle: async () => {
      while (running) await running
    },
  }
}

/** How many requests are committed together: up to one that wants to be alone. */
function groupSize(waiting: readonly Waiting[]): number {
  const alone = waiting.findIndex((request) => request.alone)
  return Math.min(LIMITS.groupRequests, alone === -1 ? waiting.length : Math.max(alone, 1))
}

/** Commits a group, or its part up to a change of the directory; answers how many requests were settled. */
async function commitGroup(core: Core, group: readonly Waiting[]): Promise<number> {
  const staging = beginStaging(core)
  const staged: Waiting[] = []
  try {
    for (const request of group) {
      await request.stage(staging)
      staged.push(request)
      if (judgesOthers(staging)) break // what follows is judged by the new directory
    }
    await noteStale(staging)
    noteUncarried(staging)
    const change = await settle(staging)
    if (!isEmpty(change)) await core.storage.commit(change)
    adopt(core, staging, change)
    for (const request of staged) request.durable()
    announce(core, staging, change)
  } catch (problem) {
    abandon(core, problem)
    for (const request of group) request.failed(problem)
    return group.length
  }
  for (const request of staged) request.done()
  return staged.length
}

/** Whether the group changes what other entries are judged by; what stations say of themselves does not. */
const judgesOthers = ({ directory }: Staging): boolean =>
  [...directory.keys()].some((document) => !isStationDocument(document))

/** The group is durable: what it staged becomes what is. */
function adopt(core: Core, staging: Staging, change: Change): void {
  const recovered = core.problem !== undefined && !isEmpty(change)
  if (recovered) core.problem = undefined
  core.arrival = staging.arrival
  if (change.cuts.length > 0) forgetPacks(core)
  rememberPacks(core, change.packs)
  for (const { space, key, value } of change.local) rememberLocal(core, space, key, value ?? undefined)
  for (const head of change.heads) core.heads.set(head.key, withSafety(core, staging, head))
  for (const row of change.directory) core.directory.apply(row)
  if (touchesMark(change)) core.refolding ??= { done: 0, total: 0 }
  if (judgesOthers(staging))
    core.files.clear() // authority may have changed: fold again when asked
  else keepFiles(core, staging, change)
}

function keepFiles(core: Core, staging: Staging, change: Change): void {
  for (const id of staging.touched) {
    const file = staging.files.get(id)
    if (!file) continue
    file.told = change.receipts.filter((row) => row.document === id && row.outcome !== 'applied')
    core.files.delete(id)
    core.files.set(id, file)
  }
  for (const id of core.files.keys()) {
    if (core.files.size <= LIMITS.cachedDocuments) break
    core.files.delete(id)
  }
}

/** Everyone who watches hears of it; the requests that wrote it have heard already. */
function announce(core: Core, staging: Staging, change: Change): void {
  if (isEmpty(change)) return
  core.committed(change)
  notify(core, { cases: [...staging.touched], directory: change.directory.length > 0, status: true })
}

/** A head as staged, with what was acknowledged while the group was being written. */
function withSafety(core: Core, staging: Staging, head: LogHead): LogHead {
  const before = staging.bases.get(head.key)
  const now = core.heads.get(head.key)
  if (!now || now === before) return head
  const newest = (step: 'parentHeight' | 'rootHeight') =>
    head[step] === (before?.[step] ?? 0) ? now[step] : head[step]
  // The root may hold more than has arrived here so far; the parent's acknowledgement is only of what we hold.
  return { ...head, parentHeight: Math.min(newest('parentHeight'), head.height), rootHeight: newest('rootHeight') }
}

/** Nothing of the group counts; the case files in memory were never touched. */
function abandon(core: Core, problem: unknown): void {
  if (!(problem instanceof StorageFailure)) return
  core.problem = problem
  notify(core, { cases: [], directory: false, status: true })
}

const FAULTS = {
  full: ['本机磁盘已满', '请清理磁盘空间后重试。'],
  locked: ['数据库被其他程序占用', '请关闭占用数据文件夹的其他程序后重试。'],
  damaged: ['数据库文件损坏', '请停止使用本机并联系管理员;已上交的办件在上级节点,可以恢复。'],
  other: ['本机无法写入磁盘', '请稍后重试;反复出现请联系管理员。'],
} as const

/** What a person is told when the disk refuses. */
export function storageProblem(problem: StorageFailure): Failure {
  const [message, next] = FAULTS[problem.fault]
  return { code: `storage-${problem.fault}`, message, kept: '这次操作没有保存,此前已保存的内容都在。', next }
}

/** Turns a failing disk into words; every other error is a bug and goes on. */
export async function inWords<Value>(write: Promise<Result<Value>>): Promise<Result<Value>> {
  try {
    return await write
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem
    const { code, message, kept, next } = storageProblem(problem)
    return fail(code, message, kept, next)
  }
}
