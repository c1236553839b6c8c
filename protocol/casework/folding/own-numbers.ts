/** Numbers of a station's own: what somebody gives under the name of another station counts nowhere. */
import type { StationCode } from '#protocol/ids.ts'
import type { Fields } from '../facts/facts.ts'
import { textOf } from '../facts/values.ts'
import { checkNumber, mintNumber } from '../identity/case-numbers.ts'
import { readDocumentNumber } from '../identity/document-numbers.ts'

/** The case number that a fact of a station gives, as the station mints it; empty when it is none, or another station's. */
export function ownNumber(station: StationCode, { number }: Fields): string {
  const text = textOf(number)
  const read = checkNumber(text)
  return read.ok && read.value.station === station && mintNumber(read.value) === text ? text : ''
}

/** Whether a fact of a station names a document by a number that only another station gives. Numbers of other systems are nobody's. */
export function isForeignDocument(station: StationCode, { document }: Fields): boolean {
  if (typeof document !== 'string' || document === '') return false
  const read = readDocumentNumber(document)
  return read.ok && read.value.station !== station
}

/** The document number of a fact; empty when it is another station's. */
export const ownDocument = (station: StationCode, fields: Fields): string =>
  isForeignDocument(station, fields) ? '' : textOf(fields.document)
