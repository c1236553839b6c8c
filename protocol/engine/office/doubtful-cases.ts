/** At the root: the cases in which a node wrote facts whose day people should look at (rules R81, R83). */
import type { DocumentId, NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import type { DoubtfulCasePage, DoubtfulDay } from '../office.ts'
import { DOUBTFUL_DAY_SPACE } from '../writing/doubtful-days.ts'

/** When the latest of some facts was first seen. */
const lastSeen = (days: readonly DoubtfulDay[]): number => Math.max(...days.map(({ seen }) => seen))

/**
 * One page of the cases with such facts of a node, those first that were seen last.
 * @param after how many of them came before
 */
export async function doubtfulCases(core: Core, node: NodeId, after = 0): Promise<DoubtfulCasePage> {
  const noted = await core.storage.localAll(DOUBTFUL_DAY_SPACE)
  const all = noted
    .map(({ key, value }) => ({
      id: key as DocumentId,
      days: (JSON.parse(value) as readonly DoubtfulDay[]).filter((one) => one.node === node),
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
