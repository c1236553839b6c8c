/** The acts of a case as forms, drawn from the table of facts: the next act big, the others one step behind it, refused ones with why. */
import { html } from 'hono/html'
import { handInAct } from '#edge-node/commands/cases/form.ts'
import { dayWords } from '#edge-node/desk/due-words.ts'
import { csrfField, type FieldOption, field, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import { yuanWords } from '#edge-node/desk/money.ts'
import type { Desk, Html, Visit } from '#edge-node/desk/visit.ts'
import { personName, sentence, stationName, withNames } from '#edge-node/desk/words.ts'
import { isAwaiting } from '#protocol/casework/acts/second.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import type { ActOffer, CaseView } from '#protocol/engine/office.ts'
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import type { ActDrawing } from './act-drawing.ts'
import { actField, lacksSigner } from './act-fields.ts'
import { type OrderedActs, orderActs } from './act-order.ts'
import { askedFields } from './act-typed.ts'
import { feeName } from './joint-part.ts'
import { lookedAtField, notAdoptable } from './seal-changes.ts'
import { awaiting, proposalPart, proposalWords } from './second-part.ts'
import { isStopped } from './stopped-words.ts'

/** What came back from a rejected act: which, what was typed, what is wrong beside which field. */
export interface Rejected {
  readonly kind: FactKind
  readonly subject: string
  readonly typed: Typed
  readonly problems: Problems
}

/** A fact in the words by which people know it: the fee, the department that was asked, or the line of the story. */
function factWords(desk: Desk, view: CaseView, fact: EntryHash): string {
  const fee = view.state.fees.find((one) => one.fact === fact)
  if (fee) return `${feeName(view, fee)} ${yuanWords(fee.amount)}`
  const notice = view.state.invitations.find((one) => one.fact === fact)
  if (notice) return `${notice.department}(${dayWords(notice.day)}通知)`
  const line = view.state.story.find(({ hash }) => hash === fact)
  if (line && isAwaiting(line)) return proposalWords(desk, view, line)
  return line ? `${line.title}(${dayWords(line.day)})` : fact
}

/** What an act may be about, as the case offers it: the notices it answers, the fees it settles; none when it is about the case. */
const subjects = (desk: Desk, view: CaseView, kind: FactKind): readonly FieldOption[] =>
  view.acts.flatMap((offer) =>
    offer.kind === kind && offer.subject !== null
      ? [{ value: offer.subject, label: factWords(desk, view, offer.subject) }]
      : [],
  )

function subjectField(drawing: ActDrawing, offer: ActOffer): Html {
  const { desk, view, kind, prefix, typed, problems } = drawing
  if (offer.subject !== null) return html`<input type="hidden" name="fact" value="${offer.subject}" />`
  const options = subjects(desk, view, kind)
  const [only] = options
  if (only === undefined) return html``
  if (options.length === 1)
    return html`<p class="mb-2"><strong>${only.label}</strong></p><input type="hidden" name="fact" value="${only.value}" />`
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  return field({
    name: 'fact',
    id: `${prefix}-fact`,
    label: `哪一份${rules.fact?.label ?? '记录'}`,
    kind: 'choice',
    required: true,
    value: typed?.fact ?? '',
    problem: problems.fact,
    options,
  })
}

/** The drawing of an offer with what was typed in it, when it is the one that came back. */
function drawingOf(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  offer: ActOffer,
  rejected: Rejected | undefined,
): ActDrawing {
  const subject = offer.subject ?? ''
  const own = rejected?.kind === offer.kind && (subject === '' || rejected.subject === subject) ? rejected : undefined
  const prefix = subject === '' ? offer.kind : `${offer.kind}-${subject.slice(0, 8)}`
  return {
    desk,
    visit,
    view,
    kind: offer.kind,
    subject: offer.subject,
    prefix,
    typed: own?.typed,
    problems: own?.problems ?? {},
  }
}

/** The fields for entering an act later than it happened, folded away until they are used. */
function lateFields(drawing: ActDrawing, fields: readonly (readonly [string, FieldRule])[]): Html | string {
  if (fields.length === 0) return ''
  const used = fields.some(([name]) => (drawing.typed?.[name] ?? '') !== '' || drawing.problems[name] !== undefined)
  return html`<details class="desk-late" ${used ? html`open` : ''}><summary>补录(不是今天发生的)</summary>
    ${fields.map(([name, rule]) => actField(drawing, name, rule))}</details>`
}

/** All fields of an act; the number of a paper is minted by the office and not asked for. */
export function actFieldsPart(drawing: ActDrawing): Html {
  const asked = askedFields(drawing.kind)
  const isLate = ([, rule]: (typeof asked)[number]) => rule.asked === 'late'
  const main = asked.filter((each) => !isLate(each)).map(([name, rule]) => actField(drawing, name, rule))
  return html`${main}${lateFields(drawing, asked.filter(isLate))}`
}

/** In place of a form that nobody here could send: who can. The county's coordinator renumbers wherever the case is. */
function withoutSecond({ desk, kind }: ActDrawing, title: string): Html {
  const elsewhere = kind === 'renumbered' && desk.parent !== undefined
  const next = elsewhere ? '请县中心协调员办理' : '请县中心管理员先在“人员”页为本站登记第二人'
  return html`<p class="mb-0">${sentence(`本站只有一人,${title}要第二人复核,${next}`)}</p>`
}

/** Whether an offer is about a fact, or is one of which the fact is chosen in its form. */
const isOffered = (view: CaseView, { kind, subject }: ActOffer, fact: EntryHash): boolean =>
  subject === fact ||
  (subject === null && view.acts.some((each) => each.allowed && each.kind === kind && each.subject === fact))

/** One act as a plain form post. */
export function actForm(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  offer: ActOffer,
  rejected: Rejected | undefined,
  main: boolean,
): Html {
  const drawing = drawingOf(desk, visit, view, offer, rejected)
  if (lacksSigner(drawing)) return withoutSecond(drawing, offer.title)
  const refused = notAdoptable(drawing)
  if (refused) return refused
  const proposals =
    offer.kind === 'countersigned' ? awaiting(desk, view).filter(({ hash }) => isOffered(view, offer, hash)) : []
  const style = main ? 'btn btn-primary btn-lg w-100' : 'btn'
  return html`<form method="post" action="/cases/${view.state.id}/acts/${offer.kind}" novalidate>${csrfField(visit)}${proposals.map((line) => proposalPart(desk, view, line))}
    <input type="hidden" name="tip" value="${view.state.tip}" />${subjectField(drawing, offer)}
    ${actFieldsPart(drawing)}${lookedAtField(drawing)}<button class="${style}" type="submit" ${main ? html`data-main` : ''}>${offer.title}</button></form>`
}

/** Offers about one set-aside fact. */
export const offersAbout = (view: CaseView, fact: EntryHash): readonly ActOffer[] =>
  view.acts.filter((offer) => offer.subject === fact && offer.allowed)

const why = (
  desk: Desk,
  offer: ActOffer,
): Html => html`<li><strong>${offer.title}</strong>:${sentence(withNames(desk.office, offer.why))}
  ${sentence(withNames(desk.office, offer.next))}<span class="text-secondary">依据:${offer.source}</span></li>`

/** Asks the page for the reasons of every act, also of those of other stages. */
export const ALL_REASONS = 'why'

function refusedPart(
  desk: Desk,
  view: CaseView,
  refused: readonly ActOffer[],
  elsewhere: readonly ActOffer[],
  wanted: string,
): Html | string {
  const all = wanted === ALL_REASONS
  const shown = all ? [...refused, ...elsewhere] : refused
  const more =
    all || elsewhere.length === 0
      ? ''
      : html`<p class="desk-why"><a href="/cases/${view.state.id}?act=${ALL_REASONS}#acts">另有 ${elsewhere.length} 项属于别的环节、岗位或场合,查看原因</a></p>`
  if (shown.length === 0 && more === '') return ''
  return html`<details class="desk-act" ${all ? html`open` : ''}><summary>现在不能办的(${refused.length + elsewhere.length})和原因</summary>
    <ul class="desk-why">${shown.map((offer) => why(desk, offer))}</ul>${more}</details>`
}

const actLink = (view: CaseView, offer: ActOffer): Html =>
  html`<a class="btn" href="/cases/${view.state.id}?act=${offer.kind}#acts">${offer.title}</a>`

function firstPart(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  shown: ActOffer | undefined,
  rejected: Rejected | undefined,
): Html {
  if (!shown && isStopped(view.state))
    return html`<p class="mb-0">办件已停住,等县中心协调员改派;现在没有轮到您办的事。</p>`
  if (!shown) {
    const { assignee, holder } = view.state
    const who = assignee === '' ? '主办' : `的${personName(desk.office, assignee)}承办`
    return html`<p class="mb-0">现在没有轮到您办的事,办件由${stationName(desk.office, holder)}${who}。</p>`
  }
  if (shown.kind === handInAct(view))
    return html`<a class="btn btn-primary btn-lg w-100" href="/cases/${view.state.id}/form">继续填写,然后${shown.title}</a>`
  return actForm(desk, visit, view, shown, rejected, true)
}

/** What may still be proved to have been done in the five days, by entering it late. */
const LATE_EVIDENCE: readonly FactKind[] = ['notified', 'rejected', 'accepted']

/** Whether the case stands where it does because nobody told the applicant in time. */
export const wasDeemed = (view: CaseView): boolean =>
  view.state.story.findLast(({ epoch }) => epoch !== null)?.kind === 'deemed'

/** Every act whose form can be asked for. */
function choosable(view: CaseView, { next, likely, groups, refused, elsewhere }: OrderedActs): readonly ActOffer[] {
  const late = wasDeemed(view) ? [...refused, ...elsewhere].filter(({ kind }) => LATE_EVIDENCE.includes(kind)) : []
  return [...(next ? [next] : []), ...likely, ...groups.flatMap(({ offers }) => offers), ...late]
}

/** Whether an act that came back has a form to come back in: in the panel, or in the story beside a set-aside fact. */
export const isShown = (view: CaseView, station: StationCode, kind: FactKind): boolean =>
  choosable(view, orderActs(view, station)).some((offer) => offer.kind === kind) ||
  view.acts.some((offer) => offer.allowed && offer.kind === kind)

/** The panel of acts beside the story: one form at a time, the next act's unless another was chosen. */
export function actsPanel(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  rejected: Rejected | undefined,
  wanted: string,
): Html {
  const ordered = orderActs(view, visit.actor.station)
  const { next, likely, groups, refused, elsewhere } = ordered
  const chosen = choosable(view, ordered).find(({ kind }) => kind === (rejected?.kind ?? wanted))
  const shown = chosen ?? next
  const others = [next, ...likely].filter((offer) => offer !== undefined && offer !== shown) as readonly ActOffer[]
  const title = shown === undefined ? '下一步' : shown === next ? `下一步:${shown.title}` : shown.title
  return html`<section class="card mb-3" id="acts"><div class="card-header"><h2 class="card-title">${title}</h2></div>
    <div class="card-body">${firstPart(desk, visit, view, shown, rejected)}</div>
    ${others.length === 0 ? '' : html`<div class="card-body desk-others"><h3>也可以办</h3><div class="btn-list">${others.map((offer) => actLink(view, offer))}</div></div>`}
    ${groups.map(
      (group) => html`<details class="desk-act"><summary>${group.title}(${group.offers.length})</summary>
        <div class="card-body btn-list">${group.offers.map((offer) => actLink(view, offer))}</div></details>`,
    )}
    ${refusedPart(desk, view, refused, elsewhere, wanted)}
  </section>`
}
