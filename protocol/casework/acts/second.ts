/** The second person of an act (复核): whom an act asks before it is written, and who may countersign what waits. */
import { logParts, type PersonId, type StationCode } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { CaseState, StoryLine } from '../case.ts'
import { beforeDeeming } from '../clocks/deemed.ts'
import type { Role } from '../directory.ts'
import { FACTS, type Fields, type GuardedKind, isFactKind, isGuarded } from '../facts/facts.ts'
import { backdatedTo, textOf } from '../facts/values.ts'
import type { Register } from '../register.ts'
import { isProposal, mayAlone, maySecond, type Second, secondsFor } from '../rules/four-eyes.ts'
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

/** Lines that bind no later day: one is derived, the other only opens the file. */
const UNDATED: readonly StoryLine['kind'][] = ['deemed', 'opened']

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

/**
 * Whom an act waits for: the person that it names, or empty where whoever acts may do it alone. A failure says that nobody
 * else is named.
 */
export function askedSecond(
  seconds: readonly Second[],
  { person, roles }: Pick<Author, 'person' | 'roles'>,
  fields: Fields,
): Result<PersonId | ''> {
  const [named] = seconds.flatMap((second) => second.named ?? [])
  const asked = (textOf(fields.proposedTo) || textOf(fields[named ?? 'proposedTo'])) as PersonId | ''
  if (asked !== '' && asked !== person) return success(asked)
  if (mayAlone(seconds, roles) && !isProposal(fields)) return success('')
  const message = '这一项须由另一人登录本人账号复核后才生效。'
  return fail('second-needed', message, KEPT, '请选择复核人(不能是本人)。', named ?? 'proposedTo')
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

/** Why somebody may not countersign a line that waits (rule C154): the case has moved on from it, or it is not his to sign. */
export function refuseCountersigning(
  state: CaseState,
  { person, roles }: Pick<Author, 'person' | 'roles'>,
  register: Register,
  line: StoryLine,
): Refusal | undefined {
  const { kind, fields, station } = line
  if (!isFactKind(kind) || !isGuarded(kind)) return explain('not-aside', { state, kind: 'countersigned' })
  const { authority } = register
  const { day, course } = standingOn(state, register, line.enteredOn === null ? {} : fields)
  const about = { state, kind, station }
  if (day < (lastEffectDay(state) ?? day)) return movedOn(kind)
  const tier = authority.tierOf(station)
  const item = register.edition(state.item, state.itemVersion)
  const root = line.log !== '' && authority.isRoot(logParts(line.log).node)
  const attempt = { kind, fields, person: line.person, station, tier, root, day, item, roles: null }
  const objection = objectionTo(course, attempt, register)
  if (objection !== undefined) return explain(objection, { ...about, tier, item })
  const transition = findTransition(kind, { stage: course.stage, tier, item }, fields)
  const seconds = transition ? secondsFor({ kind, course, transition, isBackdated: line.enteredOn !== null }) : []
  return line.person === person || !maySecond(seconds, roles) ? notSecond(kind) : undefined
}
