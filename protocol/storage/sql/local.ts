/** Node-local rows in SQL: values by space and key. */
import { and, eq, gt, lt } from 'drizzle-orm'
import type { LocalRange, LocalRow } from '#protocol/engine/ports/storage.ts'
import { local } from '../schema.ts'
import { builder, change, excluded, type Given, query } from './query.ts'
import type { Statement } from './statements.ts'

const setLocal = change(({ space, key, value }: Given<{ space: string; key: string; value: string }>) =>
  builder
    .insert(local)
    .values({ space, key, value })
    .onConflictDoUpdate({ target: [local.space, local.key], set: { value: excluded(local.value) } }),
)

const dropLocal = change(({ space, key }: Given<{ space: string; key: string }>) =>
  builder.delete(local).where(and(eq(local.space, space), eq(local.key, key))),
)

/** Writes values in their order; null deletes. */
export const writeLocal = (rows: readonly LocalRow[]): Statement[] =>
  rows.map(({ space, key, value }) => (value === null ? dropLocal({ space, key }) : setLocal({ space, key, value })))

/** One value. */
export const localValue = query(
  { value: local.value },
  (select, { space, key }: Given<{ space: string; key: string }>) =>
    select.from(local).where(and(eq(local.space, space), eq(local.key, key))),
)

/** All values of a space. */
export const localRows = query({ key: local.key, value: local.value }, (select, { space }: Given<{ space: string }>) =>
  select.from(local).where(eq(local.space, space)).orderBy(local.key),
)

/** Those whose keys lie between two. */
export const localRange = query(
  { key: local.key, value: local.value },
  (select, { space, after, before, limit }: Given<LocalRange>) =>
    select
      .from(local)
      .where(and(eq(local.space, space), gt(local.key, after), lt(local.key, before)))
      .orderBy(local.key)
      .limit(limit),
)
