/** The county of the month: the model county's 1 + 18 + 36 stations, five kinds of items, letters for villages and townships, the real calendar. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import type { Power } from '#protocol/casework/codes.ts'
import type { Letter, Station } from '#protocol/casework/directory.ts'
import { DEFAULT_RULES } from '#protocol/casework/directory.ts'
import { completeItem, type Item, type StepRule } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { Plan } from '../world.ts'

export const HALL = '510724' as StationCode
const TOWNS = 18
const VILLAGES_PER_TOWN = 2

const station = (id: string, tier: Tier, parent: string | null): Station => ({
  type: 'station',
  id: id as StationCode,
  version: 1,
  name: `站${id}`,
  tier,
  parent: parent as StationCode | null,
})

function stationsOf(towns: number): Station[] {
  const stations = [station(HALL, 'county', null)]
  for (let town = 1; town <= towns; town++) {
    const code = `510724${100 + town}`
    stations.push(station(code, 'township', HALL))
    for (let village = 1; village <= VILLAGES_PER_TOWN; village++) {
      stations.push(station(`${code}20${village}`, 'village', code))
    }
  }
  return stations
}

const STEPS: readonly StepRule[] = (['40', '41', '42'] as const).map((stage) => ({
  stage,
  role: '',
  standard: '',
  days: 3,
}))

const days = (count: number) => ({ days: count, unit: 'working' as const, note: '' })
const EVERYWHERE: readonly Tier[] = ['village', 'township', 'county']

/** Items by what the month needs of them. */
export const ITEMS = {
  permit: completeItem({
    id: 'PERMIT',
    name: '公共场所卫生许可',
    itemType: '01',
    tiers: EVERYWHERE,
    steps: STEPS,
    promised: days(10),
    statutory: days(20),
    fees: [
      { id: 'survey', name: '检测费', standard: '每件一百元', basis: '示例依据', range: { from: 10_000, to: 10_000 } },
    ],
  }),
  instant: completeItem({ id: 'INSTANT', name: '社保参保证明', caseKind: '1', tiers: EVERYWHERE, promised: days(1) }),
  simple: completeItem({ id: 'SIMPLE', name: '高龄津贴', itemType: '05', tiers: EVERYWHERE, promised: days(8) }),
  upward: completeItem({
    id: 'UPWARD',
    name: '医疗机构执业登记(市级批准)',
    itemType: '01',
    level: '3',
    tiers: EVERYWHERE,
    steps: STEPS,
    promised: days(15),
    statutory: days(20),
  }),
  direct: completeItem({
    id: 'DIRECT',
    name: '食品小作坊登记(村级收件)',
    itemType: '01',
    tiers: EVERYWHERE,
    receivingTiers: EVERYWHERE,
    villageMode: 'direct',
    promised: days(10),
    statutory: days(20),
  }),
} as const satisfies Record<string, Item>
export type ItemName = keyof typeof ITEMS

/** Villages take in what is taken in there; townships decide for the county's departments (rule C162). */
const letterFor = ({ id, tier }: Station): Letter => ({
  type: 'letter',
  id: `委${id}号`,
  version: 1,
  department: '',
  station: id,
  person: null,
  items: tier === 'village' ? [ITEMS.direct.id] : Object.values(ITEMS).map((item) => item.id),
  powers: ['accept', 'examine'] satisfies readonly Power[],
  from: '2026-01-01' as Day,
  until: '2026-12-31' as Day,
  revoked: null,
})

/** The plan of the county. Fewer towns make a smaller one for every test run. */
export function countyPlan(towns = TOWNS): Plan {
  const stations = stationsOf(towns)
  const letters = stations.filter(({ tier }) => tier !== 'county').map(letterFor)
  return { stations, published: [...Object.values(ITEMS), ...SAMPLE_CALENDARS, DEFAULT_RULES, ...letters] }
}
