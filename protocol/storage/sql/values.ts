/** The values SQLite gives back, checked where they are read: a damaged file answers with values of any type. */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { SqlValue } from './statements.ts'

const malformed = (name: string) =>
  new StorageFailure('damaged', `数据库内容不符合格式(${name})。请停止录入,联系管理员用备份恢复。`)

/** A value that must be a whole number. */
export function wholeIn(value: SqlValue | undefined, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw malformed(name)
  return value
}

/** A value that must be bytes. */
export function bytesIn(value: SqlValue | undefined, name: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw malformed(name)
  return value
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Text that was selected as bytes. libSQL aborts the whole process when a damaged page gives it text that is not UTF-8
 * (seen with libsql 0.9.30); bytes it hands over as they are.
 */
export function textIn(value: SqlValue | undefined, name: string): string {
  const bytes = bytesIn(value, name)
  try {
    return decoder.decode(bytes)
  } catch {
    throw malformed(name)
  }
}
