/** What a person is told when the disk refuses. */
import { type Failure, fail, type Result } from '#protocol/result.ts'
import { StorageFailure } from '../ports/storage.ts'

const FAULTS = {
  full: ['本机磁盘已满', '请清理磁盘空间后重试。'],
  locked: ['数据库被其他程序占用', '请关闭占用数据文件夹的其他程序后重试。'],
  damaged: ['数据库文件损坏', '请停止使用本机并联系管理员;已上交的办件在上级节点,可以恢复。'],
  other: ['本机无法写入磁盘', '请稍后重试;反复出现请联系管理员。'],
} as const

/** A failing disk in words. */
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
