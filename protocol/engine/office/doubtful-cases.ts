/** The cases with facts whose day people should look at (rules R81, R83, S161), and of one case those that nobody has looked at. */
import { isVoided } from '#protocol/casework/course/stages.ts'
import { civilDay } from '#protocol/casework/time/days.ts'
import type { DocumentId, NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'
import type { Core } from '../core.ts'
import type { DaySpan, DoubtfulCasePage, DoubtfulDay } from '../day-records.ts'
import { inPieces } from '../logs/pieces.ts'
import { COUNTY_DAY } from '../office.ts'
import { isDayUnknown } from '../writing/clock-mark.ts'
import {
  DAY_TO_COME_SPACE,
  DOUBTFUL_DAY_SPACE,
  doubtfulDayName,
  doubtfulDaysOf,
  isNotCome,
} from '../writing/doubtful-days.ts'
import { daysBehind } from './days-to-come.ts'

/** When the latest of some facts was first seen. */
const lastSeen = (days: readonly DoubtfulDay[]): number => Math.max(...days.map(({ seen }) => seen))

/** Of every case that has facts of a node with a doubtful day when the latest was seen; read page by page, between which others have their turn. */
async function seenOf(
  core: Core,
  node: NodeId,
): Promise<readonly { readonly id: DocumentId; readonly seen: number }[]> {
  const found: { readonly id: DocumentId; readonly seen: number }[] = []
  const pieces = inPieces(core.host, 1)
  for (let after = ''; ; ) {
    const rows = await core.storage.localBetween({
      space: DOUBTFUL_DAY_SPACE,
      after,
      before: LAST,
      limit: LIMITS.pageRows,
    })
    for (const { key, value } of rows) {
      const days = (JSON.parse(value) as readonly DoubtfulDay[]).filter((one) => one.node === node)
      if (days.length > 0) found.push({ id: key as DocumentId, seen: lastSeen(days) })
    }
    const last = rows.at(-1)
    if (rows.length < LIMITS.pageRows || !last) return found.sort((left, right) => right.seen - left.seen)
    after = last.key
    await pieces()
  }
}

/** Behind every key that begins with a day or an id. */
const LAST = '~'

/** The rows of some cases, each with such of its notes as are asked for. */
async function withDays(core: Core, ids: readonly DocumentId[], isAsked: (one: DoubtfulDay) => boolean) {
  const rows = new Map((await core.storage.casesById([...ids])).map((row) => [row.id, row]))
  const cases: DoubtfulCasePage['cases'][number][] = []
  for (const id of ids) {
    const row = rows.get(id)
    if (row) cases.push({ row, days: (await doubtfulDaysOf(core, id)).filter(isAsked) })
  }
  return cases
}

/**
 * At the root: the cases with such facts of a node, those first that were seen last.
 * @param after how many of them came before
 */
export async function doubtfulCases(core: Core, node: NodeId, after = 0): Promise<DoubtfulCasePage> {
  const all = await seenOf(core, node)
  const shown = all.slice(after, after + LIMITS.pageRows).map(({ id }) => id)
  const next = after + shown.length
  return {
    cases: await withDays(core, shown, (one) => one.node === node),
    next: next < all.length ? String(next) : null,
  }
}

/** Whether a fact is written for one of some days, and that day had not come when it was noted. */
const isToComeIn =
  ({ from, until }: DaySpan) =>
  (one: DoubtfulDay): boolean => {
    const day = civilDay(one.written)
    return from <= day && day <= until && isNotCome(one)
  }

/**
 * Likewise of all nodes those whose day had not come, by day; not those that were voided. A page may be empty before the
 * last one, and a case with two such days may stand on two.
 * @param after the last key of the page before
 */
export async function casesNotCome(core: Core, days: DaySpan, after: string = days.from): Promise<DoubtfulCasePage> {
  const range = { space: DAY_TO_COME_SPACE, after, before: `${days.until}${LAST}`, limit: LIMITS.pageRows }
  const keys = (await core.storage.localBetween(range)).map(({ key }) => key)
  const ids = new Set(keys.map((key) => key.slice(key.indexOf(' ') + 1) as DocumentId))
  const cases = await withDays(core, [...ids], isToComeIn(days))
  return {
    cases: cases.filter(({ row }) => !isVoided(row.stage)),
    next: keys.length < LIMITS.pageRows ? null : (keys.at(-1) ?? null),
  }
}

/** Whether there are any. */
export async function areCasesNotCome(core: Core, days: DaySpan): Promise<boolean> {
  const pieces = inPieces(core.host, 1)
  let page = await casesNotCome(core, days)
  while (page.cases.length === 0 && page.next !== null) {
    await pieces()
    page = await casesNotCome(core, days, page.next)
  }
  return page.cases.length > 0
}

/** Facts of a case whose day is in doubt: what the root noted, and what lies behind today on any node that knows the day. */
export async function doubtsIn(core: Core, file: CaseFile): Promise<readonly DoubtfulDay[]> {
  const noted = core.isRoot ? await doubtfulDaysOf(core, file.id) : []
  if (isDayUnknown(core)) return noted
  const behind = daysBehind(file, { day: core.clock.today(), seen: core.clock.time(), why: 'to-come' })
  return [...noted, ...behind.filter(({ fact }) => !noted.some((one) => one.fact === fact))]
}

/** Those that nobody has said to have looked at: their finding stands, or their day has not come. Of a voided case nobody is to. */
export function unchecked(core: Core, stage: string, doubts: readonly DoubtfulDay[]): readonly DoubtfulDay[] {
  if (isVoided(stage)) return []
  const asked = new Set(core.news.findings.map(({ kept }) => kept))
  const spans = core.news.findings.flatMap(({ kept, days }) => (kept?.startsWith(COUNTY_DAY) && days ? [days] : []))
  return doubts.filter(
    (one) =>
      one.why === 'to-come' ||
      (one.why !== 'not-come' && asked.has(doubtfulDayName(one.node))) ||
      spans.some((span) => isToComeIn(span)(one)),
  )
}
