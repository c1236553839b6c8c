/** Form parts: a field keeps what was typed and says what is wrong beside it. */
import { html } from 'hono/html'
import type { Failure } from '#protocol/result.ts'
import type { Html, Visit } from './visit.ts'
import { sentence } from './words.ts'

/** What a person typed: field name to text. */
export type Typed = Readonly<Record<string, string>>
/** Field name to what is wrong with it. */
export type Problems = Readonly<Record<string, string>>

/** A form as it is shown again: what was typed, what is wrong beside its field, and what is wrong with no field of it. */
export interface FormState {
  readonly typed?: Typed
  readonly problems?: Problems
  readonly failure?: Failure
}

/** The form again, with every failure beside its field; the first of those that have none stands above. */
export function formAgain(typed: Typed, failures: readonly Failure[]): FormState {
  const problems = failures.flatMap(({ field, message }) => (field === undefined ? [] : [[field, message] as const]))
  const failure = failures.find(({ field }) => field === undefined)
  return { typed, problems: Object.fromEntries(problems), ...(failure ? { failure } : {}) }
}

export const isWrong = ({ problems = {}, failure }: FormState): boolean =>
  failure !== undefined || Object.keys(problems).length > 0

/** The token every form carries; the gate refuses a post without it. */
export const csrfField = (visit: Visit): Html => html`<input type="hidden" name="csrf" value="${visit.signIn.csrf}" />`

export interface FieldOption {
  readonly value: string
  readonly label: string
  readonly group?: string
}

export interface FieldView {
  readonly name: string
  /** Tells fields of one name on one page apart; the name when not given. */
  readonly id?: string
  readonly label: string
  readonly kind:
    | 'text'
    | 'note'
    | 'number'
    | 'amount'
    | 'password'
    | 'date'
    | 'month'
    | 'tel'
    | 'choice'
    | 'list'
    | 'many'
    | 'flag'
  readonly value?: string
  readonly required?: boolean
  readonly problem?: string | undefined
  readonly hint?: string | undefined
  /** For choice, list and many; in a list, neighbours with the same group stand under its name. */
  readonly options?: readonly FieldOption[]
  readonly focus?: boolean
  /** More attributes, trusted markup. */
  readonly attributes?: Html | string
  readonly autocomplete?: string
}

/** What all controls of a field share: its name, its description and whether it is wrong. */
const idOf = (view: { readonly id?: string; readonly name: string }) => view.id ?? view.name

function shared(view: FieldView): Html {
  const { name, problem, required, focus, attributes } = view
  return html`name="${name}" aria-describedby="hint-${idOf(view)}" ${required ? html`required` : ''} ${
    focus ? html`autofocus` : ''
  } ${problem ? html`aria-invalid="true"` : ''} ${attributes ?? ''}`
}

/** Choices as short as this stand beside each other; longer ones one below the other. */
const SHORT_CHOICE = 8

function choices(view: FieldView, type: 'radio' | 'checkbox'): Html {
  const chosen = new Set((view.value ?? '').split(','))
  const short = (view.options ?? []).every(({ label }) => label.length <= SHORT_CHOICE)
  const layout = short ? 'form-check form-check-inline' : 'form-check'
  return html`<fieldset class="mb-3" id="field-${idOf(view)}"><legend class="form-label">${view.label}${mark(view)}</legend>
    ${(view.options ?? []).map(
      (option) => html`<label class="${layout}">
        <input class="form-check-input" type="${type}" value="${option.value}" name="${view.name}"
          aria-describedby="hint-${idOf(view)}" ${chosen.has(option.value) ? html`checked` : ''}
          ${view.required && type === 'radio' ? html`required` : ''} />
        <span class="form-check-label">${option.label}</span></label>`,
    )}${hintOf(view)}</fieldset>`
}

const mark = (view: FieldView) => (view.required ? html`<span class="text-secondary">(必填)</span>` : html``)

