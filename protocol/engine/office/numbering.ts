/** Numbers a node gives alone: case numbers and document numbers. Never twice, because the running number is committed with the entry. */
import type { CaseState } from '#protocol/casework/case.ts'
import { documentOfFact, type FactKind } from '#protocol/casework/facts/facts.ts'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { type DocumentSeries, mintDocumentNumber, seriesOf } from '#protocol/casework/identity/document-numbers.ts'
import { lettersOf } from '#protocol/casework/identity/lanes.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import { laneFor } from '../writing/number-lanes.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'

const yearOf = (day: Day): number => Number(day.slice(0, 4))

async function nextRunning(staging: Staging, space: string, key: string): Promise<number> {
  const running = (((await getLocal(staging, space, key)) as number | undefined) ?? 0) + 1
  setLocal(staging, space, key, running)
  return running
}

/** The next case number of a station. */
export async function mintCaseNumber(staging: Staging, station: StationCode): Promise<string> {
  const day = staging.core.clock.today()
  const lane = await laneFor(staging, station, yearOf(day))
  const running = await nextRunning(staging, 'running-number', `${station}/${day}/${lettersOf(lane)}`)
  return mintNumber({ station, day, lane, running })
}

/**
 * The next number of the document that a fact makes, in the name of the item's department, else of the hall.
 * Undefined when neither has a short name that can stand in a number: the paper then goes without one.
 */
export async function mintPaperNumber(
  staging: Staging,
  kind: FactKind,
  station: StationCode,
  state: CaseState,
  register: Register,
): Promise<string | undefined> {
  const { directory } = staging.core
  const item = register.edition(state.item, state.itemVersion) ?? directory.item(state.item)
  const hall = directory.stations().find(({ parent }) => parent === null)
  const paper = documentOfFact(kind)
  if (paper === undefined) return undefined
  const year = yearOf(register.today)
  for (const organ of [directory.department(item?.department ?? '')?.shortName, hall?.name]) {
    // Whether the name can stand in a number is known before a lane and a running number are spent on it.
    const named = { organ: organ ?? '', paper, year, station }
    if (!mintDocumentNumber({ ...named, lane: 1, running: 1 }).ok) continue
    const series: DocumentSeries = { ...named, lane: await laneFor(staging, station, year) }
    const minted = mintDocumentNumber({
      ...series,
      running: await nextRunning(staging, 'document-number', seriesOf(series)),
    })
    if (minted.ok) return minted.value
  }
  return undefined
}
