/** The form of a case: applicant and application, materials, and the act that hands it in. */
import { html } from 'hono/html'
import {
  countedOf,
  fieldWords,
  formFields,
  handInAct,
  MATERIAL_STATE_WORDS,
  materialOf,
  OVERRIDE,
  textAt,
  valuesOf,
} from '#edge-node/commands/cases/form.ts'
import { mayEdit } from '#edge-node/commands/roles.ts'
import { actFieldsPart } from '#edge-node/desk/case/act-forms.ts'
import { addingWords, lookedAtField } from '#edge-node/desk/case/seal-changes.ts'
import { csrfField, type FieldView, type FormState, failureBox, field, hintOf } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, Html, Visit } from '#edge-node/desk/visit.ts'
import { changesCount, presentNumber, withNames } from '#edge-node/desk/words.ts'
import { isFormOpen, refuseForm } from '#protocol/casework/acts/form.ts'
import { MATERIAL_FORMS } from '#protocol/casework/catalogue/item-parts.ts'
import { STAGES } from '#protocol/casework/course/stages.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import type { FormField, Item, MaterialRule } from '#protocol/casework/item.ts'
import { UNREAD } from '#protocol/casework/rules/reasons.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { applicationName, materialName, seenName } from './capture-typed.ts'

/** The form as it is shown; a notice says what has just been saved. */
export interface CaptureState extends FormState {
  readonly notice?: string
}

/** What one part of the form needs to draw itself. */
interface Drawing {
  readonly id: string
  readonly state: CaptureState
  readonly writable: boolean
  readonly today: string
}

/** A field that is saved when the person pauses or leaves it; posts only itself. */
const saves = (drawing: Drawing, names: readonly string[]): Html =>
  drawing.writable
    ? html`hx-post="/cases/${drawing.id}/fields" hx-trigger="input changed delay:500ms, change" hx-target="#saved" hx-params="csrf,${names
        .flatMap((name) => [name, seenName(name)])
        .join(',')}"`
    : html`readonly`

const seen = (name: string, value: string): Html =>
  html`<input type="hidden" name="${seenName(name)}" value="${value}" />`

const KINDS: Readonly<Record<FormField['type'], FieldView['kind']>> = {
  text: 'text',
  longText: 'note',
  idNumber: 'text',
  creditCode: 'text',
  phone: 'tel',
  date: 'date',
  number: 'text',
  account: 'text',
}
/** A type of field that this program does not know, as another may have published it, is typed as a text. */
const kindOf = (type: string): FieldView['kind'] =>
  Object.hasOwn(KINDS, type) ? KINDS[type as FormField['type']] : 'text'

function applicationField(drawing: Drawing, rule: FormField, stored: string, focus: boolean): Html {
  const name = applicationName(rule.id)
  const value = drawing.state.typed?.[name] ?? stored
  // What is only read may be masked, and whoever reads it can mend nothing.
  const words = drawing.writable ? fieldWords(rule.type, value.trim(), drawing.today) : {}
  const problem = drawing.state.problems?.[name] ?? words.problem
  const view: FieldView = {
    name,
    label: rule.label,
    kind: kindOf(rule.type),
    value,
    focus: focus && drawing.writable,
    hint: words.hint,
    problem,
  }
  const limit = html`${saves(drawing, [name])} maxlength="${LIMITS.fieldCharacters}" ${rule.required ? html`aria-required="true"` : ''}`
  const label = rule.required && drawing.writable ? `${rule.label}(必填)` : rule.label
  return html`${field({ ...view, label, attributes: limit })}${seen(name, stored)}`
}

/** Asked only when the check of an identity number fails; without style rules that can tell, it is always there. */
function overrideField(drawing: Drawing, values: Readonly<Record<string, unknown>>): Html {
  const stored = textAt(values, OVERRIDE)
  if (!drawing.writable && stored === '') return html``
  const rule = { id: OVERRIDE, label: '证件号码校验不符的原因', required: false, type: 'text' } as const
  return html`<div class="col-md-6 desk-override${stored === '' ? '' : ' is-used'}">${applicationField(drawing, rule, stored, false)}</div>`
}

function applicationCard(drawing: Drawing, item: Item, values: Readonly<Record<string, unknown>>): Html {
  const fields = formFields(item).map((rule, index) => {
    const width = rule.type === 'longText' ? 'col-12' : 'col-md-6'
    const drawn = html`<div class="${width}">${applicationField(drawing, rule, textAt(values, rule.id), index === 0)}</div>`
    return rule.id === 'idNumber' ? html`${drawn}${overrideField(drawing, values)}` : drawn
  })
  return card('申请人和申请内容', html`<div class="card-body"><div class="row">${fields}</div></div>`)
}

