/** Limits drawn small for a seed: what a county meets once in years, a seed meets within minutes. */
import { LIMITS } from '#protocol/limits.ts'
import type { Chance } from './chance.ts'

type Name = keyof typeof LIMITS

/** The smallest and largest value drawn of each limit; those that bound honest messages as a whole stay. */
const DRAWN: Partial<Record<Name, readonly [number, number]>> = {
  windowFrames: [1, 6],
  overtakenEntries: [2, 20],
  windowBytes: [2 * 1024, 64 * 1024],
  packBytes: [512, 16 * 1024],
  runEntries: [1, 20],
  groupRequests: [1, 8],
  forkRungs: [4, 32],
  messageReceipts: [1, 10],
  carriedEntries: [2, 20],
  cachedDocuments: [1, 10],
  cachedPackBytes: [1, 4 * 1024],
  packsPerRead: [2, 20],
  sliceCases: [1, 5],
  stationEdits: [15, 120],
  groupEntries: [1, 30],
  sliceSteps: [1, 30],
}

/** How long a frame takes and how small it gets: on weak lines a small backlog is then a long way. */
const PACE: Partial<Record<Name, readonly [number, number]>> = {
  frameMilliseconds: [50, 2_000],
  leastFrameBytes: [300, 4 * 1024],
  firstFrameBytes: [512, 4 * 1024],
  overtakenEntries: [2, 10],
}

/** Of what stations write of themselves: lists of a few records, and few of them read at once. */
const STATIONS: Partial<Record<Name, readonly [number, number]>> = {
  listedAbsences: [1, 4],
  listedConsultations: [1, 4],
  listedHandovers: [1, 4],
  stationRecordParts: [16, 30],
  recordReadBytes: [200, 4 * 1024],
}

/** How much is listed in one commit, and how much may be left before links wait. */
const LISTED: Partial<Record<Name, readonly [number, number]>> = { listedCases: [1, 4], unlistedCases: [1, 12] }

/** Makes some limits small until the returned function is called. */
export function drawLimits(chance: Chance): () => void {
  const changeable = LIMITS as Record<Name, number>
  const usual: Partial<Record<Name, number>> = { dayCheckMilliseconds: LIMITS.dayCheckMilliseconds }
  // Months pass within minutes here, and lists are compared soon after the last of them.
  changeable.dayCheckMilliseconds = chance.branch('days').between(3_000, 15_000)
  if (chance.happens(0.6)) {
    for (const [name, [low, high]] of Object.entries(DRAWN) as [Name, readonly [number, number]][]) {
      if (!chance.happens(0.5)) continue
      usual[name] = changeable[name]
      changeable[name] = chance.between(low, high)
    }
  }
  const pace = chance.branch('pace')
  if (pace.happens(0.3))
    for (const [name, [low, high]] of Object.entries(PACE) as [Name, readonly [number, number]][]) {
      usual[name] ??= changeable[name]
      changeable[name] = pace.between(low, high)
    }
  const stations = chance.branch('stations')
  if (stations.happens(0.6))
    for (const [name, [low, high]] of Object.entries(STATIONS) as [Name, readonly [number, number]][]) {
      if (!stations.happens(0.6)) continue
      usual[name] ??= changeable[name]
      changeable[name] = stations.between(low, high)
    }
  const listing = chance.branch('listing')
  if (listing.happens(0.5))
    for (const [name, [low, high]] of Object.entries(LISTED) as [Name, readonly [number, number]][]) {
      usual[name] ??= changeable[name]
      changeable[name] = listing.between(low, high)
    }
  return () => Object.assign(changeable, usual)
}
