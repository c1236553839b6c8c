/** The cases with facts whose day people should look at (rules R81, R83, S161), and of one case those that nobody has looked at. */
import { civilDay } from '#protocol/casework/time/days.ts'
import type { DocumentId, NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'
import type { Core } from '../core.ts'
import type { DaySpan, DoubtfulCasePage, DoubtfulDay } from '../day-records.ts'
import { COUNTY_DAY } from '../office.ts'
import { isDayUnknown } from '../writing/clock-mark.ts'
import { DOUBTFUL_DAY_SPACE, doubtfulDayName, doubtfulDaysOf } from '../writing/doubtful-days.ts'
import { daysBehind } from './days-to-come.ts'

/** When the latest of some facts was first seen. */
const lastSeen = (days: readonly DoubtfulDay[]): number => Math.max(...days.map(({ seen }) => seen))

/** One page of the cases with such facts as are asked for, those first that were seen last. */
async function pageOf(core: Core, isAsked: (one: DoubtfulDay) => boolean, after: number): Promise<DoubtfulCasePage> {
  const noted = await core.storage.localAll(DOUBTFUL_DAY_SPACE)
  const all = noted
    .map(({ key, value }) => ({
      id: key as DocumentId,
      days: (JSON.parse(value) as readonly DoubtfulDay[]).filter(isAsked),
    }))
    .filter(({ days }) => days.length > 0)
    .sort((left, right) => lastSeen(right.days) - lastSeen(left.days))
  const shown = all.slice(after, after + LIMITS.pageRows)
  const rows = new Map((await core.storage.casesById(shown.map(({ id }) => id))).map((row) => [row.id, row]))
  const next = after + shown.length
  return {
    cases: shown.flatMap(({ id, days }) => {
      const row = rows.get(id)
      return row ? [{ row, days }] : []
    }),
    next: next < all.length ? String(next) : null,
  }
}

/**
 * At the root: the cases with such facts of a node.
 * @param after how many of them came before
 */
export const doubtfulCases = (core: Core, node: NodeId, after = 0): Promise<DoubtfulCasePage> =>
  pageOf(core, (one) => one.node === node, after)

/** Whether a fact is written for one of some days, and that day had not come when it was noted. */
const isToComeIn =
  ({ from, until }: DaySpan) =>
  ({ written, seen }: DoubtfulDay): boolean => {
    const day = civilDay(written)
    return from <= day && day <= until && day > civilDay(seen)
  }

/** Likewise of all nodes those whose day had not come. */
export const casesNotCome = (core: Core, days: DaySpan, after = 0): Promise<DoubtfulCasePage> =>
  pageOf(core, isToComeIn(days), after)

/** Facts of a case whose day is in doubt: what the root noted, and what lies behind today on any node that knows the day. */
export async function doubtsIn(core: Core, file: CaseFile): Promise<readonly DoubtfulDay[]> {
  const noted = core.isRoot ? await doubtfulDaysOf(core, file.id) : []
  if (isDayUnknown(core)) return noted
  const behind = daysBehind(file, { day: core.clock.today(), seen: core.clock.time(), why: 'to-come' })
  return [...noted, ...behind.filter(({ fact }) => !noted.some((one) => one.fact === fact))]
}

/** Those that nobody has said to have looked at: their finding stands, or their day has not come. */
export function unchecked(core: Core, doubts: readonly DoubtfulDay[]): readonly DoubtfulDay[] {
  const asked = new Set(core.news.findings.map(({ kept }) => kept))
  const spans = core.news.findings.flatMap(({ kept, days }) => (kept?.startsWith(COUNTY_DAY) && days ? [days] : []))
  return doubts.filter(
    (one) =>
      one.why === 'to-come' ||
      (one.why !== 'not-come' && asked.has(doubtfulDayName(one.node))) ||
      spans.some((span) => isToComeIn(span)(one)),
  )
}
