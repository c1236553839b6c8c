/** The second person of an act (复核): whom an act asks before it is written, and who may countersign what waits. */
import { logParts, type PersonId, type StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { CaseState, StoryLine } from '../case.ts'
import { beforeDeeming } from '../clocks/deemed.ts'
import type { Role } from '../directory.ts'
import { FACTS, type Fields, type GuardedKind, isFactKind, isGuarded } from '../facts/facts.ts'
import { backdatedTo, textOf } from '../facts/values.ts'
import type { Register } from '../register.ts'
import { type Act, isProposal, mayAlone, maySecond, type Second, secondsFor } from '../rules/four-eyes.ts'
import { objectionTo } from '../rules/objection.ts'
import { findTransition } from '../rules/transitions.ts'
import type { Day } from '../time/days.ts'
import { explain, type Refusal } from './refusals.ts'

/** Whether the last thing that happened was the acceptance that nobody wrote. */
export const isDeemed = ({ story }: CaseState): boolean =>
  story.findLast(({ epoch }) => epoch !== null)?.kind === 'deemed'

/** The day for which an act counts, and the case as it stood for acts of that day. */
export function standingOn(
  state: CaseState,
  register: Register,
  fields: Fields | undefined,
): { day: Day; course: CaseState } {
  const occurred = backdatedTo(fields ?? {})
  const day = occurred !== undefined && occurred < register.today ? occurred : register.today
  const due = state.spans.T1?.stop
  const isBefore = isDeemed(state) && due !== null && due !== undefined && day <= due
  return { day, course: isBefore ? beforeDeeming(state) : state }
}

/** Lines that bind no later day: one is derived, one only opens the file, with one something counts for a day of its own. */
const UNDATED: readonly StoryLine['kind'][] = ['deemed', 'opened', 'countersigned']

/** The day for which the last fact counts; undefined behind the opening. Opening is writing down: what is entered later may lie before it. */
export const lastEffectDay = ({ story }: CaseState): Day | undefined =>
  story.findLast(({ epoch, kind }) => epoch !== null && !UNDATED.includes(kind))?.day

/** Whoever acts. */
interface Author {
  readonly station: StationCode
  readonly person: PersonId | ''
  readonly roles: readonly Role[]
  /** Whether another system or organ says who did it and when. */
  readonly transcribes?: boolean
}

/** Why an act needs a second person where the case stands; nothing before the county has enabled that (rule C135). */
export function secondsOfAct(
  state: CaseState,
  register: Register,
  { station, transcribes = false }: Pick<Author, 'station' | 'transcribes'>,
  kind: GuardedKind,
  /** Undefined while nothing is typed. */
  fields: Fields | undefined,
): readonly Second[] {
  if (!register.isEnabled('countersigned') || transcribes) return []
  const { day, course } = standingOn(state, register, fields)
  const item = register.edition(state.item, state.itemVersion)
  const transition = findTransition(
    kind,
    { stage: course.stage, tier: register.authority.tierOf(station), item },
    fields,
  )
  return transition ? secondsFor({ kind, course, transition, isBackdated: day < register.today }) : []
}

const KEPT = '办件没有变化,已填写的内容保留。'

/** The field of an act in which it says who that is. */
export const fieldOfSecond = (seconds: readonly Second[]): string =>
  seconds.flatMap(({ named }) => named ?? [])[0] ?? 'proposedTo'

/**
 * Whom an act waits for: the person that it names, or empty where whoever acts may do it alone. A failure says that nobody
 * else is named, or that there is nothing to sign for.
 */
export function askedSecond(
  seconds: readonly Second[],
  { person, roles }: Pick<Author, 'person' | 'roles'>,
  fields: Fields,
): Result<PersonId | ''> {
  const field = fieldOfSecond(seconds)
  const asked = textOf(fields[field]) as PersonId | ''
  if (seconds.length === 0) {
    if (!isProposal(fields)) return success('')
    return fail('second-needless', '这一项不用第二人复核。', KEPT, '请去掉复核人后再提交。', field)
  }
  if (asked !== '' && asked !== person) return success(asked)
  // Where the act asks for an approval of its own, whoever may give it names himself.
  if (mayAlone(seconds, roles)) return success('')
  const message = '这一项须由另一人登录本人账号复核后才生效。'
  return fail('second-needed', message, KEPT, '请选择复核人(不能是本人)。', field)
}

/** Whether a line waits for a second person. */
export const isAwaiting = ({ aside }: StoryLine): boolean =>
  aside?.reason === 'awaits-second' && aside.resolved === null

const movedOn = (kind: GuardedKind): Refusal => ({
  code: 'moved-on',
  message: `提出“${FACTS[kind].title}”以后办件已另有办理,不能再复核生效。`,
  next: '请将原来的记录标记为不采纳;仍需要的,由主办站点重新提出。',
})

const notSecond = (kind: GuardedKind): Refusal => ({
  code: 'not-second',
  message: `您不能复核这一项“${FACTS[kind].title}”:复核人不能是办理人本人,并须有复核的岗位。`,
  next: '请由另一位有岗位的人登录本人账号复核。',
})

/** Whether what waits was asked for by whoever may ask now: what a former holder asked for waits for the holder's word. */
export const isOpenProposal = ({ holder }: Pick<CaseState, 'holder'>, line: StoryLine): boolean =>
  isAwaiting(line) && (line.station === holder || line.kind === 'voided')

/** Where an act that waits would take effect, or why it no longer can. */
function placeOf(state: CaseState, register: Register, line: StoryLine): Refusal | Act {
  const { kind, fields, station } = line
  if (!isFactKind(kind) || !isGuarded(kind)) return explain('not-aside', { state, kind: 'countersigned' })
  const { authority } = register
  const isBackdated = line.enteredOn !== null
  const { day, course } = standingOn(state, register, isBackdated ? fields : {})
  if (isBackdated && day < (lastEffectDay(state) ?? day)) return movedOn(kind)
  const tier = authority.tierOf(station)
  const item = register.edition(state.item, state.itemVersion)
  const root = line.log !== '' && authority.isRoot(logParts(line.log).node)
  const attempt = { kind, fields, person: line.person, station, tier, root, day, item, roles: null }
  const objection = objectionTo(course, attempt, register)
  const transition = findTransition(kind, { stage: course.stage, tier, item }, fields)
  if (objection !== undefined || transition === undefined)
    return explain(objection ?? 'wrong-stage', { state, kind, station, tier, item })
  return { kind, course, transition, isBackdated }
}

/** Why what waits can no longer take effect: the case has gone on; undefined while it can. */
export function whyOver(state: CaseState, register: Register, line: StoryLine): Refusal | undefined {
  const place = placeOf(state, register, line)
  return 'code' in place ? place : undefined
}

/** Whether somebody could still sign a line. */
export const isSignable = (state: CaseState, register: Register, line: StoryLine): boolean =>
  isOpenProposal(state, line) && whyOver(state, register, line) === undefined

/** Why somebody may not countersign a line that waits (rule C154): the case has moved on from it, or it is not his to sign. */
export function refuseCountersigning(
  state: CaseState,
  { person, roles }: Pick<Author, 'person' | 'roles'>,
  register: Register,
  line: StoryLine,
): Refusal | undefined {
  const place = placeOf(state, register, line)
  if ('code' in place) return place
  const isOther = line.person !== person
  return isOther && maySecond(secondsFor(place), place.transition, roles) ? undefined : notSecond(place.kind)
}
