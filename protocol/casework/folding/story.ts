/** The story of a case: every fact as a line that says what became of it and what resolves it. */
import type { DocumentId, EntryHash, StationCode } from '#protocol/ids.ts'
import { ASIDE_REASONS, type AsideReason, type StoryLine } from '../case.ts'
import { deemedHash, endOfDay } from '../clocks/deemed.ts'
import { FACTS, type FactEntry } from '../facts/facts.ts'
import { GUARDS } from '../rules/guards.ts'
import type { Day } from '../time/days.ts'
import { byTimeThenHash } from './custody.ts'
import { dayOf, writtenOn } from './day-of.ts'

/** What became of a fact: its epoch, why it was set aside, or nothing to judge (a contribution). */
export type Verdict = number | AsideReason | null

/** Who resolved a set-aside fact, and how. */
export type Resolution = { readonly by: 'adopted' | 'dismissed'; readonly fact: EntryHash }

/** What resolves a set-aside fact, for people. */
const RESOLVE_TEXTS: Readonly<Record<keyof typeof ASIDE_REASONS, string>> = {
  malformed: '请主办站点联系写入站点核对纸质材料,重新登记后将本条标记为不采纳',
  'not-authorised': '请管理员核对该节点代表的站点;主办站点可以采纳或不采纳',
  'not-holder': '请主办站点核对后采纳或不采纳',
  'wrong-stage': '请主办站点核对环节,需要时按现在的环节办理,并将本条标记为不采纳',
  'no-offer': '材料如已实际交接,请由主办站点重新移交;本条由主办站点标记为不采纳',
  superseded: '请改派后的主办站点采纳或不采纳',
  fork: '请协调员改派确定主办站点,再由主办站点采纳其中一条',
  'lost-race': '办件以对方的签收或退回为准;本条由主办站点标记为不采纳',
  orphan: '如前一记录尚在途中,到达后自动重新计算;否则由主办站点采纳或不采纳',
  'no-letter': '请由持有授权书的人重新办理并采纳,或补齐授权书;否则标记为不采纳',
  'letter-revoked': '请由有权的人核对后采纳或不采纳;撤销之前办理的不受影响',
  deemed: '请按已受理继续办理,并将本条标记为不采纳;当时确已告知的,请补录告知的实际日期和凭据',
  'not-invited': '请主办部门核对联办通知;需要该部门意见的,请重新通知',
  'not-charger': '请由开出缴款通知的站点撤销;本条由主办站点标记为不采纳',
  'answered-already': '以先到的一条为准;需要更正的,请重新通知后再填',
}

const isGuard = (reason: AsideReason): reason is keyof typeof GUARDS => Object.hasOwn(GUARDS, reason)

/** Why a fact is set aside and what resolves it, for people. */
const asideWords = (reason: AsideReason): { readonly text: string; readonly resolve: string } =>
  isGuard(reason)
    ? { text: GUARDS[reason].text, resolve: `${GUARDS[reason].next}核对后由主办站点采纳或不采纳` }
    : { text: ASIDE_REASONS[reason], resolve: RESOLVE_TEXTS[reason] }

/** A fact with what became of it. */
export interface Told {
  readonly entry: FactEntry
  readonly verdict: Verdict | undefined
  readonly resolution: Resolution | null
}

/** An acceptance that was derived at this point of the chain. */
export interface Derived {
  readonly deemed: Day
  readonly holder: StationCode
  readonly epoch: number
}

function storyLine({ entry, verdict, resolution }: Told): StoryLine {
  const { hash, log, seq, person, station, time, clockOffset, fact } = entry
  const day = dayOf(entry)
  const written = writtenOn(entry)
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
    day,
    enteredOn: day === written ? null : written,
    fields: fact?.fields ?? {},
    previous: fact?.previous ?? null,
    epoch: typeof verdict === 'number' ? verdict : null,
    aside: typeof verdict === 'string' ? { reason: verdict, ...asideWords(verdict), resolved: resolution } : null,
  }
}

const derivedLine = (id: DocumentId, { deemed, holder, epoch }: Derived): StoryLine => ({
  hash: deemedHash(id, deemed),
  log: '',
  seq: 0,
  kind: 'deemed',
  title: '逾期视为受理',
  person: '',
  station: holder,
  time: endOfDay(deemed),
  clockOffset: 0,
  day: deemed,
  enteredOn: null,
  fields: {},
  previous: null,
  epoch,
  aside: null,
})

/**
 * Story order: the chain in its own order, which no clock can change; the others by time, then hash,
 * each before the first link of the chain that is later than it, but never before the opening.
 */
export function tellStory(id: DocumentId, chain: readonly (Told | Derived)[], others: readonly Told[]): StoryLine[] {
  const waiting = others.length > 1 ? [...others].sort((a, b) => byTimeThenHash(a.entry, b.entry)) : others
  const story: StoryLine[] = []
  let next = 0
  for (const link of chain) {
    const line = 'deemed' in link ? derivedLine(id, link) : storyLine(link)
    for (let other = waiting[next]; other !== undefined && story.length > 0; other = waiting[next]) {
      if (other.entry.time >= line.time) break
      story.push(storyLine(other))
      next += 1
    }
    story.push(line)
  }
  for (const other of waiting.slice(next)) story.push(storyLine(other))
  return story
}
