/** The gate: nothing reaches Yjs, and no edit takes effect, that did not pass here (sync.md section 7). */
import { LIMITS } from '#protocol/limits.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { NOTHING_HELD, type SectionClocks } from './clocks.ts'
import { type ParsedUpdate, parseUpdate } from './parse.ts'
import { type GateProblem, type GateProblemCode, gateProblem } from './problems.ts'
import { isSectionName, mayWriteSection, SECTIONS, type Section, type SectionTier } from './sections.ts'

/** What the engine knows of an edit before it looks at the bytes. */
export interface GateContext {
  /** Name of the section as the payload gives it. */
  readonly section: string
  /** The Yjs client id of the log's author, see clientIdOf. */
  readonly client: number
  /** Tier of the station for which the author writes. */
  readonly tier: SectionTier
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

/**
 * What is held of a section after updates that were accepted before, in the order they were accepted.
 * Their authors were checked when they passed. About as cheap as gating them again.
 */
export function clocksOf(name: string, updates: readonly Uint8Array[]): Result<SectionClocks, GateProblem> {
  if (!isSectionName(name)) return refused('unknown-section')
  let clocks = NOTHING_HELD
  for (const update of updates) {
    const checked = checkUpdate(SECTIONS[name], undefined, clocks, update)
    if (!checked.ok) return refused(checked.problem)
    clocks = checked.value.clocks
  }
  return success(clocks)
}

/** An edit of a section as it lies in the logs. */
export interface AuthoredUpdate {
  readonly client: number
  readonly tier: SectionTier
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

/**
 * Gates all edits of a section. One that waits for others is tried again when something was accepted, and
 * its author's later ones wait behind it; so the outcome depends on what is held and on each author's own
 * order, not on the order of arrival: equal on every node that holds the same entries (rule G22).
 */
export function gateHistory(section: string, edits: readonly AuthoredUpdate[]): GatedHistory {
  let clocks = NOTHING_HELD
  const accepted: number[] = []
  const refusals = new Map<number, GateProblem>()
  const waiting = new Map<number, number[]>()

  /** Tries one edit; true when its author's next one may be tried. */
  const attempt = (place: number, edit: AuthoredUpdate): boolean => {
    const gated = gateUpdate({ section, client: edit.client, tier: edit.tier, clocks }, edit.update)
    if (!gated.ok) {
      refusals.set(place, gated.problem)
      return !gated.problem.waits
    }
    refusals.delete(place)
    accepted.push(place)
    clocks = gated.value.clocks
    return true
  }
  /** Tries what an author has waiting; true when anything was accepted. */
  const retry = (queue: number[]): boolean => {
    const before = accepted.length
    while (queue.length > 0 && attempt(queue[0] as number, edits[queue[0] as number] as AuthoredUpdate)) queue.shift()
    return accepted.length > before
  }

  for (const [place, edit] of edits.entries()) {
    const queue = waiting.get(edit.client)
    if (queue !== undefined && queue.length > 0) {
      refusals.set(place, gateProblem('clock-gap'))
      queue.push(place)
      continue
    }
    const before = accepted.length
    if (!attempt(place, edit)) waiting.set(edit.client, [place])
    if (accepted.length > before) while ([...waiting.values()].some(retry));
  }
  return { accepted, refused: refusals, clocks }
}
