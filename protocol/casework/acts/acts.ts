/** What a person at a station may do with a case now, and in which words it is refused. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import { type Failure, fail, failure, type Result, success } from '#protocol/result.ts'
import type { CaseState } from '../case.ts'
import { contentProblem } from '../facts/contribution-checks.ts'
import {
  CONTRIBUTION_KINDS,
  type ContributionKind,
  FACTS,
  type FactKind,
  type Fields,
  fieldsOf,
  isGuarded,
} from '../facts/facts.ts'
import { textOf } from '../facts/values.ts'
import type { Item } from '../item.ts'
import { sourceFor } from '../item-law.ts'
import type { Register } from '../register.ts'
import { GUARDS } from '../rules/guards.ts'
import { findTransition, isAdoptable, TRANSITIONS } from '../rules/transitions.ts'
import { checkFields } from './field-checks.ts'
import { occasionFor } from './occasions.ts'
import { OFFERED_KINDS } from './offered-kinds.ts'
import {
  type ActorAtNode,
  isOpenAside,
  itemOf,
  refuseAct,
  refuseByAge,
  refuseGuarded,
  refuseOpening,
  refuseSubject,
} from './permission.ts'
import type { Refusal } from './refusals.ts'
import { askedSecond, isAwaiting, lastEffectDay, secondsOfAct, standingOn } from './second.ts'

interface ActBase {
  readonly kind: FactKind
  readonly title: string
  /** The fact the act is about (adopting, dismissing, answering a notice, paying a fee); null for every other act. */
  readonly subject: EntryHash | null
  /** Where the rule comes from, for people. */
  readonly source: string
}

/** An act a person could think of: allowed, or with the reason and what is possible instead. */
export type PossibleAct =
  | (ActBase & { readonly allowed: true })
  | (ActBase & { readonly allowed: false; readonly code: Refusal['code']; readonly why: string; readonly next: string })

const CONTRIBUTION_SOURCE = '不改变环节和主办的记录'
const KEPT = '办件没有变化,已填写的内容保留。'

function sourceOf(kind: FactKind, stage: CaseState['stage']): string {
  if (!isGuarded(kind)) return kind === 'dismissed' ? sourceOf('adopted', stage) : CONTRIBUTION_SOURCE
  const { transitions } = TRANSITIONS[kind]
  return (transitions.find(({ from }) => from.includes(stage)) ?? transitions[0])?.source ?? ''
}

/** The facts each contribution could be about; null for one that is about the case itself. */
function subjectsFor(
  kind: ContributionKind,
  state: CaseState,
  { station, departments = [], numberIsShared = false }: ActorAtNode,
): readonly (EntryHash | null)[] {
  const occasion = occasionFor(kind, state, { station, departments, numberIsShared })
  return Array.isArray(occasion) && occasion.length > 0 ? occasion : [null]
}

/**
 * Every act a person could think of for a case, allowed ones first, each refused one with its reason.
 * The first allowed act is the natural next one.
 */
export function actsFor(state: CaseState, actor: ActorAtNode, register: Register): PossibleAct[] {
  const item = itemOf(state, register)
  const offer = (kind: FactKind, subject: EntryHash | null): PossibleAct => {
    const source = sourceOf(kind, state.stage)
    const base = { kind, title: FACTS[kind].title, subject, source: sourceFor(item, source) }
    const refusal =
      refuseAct(state, actor, register, kind, subject ?? undefined) ??
      (subject === null ? undefined : refuseSubject(state, actor, register, kind, subject))
    return refusal === undefined
      ? { ...base, allowed: true }
      : {
          ...base,
          source: sourceFor(item, refusal.source ?? source),
          allowed: false,
          code: refusal.code,
          why: refusal.message,
          next: refusal.next,
        }
  }
  const offers = OFFERED_KINDS.map((kind) => offer(kind, null))
  for (const kind of CONTRIBUTION_KINDS) {
    if (kind === 'dismissed') continue
    for (const subject of subjectsFor(kind, state, actor)) offers.push(offer(kind, subject))
  }
  for (const line of state.story) {
    if (!isOpenAside(line)) continue
    if (isAwaiting(line)) offers.push(offer('countersigned', line.hash))
    else if (line.kind !== 'unknown' && line.kind !== 'deemed' && isAdoptable(line.kind)) {
      offers.push(offer('adopted', line.hash))
    }
    offers.push(offer('dismissed', line.hash))
  }
  return [...offers.filter(({ allowed }) => allowed), ...offers.filter(({ allowed }) => !allowed)]
}

