/** The story of a case: every fact as a line that says what became of it and what resolves it. */
import type { EntryHash } from '#protocol/ids.ts'
import { ASIDE_REASONS, type AsideReason, type StoryLine } from './case.ts'
import { byTimeThenHash } from './custody.ts'
import { FACTS, type FactEntry } from './facts.ts'

/** What became of a fact: its epoch, why it was set aside, or nothing to judge (a contribution). */
export type Verdict = number | AsideReason | null

/** Who resolved a set-aside fact, and how. */
export type Resolution = { readonly by: 'adopted' | 'dismissed'; readonly fact: EntryHash }

/** What resolves a set-aside fact, for people. */
export const RESOLVE_TEXTS: Readonly<Record<AsideReason, string>> = {
  malformed: '请主办站点联系写入站点核对纸质材料,重新登记后将本条标记为不采纳',
  'not-authorised': '请管理员核对该节点代表的站点;主办站点可以采纳或不采纳',
  'not-holder': '请主办站点核对后采纳或不采纳',
  'wrong-stage': '请主办站点核对环节,需要时按现在的环节办理,并将本条标记为不采纳',
  'no-offer': '材料如已实际交接,请由主办站点重新移交;本条由主办站点标记为不采纳',
  superseded: '请改派后的主办站点采纳或不采纳',
  fork: '请协调员改派确定主办站点,再由主办站点采纳其中一条',
  'lost-race': '办件以对方的签收或退回为准;本条由主办站点标记为不采纳',
  orphan: '如前一记录尚在途中,到达后自动重新计算;否则由主办站点采纳或不采纳',
}

/** A fact with what became of it. */
export interface Told {
  readonly entry: FactEntry
  readonly verdict: Verdict | undefined
  readonly resolution: Resolution | null
}

function storyLine({ entry, verdict, resolution }: Told): StoryLine {
  const { hash, log, seq, person, station, time, clockOffset, fact } = entry
  return {
    hash,
    log,
    seq,
    kind: fact?.kind ?? 'unknown',
    title: fact === undefined ? '无法识别的记录' : FACTS[fact.kind].title,
    person,
    station,
    time,
    clockOffset,
    fields: fact?.fields ?? {},
    previous: fact?.previous ?? null,
    epoch: typeof verdict === 'number' ? verdict : null,
    aside:
      typeof verdict === 'string'
        ? { reason: verdict, text: ASIDE_REASONS[verdict], resolve: RESOLVE_TEXTS[verdict], resolved: resolution }
        : null,
  }
}

/**
 * Story order: the chain in its own order, which no clock can change; the others by time, then hash,
 * each before the first link of the chain that is later than it, but never before the opening.
 */
export function tellStory(chain: readonly Told[], others: readonly Told[]): StoryLine[] {
  const waiting = [...others].sort((left, right) => byTimeThenHash(left.entry, right.entry))
  const story: StoryLine[] = []
  let next = 0
  for (const link of chain) {
    for (let other = waiting[next]; other !== undefined && story.length > 0; other = waiting[next]) {
      if (other.entry.time >= link.entry.time) break
      story.push(storyLine(other))
      next += 1
    }
    story.push(storyLine(link))
  }
  for (const other of waiting.slice(next)) story.push(storyLine(other))
  return story
}
