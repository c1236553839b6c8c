/** What a person at a station may do with a case now, and in which words it is refused. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import { type Failure, fail, failure, type Result, success } from '#protocol/result.ts'
import type { Authority, CaseState, StoryLine } from './case.ts'
import { objectionTo } from './custody.ts'
import type { Item, Role } from './directory.ts'
import { FACTS, type FactKind, type FieldValue } from './facts.ts'
import { checkFields } from './field-checks.ts'
import { explain, type Refusal, roleRefusal } from './refusals.ts'
import { findTransition, type GuardedKind, isAdoptable, isGuarded, TRANSITIONS } from './stages.ts'
import { isTransferTarget } from './transfer.ts'

/** Who acts: a person's roles at a station, on a node that is the root or not. */
export interface Actor {
  readonly station: StationCode
  readonly roles: readonly Role[]
  readonly root?: boolean
}

interface ActBase {
  readonly kind: FactKind
  readonly title: string
  /** The set-aside fact an adoption or dismissal is about; null for every other act. */
  readonly subject: EntryHash | null
  /** Where the rule comes from, for people. */
  readonly source: string
}

/** An act a person could think of: allowed, or with the reason and what is possible instead. */
export type ActOffer =
  | (ActBase & { readonly allowed: true })
  | (ActBase & { readonly allowed: false; readonly why: string; readonly next: string })

type Fields = Readonly<Record<string, FieldValue>>

const NOTERS: readonly Role[] = ['agent', 'clerk', 'handler', 'chief', 'coordinator']
const DISMISSERS = TRANSITIONS.adopted.transitions.flatMap(({ roles }) => roles)
const CONTRIBUTION_SOURCE = '备注不改变环节和主办'
const KEPT = '办件没有变化,已填写的内容保留。'

const openAside = (state: CaseState, hash: unknown): StoryLine | undefined =>
  state.story.find((line) => line.hash === hash && line.aside !== null && line.aside.resolved === null)

function refuseContribution(state: CaseState, actor: Actor, kind: FactKind): Refusal | undefined {
  const refusal = roleRefusal(kind, actor.roles, kind === 'dismissed' ? DISMISSERS : NOTERS)
  if (refusal || kind === 'noted' || actor.station === state.holder) return refusal
  return explain('not-holder', { state, kind, station: actor.station })
}

function refuseGuarded(
  state: CaseState,
  actor: Actor,
  authority: Authority,
  kind: GuardedKind,
  fields?: Fields,
): Refusal | undefined {
  const { station } = actor
  const tier = authority.tierOf(station)
  const about = { state, kind, tier, station }
  if (tier === undefined) return explain('unknown-station', about)
  if (state.forks.length > 0 && kind !== 'reassigned') return explain('fork', about)
  const objection = objectionTo(state, { kind, fields, station, tier, root: actor.root === true })
  if (objection !== undefined) return explain(objection, about)
  return roleRefusal(kind, actor.roles, findTransition(kind, state.stage, tier, fields)?.roles ?? [])
}

/** The rules of stage, custody and role; what is typed into the form is checked after them. */
function refuse(state: CaseState, actor: Actor, authority: Authority, kind: FactKind): Refusal | undefined {
  if (!isGuarded(kind)) return refuseContribution(state, actor, kind)
  return kind === 'opened' ? explain('already-open', { state, kind }) : refuseGuarded(state, actor, authority, kind)
}

/** Adopting counts as doing the adopted act now, so that act's own rule must allow it as well. */
function refuseSubject(
  state: CaseState,
  actor: Actor,
  authority: Authority,
  kind: FactKind,
  subject: unknown,
): Refusal | undefined {
  if (kind !== 'adopted' && kind !== 'dismissed') return undefined
  const line = openAside(state, subject)
  if (line === undefined) return explain('not-aside', { state, kind })
  if (kind === 'dismissed') return undefined
  if (line.kind === 'unknown' || !isAdoptable(line.kind)) return explain('not-aside', { state, kind })
  return refuseGuarded(state, actor, authority, line.kind, line.fields)
}

function sourceOf(kind: FactKind, stage: CaseState['stage']): string {
  if (!isGuarded(kind)) return kind === 'dismissed' ? sourceOf('adopted', stage) : CONTRIBUTION_SOURCE
  const { transitions } = TRANSITIONS[kind]
  return (transitions.find(({ from }) => from.includes(stage)) ?? transitions[0])?.source ?? ''
}

/** Kinds in the order a person meets them; what is about a set-aside fact is listed per fact. */
const ACT_KINDS = [
  'captured',
  'received',
  'accepted',
  'decided',
  'closed',
  'delivered',
  'taken',
  'declined',
  'offered',
  'retracted',
  'reassigned',
  'noted',
] as const satisfies readonly FactKind[]

