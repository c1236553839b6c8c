/** Files that administrators hand in through a form. */
import { html } from 'hono/html'
import { formDataOf } from '#edge-node/desk/posted-forms.ts'
import type { DeskContext, Html } from '#edge-node/desk/visit.ts'

export interface Upload {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The file of a posted form; undefined when none was chosen. */
export async function uploadOf(context: DeskContext, field: string): Promise<Upload | undefined> {
  const value = (await formDataOf(context)).get(field)
  if (!(value instanceof File) || value.size === 0) return undefined
  return { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) }
}

/** A field for choosing a file; works without scripts. */
export const fileField = (view: {
  readonly name: string
  readonly label: string
  readonly hint: string
  readonly accept: string
  readonly problem?: string | undefined
}): Html =>
  html`<div class="mb-3"><label class="form-label" for="field-${view.name}">${view.label}</label>
    <input class="form-control${view.problem ? ' is-invalid' : ''}" id="field-${view.name}" type="file" name="${view.name}" accept="${view.accept}" aria-describedby="hint-${view.name}" />
    <div id="hint-${view.name}" class="field-hint">${view.problem ? html`<span class="field-problem">${view.problem}</span>` : html`<span class="text-secondary">${view.hint}</span>`}</div></div>`
