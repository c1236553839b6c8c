/** The payload of a fact: what is written is what is read. */
import { expect, test } from 'vitest'
import { decodeFact, encodeFact, type Fact } from '#protocol/casework/facts/facts.ts'
import type { EntryHash } from '#protocol/ids.ts'

const HASH = 'ab'.repeat(32) as EntryHash

test('P43 a fact is read as it was written, also when a field is called like a part of the fact', () => {
  const facts: Fact[] = [
    { kind: 'adopted', previous: HASH, fields: { fact: HASH, note: '核对无误' } },
    { kind: 'dismissed', previous: null, fields: { fact: HASH, reason: '已另行交接' } },
    { kind: 'noted', previous: null, fields: { text: '电话已通知' } },
  ]
  for (const fact of facts) expect(decodeFact(encodeFact(fact))).toEqual(fact)
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  expect(decodeFact(bytes({ kind: 'noted', previous: null, fields: [] }))).toBeUndefined()
  expect(decodeFact(bytes({ kind: 'noted', previous: null, text: '平铺' }))).toBeUndefined()
})
