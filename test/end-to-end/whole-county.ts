/** A county of many townships with their villages at work: every place a process of its own, opened with a code of its own. */
import { SAMPLE_PEOPLE } from '#hub/samples/people.ts'
import { SAMPLE_TOWNSHIPS } from '#hub/samples/stations.ts'
import { type Api, apiAt } from './api.ts'
import { each } from './at-once.ts'
import { createLedger, type Ledger } from './author.ts'
import { COUNTY_HALL, openHall, type Place } from './county.ts'
import { startWork, type Work } from './work.ts'

export interface Village extends Place {
  readonly ledger: Ledger
}

/** A township and the villages below it. */
export interface Valley extends Place {
  readonly station: string
  readonly villages: readonly Village[]
}

export type WholeCounty = Awaited<ReturnType<typeof openWholeCounty>>

/** Who works at a station's counter in the sample county. */
function post(station: string) {
  const person = SAMPLE_PEOPLE.find((one) => one.station === station)?.id
  if (person === undefined) throw new Error(`nobody works at ${station}`)
  return { station, person }
}

/** Opens the hall and so many townships, each with all its villages; everything runs and is connected afterwards. */
export async function openWholeCounty(folder: string, townships: number) {
  const { hub, open } = await openHall(folder)
  const chosen = SAMPLE_TOWNSHIPS.slice(0, townships)
  const centres = await each(chosen, ({ code }) => open(code, hub, post(code)))
  const wanted = chosen.flatMap(({ villages }, at) =>
    villages.map(({ code }) => ({ code, above: centres[at] as Place })),
  )
  const villages = await each(wanted, async ({ code, above }) => {
    const place = await open(code, above, post(code))
    return { ...place, above, ledger: createLedger(code) }
  })
  const valleys = chosen.map(({ code }, at): Valley => {
    const place = centres[at] as Place
    return { ...place, station: code, villages: villages.filter(({ above }) => above === place) }
  })
  /** Reads every case at the hall. */
  const hall = apiAt(hub.machine, 'coordinator')
  return { hub, hall, valleys, villages, places: [hub, ...centres, ...villages] }
}

/** Sends one person to work at every counter of the county. */
export const startCounty = ({ hub, valleys }: WholeCounty): Work =>
  startWork({ townships: valleys, agents: 1, hall: { station: COUNTY_HALL, api: hub.api } })

/** The nodes that hold a village's cases, by name. */
export const holdersOf = ({ hall }: WholeCounty, valley: Valley, village: Village): Readonly<Record<string, Api>> => ({
  [village.ledger.home]: village.api,
  [valley.station]: valley.api,
  hall,
})
