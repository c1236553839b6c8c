/** The latest day for which rows were judged: a clock that is put back makes those of later days untrue. */
import type { Day } from '#protocol/casework/time/days.ts'
import type { Core } from '../core.ts'
import type { Change } from '../ports/storage.ts'
import { isLocalStaged, type Staging, setLocal } from '../writing/staging.ts'
import { markAll } from './refold-mark.ts'

const PLACE = { space: 'engine', key: 'judged-on' } as const

/** Adds to a group that judges cases for which day it does, when that is a later one than before. */
export async function noteDay(staging: Staging): Promise<void> {
  const { core } = staging
  if (staging.touched.size === 0 || isLocalStaged(staging, PLACE.space, PLACE.key)) return
  const [today, judged] = [core.clock.today(), await judgedOn(core)]
  if (judged === undefined || judged < today) setLocal(staging, PLACE.space, PLACE.key, today)
}

/** Whether a commit judged cases for a later day than any before it. */
export const movesDay = (change: Change): boolean =>
  change.local.some(({ space, key }) => space === PLACE.space && key === PLACE.key)

/** The latest day for which cases were judged, on this run or before; undefined where none were. */
export async function judgedOn({ locals }: Core): Promise<Day | undefined> {
  const text = await locals.read(PLACE.space, PLACE.key)
  return text === undefined ? undefined : (JSON.parse(text) as Day)
}

/** Adds to a group that all rows are to be judged anew, for today. */
export async function judgeAnew(staging: Staging): Promise<void> {
  await markAll(staging)
  setLocal(staging, PLACE.space, PLACE.key, staging.core.clock.today())
}
