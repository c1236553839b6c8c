/** What a person at a station may do with a case now, and in which words it is refused. */
import type { EntryHash, PersonId, StationCode } from '#protocol/ids.ts'
import { type Failure, fail, failure, type Result, success } from '#protocol/result.ts'
import type { CaseState, Register, StoryLine } from './case.ts'
import { beforeDeeming, lateness } from './clocks/deemed.ts'
import type { Role } from './directory.ts'
import { contentProblem } from './facts/contribution-checks.ts'
import { FACTS, type FactKind, type FieldValue } from './facts/facts.ts'
import { textOf } from './facts/values.ts'
import { objectionTo } from './folding/custody.ts'
import type { Item } from './item.ts'
import { ACT_KINDS } from './rules/act-kinds.ts'
import { type ContributionKind, occasionFor } from './rules/contributing.ts'
import { checkFields } from './rules/field-checks.ts'
import { explain, type Refusal, roleRefusal } from './rules/refusals.ts'
import { CONTRIBUTORS, findTransition, isAdoptable, isGuarded, TRANSITIONS } from './rules/stages.ts'
import type { GuardedKind, Transition } from './rules/transition.ts'
import type { Day } from './time/days.ts'

/** Who acts: a person's roles at a station, on a node that is the root or not, with its parent or alone. */
export interface Actor {
  readonly station: StationCode
  readonly person: PersonId | ''
  readonly roles: readonly Role[]
  /** Code and names of the department that employs the person; none for people of the hall itself. */
  readonly departments?: readonly string[]
  readonly root: boolean
  readonly connected: boolean
}

interface ActBase {
  readonly kind: FactKind
  readonly title: string
  /** The fact the act is about (adopting, dismissing, answering a notice, paying a fee); null for every other act. */
  readonly subject: EntryHash | null
  /** Where the rule comes from, for people. */
  readonly source: string
}

/** An act a person could think of: allowed, or with the reason and what is possible instead. */
export type ActOffer =
  | (ActBase & { readonly allowed: true })
  | (ActBase & { readonly allowed: false; readonly why: string; readonly next: string })

type Fields = Readonly<Record<string, FieldValue>>

const CONTRIBUTION_SOURCE = '不改变环节和主办的记录'
const KEPT = '办件没有变化,已填写的内容保留。'

const openAside = (state: CaseState, hash: unknown): StoryLine | undefined =>
  state.story.find((line) => line.hash === hash && line.aside !== null && line.aside.resolved === null)

const itemOf = (state: CaseState, register: Register): Item | undefined =>
  register.edition(state.item, state.itemVersion)

function refuseContribution(
  state: CaseState,
  { station, roles, departments = [] }: Actor,
  kind: ContributionKind,
  subject: unknown,
): Refusal | undefined {
  const refusal = roleRefusal(kind, roles, CONTRIBUTORS[kind])
  if (refusal !== undefined) return refusal
  if (kind === 'dismissed') {
    return station === state.holder ? undefined : explain('not-holder', { state, kind, station })
  }
  const occasion = occasionFor(kind, state, { station, departments })
  const fits =
    occasion === 'case' ||
    (Array.isArray(occasion) && (subject === undefined ? occasion.length > 0 : occasion.includes(subject as EntryHash)))
  return fits ? undefined : explain('nothing-to-answer', { state, kind, station })
}

/** Whether the last thing that happened was the acceptance that nobody wrote. */
const isDeemed = ({ story }: CaseState): boolean => story.findLast(({ epoch }) => epoch !== null)?.kind === 'deemed'

/** The day for which an act counts, and the case as it stood for acts of that day. */
function standingOn(state: CaseState, register: Register, fields: Fields | undefined): { day: Day; course: CaseState } {
  const occurred = textOf(fields?.occurredOn)
  const day = occurred !== '' && occurred < register.today ? (occurred as Day) : register.today
  const due = state.spans.T1?.stop
  const isBefore = isDeemed(state) && due !== null && due !== undefined && day <= due
  return { day, course: isBefore ? beforeDeeming(state) : state }
}

/** Deciding what to do with a case: transitions 7 to 22 of SOURCES.md 5.3, from the refusal to accept to the closing. */
const isHandling = ({ number }: Transition): boolean => number !== null && number >= 7 && number <= 22

/** 统一受理、分部门办理: people of a department handle its own items, people of the hall whatever comes. */
function departmentRefusal(
  kind: GuardedKind,
  { departments = [] }: Actor,
  item: Item | undefined,
  transition: Transition | undefined,
): Refusal | undefined {
  if (departments.length === 0 || item === undefined || item.department === '') return undefined
  if (transition === undefined || !isHandling(transition) || departments.includes(item.department)) return undefined
  return explain('department', { kind, item })
}

