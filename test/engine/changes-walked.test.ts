/** Edits behind a seal gone through one by one: whose a change is, and that none is lost. */
import { expect, test } from 'vitest'
import type { Authority } from '#protocol/casework/register.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import type { SectionEdit } from '#protocol/engine/cases/case-file.ts'
import { walkChanges } from '#protocol/engine/cases/section-changes.ts'
import type { EntryHash, LogKey, PersonId, StationCode } from '#protocol/ids.ts'
import { Author } from '#test/documents/authors.ts'
import { COUNTY, VILLAGE } from './county.ts'

/** A county that keeps no public records: everybody belongs everywhere. */
const authority = { standing: () => 'unknown' } as unknown as Authority

const edit = (update: Uint8Array | undefined, station: StationCode): SectionEdit => ({
  ...{ log: 'log' as LogKey, seq: 1, hash: 'hash' as EntryHash, client: 1, tier: 'county', time: 0, orLater: false },
  person: 'wang.fang' as PersonId,
  station,
  update: update ?? new Uint8Array(),
})

test('C130 one name at two stations is not one person: their changes of one field stay apart', () => {
  const [first, second] = [new Author('application', clientIdOf(1, 1)), new Author('application', clientIdOf(2, 1))]
  const typed = edit(first.change({ set: { account: '1' }, remove: [] }), VILLAGE)
  second.pull(first)
  const corrected = edit(second.change({ set: { account: '2' }, remove: [] }), COUNTY)
  const { changes } = walkChanges('application', [], [typed, corrected], authority)
  expect(changes).toMatchObject([
    { station: VILLAGE, before: null, after: '1' },
    { station: COUNTY, before: '1', after: '2' },
  ])
})

test('C141 edits that cannot be gone through are counted, not dropped', () => {
  const author = new Author('application', clientIdOf(1, 1))
  const typed = edit(author.change({ set: { phone: '1' }, remove: [] }), COUNTY)
  const broken = edit(new Uint8Array([255]), VILLAGE)
  const after = edit(author.change({ set: { phone: '2' }, remove: [] }), COUNTY)
  const { changes, unlisted } = walkChanges('application', [], [typed, broken, after], authority)
  expect(changes).toMatchObject([{ key: 'phone', after: '1' }])
  expect(unlisted).toEqual([VILLAGE, COUNTY])
})
