/** At the root, when a person says what day it is: which facts bear a day that has not come (rule S161). */
import { writtenAt } from '#protocol/casework/folding/day-of.ts'
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import { type DocumentId, isCase, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { readFiles } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import type { DaySpan, DoubtfulDay } from '../day-records.ts'
import { StorageFailure } from '../ports/storage.ts'
import { DOUBTFUL_DAY_SPACE, noteDays } from '../writing/doubtful-days.ts'
import { getLocal, type Staging } from '../writing/staging.ts'
import { noteDamage } from '../writing/storage-problem.ts'

/** What of a case bears a day to come. */
export interface CaseToCome {
  readonly id: DocumentId
  readonly days: readonly DoubtfulDay[]
}

/** The facts of a case that are written for a later day than a given one. */
export const daysBehind = (
  { facts }: Pick<CaseFile, 'facts'>,
  { day, seen, why }: { readonly day: Day; readonly seen: number; readonly why: DoubtfulDay['why'] },
): readonly DoubtfulDay[] =>
  facts.flatMap((fact) => {
    const written = writtenAt(fact)
    return civilDay(written) > day ? [{ fact: fact.hash, why, seen, written, node: logParts(fact.log).node }] : []
  })

async function casesBehind(core: Core, day: Day): Promise<readonly CaseToCome[]> {
  const found: CaseToCome[] = []
  const seen = core.clock.now()
  // Of what is stored and not listed the row says less than there is, or nothing.
  const unlisted = new Set(core.unlisted.ids())
  for (let place = 0; ; ) {
    const { documents, last } = await core.storage.documentsAfter(place, LIMITS.cachedDocuments)
    if (documents.length === 0) return found
    const cases = documents.filter(isCase)
    const rows = new Map((await core.storage.casesById(cases)).map((row) => [row.id, row]))
    const ids = cases.filter((id) => {
      const row = rows.get(id)
      return unlisted.has(id) || (row && (row.signedOn === undefined || row.signedOn > day))
    })
    for (const file of await readFiles(core, ids)) {
      const days = daysBehind(file, { day, seen, why: 'not-come' })
      if (days.length > 0) found.push({ id: file.id, days })
    }
    place = last
  }
}

/** The cases of all nodes with facts for a later day than the one that is confirmed; none where the disk cannot be read: the day is confirmed all the same. */
export async function casesToCome(core: Core, day: Day): Promise<readonly CaseToCome[]> {
  try {
    return await casesBehind(core, day)
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem
    noteDamage(core, problem)
    return []
  }
}

/** Adds to a group that these facts have a doubtful day; what was noted of one before stays, of many the first (LIMITS.doubtfulDays). */
export async function noteToCome(staging: Staging, found: readonly CaseToCome[]): Promise<void> {
  for (const { id, days } of found) {
    const known = ((await getLocal(staging, DOUBTFUL_DAY_SPACE, id)) ?? []) as readonly DoubtfulDay[]
    const news = days.filter(({ fact }) => !known.some((one) => one.fact === fact))
    noteDays(staging, id, [...known, ...news].slice(0, LIMITS.doubtfulDays))
  }
}

/** How much there is of it, and from which to which day; undefined: nothing. */
export function extentOf(found: readonly CaseToCome[]): { readonly words: string; readonly days: DaySpan } | undefined {
  const days = found.flatMap((one) => one.days.map(({ written }) => civilDay(written))).sort()
  const [from, until] = [days[0], days.at(-1)]
  if (from === undefined || until === undefined) return undefined
  const isMore = found.some((one) => one.days.length > LIMITS.doubtfulDays)
  const more = isMore ? `(一件办件只逐条标出 ${LIMITS.doubtfulDays} 条)` : ''
  return { words: `${found.length} 件办件的 ${days.length} 条记录所记日期还没有到${more}`, days: { from, until } }
}
