/** Which kept edits count as written again: by what lies behind them in their log, or by the first of the log that follows. */
import { expect, test } from 'vitest'
import { encodeEdit } from '#protocol/documents/edit.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { keptBefore } from '#protocol/engine/carrying/kept-before.ts'
import { type EntryHash, logKey, type NodeId, type PersonId, streamOf, toHex } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type Draft, type Entry, type EntryRecord, encodeContent, KIND, readEntry } from '#protocol/log/entry.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import { TOWNSHIP } from './county.ts'
import { draft } from './raw-node.ts'

const NODE = 'ab'.repeat(16) as NodeId

/** An entry of the node in its place. */
function entryAt(incarnation: number, seq: number, given: Partial<Draft>): Entry & { readonly record: EntryRecord } {
  const log = logKey({ node: NODE, incarnation, stream: streamOf(TOWNSHIP) })
  const record = { seq, signature: null, content: encodeContent(draft(TOWNSHIP, given)) }
  const entry = readEntry(log, record, entryHash(sha256, log, GENESIS, record)) as Entry
  return { ...entry, record }
}

const update = Uint8Array.of(1)
const typed = (section: SectionName, time: number) =>
  entryAt(1, time, { kind: KIND.edit, time, payload: encodeEdit({ section, update }) })
/** The edit that is asked for; others are of another time. */
const EDIT = typed('application', 5)
const holding = (kind: typeof KIND.kept | typeof KIND.withdrawn, incarnation: number, seq: number, of = EDIT) =>
  entryAt(incarnation, seq, { kind, time: of.time, payload: encodeCarried(of.log, GENESIS, of.record) })
const again = (incarnation: number, seq: number, section: SectionName = 'application', time = 9) =>
  entryAt(incarnation, seq, { kind: KIND.edit, person: '' as PersonId, time, payload: encodeEdit({ section, update }) })

const isWritten = (...own: Entry[]): boolean => keptBefore(own, sha256).has(toHex(EDIT.hash) as EntryHash)

test('S73 what is kept counts as written again when that lies behind it in its log, and not by itself', () => {
  expect(isWritten(holding(KIND.kept, 2, 1))).toBe(false)
  expect(isWritten(holding(KIND.kept, 2, 1), again(2, 3))).toBe(true)
  expect(isWritten(again(2, 1), holding(KIND.kept, 2, 3))).toBe(false)
  expect(isWritten(holding(KIND.kept, 2, 1), again(2, 3, 'materials'))).toBe(false)
})

test('S73 in another log only where edits were withdrawn, and as the first that is said there', () => {
  const kept = holding(KIND.kept, 2, 1)
  const withdrawn = holding(KIND.withdrawn, 2, 2, typed('application', 7))
  expect(isWritten(kept, again(3, 1))).toBe(false)
  expect(isWritten(kept, withdrawn, again(3, 1))).toBe(true)
  expect(isWritten(kept, withdrawn, again(3, 1, 'application', 4))).toBe(false)
  // That log kept an edit itself: what it says behind it is of that one.
  expect(isWritten(kept, withdrawn, holding(KIND.kept, 3, 1, typed('application', 6)), again(3, 2))).toBe(false)
})
