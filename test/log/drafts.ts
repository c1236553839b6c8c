/** Random contents of entries. */
import fc from 'fast-check'
import type { DocumentId, PersonId, StationCode } from '#protocol/ids.ts'
import type { Draft } from '#protocol/log/entry.ts'

/** Any well-formed draft. */
export const anyDraft: fc.Arbitrary<Draft> = fc.record({
  kind: fc.nat(),
  document: fc.constantFrom('a'.repeat(32), 'station/510724', 'person/li.na-1') as fc.Arbitrary<DocumentId>,
  person: fc.constantFrom('', 'wangfang') as fc.Arbitrary<PersonId | ''>,
  station: fc.constantFrom('510724', '510724100201') as fc.Arbitrary<StationCode>,
  time: fc.nat({ max: 8.64e15 }),
  clockOffset: fc.option(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).map((value) => value + 0)),
  catalogueVersion: fc.nat(),
  calendarVersion: fc.nat(),
  payload: fc.uint8Array({ maxLength: 300 }),
})