function control(view: FieldView): Html {
  const invalid = view.problem ? ' is-invalid' : ''
  const id = `field-${idOf(view)}`
  if (view.kind === 'note')
    return html`<textarea class="form-control${invalid}" id="${id}" rows="3" ${shared(view)}>${view.value ?? ''}</textarea>`
  if (view.kind === 'list')
    return html`<select class="form-select${invalid}" id="${id}" ${shared(view)}><option value="">请选择</option>
      ${grouped(view)}</select>`
  const number = view.kind === 'number' ? html`inputmode="numeric" min="0" step="1"` : ''
  const amount = view.kind === 'amount'
  return html`<input class="form-control${invalid}" id="${id}" type="${amount ? 'text' : view.kind}" value="${view.value ?? ''}"
    autocomplete="${view.autocomplete ?? 'off'}" ${number} ${amount ? html`inputmode="decimal"` : ''} ${shared(view)} />`
}

const optionOf = (view: FieldView, option: FieldOption): Html =>
  html`<option value="${option.value}" ${option.value === view.value ? html`selected` : ''}>${option.label}</option>`

/** The options of a list, those of a group together under its name, in the order given. */
function grouped(view: FieldView): Html {
  const options = view.options ?? []
  const groups = [...new Set(options.map(({ group }) => group ?? ''))]
  return html`${groups.map((group) => {
    const parts = options.filter((option) => (option.group ?? '') === group).map((option) => optionOf(view, option))
    return group === '' ? parts : html`<optgroup label="${group}">${parts}</optgroup>`
  })}`
}

/** One box to tick: `yes` when it is. */
const flag = (view: FieldView): Html =>
  html`<div class="mb-3"><label class="form-check"><input class="form-check-input" type="checkbox" id="field-${idOf(view)}" value="yes"
    ${view.value === 'yes' ? html`checked` : ''} ${shared(view)} /><span class="form-check-label">${view.label}</span></label>${hintOf(view)}</div>`

/** The words under a field; replaced alone when a field is saved as it is typed. */
export function hintOf(view: Pick<FieldView, 'name' | 'id' | 'problem' | 'hint'>, replace = false): Html {
  const words = view.problem
    ? html`<span class="field-problem">${view.problem}</span>`
    : html`<span class="text-secondary">${view.hint ?? ''}</span>`
  return html`<div id="hint-${idOf(view)}" class="field-hint" ${replace ? html`hx-swap-oob="true"` : ''}>${words}</div>`
}

/** A labelled field with its value, hint and problem. */
export function field(view: FieldView): Html {
  if (view.kind === 'choice') return choices(view, 'radio')
  if (view.kind === 'many') return choices(view, 'checkbox')
  if (view.kind === 'flag') return flag(view)
  return html`<div class="mb-3"><label class="form-label" for="field-${idOf(view)}">${view.label}${mark(view)}</label>
    ${control(view)}${hintOf(view)}</div>`
}

/** What went wrong, what was kept and what to do, at the head of a form. */
export const failureBox = (problem: Failure): Html => html`<div class="alert alert-danger" role="alert">
  <div><strong>${problem.message}</strong><div>${sentence(problem.kept)}${sentence(problem.next)}</div></div></div>`

/** Fields of a form that people did not type. */
const MACHINE_FIELD = /^(csrf|tip|fact|seen|changesSeen|step|from|next|display|was-.*)$/

/** Texts that were not taken, readable and ready to be copied: nobody types anything twice. */
export function keptBox(message: string, typed: Typed): Html | string {
  const texts = Object.entries(typed).filter(([name, text]) => text.trim() !== '' && !MACHINE_FIELD.test(name))
  if (texts.length === 0) return ''
  return html`<div class="alert alert-warning" role="alert"><div class="w-100"><strong>${message}</strong>
    您填写的内容在下面,可以复制:${texts.map(
      ([, text]) =>
        html`<textarea class="form-control mt-2" readonly rows="2" aria-label="没有提交的内容">${text}</textarea>`,
    )}</div></div>`
}
