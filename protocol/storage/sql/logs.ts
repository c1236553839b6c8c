/** The logs in SQL: their numbers, and how far each is held. */
import { isNotNull, sql } from 'drizzle-orm'
import type { LogHead } from '#protocol/log/head.ts'
import { logs } from '../schema.ts'
import type { LogNumbers } from './log-numbers.ts'
import { bytes, excluded, query } from './query.ts'
import { rowsInto } from './rows.ts'
import type { Statement } from './statements.ts'

/** The keys of all logs in the order of their numbers, which run from 1 without gaps. */
export const numberedLogs = query({ key: logs.key }, (select) => select.from(logs).orderBy(logs.id))

/** The logs that have a head of their own. */
export const heads = query(
  {
    key: logs.key,
    height: logs.height,
    hash: bytes(sql`${logs.hash}`),
    parentHeight: logs.parentHeight,
    rootHeight: logs.rootHeight,
  },
  (select) => select.from(logs).where(isNotNull(logs.hash)).orderBy(logs.id),
)

const namedLogs = rowsInto(logs, ['id', 'key'])

/** Logs that were given a number since the last commit. */
export const writeNewLogs = (parameters: number, numbers: LogNumbers): Statement[] =>
  namedLogs(
    parameters,
    numbers.unsettled().map(([id, key]) => ({ id, key })),
  )

const headRows = rowsInto(logs, ['id', 'key', 'height', 'hash', 'parentHeight', 'rootHeight'], (insert) =>
  insert.onConflictDoUpdate({
    target: logs.id,
    set: {
      height: excluded(logs.height),
      hash: excluded(logs.hash),
      parentHeight: excluded(logs.parentHeight),
      rootHeight: excluded(logs.rootHeight),
    },
  }),
)

/** Writes heads, each in place of the earlier one. */
export const writeHeads = (parameters: number, rows: readonly LogHead[], numbers: LogNumbers): Statement[] =>
  headRows(
    parameters,
    rows.map((head) => ({ ...head, id: numbers.numberOf(head.key) })),
  )