function refuseGuarded(
  state: CaseState,
  actor: Actor,
  register: Register,
  kind: GuardedKind,
  fields?: Fields,
  backdating = fields,
): Refusal | undefined {
  const { station, person, root } = actor
  const tier = register.authority.tierOf(station)
  const item = itemOf(state, register)
  const about = { state, kind, tier, station, item }
  if (tier === undefined) return explain('unknown-station', about)
  if (state.forks.length > 0 && kind !== 'reassigned' && kind !== 'voided') return explain('fork', about)
  const { day, course } = standingOn(state, register, backdating)
  const objection = objectionTo(course, { kind, fields, person, station, tier, root, day, item }, register)
  if (objection !== undefined) {
    const isLate = course === state && isDeemed(state)
    return explain(isLate ? lateness(kind, objection) : objection, about)
  }
  const transition = findTransition(kind, { stage: course.stage, tier, item }, fields)
  if (transition?.offline === false && !actor.connected && !root) return explain('offline', about)
  return roleRefusal(kind, actor.roles, transition?.roles ?? []) ?? departmentRefusal(kind, actor, item, transition)
}

/** The rules of stage, custody and role; what is typed into the form is checked after them. */
function refuse(state: CaseState, actor: Actor, register: Register, kind: FactKind, subject?: unknown) {
  if (!isGuarded(kind)) return refuseContribution(state, actor, kind, subject)
  return kind === 'opened' ? explain('already-open', { state, kind }) : refuseGuarded(state, actor, register, kind)
}

/** Adopting counts as doing the adopted act now, so that act's own rule must allow it as well. */
function refuseSubject(
  state: CaseState,
  actor: Actor,
  register: Register,
  kind: FactKind,
  subject: unknown,
): Refusal | undefined {
  if (kind !== 'adopted' && kind !== 'dismissed') return undefined
  const line = openAside(state, subject)
  if (line === undefined) return explain('not-aside', { state, kind })
  if (kind === 'dismissed') return undefined
  if (line.kind === 'unknown' || line.kind === 'deemed' || !isAdoptable(line.kind)) {
    return explain('not-aside', { state, kind })
  }
  // It counts as written now, whatever day the adopted fact names.
  return refuseGuarded(state, actor, register, line.kind, line.fields, {})
}

function sourceOf(kind: FactKind, stage: CaseState['stage']): string {
  if (!isGuarded(kind)) return kind === 'dismissed' ? sourceOf('adopted', stage) : CONTRIBUTION_SOURCE
  const { transitions } = TRANSITIONS[kind]
  return (transitions.find(({ from }) => from.includes(stage)) ?? transitions[0])?.source ?? ''
}

const CONTRIBUTIONS = Object.keys(CONTRIBUTORS) as ContributionKind[]

/** The facts each contribution could be about; null for one that is about the case itself. */
function subjectsFor(
  kind: ContributionKind,
  state: CaseState,
  { station, departments = [] }: Actor,
): readonly (EntryHash | null)[] {
  const occasion = occasionFor(kind, state, { station, departments })
  return Array.isArray(occasion) && occasion.length > 0 ? occasion : [null]
}

/**
 * Every act a person could think of for a case, allowed ones first, each refused one with its reason.
 * The first allowed act is the natural next one.
 */
export function actsFor(state: CaseState, actor: Actor, register: Register): ActOffer[] {
  const offer = (kind: FactKind, subject: EntryHash | null): ActOffer => {
    const base = { kind, title: FACTS[kind].title, subject, source: sourceOf(kind, state.stage) }
    const refusal =
      refuse(state, actor, register, kind, subject ?? undefined) ??
      (subject === null ? undefined : refuseSubject(state, actor, register, kind, subject))
    return refusal === undefined
      ? { ...base, allowed: true }
      : {
          ...base,
          source: refusal.source ?? base.source,
          allowed: false,
          why: refusal.message,
          next: refusal.next,
        }
  }
  const offers = ACT_KINDS.map((kind) => offer(kind, null))
  for (const kind of CONTRIBUTIONS) {
    if (kind === 'dismissed') continue
    for (const subject of subjectsFor(kind, state, actor)) offers.push(offer(kind, subject))
  }
  for (const line of state.story) {
    if (line.aside === null || line.aside.resolved !== null) continue
    if (line.kind !== 'unknown' && line.kind !== 'deemed' && isAdoptable(line.kind)) {
      offers.push(offer('adopted', line.hash))
    }
    offers.push(offer('dismissed', line.hash))
  }
  return [...offers.filter(({ allowed }) => allowed), ...offers.filter(({ allowed }) => !allowed)]
}

