/** Stations whose records are to be judged anew: noted with the commit that made it so. */
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import { isStationDocument, stationIn } from '../directory/station-records.ts'
import { type Staging, setLocal } from './staging.ts'

/** Stations to be judged anew, each with the place in the order of documents up to which that is done. */
export const JUDGED_STATIONS_SPACE = 'judged-stations'

/** Notes that what a station says of itself is to be judged anew. */
export const noteStation = (staging: Staging, station: StationCode): void =>
  setLocal(staging, JUDGED_STATIONS_SPACE, station, 0)

/** Notes the stations of which records are among these documents. */
export function noteStationsOf(staging: Staging, documents: Iterable<DocumentId>): void {
  for (const document of documents) {
    const station = isStationDocument(document) ? stationIn(document) : undefined
    if (station) noteStation(staging, station)
  }
}
