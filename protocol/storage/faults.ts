/** SQLite's error codes as storage failures that tell a person what to do. */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'

/** What SQLite's codes mean; an extended code means what its first part means, unless it stands here itself. */
const FAULTS: Readonly<Record<string, StorageFailure['fault']>> = {
  SQLITE_FULL: 'full',
  ENOSPC: 'full',
  EDQUOT: 'full',
  SQLITE_BUSY: 'locked',
  SQLITE_LOCKED: 'locked',
  SQLITE_CORRUPT: 'damaged',
  SQLITE_NOTADB: 'damaged',
  SQLITE_FORMAT: 'damaged',
  // The file ends before the page does.
  SQLITE_IOERR_SHORT_READ: 'damaged',
}

const SENTENCES: Readonly<Record<StorageFailure['fault'], string>> = {
  full: '磁盘已满,这次没有保存;之前的数据都在。请清理磁盘空间后重试。',
  locked: '数据库正被另一个程序使用,没有打开。请关闭另一个程序(或已运行的本程序)后重试。',
  damaged: '数据库文件已损坏。请停止录入,不要删除该文件,联系管理员用备份恢复。',
  other: '数据库读写失败,这次没有保存。请重试;仍然失败时联系管理员。',
}

/** The code of an error, the extended one where the library (libsql or its client) gives both. */
function codeOf(error: unknown): string {
  const { code, extendedCode } = error as { code?: unknown; extendedCode?: unknown }
  const told = typeof extendedCode === 'string' ? extendedCode : code
  return typeof told === 'string' ? told : ''
}

/** `SQLITE_BUSY` of `SQLITE_BUSY_SNAPSHOT`. */
const primary = (code: string): string => /^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code

/** Codes of a disk that takes nothing, while what lies on it may still be read. */
const TAKES_NOTHING = ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_READONLY']

/** Whether writing failed and reading may go on: a full disk, one that fails, one that may only be read. */
export const storesNothing = (error: unknown): boolean =>
  TAKES_NOTHING.includes(primary(codeOf(error))) && storageFailure(error).fault !== 'damaged'

/** Whether another connection holds the lock; only then a new connection may help. */
export const isBusy = (error: unknown): boolean => primary(codeOf(error)) === 'SQLITE_BUSY'

/** What to tell a person about an error of the database. */
export function storageFailure(error: unknown): StorageFailure {
  if (error instanceof StorageFailure) return error
  const code = codeOf(error)
  const fault = FAULTS[code] ?? FAULTS[primary(code)] ?? 'other'
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
