/** The acts of a case as forms, drawn from the table of facts: the next act big, the others behind it, refused ones with why. */
import { html } from 'hono/html'
import { FACTS, type FactKind, type FieldRule, type FieldValue } from '#protocol/casework/facts.ts'
import type { ActOffer, CaseView } from '#protocol/engine/office.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { handInAct } from './draft.ts'
import { csrfField, type FieldView, field, type Problems, type Typed } from './forms.ts'
import { isUnder } from './reading.ts'
import type { Desk, Html, Visit } from './visit.ts'
import { sentence, withNames } from './words.ts'

/** What came back from a rejected act: which, what was typed, what is wrong beside which field. */
export interface Rejected {
  readonly kind: FactKind
  readonly subject: string
  readonly typed: Typed
  readonly problems: Problems
}

/** Choices of facts as people say them. */
export const CHOICE_WORDS: Readonly<Record<string, string>> = { granted: '准予', refused: '不予' }

/** Facts whose fields are written down on the form of the case, not on the act. */
const FROM_FORM: readonly FactKind[] = ['captured', 'received']

/** The fields a person fills in for an act; seals and hashes are filled in by the office or the page. */
export function askedFields(kind: FactKind): readonly (readonly [string, FieldRule])[] {
  if (FROM_FORM.includes(kind)) return []
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  return Object.entries(rules).filter(([, { type }]) => type !== 'seals' && type !== 'hash')
}

/** What a person typed for an act as the fact's fields; an empty field is left out. */
export function actFields(kind: FactKind, typed: Typed): Readonly<Record<string, FieldValue>> {
  const fields: Record<string, FieldValue> = {}
  for (const [name, { type }] of askedFields(kind)) {
    const text = (typed[name] ?? '').trim()
    if (text === '') continue
    // A count that is no number goes on as it was typed: the rule of the field says what is wrong with it.
    fields[name] =
      type === 'count' && /^[0-9]{1,9}$/.test(text) ? Number(text) : type === 'flag' ? text === 'yes' : text
  }
  if (typed.fact) fields.fact = typed.fact
  return fields
}

function optionsOf(desk: Desk, view: CaseView, kind: FactKind, rule: FieldRule): FieldView['options'] {
  if (typeof rule.type === 'object')
    return rule.type.oneOf.map((value) => ({ value, label: CHOICE_WORDS[value] ?? value }))
  if (rule.type !== 'station') return []
  const { directory } = desk.office
  // A case can be reassigned along its own line only: those nodes hold its stream.
  const line = directory.stations().filter((station) => isUnder(directory, view.state.home, station.id))
  const stations = kind === 'reassigned' ? line : view.targets
  return stations
    .filter((station) => station.id !== view.state.holder)
    .map((station) => ({ value: station.id, label: station.name }))
}

const kindOf = (rule: FieldRule): FieldView['kind'] => {
  if (typeof rule.type === 'object') return 'choice'
  if (rule.type === 'station') return 'list'
  if (rule.type === 'count') return 'number'
  return rule.type === 'note' ? 'note' : 'text'
}

function hintFor(view: CaseView, kind: FactKind, name: string): string | undefined {
  if (kind === 'taken' && name === 'materials') return `移交单写明 ${view.state.offer?.materials ?? 0} 份,请点清后填写`
  if (kind === 'taken' && name === 'differences') return '份数不符时写明差在哪里'
  if (kind === 'decided' && name === 'reasons') return '不予时必须填写'
  return undefined
}

/** One act as a plain form post. */
export function actForm(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  offer: ActOffer,
  rejected: Rejected | undefined,
  main: boolean,
): Html {
  const subject = offer.subject ?? ''
  const own = rejected?.kind === offer.kind && rejected.subject === subject ? rejected : undefined
  const prefix = subject === '' ? offer.kind : `${offer.kind}-${subject.slice(0, 8)}`
  const fields = askedFields(offer.kind).map(([name, rule]) =>
    field({
      name,
      id: `${prefix}-${name}`,
      label: rule.label,
      kind: kindOf(rule),
      required: rule.required,
      value: own?.typed[name] ?? '',
      problem: own?.problems[name],
      hint: hintFor(view, offer.kind, name),
      options: optionsOf(desk, view, offer.kind, rule),
    }),
  )
  const style = main ? 'btn btn-primary btn-lg w-100' : 'btn'
  return html`<form method="post" action="/cases/${view.state.id}/acts/${offer.kind}" novalidate>${csrfField(visit)}
    <input type="hidden" name="tip" value="${view.state.tip}" />${subject === '' ? '' : html`<input type="hidden" name="fact" value="${subject}" />`}
    ${fields}<button class="${style}" type="submit" ${main ? html`data-main` : ''}>${offer.title}</button></form>`
}

/** What people usually do next comes first; the rest keeps the order of the office. */
export function nextOffer(view: CaseView): ActOffer | undefined {
  const able = view.acts.filter((offer) => offer.allowed && offer.subject === null && offer.kind !== 'noted')
  const dull: readonly FactKind[] = ['retracted', 'declined', 'reassigned']
  return able.find((offer) => !dull.includes(offer.kind))
}

/** Offers about one set-aside fact. */
export const offersAbout = (view: CaseView, fact: EntryHash): readonly ActOffer[] =>
  view.acts.filter((offer) => offer.subject === fact && offer.allowed)

const why = (
  desk: Desk,
  offer: ActOffer,
): Html => html`<li><strong>${offer.title}</strong>:${sentence(withNames(desk.office, offer.why))}
  ${sentence(withNames(desk.office, offer.next))}<span class="text-secondary">依据:${offer.source}</span></li>`

/** The panel of acts beside the story. */
export function actsPanel(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  rejected: Rejected | undefined,
  wanted: string,
): Html {
  const plain = view.acts.filter((offer) => offer.subject === null)
  const next = nextOffer(view)
  const others = plain.filter((offer) => offer.allowed && offer !== next)
  const refused = plain.filter((offer) => !offer.allowed)
  const isOpen = (offer: ActOffer) =>
    (rejected?.subject === '' && rejected.kind === offer.kind) || wanted === offer.kind
  const first = !next
    ? html`<p class="mb-0">现在没有轮到本站办的事。</p>`
    : handInAct(view)
      ? html`<a class="btn btn-primary btn-lg w-100" href="/cases/${view.state.id}/form">继续填写,然后${next.title}</a>`
      : actForm(desk, visit, view, next, rejected, true)
  return html`<section class="card mb-3" id="acts"><div class="card-header"><h2 class="card-title">${next ? `下一步:${next.title}` : '下一步'}</h2></div>
    <div class="card-body">${first}</div>
    ${others.map(
      (offer) => html`<details class="desk-act" ${isOpen(offer) ? html`open` : ''}><summary>${offer.title}</summary>
        <div class="card-body">${actForm(desk, visit, view, offer, rejected, wanted === offer.kind)}</div></details>`,
    )}
    ${refused.length === 0 ? '' : html`<details class="desk-act"><summary>现在不能办的(${refused.length})和原因</summary><ul class="desk-why">${refused.map((offer) => why(desk, offer))}</ul></details>`}
  </section>`
}
