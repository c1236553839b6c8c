/** The local numbers of logs, kept in memory: every place and run names its log by one. */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { LogKey } from '#protocol/ids.ts'

export class LogNumbers {
  readonly #numbers = new Map<LogKey, number>()
  readonly #keys: LogKey[] = []
  #settled = 0

  /** Takes the numbers a database already gave, which run from 1 without gaps. */
  constructor(keys: readonly LogKey[]) {
    for (const key of keys) this.numberOf(key)
    this.settle()
  }

  /** The number of a log; a new log is given the next one, which counts only after {@link settle}. */
  numberOf(log: LogKey): number {
    const known = this.#numbers.get(log)
    if (known !== undefined) return known
    this.#keys.push(log)
    this.#numbers.set(log, this.#keys.length)
    return this.#keys.length
  }

  /** The number of a log the database holds; undefined when it holds none of it. */
  find(log: LogKey): number | undefined {
    const number = this.#numbers.get(log)
    return number === undefined || number > this.#settled ? undefined : number
  }

  /** The log behind a number that was read from the database. */
  keyOf(number: number): LogKey {
    const key = this.#keys[number - 1]
    if (key === undefined) {
      throw new StorageFailure('damaged', `数据库引用了不存在的日志(${number})。请停止录入,联系管理员用备份恢复。`)
    }
    return key
  }

  /** Logs numbered since the last commit. */
  unsettled(): readonly (readonly [number, LogKey])[] {
    return this.#keys.slice(this.#settled).map((key, index) => [this.#settled + index + 1, key])
  }

  /** The commit that wrote {@link unsettled} succeeded. */
  settle(): void {
    this.#settled = this.#keys.length
  }

  /** It failed: what the database holds is what counts, and all other numbers may be given again. */
  relearn(keys: readonly LogKey[]): void {
    for (const key of this.#keys.splice(this.#settled)) this.#numbers.delete(key)
    for (const key of keys) this.numberOf(key)
    this.settle()
  }
}
