/** Whether stage, custody, letters, role and department let somebody do an act now, before anything typed is looked at. */
import type { EntryHash, PersonId, StationCode } from '#protocol/ids.ts'
import type { CaseState, StoryLine } from '../case.ts'
import type { Role } from '../directory.ts'
import {
  type ContributionKind,
  type FactKind,
  type Fields,
  type GuardedKind,
  isFactKind,
  isGuarded,
} from '../facts/facts.ts'
import { letsIn } from '../folding/standing.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import { isProposal } from '../rules/four-eyes.ts'
import { lateness, objectionTo } from '../rules/objection.ts'
import type { Transition } from '../rules/transition.ts'
import { CONTRIBUTORS, findTransition, isAdoptable, TRANSITIONS } from '../rules/transitions.ts'
import { refuseAdopting, refuseAtDoor, refuseBeyondLevel } from './door.ts'
import { occasionFor } from './occasions.ts'
import { explain, type Refusal, roleRefusal } from './refusals.ts'
import { isAwaiting, isDeemed, isOpenProposal, refuseCountersigning, standingOn } from './second.ts'

/** Who acts: a person's roles at a station, on a node that is the root or not, with its parent or alone. */
export interface ActorAtNode {
  readonly station: StationCode
  readonly person: PersonId | ''
  readonly roles: readonly Role[]
  /** Code and names of the department that employs the person; none for people of the hall itself. */
  readonly departments?: readonly string[]
  readonly root: boolean
  readonly connected: boolean
  /** Whether it is written down from what another system or organ recorded, with who and when. */
  readonly transcribes?: boolean
  /** Whether another case is known at this node to have the case's number. */
  readonly numberIsShared?: boolean
}

/** Whether somebody has to decide about a line; what only a newer program can read waits for that. */
export const isOpenAside = ({ aside }: StoryLine): boolean =>
  aside !== null && aside.resolved === null && aside.reason !== 'unread'

const openAside = (state: CaseState, hash: unknown): StoryLine | undefined =>
  state.story.find((line) => line.hash === hash && isOpenAside(line))

/** The edition the case was received under; undefined while its record is not here. */
export const itemOf = (state: CaseState, register: Register): Item | undefined =>
  register.edition(state.item, state.itemVersion)

/** Whoever worked on a case does not say how well that was done. */
const OWN_RATING: Refusal = {
  code: 'own-rating',
  message: '评价由申请人作出,办过本件的人不能登记对本件的评价。',
  next: '请申请人使用评价器或网上评价;评议卡请交没有办过本件的人登记。',
  source: '“好差评”规则:评价由办事人自主作出',
}

function refuseContribution(
  state: CaseState,
  { station, person, roles, departments = [], root, numberIsShared = false }: ActorAtNode,
  kind: ContributionKind,
  subject: unknown,
): Refusal | undefined {
  const refusal = roleRefusal(kind, roles, CONTRIBUTORS[kind])
  if (refusal !== undefined) return refusal
  if (kind === 'dismissed') {
    // Each of the parties would dismiss what the other wrote; who may judge it is what the coordinator decides.
    if (state.forks.length > 0) return explain('fork', { state, kind, station })
    // What waits for a second person is refused at the root, or where it was asked for.
    const waiting = state.story.find((line) => line.hash === subject && isOpenProposal(state, line))
    const isTheirs = waiting ? root || station === waiting.station : station === state.holder
    return isTheirs || (subject === undefined && root) ? undefined : explain('not-holder', { state, kind, station })
  }
  if (kind === 'renumbered' && station !== state.holder && !(root && roles.includes('coordinator')))
    return explain('not-holder', { state, kind, station })
  if (kind === 'rated' && state.story.some((line) => line.epoch !== null && line.person === person)) return OWN_RATING
  const occasion = occasionFor(kind, state, { station, departments, numberIsShared })
  const fits =
    occasion === 'case' ||
    (Array.isArray(occasion) && (subject === undefined ? occasion.length > 0 : occasion.includes(subject as EntryHash)))
  return fits ? undefined : explain('nothing-to-answer', { state, kind, station })
}

/** Deciding what to do with a case: transitions 7 to 22 of SOURCES.md 5.3, from the refusal to accept to the closing. */
const isHandling = ({ number }: Transition): boolean => number !== null && number >= 7 && number <= 22

/** 统一受理、分部门办理: people of a department handle its own items, people of the hall whatever comes. */
export const isOfDepartment = (
  kind: GuardedKind,
  departments: readonly string[],
  item: Item | undefined,
  transitions: readonly Transition[] = TRANSITIONS[kind].transitions,
): boolean =>
  departments.length === 0 ||
  item === undefined ||
  item.department === '' ||
  departments.includes(item.department) ||
  !transitions.some(isHandling)

/** What goes on at a fork. What waits for a second person rules nothing: where that is so a stopped case is reassigned first. */
const endsFork = (kind: GuardedKind, { isEnabled }: Register): boolean =>
  kind === 'reassigned' || (kind === 'voided' && !isEnabled('countersigned'))