/**
 * Every act a person could think of for a case, allowed ones first, each refused one with its reason.
 * The first allowed act is the natural next one.
 */
export function actsFor(state: CaseState, actor: Actor, authority: Authority): ActOffer[] {
  const offer = (kind: FactKind, subject: EntryHash | null): ActOffer => {
    const base = { kind, title: FACTS[kind].title, subject, source: sourceOf(kind, state.stage) }
    const refusal =
      refuse(state, actor, authority, kind) ??
      (subject === null ? undefined : refuseSubject(state, actor, authority, kind, subject))
    return refusal === undefined
      ? { ...base, allowed: true }
      : { ...base, allowed: false, why: refusal.message, next: refusal.next }
  }
  const offers = ACT_KINDS.map((kind) => offer(kind, null))
  for (const line of state.story) {
    if (line.aside === null || line.aside.resolved !== null) continue
    if (line.kind !== 'unknown' && isAdoptable(line.kind)) offers.push(offer('adopted', line.hash))
    offers.push(offer('dismissed', line.hash))
  }
  return [...offers.filter(({ allowed }) => allowed), ...offers.filter(({ allowed }) => !allowed)]
}

const refused = (refusal: Refusal, source: string): { readonly ok: false; readonly problem: Failure } =>
  failure({ code: refusal.code, message: `${refusal.message}(依据:${source})`, kept: KEPT, next: refusal.next })

function refuseTarget(state: CaseState, authority: Authority, kind: FactKind, fields: Fields): Result<void> {
  const to = fields.to as StationCode
  if (kind !== 'offered' && kind !== 'reassigned') return success(undefined)
  if (authority.tierOf(to) === undefined) {
    return fail('unknown-station', `站点${to}不在站点目录中。`, KEPT, '请从列表中选择站点。', 'to')
  }
  if (kind === 'offered' && !isTransferTarget(state.holder, to, authority.parentOf)) {
    return fail(
      'not-a-target',
      `不能直接移交到站点${to}:只能移交给上级、下级站点或县中心。`,
      KEPT,
      '请选择上级、下级站点,或先移交县中心再转交。',
      'to',
    )
  }
  return success(undefined)
}

/**
 * Whether the act may be written now: stage, custody, role, then fields and targets.
 * A failure says which rule forbids it, what is possible instead, and the field it belongs to.
 */
export function checkAct(
  state: CaseState,
  actor: Actor,
  authority: Authority,
  kind: FactKind,
  fields: Fields,
): Result<void> {
  const source = sourceOf(kind, state.stage)
  const refusal = refuse(state, actor, authority, kind)
  if (refusal !== undefined) return refused(refusal, source)
  const tier = authority.tierOf(actor.station)
  const transition = isGuarded(kind) ? findTransition(kind, state.stage, tier, fields) : undefined
  const checked = checkFields(kind, fields, transition)
  if (!checked.ok) return checked
  const subjectRefusal = refuseSubject(state, actor, authority, kind, fields.fact)
  return subjectRefusal === undefined ? refuseTarget(state, authority, kind, fields) : refused(subjectRefusal, source)
}

/** An item a person might open a case for. */
export type OpenOffer = { readonly item: Item } & (
  | { readonly allowed: true }
  | { readonly allowed: false; readonly why: string; readonly next: string }
)

function refuseOpening(item: Item, actor: Actor, authority: Authority): Refusal | undefined {
  const tier = authority.tierOf(actor.station)
  if (tier === undefined) return explain('unknown-station', { kind: 'opened', station: actor.station })
  if (!item.tiers.includes(tier)) return explain('item-tier', { kind: 'opened', tier, item })
  return roleRefusal('opened', actor.roles, TRANSITIONS.opened.transitions[0]?.roles ?? [])
}

/** For each item whether this person may open a case with it at this station. */
export function openActs(items: readonly Item[], actor: Actor, authority: Authority): OpenOffer[] {
  return items.map((item) => {
    const refusal = refuseOpening(item, actor, authority)
    return refusal === undefined
      ? { item, allowed: true }
      : { item, allowed: false, why: refusal.message, next: refusal.next }
  })
}

/** Whether a case with these fields may be opened for the item now. */
export function checkOpening(item: Item, actor: Actor, authority: Authority, fields: Fields): Result<void> {
  const refusal = refuseOpening(item, actor, authority)
  if (refusal !== undefined) return refused(refusal, sourceOf('opened', '00'))
  return checkFields('opened', fields, undefined)
}
