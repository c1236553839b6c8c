/** The gate: no edit takes effect that did not pass here (DESIGN.md section 7). */
import { appendAll } from '#protocol/append-all.ts'
import { LIMITS } from '#protocol/limits.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import type { Tier } from '#protocol/tiers.ts'
import { type OwnClocks, ownClocks, type SectionClocks } from './clocks.ts'
import { awaitedBy, fitOf, hold, type Outline } from './outline.ts'
import { type ParsedUpdate, parseUpdate } from './parse.ts'
import { GATE_PROBLEMS, type GateProblem, type GateProblemCode, gateProblem } from './problems.ts'
import { isSectionName, mayWriteSection, SECTIONS, type Section } from './sections.ts'

/** What the engine knows of an edit before it looks at the bytes. */
export interface GateContext {
  /** Name of the section as the payload gives it. */
  readonly section: string
  /** The Yjs client id of the log's author, see clientIdOf. */
  readonly client: number
  /** Tier of the station for which the author writes. */
  readonly tier: Tier
  /** What is held of the section before this update. */
  readonly clocks: SectionClocks
}

/** An update that passed; the received bytes are what is stored. */
export interface Passed {
  readonly update: Uint8Array
  /** What is held of the section with this update. */
  readonly clocks: SectionClocks
}

const faulty = (fault: GateProblemCode): Outline => ({
  client: undefined,
  start: 0,
  next: 0,
  halves: [],
  references: [],
  origins: 0,
  fault,
})

/**
 * Reads an update: size, strict parser, schema. What is held is another question, and the right to write one more.
 * @param client undefined for updates that were accepted before
 */
export function readUpdate(section: Section, client: number | undefined, update: Uint8Array): ParsedUpdate {
  if (update.length > LIMITS.updateBytes) return { outline: faulty('too-large'), values: [], pieces: [], deleted: [] }
  const parsed = parseUpdate(section, client, update)
  if (parsed.outline.fault !== undefined || section.shape === 'text') return parsed
  return parsed.values.every(({ value }) => section.accepts(value))
    ? parsed
    : { ...parsed, outline: { ...parsed.outline, fault: 'bad-value' } }
}

/** The gate without the right to write; what takes effect is held from then on. */
export function checkUpdate(
  section: Section,
  client: number | undefined,
  clocks: OwnClocks,
  update: Uint8Array,
): Result<ParsedUpdate, GateProblemCode> {
  const read = readUpdate(section, client, update)
  const { problem } = fitOf(read.outline, clocks)
  if (problem) return failure(problem)
  hold(read.outline, clocks)
  return success(read)
}

/** Reads what an author of a tier wrote in a section that a payload names. */
function outlineOf(section: string, { client, tier, update }: AuthoredUpdate): Outline {
  if (!isSectionName(section)) return faulty('unknown-section')
  if (!mayWriteSection(section, tier)) return faulty('not-a-writer')
  return readUpdate(SECTIONS[section], client, update).outline
}

/**
 * Checks one update against what is held: section and right to write, size, strict parser, schema.
 * No document is asked: the parser's closed subset proves that the whole update applies (DECISIONS.md).
 */
export function gateUpdate(
  { section, clocks, ...author }: GateContext,
  update: Uint8Array,
): Result<Passed, GateProblem> {
  const outline = outlineOf(section, { ...author, update })
  const { problem } = fitOf(outline, clocks)
  if (problem) return failure(gateProblem(problem))
  const after = ownClocks(clocks)
  hold(outline, after)
  return success({ update, clocks: after })
}

/** An edit of a section as it lies in the logs. */
export interface AuthoredUpdate {
  readonly client: number
  readonly tier: Tier
  readonly update: Uint8Array
}

/** What became of each edit of a section. */
export interface GatedHistory {
  /** Places (in the list given) of the updates that take effect, in an order in which they apply. */
  readonly accepted: readonly number[]
  /** Place → why it does not take effect. */
  readonly refused: ReadonlyMap<number, GateProblem>
  readonly clocks: SectionClocks
}

/** What was read of edits, so that none is read twice; what nobody holds any more is forgotten. */
export type Outlines<Edit extends AuthoredUpdate> = WeakMap<Edit, Outline>

/** A history while it is being gated: what was accepted, what waits, and what is held after it. */
export class Gating<Edit extends AuthoredUpdate> {
  readonly #section: string
  readonly #outlines: Outlines<Edit>
  readonly #waiting: Map<number, Edit[]>
  /** Of the first that waits of an author: up to where what it names is held. */
  readonly #seen: Map<number, number>
  /** By author: those whose first edit waits for something of it. */
  readonly #awaiting: Map<number, Set<number>>
  readonly accepted: Edit[]
  readonly refused: Map<Edit, GateProblem>
  /** What is held by now. */
  readonly clocks: OwnClocks

