/** What a person is told when the disk refuses, and what of it stands in the node's health. */
import { type Failure, failure, type Result } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import type { SyncStatus } from '../office.ts'
import { StorageFailure } from '../ports/storage.ts'

const RESTORE =
  '请停止录入,把整个数据目录复制一份留存,联系管理员用备份恢复;已上交的办件在上级、下级交来的在下级,恢复后会自动取回。没有备份时:停止程序,把 county.db 改名留着,按 README“备份与恢复”用 start-empty 重新开始。'

const FAULTS = {
  full: ['本机磁盘已满', '请清理磁盘空间后重试;查询和打印不受影响。'],
  locked: ['数据库被其他程序占用', '请关闭占用数据文件夹的其他程序(杀毒、备份软件等)后重试。'],
  damaged: ['数据库文件损坏', RESTORE],
  other: ['本机磁盘读写失败', '请稍后重试;反复出现请联系管理员检查硬盘。'],
} as const

const NOT_SAVED = '这次操作没有保存,此前已保存的内容都在。'
const NOT_READ = '没有写入任何内容;读得出来的办件照常办理。'

/** A failing disk in words. */
export function storageProblem(problem: StorageFailure): Failure {
  const [message, next] = FAULTS[problem.fault]
  const kept = problem.fault === 'damaged' ? NOT_READ : NOT_SAVED
  return { code: `storage-${problem.fault}`, message, kept, next }
}

/** Turns a failing disk into words; every other error is a bug and goes on. What is damaged stays in the health. */
export async function inWords<Value>(core: Core, work: Promise<Result<Value>>): Promise<Result<Value>> {
  try {
    return await work
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem
    noteDamage(core, problem)
    return failure(storageProblem(problem))
  }
}

/** Remembers that something could not be read; nothing that is written later cures that. */
export function noteDamage(core: Core, problem: StorageFailure): void {
  if (problem.fault !== 'damaged' || core.damage) return
  core.damage = problem
  core.news.add({ kind: 'storage', message: problem.message, next: RESTORE })
}

/** The disk refused one request: what it cannot give is damaged and others go on writing, else writing fails for now. */
export function noteRefusal(core: Core, problem: StorageFailure): void {
  noteDamage(core, problem)
  if (problem.fault !== 'damaged') core.problem = problem
  core.news.tellStatus()
}

/** Nothing is lost, but a disk that changes one page may change others: said until the next start. */
const REMADE: SyncStatus['health'] = {
  writable: true,
  problem: '检索用的索引曾被磁盘损坏,已从清单重新生成;记录没有受影响',
  next: '请管理员检查这台电脑的硬盘,并做一次备份。',
}

/** Whether this node can write, and what a person has to do about its disk; the gravest first. */
export function healthOf(core: Core): SyncStatus['health'] {
  const { problem, sidecarProblem } = core
  const damage = core.damage ?? core.storage.damage
  const grave = problem ?? damage ?? core.rows.owed
  if (grave) {
    const { message, next } = storageProblem(grave)
    return { writable: !problem, problem: message, next }
  }
  if (!sidecarProblem && core.storage.isRemade) return REMADE
  if (!sidecarProblem) return { writable: true, problem: '', next: '' }
  const { message, next } = storageProblem(sidecarProblem)
  return { writable: true, problem: `数据库旁的记录文件写不进去:${message}`, next: `${next}本机每分钟自动再试。` }
}

/**
 * Looks through the file, one table after the other: about a tenth of a second for 150 MB (measured), in slices.
 * What is damaged becomes a finding and stands in the health; any other failure of the disk shows with the next write.
 */
export async function checkStorage(core: Core): Promise<void> {
  try {
    await core.storage.check(() => new Promise((resolve) => core.host.after(0, resolve)))
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem
    noteDamage(core, problem)
  }
}
