/** The bench's county: a root, one township and many villages in memory that know the directory and nothing else. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { StationCode } from '#protocol/ids.ts'
import { testHost } from '#test/clock/host.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  stationRecord,
  TOWNSHIP,
  until,
  VERSION,
} from '#test/engine/county.ts'
import { Generator } from './generate.ts'

export interface BenchCounty {
  readonly root: Node
  readonly township: Node
  readonly villages: readonly Node[]
  /** A second machine of the first village that has never synced: its disk holds nothing. */
  readonly fresh: Node
}

export const HALL_NAME = '安县政务服务中心'
const BOUND_MILLISECONDS = 60_000
/** Code of a village. */
export const villageCode = (place: number): StationCode => `${TOWNSHIP}${201 + place}` as StationCode

/**
 * Opens the county, lets everybody learn the directory, and ends the root and all links.
 * @param version of the program that goes on with its databases: it reads nothing again
 */
export async function openBenchCounty(
  villages: number,
  people: readonly Person[] = [],
  version = VERSION,
): Promise<BenchCounty> {
  const root = await openNode({ station: COUNTY, lease: 1, version })
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root, root, version })
  const places = Array.from({ length: villages }, (_, place) => place)
  const open = (place: number, lease: number) =>
    openNode({ station: villageCode(place), lease, parent: township, root, version })
  const nodes = await Promise.all(places.map((place) => open(place, 10 + place)))
  const fresh = await open(0, 9)
  await publish(root, [
    stationRecord(COUNTY, HALL_NAME, 'county', null),
    stationRecord(TOWNSHIP, '安昌镇便民服务中心', 'township', COUNTY),
    ...places.map((place) => stationRecord(villageCode(place), `${place + 1}村便民服务代办点`, 'village', TOWNSHIP)),
    ...SAMPLE_ITEMS,
    ...SAMPLE_CALENDARS,
    ...people,
    nodeRecord(root, null),
    nodeRecord(township, root.identity.node),
    ...[...nodes, fresh].map((node) => nodeRecord(node, township.identity.node)),
  ])
  await learn(township, root, people)
  for (const village of nodes) await learn(village, township, people)
  await root.engine.stop()
  return { root, township, villages: nodes, fresh }
}

/** Connects until the child knows its stations and everybody who works there or below. */
async function learn(child: Node, parent: Node, people: readonly Person[]): Promise<void> {
  const link = connect(child, parent)
  const { office } = child.engine
  const expected = people.filter(({ station }) => station.startsWith(child.station)).length
  const knows = () => office.stations.length === 1 && office.directory.people().length === expected
  await until(`${child.station} knows the directory`, knows, BOUND_MILLISECONDS)
  const isJudged = async () => (await office.status()).refolding === null
  await until(`${child.station} has judged its rows`, isJudged, BOUND_MILLISECONDS)
  link.cut()
  await link.ended
}

/** A generator of cases by a village's agent, for a database that stands at an arrival number. */
export function generatorOf(
  village: Node,
  arrival: number,
  how: { readonly packing: 'written' | 'received'; readonly signed: boolean; readonly safe: boolean },
): Generator {
  const { node, keys, lease } = village.identity
  const agent = person(village.station, ['agent'])
  const { directory } = village.engine.office
  const itemVersion = (item: string) => directory.item(item)?.edition ?? 1
  const catalogueVersion = Math.max(...directory.items().map(({ version }) => version))
  const calendarVersion = Math.max(0, ...directory.calendars().map(({ version }) => version))
  const known = { host: testHost, node, keys, lease, incarnation: lease, agent, parent: TOWNSHIP }
  const register = village.engine.office.register()
  const written = { catalogueVersion, calendarVersion, itemVersion, organ: HALL_NAME, register }
  return new Generator({ ...known, ...written, predecessors: 0, ...how }, arrival)
}

/** Cases per commit while databases are made. */
const CASES_PER_CHANGE = 500

/** Changes that add cases `first` to `first + count − 1`. */
export function* casesAsChanges(generator: Generator, first: number, count: number) {
  for (let done = 0; done < count; done += CASES_PER_CHANGE) {
    const end = Math.min(count, done + CASES_PER_CHANGE)
    for (let index = done; index < end; index++) generator.write(first + index)
    yield generator.change()
  }
}
