/** Sample authorisation letters (授权书), for every item and place that needs one. */
import type { Power } from '#protocol/casework/codes.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import { SAMPLE_DEPARTMENTS } from './departments.ts'
import { SAMPLE_ITEMS } from './items.ts'
import { SAMPLE_COUNTY, SAMPLE_TOWNSHIPS } from './stations.ts'

/** What people at a window do under a letter; 应诉代理权 stays with the department's own chief. */
const WINDOW_POWERS: readonly Power[] = ['accept', 'examine', 'coordinate', 'deliver']
const HALL_DAYS = 365
/** A village's letter is short: its revocation travels by the same line that may be down (SOURCES.md section 11 no. 2). */
const VILLAGE_DAYS = 90

interface Grant {
  readonly department: string
  readonly station: StationCode
  readonly place: string
  readonly items: readonly string[] | null
  readonly days: number
}

const codesByDepartment = (items: readonly Item[]): readonly (readonly [department: string, codes: string[]])[] =>
  [...Map.groupBy(items, ({ department }) => department)].map(([department, group]) => [
    department,
    group.map(({ id }) => id),
  ])

function grants(): readonly Grant[] {
  const asking = SAMPLE_ITEMS.filter(({ authorised }) => authorised.length > 0)
  // What townships take in of a county's items they decide for its departments, too: then a letter says so (rule C162).
  const townships = codesByDepartment(
    SAMPLE_ITEMS.filter(
      ({ tiers, level, authorised }) => tiers.includes('township') && (level === '4' || authorised.length > 0),
    ),
  )
  const villages = codesByDepartment(SAMPLE_ITEMS.filter(({ receivingTiers }) => receivingTiers.includes('village')))
  return [
    ...codesByDepartment(asking).map(([department]) => ({
      department,
      station: SAMPLE_COUNTY.id,
      place: '厅',
      items: null,
      days: HALL_DAYS,
    })),
    ...SAMPLE_TOWNSHIPS.flatMap(({ code, name, villages: points }) => [
      ...townships.map(([department, items]) => ({ department, station: code, place: name, items, days: HALL_DAYS })),
      ...points.flatMap((point) =>
        villages.map(([department, items]) => ({
          department,
          station: point.code,
          place: `${name}${point.name}`,
          items,
          days: VILLAGE_DAYS,
        })),
      ),
    ]),
  ]
}

/** Letters that begin on a day; everybody at the station may act under them. */
export const sampleLetters = (day: Day): readonly Letter[] =>
  grants().map(({ department, station, place, items, days }) => ({
    type: 'letter',
    id: `安${SAMPLE_DEPARTMENTS.find(({ id }) => id === department)?.shortName}授${place}〔${day.slice(0, 4)}〕${day.slice(5).replace('-', '')}号`,
    version: 0,
    department,
    station,
    person: null,
    items,
    powers: WINDOW_POWERS,
    from: day,
    until: plusDays(day, days),
    revoked: null,
  }))
