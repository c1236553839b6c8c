/** Accepted updates of one section: what is held after them, and in which order they are applied. */
import { assert } from '#protocol/assert.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { countWhile, ownClocks, type SectionClocks } from './clocks.ts'
import { checkUpdate } from './gate.ts'
import { awaitedBy, fitOf, hold, type Outline } from './outline.ts'
import type { ParsedUpdate } from './parse.ts'
import { type GateProblem, gateProblem } from './problems.ts'
import { isSectionName, SECTIONS, type SectionName } from './sections.ts'

/** Accepted updates with what reading them again shows. */
export interface Replay {
  readonly clocks: SectionClocks
  readonly checked: readonly ParsedUpdate[]
}

/** Reads updates that were accepted before, in an order in which they were accepted. */
export function replay(name: SectionName, updates: readonly Uint8Array[]): Result<Replay, GateProblem> {
  const all: ParsedUpdate[] = []
  const clocks = ownClocks()
  for (const update of updates) {
    const checked = checkUpdate(SECTIONS[name], undefined, clocks, update)
    if (!checked.ok) return failure(gateProblem(checked.problem))
    all.push(checked.value)
  }
  return success({ clocks, checked: all })
}

/**
 * What is held of a section after updates that were accepted before, in the order they were accepted.
 * Their authors were checked when they passed. About as cheap as gating them again.
 */
export function clocksOfSection(name: string, updates: readonly Uint8Array[]): Result<SectionClocks, GateProblem> {
  if (!isSectionName(name)) return failure(gateProblem('unknown-section'))
  const replayed = replay(name, updates)
  return replayed.ok ? success(replayed.value.clocks) : replayed
}

/** An update that has its turn when what it names is held. */
interface Queued {
  readonly outline: Outline
  readonly parsed: ParsedUpdate
  /** Up to where what it names is held. */
  seen: number
}

/** What each author wrote, the first last. */
function queuesOf(updates: readonly ParsedUpdate[]): ReadonlyMap<number, Queued[]> {
  const queues = new Map<number, Queued[]>()
  for (const parsed of updates.toReversed()) {
    const { outline } = parsed
    if (outline.client === undefined) continue
    const queue = queues.get(outline.client) ?? []
    queue.push({ outline, parsed, seen: 0 })
    queues.set(outline.client, queue)
  }
  return queues
}

const rising = (left: number, right: number): number => left - right

/** Puts a number among others, which rise from a place on. */
const insert = (numbers: number[], from: number, number: number): void => {
  const behind = numbers.slice(from)
  numbers.splice(from + countWhile(behind, (other) => other < number), 0, number)
}

/**
 * The same updates in an order that depends only on which they are, not on their arrival: authors by rising id,
 * each as far as what is held allows, again and again; pure deletions last. Who waits is looked at again when the author
 * for whom it waits has gone on: a look at everybody in each round cost authors times rounds.
 *
 * Pieces of text come to stand alike in any order of arrival only when their neighbours were named honestly. An author
 * with a changed program can name some that would make two nodes read different texts under equal digests.
 */
export function canonicalOrder(updates: readonly ParsedUpdate[]): ParsedUpdate[] {
  const queues = queuesOf(updates)
  const ordered: ParsedUpdate[] = []
  const clocks = ownClocks()
  /** By author: those who wait for it. */
  const awaiting = new Map<number, number[]>()
  /** Goes on with an author as far as may be; answers who waited for that. */
  const goOn = (author: number): readonly number[] => {
    const queue = queues.get(author) as Queued[]
    const before = ordered.length
    for (let next = queue.at(-1); next !== undefined; next = queue.at(-1)) {
      const fit = fitOf(next.outline, clocks, next.seen)
      next.seen = fit.at
      if (fit.problem) {
        const awaited = awaitedBy(next.outline, fit) as number
        const others = awaiting.get(awaited)
        if (others) others.push(author)
        else awaiting.set(awaited, [author])
        break
      }
      hold(next.outline, clocks)
      ordered.push(next.parsed)
      queue.pop()
    }
    const freed = ordered.length > before ? (awaiting.get(author) ?? []) : []
    if (ordered.length > before) awaiting.delete(author)
    return freed
  }
  for (let round = [...queues.keys()].sort(rising); round.length > 0; ) {
    const later: number[] = []
    for (const [turn, author] of round.entries())
      for (const freed of goOn(author)) {
        if (freed < author) later.push(freed)
        else insert(round, turn + 1, freed)
      }
    round = later.sort(rising)
  }
  const deletions = updates.filter(({ outline }) => outline.client === undefined)
  assert(ordered.length + deletions.length === updates.length, 'updates that apply in one order apply in this one')
  return [...ordered, ...deletions]
}