function materialRow(drawing: Drawing, rule: MaterialRule, values: Readonly<Record<string, unknown>>): Html {
  const state = materialName(rule.id, 'state')
  const copies = materialName(rule.id, 'copies')
  const stored = materialOf(values, rule.id)
  const storedCopies = stored.state === '' ? '' : String(stored.copies)
  const chosen = drawing.state.typed?.[state] ?? stored.state
  const problem = drawing.state.problems?.[state]
  const attributes = saves(drawing, [state, copies])
  const need = `${rule.required ? '必需' : '可选'},${MATERIAL_FORMS[rule.form]}${rule.copies > 0 ? ` ${rule.copies} 份` : ''}`
  return html`<div class="desk-material"><div class="desk-material-name"><strong>${rule.name}</strong><div class="text-secondary">${need}</div></div>
    <div><label class="visually-hidden" for="field-${state}">${rule.name}:带了什么</label>
      <select class="form-select${problem ? ' is-invalid' : ''}" id="field-${state}" name="${state}" aria-describedby="hint-${state}"
        ${problem ? html`aria-invalid="true"` : ''} ${drawing.writable ? attributes : html`disabled`}><option value="">未核对</option>
        ${Object.entries(MATERIAL_STATE_WORDS).map(
          ([value, title]) =>
            html`<option value="${value}" ${value === chosen ? html`selected` : ''}>${title}</option>`,
        )}</select>${hintOf({ name: state, problem })}</div>
    <div class="desk-copies"><label for="field-${copies}">复印份数</label><input class="form-control" id="field-${copies}" name="${copies}" type="number" min="0"
        max="${LIMITS.materialCopies}" step="1" inputmode="numeric" value="${drawing.state.typed?.[copies] ?? storedCopies}" placeholder="${rule.copies}" ${attributes} /></div>
    ${seen(state, stored.state)}${seen(copies, storedCopies)}</div>`
}

/** The fields of the act that hands the form in (the letter of authorisation, or that originals were seen), and what others wrote. */
function handInFields(desk: Desk, visit: Visit, view: CaseView, kind: FactKind, state: CaptureState): Html {
  const problems = state.problems ?? {}
  const drawing = { desk, visit, view, kind, subject: null, prefix: kind, typed: state.typed, problems }
  return html`${actFieldsPart(drawing)}${lookedAtField(drawing)}`
}

function handInCard(desk: Desk, visit: Visit, view: CaseView, state: CaptureState): Html {
  const kind = handInAct(view)
  const draft = html`<button class="btn btn-lg" type="submit" name="step" value="stay">保存</button>`
  if (!kind)
    return html`<div class="desk-actions">${draft}<a class="btn btn-lg" href="/cases/${view.state.id}">回到办件</a></div>`
  return html`${handInFields(desk, visit, view, kind, state)}<div class="desk-actions">
    <button class="btn btn-primary btn-lg" type="submit" name="step" value="hand-in" data-main>${FACTS[kind].title}并打印凭证</button>
    ${draft}<a class="btn btn-lg" href="/cases/${view.state.id}">先放着,回到办件</a></div>
    <p class="text-secondary mt-2 mb-0">按 Ctrl+回车 直接${FACTS[kind].title}。</p>`
}

/** Why the form is only read here. */
function closedWords(desk: Desk, { actor }: Visit, { state }: CaseView): string {
  if (state.unread.length > 0) return `${UNREAD.message}${UNREAD.next}`
  const refusal = refuseForm(state, actor.station)
  if (refusal === undefined) return '您的岗位只能看申请表,不能改。'
  return `${withNames(desk.office, refusal.message)}${isFormOpen(state.stage) ? refusal.next : ''}`
}

/** What writing means once the form was handed in: until it is accepted the holder puts right what is wrong. */
function sealedBox(desk: Desk, visit: Visit, view: CaseView, writable: boolean): Html | string {
  const { stage } = view.state
  if (stage === '00') return ''
  const words = writable
    ? `这个办件的环节是“${STAGES[stage]}”,申请表已经封存过:现在的改动会标为“封存后有改动”,${changesCount(stage)}。`
    : html`${closedWords(desk, visit, view)}${addingWords(view)}`
  return html`<div class="alert alert-warning" role="alert"><div>${words}</div></div>`
}

/** The form page, with whatever was typed and what is wrong with it. */
export async function capturePage(
  context: DeskContext,
  desk: Desk,
  view: CaseView,
  item: Item,
  state: CaptureState,
): Promise<Response> {
  const visit = context.get('visit')
  const sections = new Map(view.sections.map((section) => [section.name, section]))
  const writable =
    mayEdit(visit.actor) &&
    sections.get('application')?.writable === true &&
    sections.get('materials')?.writable === true
  const drawing: Drawing = { id: view.state.id, state, writable, today: desk.office.today() }
  const wrong = Object.values(state.problems ?? {})
  const summary = state.failure
    ? failureBox(state.failure)
    : wrong.length > 0
      ? html`<div class="alert alert-danger" role="alert"><div><strong>还有 ${wrong.length} 处要补充或更正。</strong>已填写的内容都已保存,原因写在各栏下面。</div></div>`
      : ''
  const valuesIn = writable ? valuesOf : countedOf
  const materials = valuesIn(view.sections, 'materials')
  const rows = item.materials.map((rule) => materialRow(drawing, rule, materials))
  const body = html`${headline(item.name, html`办件 ${presentNumber(view.state)}`)}${summary}
    ${sealedBox(desk, visit, view, writable)}
    <form method="post" action="/cases/${view.state.id}/form" data-form novalidate>${csrfField(visit)}
      ${writable ? html`<button class="visually-hidden" type="submit" name="step" value="stay" tabindex="-1">保存</button>` : ''}
      ${applicationCard(drawing, item, valuesIn(view.sections, 'application'))}
      ${card('材料清单', html`<div class="card-body">${rows.length === 0 ? '这个事项不要求材料。' : rows}</div>`)}
      <div class="card"><div class="card-body">${
        writable
          ? html`${handInCard(desk, visit, view, state)}<p id="saved" class="desk-saved" role="status">${state.notice || '每填一栏自动保存。'}</p>`
          : html`这份申请表在这里只能看。<a href="/cases/${view.state.id}">回到办件</a>`
      }</div></div></form>`
  const status = state.failure ? statusOf(state.failure) : wrong.length > 0 ? 422 : 200
  return page(context, desk, { title: `${item.name} ${presentNumber(view.state)}`, body, status })
}
