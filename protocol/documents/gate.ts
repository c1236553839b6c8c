/** The gate: nothing reaches Yjs, and no edit takes effect, that did not pass here (DESIGN.md section 7). */
import { LIMITS } from '#protocol/limits.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import type { Tier } from '#protocol/tiers.ts'
import { NOTHING_HELD, type SectionClocks } from './clocks.ts'
import { type ParsedUpdate, parseUpdate } from './parse.ts'
import { type GateProblem, type GateProblemCode, gateProblem } from './problems.ts'
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

const refused = (code: GateProblemCode) => failure(gateProblem(code))

/**
 * The gate without the right to write: size, strict parser, schema.
 * The client is undefined for updates that were accepted before.
 */
export function checkUpdate(
  section: Section,
  client: number | undefined,
  clocks: SectionClocks,
  update: Uint8Array,
): Result<ParsedUpdate, GateProblemCode> {
  if (update.length > LIMITS.updateBytes) return failure('too-large')
  const parsed = parseUpdate({ section, client, clocks }, update)
  if (!parsed.ok || section.shape === 'text') return parsed
  return parsed.value.values.every(section.accepts) ? parsed : failure('bad-value')
}

/**
 * Checks one update against what is held: section and right to write, size, strict parser, schema.
 * Yjs is not asked: the parser's closed subset proves that Yjs will take the whole update (DECISIONS.md).
 */
export function gateUpdate(context: GateContext, update: Uint8Array): Result<Passed, GateProblem> {
  if (!isSectionName(context.section)) return refused('unknown-section')
  if (!mayWriteSection(context.section, context.tier)) return refused('not-a-writer')
  const checked = checkUpdate(SECTIONS[context.section], context.client, context.clocks, update)
  return checked.ok ? success({ update, clocks: checked.value.clocks }) : refused(checked.problem)
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

/** A history while it is being gated: what was accepted, what waits, and what is held after it. */
export class Gating<Edit extends AuthoredUpdate> {
  readonly #section: string
  readonly #waiting: Map<number, Edit[]>
  readonly accepted: Edit[]
  readonly refused: Map<Edit, GateProblem>
  clocks: SectionClocks

  /** @param from goes on from there; what it was made from stays as it is */
  constructor(section: string, from?: Gating<Edit>) {
    this.#section = section
    this.#waiting = new Map(from === undefined ? [] : [...from.#waiting].map(([client, queue]) => [client, [...queue]]))
    this.accepted = from?.accepted.slice() ?? []
    this.refused = new Map(from?.refused)
    this.clocks = from?.clocks ?? NOTHING_HELD
  }

  /** Gates the next edit, and what waited for it. */
  arrive(edit: Edit): void {
    const queue = this.#waiting.get(edit.client) ?? []
    queue.push(edit)
    this.#waiting.set(edit.client, queue)
    if (queue.length > 1) this.refused.set(edit, gateProblem('clock-gap'))
    else if (this.#advance(queue)) while ([...this.#waiting.values()].some((other) => this.#advance(other)));
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
      while (queues.some((queue) => this.#advance(queue)));
    }
  }

  /** Tries what an author has waiting; true when anything was accepted. */
  #advance(queue: Edit[]): boolean {
    const before = this.accepted.length
    for (let edit = queue[0]; edit !== undefined && this.#settles(edit); edit = queue[0]) queue.shift()
    return this.accepted.length > before
  }

  /** Tries one edit; false when it waits. */
  #settles(edit: Edit): boolean {
    const { client, tier, update } = edit
    const gated = gateUpdate({ section: this.#section, client, tier, clocks: this.clocks }, update)
    if (!gated.ok) {
      this.refused.set(edit, gated.problem)
      return !gated.problem.waits
    }
    this.refused.delete(edit)
    this.accepted.push(edit)
    this.clocks = gated.value.clocks
    return true
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
