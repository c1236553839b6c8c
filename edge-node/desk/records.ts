/** Records that a station keeps about itself: absences, consultations, hand-overs. */
import { type StationCode, toHex } from '#protocol/ids.ts'
import type { Desk } from './visit.ts'

/** Random bytes of an id: two of a station do not meet in a lifetime. */
const ID_BYTES = 8

/** A new id: the station keeps what others write apart from its own, the rest is random. */
export const newRecordId = (desk: Pick<Desk, 'office'>, station: StationCode): string =>
  `${station}.${toHex(desk.office.random(ID_BYTES))}`
