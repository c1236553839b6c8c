/** Number lanes of a running node: new at every start, never one that its station is known to have used (rules C114–C116). */
import { type FactEntry, fieldsOf } from '#protocol/casework/facts/facts.ts'
import { textOf } from '#protocol/casework/facts/values.ts'
import { checkNumber } from '#protocol/casework/identity/case-numbers.ts'
import { readDocumentNumber } from '#protocol/casework/identity/document-numbers.ts'
import { drawLane, laneOf, lettersOf } from '#protocol/casework/identity/lanes.ts'
import { logParts, type StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { randomBelow } from '../logs/logs.ts'
import { readOrMark } from './case-loading.ts'
import { getLocal, type Staging, setLocal } from './staging.ts'

/** Lanes known to be used, one space for each station and year so that they are read at once. */
const spaceOf = (station: StationCode, year: number): string => `number-lane ${station} ${year}`

/**
 * The lane in which this node numbers for a station in a year: drawn at the first number after the start or after a
 * rotation, and marked as used with the entry that carries it (noteLanes). What was given before a database was put back, and is nowhere
 * any more, lies in another lane.
 */
export async function laneFor(staging: Staging, station: StationCode, year: number): Promise<number> {
  const { core } = staging
  const space = spaceOf(station, year)
  const present = core.lanes.get(space)
  const { incarnation } = core.logs
  const lane = present?.incarnation === incarnation ? present.lane : await newLane(staging, space)
  core.lanes.set(space, { incarnation, lane })
  return lane
}

async function newLane(staging: Staging, space: string) {
  const { storage, logs, host, directory, identity } = staging.core
  const marked = (await storage.localAll(space)).map(({ key }) => laneOf(key))
  const used = new Set([...marked, ...(await lanesNotListed(staging, space))])
  // Programs before this one took the incarnation as the lane.
  for (const log of logs.heads.keys()) if (logs.isOwn(log)) used.add(logParts(log).incarnation)
  used.add(logs.incarnation)
  return drawLane(used, directory.node(identity.node)?.predecessors ?? 0, (bound) => randomBelow(host, bound))
}

/** Marks the lanes of numbers in a group: given here, given back by other nodes, given by other nodes of a station. */
export async function noteLanes(staging: Staging, files: Iterable<CaseFile>): Promise<void> {
  const { authority } = staging.core.directory
  const { identity, logs, unlisted } = staging.core
  for (const { id, facts } of files) {
    const isLate = unlisted.has(id)
    for (const entry of facts) {
      if (!isLate && entry.seq <= logs.head(entry.log).height) continue
      if (!authority.serves(identity.node, entry.station)) continue
      for (const { station, year, lane } of numbersIn(entry))
        await markUsed(staging, spaceOf(station, year), lettersOf(lane))
    }
  }
}

/** Lanes of numbers that are stored and marked with the list (S163): whoever draws one before must know of them. */
async function lanesNotListed({ core, pieces }: Staging, space: string): Promise<number[]> {
  const ids = [...core.unlisted.ids()]
  const lanes: number[] = []
  for (let start = 0; start < ids.length; start += LIMITS.listedCases) {
    for (const { facts, entries } of await readOrMark(core, ids.slice(start, start + LIMITS.listedCases))) {
      await pieces(entries)
      for (const { station, year, lane } of facts.flatMap(numbersIn))
        if (spaceOf(station, year) === space) lanes.push(lane)
    }
  }
  return lanes
}

async function markUsed(staging: Staging, space: string, letters: string): Promise<void> {
  if ((await getLocal(staging, space, letters)) === undefined) setLocal(staging, space, letters, true)
}

interface LaneUse {
  readonly station: StationCode
  readonly year: number
  readonly lane: number
}

/** What the numbers that a fact gives say of their lanes; a number in another form says nothing. */
function numbersIn({ fact }: FactEntry): readonly LaneUse[] {
  if (fact === undefined) return []
  const texts = fieldsOf(fact.kind, ({ fill }) => fill === 'number').map((name) => textOf(fact.fields[name]))
  return [...texts, textOf(fact.fields.number)].flatMap((text): readonly LaneUse[] => {
    if (text === '') return []
    const number = checkNumber(text)
    if (number.ok) return [{ ...number.value, year: Number(number.value.day.slice(0, 4)) }]
    const paper = readDocumentNumber(text)
    return paper.ok ? [paper.value] : []
  })
}