const refused = (refusal: Refusal, source: string): { readonly ok: false; readonly problem: Failure } =>
  failure({
    code: refusal.code,
    message: `${refusal.message}(依据:${refusal.source ?? source})`,
    kept: KEPT,
    next: refusal.next,
  })

function refuseTarget(state: CaseState, register: Register, kind: FactKind, fields: Fields): Result<void> {
  const to = fields.to as StationCode
  if (kind !== 'offered' && kind !== 'reassigned' && kind !== 'invited') return success(undefined)
  if (register.authority.tierOf(to) === undefined) {
    return fail('unknown-station', `站点${to}不在站点目录中。`, KEPT, '请从列表中选择站点。', 'to')
  }
  // Co-departments mostly sit in the same hall: they are asked like those elsewhere.
  if (kind === 'offered' && to === state.holder) {
    return fail('not-a-target', '办件已在这个站点。', KEPT, '请选择另一个站点。', 'to')
  }
  return success(undefined)
}

/** A contribution that says too little would be set aside wherever it is read. */
function contentOf(state: CaseState, kind: FactKind, fields: Fields): Result<void> {
  const charged = kind === 'paid' ? state.fees.find(({ fact }) => fact === fields.fact)?.amount : undefined
  const problem = contentProblem(kind, fields, charged)
  if (problem === undefined) return success(undefined)
  return fail('field', `${problem.text}。`, KEPT, '请更正这个栏目后再提交。', problem.field)
}

/** Lines that bind no later day: one is derived, the other only opens the file. */
const UNDATED: readonly StoryLine['kind'][] = ['deemed', 'opened']

/**
 * Whether the act may be written now: stage, custody, role, then fields, conditions and targets.
 * A failure says which rule forbids it, what is possible instead, and the field it belongs to.
 */
export function checkAct(
  state: CaseState,
  actor: Actor,
  register: Register,
  kind: FactKind,
  fields: Fields,
): Result<void> {
  const source = sourceOf(kind, state.stage)
  const isBackdated = textOf(fields.occurredOn) !== '' && isGuarded(kind)
  const refusal = isBackdated ? undefined : refuse(state, actor, register, kind, fields.fact)
  if (refusal !== undefined) return refused(refusal, source)
  const { course } = standingOn(state, register, fields)
  const tier = register.authority.tierOf(actor.station)
  const position = { stage: course.stage, tier, item: itemOf(state, register) }
  const transition = isGuarded(kind) ? findTransition(kind, position, fields) : undefined
  // Opening is writing down: what is entered later may well lie before it.
  const since = course.story.findLast(({ epoch, kind: known }) => epoch !== null && !UNDATED.includes(known))?.day
  const checked = checkFields(kind, fields, { transition, today: register.today, since })
  if (!checked.ok) return checked
  const content = contentOf(state, kind, fields)
  if (!content.ok) return content
  const typed = isGuarded(kind) && kind !== 'opened' ? refuseGuarded(state, actor, register, kind, fields) : undefined
  if (typed !== undefined) return refused(typed, source)
  const subjectRefusal = refuseSubject(state, actor, register, kind, fields.fact)
  return subjectRefusal === undefined ? refuseTarget(state, register, kind, fields) : refused(subjectRefusal, source)
}

function refuseOpening(item: Item, actor: Actor, register: Register): Refusal | undefined {
  const tier = register.authority.tierOf(actor.station)
  if (tier === undefined) return explain('unknown-station', { kind: 'opened', station: actor.station })
  const isOver = item.effectiveUntil !== null && item.effectiveUntil < register.today
  if (isOver || item.effectiveFrom > register.today) return explain('item-closed', { kind: 'opened', item })
  if (!item.tiers.includes(tier)) return explain('item-tier', { kind: 'opened', tier, item })
  return roleRefusal('opened', actor.roles, TRANSITIONS.opened.transitions[0]?.roles ?? [])
}

/** Whether a case with these fields may be opened for the item now. */
export function checkOpening(item: Item, actor: Actor, register: Register, fields: Fields): Result<void> {
  const refusal = refuseOpening(item, actor, register)
  if (refusal !== undefined) return refused(refusal, sourceOf('opened', '00'))
  return checkFields('opened', fields, { transition: undefined, today: register.today, since: undefined })
}
