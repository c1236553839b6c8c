/** Judging anew what stations say of themselves: who wrote it is no longer who it was, or a cut took some of it away. */
import { appendAll } from '#protocol/append-all.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { readDirectoryRecord } from '../directory/record-reading.ts'
import { isStationDocument, stationIn } from '../directory/station-records.ts'
import type { Afterwork } from '../writing/afterwork.ts'
import { JUDGED_STATIONS_SPACE, noteStation } from '../writing/judged-stations.ts'
import { placeRecords } from '../writing/placing.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'
import { cureReceipts } from './cured-receipts.ts'

/** What of a node's record decides how its stations' records count. */
const judgedBy = ({ stations, revoked }: NodeRecord): string => JSON.stringify([stations, revoked?.held])

/** Adds to the group which stations its records of nodes concern. A new node has written nothing that lies here. */
export function noteStations(staging: Staging): void {
  for (const { document, json } of staging.directory.values()) {
    const record = document.startsWith('node/') ? readDirectoryRecord(json, document) : undefined
    const known = record?.type === 'node' ? staging.core.directory.node(record.id) : undefined
    if (record?.type !== 'node' || !known || judgedBy(known) === judgedBy(record)) continue
    for (const station of new Set([...known.stations, ...record.stations])) noteStation(staging, station)
  }
}

/** The next documents of a station behind a place, few enough for one commit, and the place of the last one looked at. */
async function nextOf({ storage }: Core, station: StationCode, after: number) {
  const found: DocumentId[] = []
  for (let place = after; ; ) {
    const { documents, last } = await storage.documentsAfter(place, LIMITS.cachedDocuments)
    appendAll(
      found,
      documents.filter((document) => isStationDocument(document) && stationIn(document) === station),
    )
    if (documents.length === 0 || found.length >= LIMITS.pageRows) return { found, last }
    place = last
  }
}

/** One piece of a station: what its entries say now takes the place of what was known, be it higher or lower. */
async function judge(staging: Staging, key: string): Promise<void> {
  const { core } = staging
  const after = await getLocal(staging, JUDGED_STATIONS_SPACE, key)
  if (typeof after !== 'number') return
  const { found, last } = await nextOf(core, key as StationCode, after)
  await cureReceipts(staging, found, await placeRecords(staging, found))
  for (const document of found) staging.forgotten.add(document)
  // All of it is on the disk: what had given way to records that went is listed again.
  if (found.length === 0) core.directory.relist(await core.storage.listed())
  setLocal(staging, JUDGED_STATIONS_SPACE, key, found.length === 0 ? null : last)
}

export const JUDGED_STATIONS: Afterwork = { space: JUDGED_STATIONS_SPACE, work: judge }
