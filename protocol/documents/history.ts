/** Accepted updates of one section: what is held after them, and in which order they are applied. */
import { assert } from '#protocol/assert.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { ownClocks, type SectionClocks } from './clocks.ts'
import { checkUpdate } from './gate.ts'
import { fitOf, hold } from './outline.ts'
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
  readonly parsed: ParsedUpdate
  /** Up to where what it names is held. */
  seen: number
}

/**
 * The same updates in an order that depends only on which they are, not on their arrival: authors by rising id,
 * each as far as what is held allows, again and again; pure deletions last.
 *
 * Pieces of text come to stand alike in any order of arrival only when their neighbours were named honestly. An author
 * with a changed program can name some that would make two nodes read different texts under equal digests.
 */
export function canonicalOrder(updates: readonly ParsedUpdate[]): ParsedUpdate[] {
  const queues = new Map<number, Queued[]>()
  const deletions: ParsedUpdate[] = []
  for (const parsed of updates) {
    const { client } = parsed.outline
    if (client === undefined) deletions.push(parsed)
    else {
      const queue = queues.get(client) ?? []
      queue.push({ parsed, seen: 0 })
      queues.set(client, queue)
    }
  }
  const byAuthor = [...queues].sort(([left], [right]) => left - right).map(([, queue]) => queue.reverse())
  const ordered: ParsedUpdate[] = []
  const clocks = ownClocks()
  for (let before = -1; before < ordered.length; ) {
    before = ordered.length
    for (const queue of byAuthor) {
      for (let next = queue.at(-1); next !== undefined; next = queue.at(-1)) {
        const { problem, at } = fitOf(next.parsed.outline, clocks, next.seen)
        next.seen = at
        if (problem) break
        hold(next.parsed.outline, clocks)
        ordered.push(next.parsed)
        queue.pop()
      }
    }
  }
  assert(ordered.length + deletions.length === updates.length, 'updates that apply in one order apply in this one')
  return [...ordered, ...deletions]
}
