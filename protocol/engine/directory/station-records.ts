/** What stations write of themselves: whose a record is, and how long it may be. Anybody with one valid key can write any. */
import { type DirectoryRecord, LISTED, type StationRecord } from '#protocol/casework/directory.ts'
import { type DocumentId, isStationCode, type StationCode } from '#protocol/ids.ts'
import { hasMoreValues } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'

interface Bound {
  readonly title: string
  /** Of its JSON. */
  readonly characters: number
  readonly values: () => number
}

const BOUNDS: Readonly<Record<StationRecord['type'], Bound>> = {
  absence: { title: '去向留言', characters: LIMITS.absenceCharacters, values: () => LIMITS.stationRecordParts },
  consultation: {
    title: '咨询记录',
    characters: LIMITS.consultationCharacters,
    values: () => LIMITS.stationRecordParts,
  },
  handover: {
    title: '交接清单',
    characters: LIMITS.handoverCharacters,
    values: () => LIMITS.stationRecordParts + LIMITS.handoverCases,
  },
}

const isStationType = (type: string): type is StationRecord['type'] => Object.hasOwn(BOUNDS, type)

const typeOf = (document: DocumentId): string => document.slice(0, document.indexOf('/'))

/** Whether a station writes such records about itself. */
export const isStationRecord = (record: DirectoryRecord): record is StationRecord => isStationType(record.type)

/** Whether a document is such a record. */
export const isStationDocument = (document: DocumentId): boolean => isStationType(typeOf(document))

/** Whether the id of a station's record names that station: `station.random`. */
export const isOfItsStation = ({ id, station }: StationRecord): boolean => id.startsWith(`${station}.`)

/** Type and station of such a document: `type/station`. */
export const listOf = (document: DocumentId): string => `${document}.`.slice(0, `${document}.`.indexOf('.'))

/** The station that the id of such a document names. */
export function stationIn(document: DocumentId): StationCode | undefined {
  const name = listOf(document)
  const station = name.slice(name.indexOf('/') + 1)
  return isStationCode(station) ? station : undefined
}

/** How many records of the type of such a document a station has on the lists. */
export const listedOf = (document: DocumentId): number => {
  const type = typeOf(document)
  return isStationType(type) ? LISTED[type] : 0
}

/** Why a record of a station is too large to be read, in words; undefined when it is not, or is no such record. */
export function largeness(json: string, document: DocumentId): string | undefined {
  const type = typeOf(document)
  if (!isStationType(type)) return undefined
  const { title, characters, values } = BOUNDS[type]
  if (json.length > characters) return `这条${title}有 ${json.length} 个字符,最多 ${characters} 个`
  return hasMoreValues(json, values()) ? `这条${title}的栏目和列表项超过 ${values()} 个` : undefined
}
