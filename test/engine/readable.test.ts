/**
 * What a program can read of a disk is told by its version: only when it differs is read again what the program before
 * could not read (S124). So what is readable is pinned in readable.json under the version: when this fails, raise the
 * version in package.json (`npm version --no-git-tag-version`) and pin what is printed under it.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { VERSION } from '#edge-node/version.ts'
import pinned from './readable.json' with { type: 'json' }
import { READABLE } from './what-is-read.ts'

const mark = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)

test('S126 what a program can read is pinned under its version', () => {
  const now = Object.fromEntries(Object.entries(READABLE).map(([name, value]) => [name, mark(value)]))
  const words = `Another program reads otherwise. Raise the version in package.json, then pin under it:\n${JSON.stringify(now)}`
  expect((pinned as Readonly<Record<string, unknown>>)[VERSION], words).toEqual(now)
})
