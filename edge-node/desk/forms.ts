/** Form parts: a field keeps what was typed and says what is wrong beside it. */
import { html } from 'hono/html'
import type { Failure } from '#protocol/result.ts'
import type { Html, Visit } from './visit.ts'
import { sentence } from './words.ts'

/** What a person typed: field name to text. */
export type Typed = Readonly<Record<string, string>>
/** Field name to what is wrong with it. */
export type Problems = Readonly<Record<string, string>>

/** The token every form carries; the gate refuses a post without it. */
export const csrfField = (visit: Visit): Html => html`<input type="hidden" name="csrf" value="${visit.signIn.csrf}" />`

export interface FieldView {
  readonly name: string
  /** Tells fields of one name on one page apart; the name when not given. */
  readonly id?: string
  readonly label: string
  readonly kind: 'text' | 'note' | 'number' | 'password' | 'date' | 'tel' | 'choice' | 'list' | 'many'
  readonly value?: string
  readonly required?: boolean
  readonly problem?: string | undefined
  readonly hint?: string | undefined
  /** For choice, list and many. */
  readonly options?: readonly { readonly value: string; readonly label: string }[]
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

function choices(view: FieldView, type: 'radio' | 'checkbox'): Html {
  const chosen = new Set((view.value ?? '').split(','))
  return html`<fieldset class="mb-3" id="field-${idOf(view)}"><legend class="form-label">${view.label}${mark(view)}</legend>
    ${(view.options ?? []).map(
      (option) => html`<label class="form-check form-check-inline">
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
      ${(view.options ?? []).map(
        (option) =>
          html`<option value="${option.value}" ${
            option.value === view.value ? html`selected` : ''
          }>${option.label}</option>`,
      )}</select>`
  const number = view.kind === 'number' ? html`inputmode="numeric" min="0" step="1"` : ''
  return html`<input class="form-control${invalid}" id="${id}" type="${view.kind}" value="${view.value ?? ''}"
    autocomplete="${view.autocomplete ?? 'off'}" ${number} ${shared(view)} />`
}

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
  return html`<div class="mb-3"><label class="form-label" for="field-${idOf(view)}">${view.label}${mark(view)}</label>
    ${control(view)}${hintOf(view)}</div>`
}

/** What went wrong, what was kept and what to do, at the head of a form. */
export const failureBox = (problem: Failure): Html => html`<div class="alert alert-danger" role="alert">
  <div><strong>${problem.message}</strong><div>${sentence(problem.kept)}${sentence(problem.next)}</div></div></div>`

/** Fields of a form that people did not type. */
const MACHINE_FIELD = /^(csrf|tip|fact|seen|step|from|next|display|was-.*)$/

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

/** Reads a posted form: texts only, repeated names joined by a comma. */
export async function readForm(request: { formData(): Promise<FormData> }): Promise<Typed> {
  const typed: Record<string, string> = {}
  for (const [name, value] of await request.formData()) {
    if (typeof value !== 'string') continue
    const clean = value.replaceAll('\r\n', '\n')
    typed[name] = Object.hasOwn(typed, name) ? `${typed[name]},${clean}` : clean
  }
  return typed
}