  /**
   * @param outlines what was read of these edits before, under the same section
   * @param from goes on from there; what it was made from stays as it is
   */
  constructor(section: string, outlines: Outlines<Edit> = new WeakMap(), from?: Gating<Edit>) {
    this.#section = section
    this.#outlines = outlines
    this.#waiting = new Map(from === undefined ? [] : [...from.#waiting].map(([client, queue]) => [client, [...queue]]))
    this.#seen = new Map(from === undefined ? [] : from.#seen)
    this.#awaiting = new Map(from === undefined ? [] : [...from.#awaiting].map(([of, who]) => [of, new Set(who)]))
    this.accepted = from?.accepted.slice() ?? []
    this.refused = new Map(from?.refused)
    this.clocks = ownClocks(from?.clocks)
  }

  /** Gates the next edit, and what waited for it. */
  arrive(edit: Edit): void {
    const queue = this.#waiting.get(edit.client) ?? []
    queue.push(edit)
    this.#waiting.set(edit.client, queue)
    if (queue.length > 1) this.refused.set(edit, gateProblem('clock-gap'))
    else this.#advanceAll([edit.client])
  }

  /** Whether edits of an author wait for others. */
  isWaiting(client: number): boolean {
    return (this.#waiting.get(client)?.length ?? 0) > 0
  }

  /**
   * Nothing more is to come that the waiting ones could be waiting for: the first of every author's are given up, all at
   * once, so that none finds what it waited for in what another writes in its place; then the next are tried.
   */
  giveUpWaiting(): void {
    const queues = [...this.#waiting.values()]
    while (queues.some((queue) => queue.length > 0)) {
      for (const queue of queues) queue.shift()
      this.#seen.clear()
      this.#awaiting.clear()
      this.#advanceAll([...this.#waiting.keys()])
    }
  }

  /** Tries what authors have waiting, and whoever waits for what takes effect: nobody else can go on. */
  #advanceAll(authors: readonly number[]): void {
    const next = [...authors]
    for (const author of next) {
      if (!this.#advance(this.#waiting.get(author) ?? [])) continue
      appendAll(next, this.#awaiting.get(author) ?? [])
      this.#awaiting.delete(author)
    }
  }

  /** Tries what an author has waiting; true when anything was accepted. */
  #advance(queue: Edit[]): boolean {
    const before = this.accepted.length
    const [first] = queue
    for (let edit = first; edit !== undefined && this.#settles(edit); edit = queue[0]) queue.shift()
    // All that wait are looked at behind every edit that takes effect.
    if (first !== undefined && queue.length === 0) this.#waiting.delete(first.client)
    return this.accepted.length > before
  }

  /** Tries one edit; false when it waits. Only what it did not find the time before is looked for again. */
  #settles(edit: Edit): boolean {
    const outline = this.#outlineOf(edit)
    const seen = this.#seen.get(edit.client)
    const fit = fitOf(outline, this.clocks, seen)
    const { problem, at } = fit
    const waits = problem !== undefined && GATE_PROBLEMS[problem].waits
    if (waits) {
      this.#seen.set(edit.client, at)
      const author = awaitedBy(outline, fit) as number
      this.#awaiting.set(author, (this.#awaiting.get(author) ?? new Set()).add(edit.client))
    } else this.#seen.delete(edit.client)
    if (problem) {
      if (this.refused.get(edit)?.code !== problem) this.refused.set(edit, gateProblem(problem))
      return !waits
    }
    this.refused.delete(edit)
    this.accepted.push(edit)
    hold(outline, this.clocks)
    return true
  }

  #outlineOf(edit: Edit): Outline {
    const known = this.#outlines.get(edit)
    if (known) return known
    const outline = outlineOf(this.#section, edit)
    this.#outlines.set(edit, outline)
    return outline
  }
}

/**
 * Gates all edits of a section, given in arrival order. One that waits for others is tried again when something
 * was accepted, and its author's later ones wait behind it; so the outcome depends on what is held and on each
 * author's own order, not on the order of arrival: equal on every node that holds the same entries (rule G22).
 * @param inVain what some wait for is known never to count: they do not hold up their authors' later ones (rule S113)
 */
export function gateHistory(section: string, edits: readonly AuthoredUpdate[], inVain = false): GatedHistory {
  const gating = new Gating<AuthoredUpdate & { readonly place: number }>(section)
  for (const [place, { client, tier, update }] of edits.entries()) gating.arrive({ client, tier, update, place })
  if (inVain) gating.giveUpWaiting()
  return {
    accepted: gating.accepted.map(({ place }) => place),
    refused: new Map([...gating.refused].map(([{ place }, problem]) => [place, problem])),
    clocks: gating.clocks,
  }
}
