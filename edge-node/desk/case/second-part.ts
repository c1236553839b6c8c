/** What waits for a second person (复核): who asked, for what, whom, and what to do about it. */
import { html } from 'hono/html'
import { dayWords } from '#edge-node/desk/due-words.ts'
import type { FieldOption } from '#edge-node/desk/forms.ts'
import type { Desk, Html, Visit } from '#edge-node/desk/visit.ts'
import { personName, stationName, timeWords } from '#edge-node/desk/words.ts'
import { isAwaiting, isSignable, secondsOfAct, whyOver } from '#protocol/casework/acts/second.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import { ROLES, type Staff } from '#protocol/casework/directory.ts'
import { type FactKind, isGuarded } from '#protocol/casework/facts/facts.ts'
import { textOf } from '#protocol/casework/facts/values.ts'
import type { Second } from '#protocol/casework/rules/four-eyes.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import { secondPeople } from '#protocol/engine/office/second-person.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { anchorOf } from './anchors.ts'
import { shownFields } from './fact-words.ts'

/** Lines that wait, the latest first. */
export const awaiting = ({ office }: Desk, { state }: CaseView): readonly StoryLine[] =>
  state.story.filter((line) => isSignable(state, office.register(), line)).toReversed()

const askedOf = ({ office }: Desk, { fields }: StoryLine): string => personName(office, textOf(fields.proposedTo))

/** What of a case waits, and for whom; nothing where nothing does. */
export function awaitingWords(
  desk: Desk,
  view: CaseView,
): { readonly title: string; readonly words: Html } | undefined {
  const lines = awaiting(desk, view)
  if (lines.length === 0) return undefined
  const each = lines.map(
    (line) =>
      html`<div><a href="#${anchorOf(line.hash)}">${line.title}</a>,${personName(desk.office, line.person)}提出,请${askedOf(desk, line)}登录本人账号复核</div>`,
  )
  return { title: '等待复核,同意以前不生效:', words: html`${each}` }
}

/** What whoever countersigns is about to let take effect. */
export function proposalPart(desk: Desk, view: CaseView, line: StoryLine): Html {
  const who = `${stationName(desk.office, line.station)} ${personName(desk.office, line.person)} ${timeWords(line.at, desk.office.time())}提出`
  const late = line.enteredOn === null ? '' : `,补录为${dayWords(line.day)}(原因:${textOf(line.fields.occurredWhy)})`
  return html`<div class="alert alert-info" role="note"><div><strong>${line.title}</strong> ${who}${late}
    ${shownFields(desk, view, line).map(([label, words]) => html`<div><span class="text-secondary">${label}:</span>${words}</div>`)}
    <div>不同意的,在下面经过里的<a href="#${anchorOf(line.hash)}">这条记录</a>上办理“不同意”。</div></div></div>`
}

/** Said of an act that was written and waits; undefined of one that counts. */
export function proposedWords(desk: Desk, line: StoryLine | undefined): string | undefined {
  if (line === undefined || !isAwaiting(line)) return undefined
  return `“${line.title}”已提出,还没有生效:等${askedOf(desk, line)}登录本人账号复核同意。`
}

/** What is said of a line that waits for nobody any more, because the case has gone on; undefined of any other. */
export function overWords({ office }: Desk, { state }: CaseView, line: StoryLine): string | undefined {
  const over = isAwaiting(line) ? whyOver(state, office.register(), line) : undefined
  return over && `已不能复核生效:${over.message}请标为不采纳,仍需要的重新提出。`
}

/** What waits, told apart from others of the same kind. */
export function proposalWords(desk: Desk, view: CaseView, line: StoryLine): string {
  const said = shownFields(desk, view, line).map(([, words]) => words)
  return `${line.title}(${timeWords(line.at, desk.office.time())} ${personName(desk.office, line.person)}提出:${said.join(',').slice(0, 60)})`
}

/** What of a case was refused last; undefined where something has happened since. */
export function refusedWords(desk: Desk, { state }: CaseView): string | undefined {
  const { story } = state
  const isRefusal = ({ aside }: StoryLine, { hash }: StoryLine) =>
    aside?.reason === 'awaits-second' && aside.resolved?.fact === hash
  const last = story.findLast((line) => line.kind === 'dismissed' && story.some((subject) => isRefusal(subject, line)))
  const subject = last && story.find((line) => isRefusal(line, last))
  if (!subject || story.some(({ epoch, at }) => epoch !== null && at > last.at)) return undefined
  return `“${subject.title}”,${personName(desk.office, last.person)}:${textOf(last.fields.reason)}。`
}

/** In which roles somebody signs beside an act: as the act asks where the case stands, or as any of its own lines does. */
function rolesBeside({ office }: Desk, { state }: CaseView, { actor }: Visit, kind: FactKind): readonly Second[] {
  if (!isGuarded(kind)) return []
  const own = secondsOfAct(state, office.register(), actor, kind, undefined)
  return own.length > 0 ? own : [{ roles: TRANSITIONS[kind].transitions.flatMap(({ roles }) => roles) }]
}

/** Whom an act may ask, as choices; undefined while the county has not enabled that anybody is asked. */
export function secondOptions(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  kind: FactKind,
  without: readonly string[],
): readonly FieldOption[] | undefined {
  const { directory } = desk.office
  const register = desk.office.register()
  if (!isGuarded(kind) || !register.isEnabled('countersigned') || directory.staffs().length === 0) return undefined
  const seconds = rolesBeside(desk, view, visit, kind)
  const people = secondPeople(directory, register, { kind, station: visit.actor.station, item: view.item, seconds })
  const isNear = ({ service }: Staff) => service.at(-1)?.station === visit.actor.station
  return people
    .filter(({ id }) => !without.includes(id))
    .toSorted((one, other) => Number(isNear(other)) - Number(isNear(one)))
    .map(({ id, name, service }) => {
      const last = service.at(-1)
      const roles = (last?.roles ?? []).map((role) => ROLES[role]).join('、')
      const department = directory.department(last?.department ?? '')?.name
      return {
        value: id,
        label: `${name} · ${roles}`,
        group: department ?? stationName(desk.office, last?.station ?? ''),
      }
    })
}