/** Why a guarded act is refused; without fields only what the case itself says is judged. */
export function refuseGuarded(
  state: CaseState,
  actor: ActorAtNode,
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
  if (state.forks.length > 0 && !endsFork(kind, register)) return explain('fork', about)
  const { day, course } = standingOn(state, register, backdating)
  const objection = objectionTo(course, { kind, fields, person, station, tier, root, day, item, roles: null }, register)
  const writing = { ...writingOf(state, actor, register, fields), day }
  if (objection !== undefined) {
    const isLate = course === state && isDeemed(state)
    // Whoever may not decide at any stage is told that, and not to wait for another one.
    const beyond = kind === 'decided' && objection === 'wrong-stage' ? refuseBeyondLevel(kind, writing) : undefined
    return beyond ?? explain(isLate ? lateness(kind, objection) : objection, about)
  }
  const transition = findTransition(kind, { stage: course.stage, tier, item }, fields)
  if (transition?.offline === false && !actor.connected && !root) return explain('offline', about)
  return (
    refuseBeyondLevel(kind, writing) ??
    roleRefusal(kind, actor.roles, transition?.roles ?? []) ??
    (isOfDepartment(kind, actor.departments ?? [], item, transition ? [transition] : [])
      ? undefined
      : explain('department', { kind, item })) ??
    refuseAtDoor(kind, writing)
  )
}

/** What the door looks at, of somebody who acts today. */
const writingOf = (state: CaseState, actor: ActorAtNode, register: Register, fields: Fields | undefined) => ({
  ...{ state, register, fields, day: register.today, item: itemOf(state, register) },
  ...{ tier: register.authority.tierOf(actor.station), station: actor.station, person: actor.person },
  transcribes: actor.transcribes === true,
})

/** What programs of another age forbid: a kind that not every node can read, and a case whose latest record this one cannot. */
export function refuseByAge(state: CaseState, register: Register, kind: FactKind): Refusal | undefined {
  if (!register.isEnabled(kind)) return explain('not-enabled', { state, kind })
  // A ruling of the root beats whatever follows the same fact, so that it parts no two programs.
  const isRuling = isGuarded(kind) && TRANSITIONS[kind].writer === 'root'
  return state.unread.length > 0 && !isRuling ? explain('unread', { state, kind }) : undefined
}

/** The rules of stage, custody and role; what is typed into the form is checked after them. */
export function refuseAct(
  state: CaseState,
  actor: ActorAtNode,
  register: Register,
  kind: FactKind,
  subject?: unknown,
): Refusal | undefined {
  const refusal = refuseByAge(state, register, kind)
  if (refusal !== undefined) return refusal
  if (!isGuarded(kind)) return refuseContribution(state, actor, kind, subject)
  return kind === 'opened' ? explain('already-open', { state, kind }) : refuseGuarded(state, actor, register, kind)
}

/** Adopting counts as doing the adopted act now, so that act's own rule must allow it as well. */
export function refuseSubject(
  state: CaseState,
  actor: ActorAtNode,
  register: Register,
  kind: FactKind,
  subject: unknown,
): Refusal | undefined {
  if (!letsIn(kind) && kind !== 'dismissed') return undefined
  const line = openAside(state, subject)
  if (line === undefined || (kind === 'countersigned' && !isAwaiting(line)))
    return explain('not-aside', { state, kind })
  if (kind === 'dismissed') return undefined
  if (kind === 'countersigned') return refuseSignature(state, actor, register, line)
  if (line.kind === 'unknown' || line.kind === 'deemed' || !isAdoptable(line.kind) || isProposal(line.fields)) {
    return explain('not-aside', { state, kind })
  }
  // It counts as written now, whatever day the adopted fact names, and says again what somebody wrote down from elsewhere.
  const said = refuseGuarded(state, { ...actor, transcribes: true }, register, line.kind, line.fields, {})
  return said ?? refuseAdopting(line.kind, writingOf(state, actor, register, line.fields))
}

/** Signing counts as standing behind the act: whoever signs belongs to its department or to the hall, and it may be written still. */
function refuseSignature(
  state: CaseState,
  actor: ActorAtNode,
  register: Register,
  line: StoryLine,
): Refusal | undefined {
  const refusal = refuseCountersigning(state, actor, register, line)
  const { kind, fields, enteredOn } = line
  if (refusal !== undefined || !isFactKind(kind) || !isGuarded(kind)) return refusal
  const item = itemOf(state, register)
  if (!isOfDepartment(kind, actor.departments ?? [], item)) return explain('department', { kind, item })
  const { day } = standingOn(state, register, enteredOn === null ? {} : fields)
  const { station, person } = line
  const tier = register.authority.tierOf(station)
  const writing = { state, item, register, day, fields, tier, station, person, transcribes: false }
  return refuseBeyondLevel(kind, writing) ?? refuseAtDoor(kind, writing)
}

/** Why no case may be opened for the item now. */
export function refuseOpening(item: Item, actor: ActorAtNode, register: Register): Refusal | undefined {
  const tier = register.authority.tierOf(actor.station)
  if (tier === undefined) return explain('unknown-station', { kind: 'opened', station: actor.station })
  const isOver = item.effectiveUntil !== null && item.effectiveUntil < register.today
  if (isOver || item.effectiveFrom > register.today) return explain('item-closed', { kind: 'opened', item })
  if (!item.tiers.includes(tier)) return explain('item-tier', { kind: 'opened', tier, item })
  return roleRefusal('opened', actor.roles, TRANSITIONS.opened.transitions[0]?.roles ?? [])
}
