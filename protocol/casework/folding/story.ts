/** The story of a case: every fact as a line that says what became of it and what resolves it. */
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import type { Resolution, StoryLine } from '../case.ts'
import { deemedHash, endOfDay } from '../clocks/deemed.ts'
import { FACTS, type FactEntry } from '../facts/facts.ts'
import { type AsideReason, asideWords, MARKS, type Mark } from '../rules/reasons.ts'
import type { Day } from '../time/days.ts'
import { byTimeThenHash } from './custody.ts'
import { dayOf, writtenAt, writtenOn } from './day-of.ts'

/** What became of a fact: its epoch, why it was set aside, or nothing to judge (a contribution). */
export type Verdict = number | AsideReason | null

/** The second signature with which a fact took effect, and the day for which it counts. */
export interface Seconded {
  readonly day: Day
  readonly by: FactEntry
}

/** A fact with what became of it. */
export interface Told {
  readonly entry: FactEntry
  readonly verdict: Verdict | undefined
  readonly resolution: Resolution | null
  readonly seconded: Seconded | null
  readonly marks: readonly Mark[]
}

/** An acceptance that was derived at this point of the chain. */
export interface Derived {
  readonly deemed: Day
  readonly holder: StationCode
  readonly epoch: number
}

function storyLine({ entry, verdict, resolution, seconded, marks }: Told): StoryLine {
  const { hash, log, seq, person, station, time, clockOffset, fact, newer } = entry
  const written = writtenOn(entry)
  const day = seconded?.day ?? dayOf(entry)
  return {
    hash,
    log,
    seq,
    kind: fact?.kind ?? 'unknown',
    title: fact === undefined ? (newer ? '本机程序看不懂的记录' : '无法识别的记录') : FACTS[fact.kind].title,
    person,
    station,
    time,
    at: writtenAt(entry),
    clockOffset,
    day,
    enteredOn: day < written ? written : null,
    fields: fact?.fields ?? {},
    previous: fact?.previous ?? newer?.previous ?? null,
    seconded: seconded && { fact: seconded.by.hash, person: seconded.by.person },
    epoch: typeof verdict === 'number' ? verdict : null,
    marks: marks.map((mark) => ({ mark, text: MARKS[mark] })),
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
  at: endOfDay(deemed),
  clockOffset: 0,
  day: deemed,
  enteredOn: null,
  fields: {},
  previous: null,
  seconded: null,
  epoch,
  marks: [],
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
