/** The names under which a form is posted, and what a post says was changed. */
import type { DraftMaterial, FormDraft } from '#edge-node/commands/cases/draft.ts'
import { type FormProblem, formFields, OVERRIDE } from '#edge-node/commands/cases/form.ts'
import type { Problems, Typed } from '#edge-node/desk/forms.ts'
import type { Item } from '#protocol/casework/item.ts'

/** Application fields are posted as `a-<id>`, materials as `m-<id>-state` and `m-<id>-copies`. */
export const applicationName = (id: string): string => `a-${id}`
export const materialName = (id: string, part: 'state' | 'copies'): string => `m-${id}-${part}`
/** What the page showed when the person began: only what the person changed is written. */
export const seenName = (name: string): string => `was-${name}`

/**
 * What a post asks to change: values that the person changed, which differ from what the page showed. `touched`: the field
 * that a save of its own is about, which was changed whatever it says: typed back, it says what the page showed at first.
 */
export function draftOf(item: Item, typed: Typed, touched?: string): FormDraft {
  const changed = (name: string): string | undefined => {
    const value = typed[name]
    return value === undefined || (name !== touched && value === typed[seenName(name)]) ? undefined : value
  }
  const application = [...formFields(item).map(({ id }) => id), OVERRIDE].flatMap((id) => {
    const value = changed(applicationName(id))
    return value === undefined ? [] : [[id, value] as const]
  })
  const materials = item.materials.map(({ id }): readonly [string, DraftMaterial] => [
    id,
    { state: changed(materialName(id, 'state')), copies: changed(materialName(id, 'copies')) },
  ])
  return { application: Object.fromEntries(application), materials: Object.fromEntries(materials) }
}

/** What keeps a form from being handed in, by the names of its fields. */
export const problemsByName = (problems: readonly FormProblem[]): Problems =>
  Object.fromEntries(
    problems.map(({ section, id, message }) => [
      section === 'application' ? applicationName(id) : materialName(id, 'state'),
      message,
    ]),
  )