const refused = (
  refusal: Refusal,
  source: string,
  item: Item | undefined,
): { readonly ok: false; readonly problem: Failure } =>
  failure({
    code: refusal.code,
    message: `${refusal.message}(依据:${sourceFor(item, refusal.source ?? source)})`,
    kept: KEPT,
    next: refusal.next,
  })

function refuseTarget(state: CaseState, register: Register, kind: FactKind, fields: Fields): Result<void> {
  for (const name of fieldsOf(kind, ({ type }) => type === 'station')) {
    const to = fields[name] as StationCode
    if (register.authority.tierOf(to) === undefined) {
      return fail('unknown-station', `站点${to}不在站点目录中。`, KEPT, '请从列表中选择站点。', name)
    }
    // Co-departments mostly sit in the same hall: they are asked like those elsewhere.
    if (kind === 'offered' && to === state.holder) {
      return fail('not-a-target', '办件已在这个站点。', KEPT, '请选择另一个站点。', name)
    }
  }
  return success(undefined)
}

/** A contribution that says too little would be set aside wherever it is read. */
function contentOf(state: CaseState, person: string, kind: FactKind, fields: Fields): Result<void> {
  if (isGuarded(kind)) return success(undefined)
  const [own] = fieldsOf(kind, ({ signs }) => signs === 'another').filter((name) => fields[name] === person)
  if (own !== undefined)
    return fail('field', `${GUARDS['second-person'].text}。`, KEPT, GUARDS['second-person'].next, own)
  const charged = kind === 'paid' ? state.fees.find(({ fact }) => fact === fields.fact)?.amount : undefined
  const problem = contentProblem(kind, fields, charged)
  if (problem === undefined) return success(undefined)
  return fail('field', `${problem.text}。`, KEPT, '请更正这个栏目后再提交。', problem.field)
}

/**
 * Whether the act may be written now: stage, custody, role, then fields, conditions and targets.
 * A failure says which rule forbids it, what is possible instead, and the field it belongs to.
 */
export function checkAct(
  state: CaseState,
  actor: ActorAtNode,
  register: Register,
  kind: FactKind,
  fields: Fields,
): Result<void> {
  const source = sourceOf(kind, state.stage)
  const isBackdated = textOf(fields.occurredOn) !== '' && isGuarded(kind)
  const refusal = isBackdated
    ? refuseByAge(state, register, kind)
    : refuseAct(state, actor, register, kind, fields.fact)
  const item = itemOf(state, register)
  if (refusal !== undefined) return refused(refusal, source, item)
  const { course } = standingOn(state, register, fields)
  const tier = register.authority.tierOf(actor.station)
  const position = { stage: course.stage, tier, item }
  const transition = isGuarded(kind) ? findTransition(kind, position, fields) : undefined
  const since = lastEffectDay(course)
  const { transcribes = false } = actor
  const checked = checkFields(kind, fields, { transition, item, transcribes, today: register.today, since })
  if (!checked.ok) return checked
  const content = contentOf(state, actor.person, kind, fields)
  if (!content.ok) return content
  const typed = isGuarded(kind) && kind !== 'opened' ? refuseGuarded(state, actor, register, kind, fields) : undefined
  if (typed !== undefined) return refused(typed, source, item)
  const second = isGuarded(kind)
    ? askedSecond(secondsOfAct(state, register, actor, kind, fields), actor, fields)
    : undefined
  if (second?.ok === false) return second
  const subjectRefusal = refuseSubject(state, actor, register, kind, fields.fact)
  return subjectRefusal === undefined
    ? refuseTarget(state, register, kind, fields)
    : refused(subjectRefusal, source, item)
}

/** Whether a case with these fields may be opened for the item now. */
export function checkOpening(item: Item, actor: ActorAtNode, register: Register, fields: Fields): Result<void> {
  const refusal = refuseOpening(item, actor, register)
  if (refusal !== undefined) return refused(refusal, sourceOf('opened', '00'), item)
  const context = { transition: undefined, item, transcribes: false, today: register.today, since: undefined }
  return checkFields('opened', fields, context)
}
