/** SQLite's error codes as storage failures that tell a person what to do. */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'

/** SQLITE_IOERR_SHORT_READ: the file ends before the page does. */
const SHORT_READ = 522

const FAULTS: Readonly<Record<string, StorageFailure['fault']>> = {
  SQLITE_FULL: 'full',
  ENOSPC: 'full',
  SQLITE_BUSY: 'locked',
  SQLITE_LOCKED: 'locked',
  SQLITE_CORRUPT: 'damaged',
  SQLITE_NOTADB: 'damaged',
  SQLITE_FORMAT: 'damaged',
}

const SENTENCES: Readonly<Record<StorageFailure['fault'], string>> = {
  full: '磁盘已满,这次没有保存;之前的数据都在。请清理磁盘空间后重试。',
  locked: '数据库正被另一个程序使用,没有打开。请关闭另一个程序(或已运行的本程序)后重试。',
  damaged: '数据库文件已损坏。请停止录入,不要删除该文件,联系管理员用备份恢复。',
  other: '数据库读写失败,这次没有保存。请重试;仍然失败时联系管理员。',
}

/** Text and number of an error's code; libSQL's errors carry both. */
function codesOf(error: unknown): { code: string; raw: number } {
  const { code, rawCode } = error as { code?: unknown; rawCode?: unknown }
  return { code: typeof code === 'string' ? code : '', raw: typeof rawCode === 'number' ? rawCode : 0 }
}

/** Whether another connection holds the lock; only then a new connection may help. */
export const isBusy = (error: unknown): boolean => codesOf(error).code.startsWith('SQLITE_BUSY')

/** What to tell a person about an error of the database. */
export function storageFailure(error: unknown): StorageFailure {
  if (error instanceof StorageFailure) return error
  const { code, raw } = codesOf(error)
  const fault = raw === SHORT_READ ? 'damaged' : (FAULTS[code] ?? 'other')
  return new StorageFailure(fault, `${SENTENCES[fault]}${code === '' ? '' : `(${code})`}`, error)
}

/** Reads what this program wrote into its own tables; when that cannot be read the file is damaged. */
export function readSound<Value>(read: () => Value): Value {
  try {
    return read()
  } catch (cause) {
    throw cause instanceof StorageFailure ? cause : new StorageFailure('damaged', SENTENCES.damaged, cause)
  }
}
