/** How far this node's clock has come and what is known of it: kept on the disk, so that a start without a line knows it. */
import { civilDay } from '#protocol/casework/time/days.ts'
import { isRecord } from '#protocol/json.ts'
import { LIMITS } from '#protocol/limits.ts'
import { onOtherClock, readClock } from '../clock.ts'
import { isDayInDoubt } from '../clock-doubt.ts'
import type { ClockMark } from '../clock-reckoning.ts'
import type { Core } from '../core.ts'
import type { Storage } from '../ports/storage.ts'
import { isLocalStaged, type Staging, setLocal } from './staging.ts'

const PLACE = { space: 'engine', key: 'clock' } as const

/** The row: under another incarnation the database lies on another machine, or went back in time, and its clock is another. */
const read = (text: string | undefined, incarnation: number): ClockMark => {
  const value: unknown = text === undefined ? undefined : JSON.parse(text)
  const mark = readClock(value)
  return isRecord(value) && value.incarnation === incarnation ? mark : onOtherClock(mark)
}

/** What an earlier run kept. */
export const keptClock = async (storage: Pick<Storage, 'local'>, incarnation: number): Promise<ClockMark> =>
  read(await storage.local(PLACE.space, PLACE.key), incarnation)

/** The newest thing of the root that this node holds, in milliseconds since 1970 on the root's clock; 0 without one. */
export const publishedAt = ({ directory }: Pick<Core, 'directory'>): number =>
  Math.max(directory.catalogueVersion(), directory.calendarVersion())

/** Whether nobody can say what day it is (S157). */
export const isDayUnknown = (core: Pick<Core, 'clock' | 'directory'>): boolean =>
  isDayInDoubt(core.clock.doubt(publishedAt(core)))

/** Adds to a group how far the clock has come, where it writes anyway. */
export async function noteClock(staging: Staging): Promise<void> {
  if (staging.touched.size + staging.deferred.size + staging.locals.size === 0) return
  await keepClock(staging, LIMITS.clockMarkMilliseconds)
}

/** What is kept at once: in which start of the machine, what speaks against the clock, and the days that numbers bear. */
const newsOf = ({ boot, leapt, fell, maybe, numbered = 0, earlier }: ClockMark) => [
  boot,
  leapt,
  fell,
  maybe,
  civilDay(numbered),
  earlier?.map(civilDay),
]

/** Adds to a group what is known of the clock, unless the disk says about the same. */
export async function keepClock(staging: Staging, everyMilliseconds: number): Promise<void> {
  const { clock, locals, neighbours, logs } = staging.core
  if (isLocalStaged(staging, PLACE.space, PLACE.key)) return
  clock.passed(publishedAt(staging.core))
  const kept = read(await locals.read(PLACE.space, PLACE.key), logs.incarnation)
  const mark = clock.mark(neighbours.parentContact)
  const isSame = kept.by === mark.by && Math.abs((kept.offset ?? 0) - (mark.offset ?? 0)) < LIMITS.clockStepMilliseconds
  const isKnown =
    (kept.offset === null) === (mark.offset === null) && JSON.stringify(newsOf(kept)) === JSON.stringify(newsOf(mark))
  const isNear = mark.at >= kept.at && mark.at - kept.at < everyMilliseconds
  if (!(isSame && isKnown && isNear))
    setLocal(staging, PLACE.space, PLACE.key, { ...mark, incarnation: logs.incarnation })
}
