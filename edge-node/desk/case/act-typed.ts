/** What a person typed for an act as the fact's fields, by the type of each field. */
import type { Typed } from '#edge-node/desk/forms.ts'
import { fenOf } from '#edge-node/desk/money.ts'
import { awaitedMaterials } from '#protocol/casework/acts/complete.ts'
import { FACTS, type FactKind, type FieldValue, fieldsOf } from '#protocol/casework/facts/facts.ts'
import type { FieldRule, FieldType } from '#protocol/casework/facts/fields.ts'
import type { CaseView } from '#protocol/engine/office.ts'

/** The boxes to tick of a field of several lines are posted beside its text, by their place in the list. */
export const pickName = (name: string): string => `${name}-pick`
/** A count per material is posted as `<field>-<material>`. */
export const countName = (name: string, material: string): string => `${name}-${material}`

/** Whether the applicant of a fact is written down on the form of the case, not on the act. */
export const isFromForm = (kind: FactKind): boolean => fieldsOf(kind, ({ asked }) => asked === 'form').length > 0
const MACHINE_TYPES: readonly FieldType[] = ['seals', 'hash']

/** The fields a person fills in for an act; seals, hashes and editions are filled in by the office or the page. */
export function askedFields(kind: FactKind): readonly (readonly [string, FieldRule])[] {
  const rules: Readonly<Record<string, FieldRule>> = FACTS[kind].fields
  return Object.entries(rules).filter(
    ([, { type, asked }]) => !MACHINE_TYPES.includes(type) && asked !== 'form' && asked !== 'nowhere',
  )
}

/** What an agent may be entrusted with (SOURCES.md section 7 D01). */
const ENTRUSTED = ['提交申请材料', '补正材料', '领取结果'] as const

/** What can be ticked instead of typed in a field of several lines, in the order of the boxes. */
export function picksOf(view: CaseView, kind: FactKind, name: string): readonly string[] {
  const materials = view.item?.materials ?? []
  if (kind === 'notified') return materials.map((rule) => rule.name)
  if (name === 'deferred')
    return materials
      .filter(({ required, deferrableDays }) => required && deferrableDays !== null)
      .map((rule) => rule.name)
  if (kind === 'supplied' && view.state.stage !== '25') return awaitedMaterials(view.state, view.item)
  if (kind === 'supplemented' || kind === 'supplied') return view.state.notice?.missing ?? []
  if (kind === 'met') return view.state.invitations.map(({ department }) => department)
  return name === 'entrusted' ? ENTRUSTED : []
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function lines(view: CaseView, kind: FactKind, name: string, typed: Typed): FieldValue | undefined {
  const picks = picksOf(view, kind, name)
  const ticked = (typed[pickName(name)] ?? '')
    .split(',')
    .flatMap((place) => (place === '' ? [] : (picks[Number(place)] ?? [])))
  const all = [...new Set([...ticked, ...linesOf(typed[name] ?? '')])]
  return all.length === 0 ? undefined : all
}

function counts(view: CaseView, name: string, typed: Typed): FieldValue | undefined {
  const found: Record<string, number> = {}
  for (const { id } of view.item?.materials ?? []) {
    const text = (typed[countName(name, id)] ?? '').trim()
    if (/^[0-9]{1,6}$/.test(text)) found[id] = Number(text)
  }
  return Object.keys(found).length === 0 ? undefined : found
}

/** A text that does not fit its type goes on as it was typed: the rule of the field says what is wrong with it. */
function typedValue(type: FieldType, text: string): FieldValue {
  if (type === 'count' && /^[0-9]{1,9}$/.test(text)) return Number(text)
  if (type === 'amount') return fenOf(text) ?? text
  return type === 'flag' ? text === 'yes' : text
}

/** The typed act as fields of its fact; an empty field is left out, a total that was not typed is the sum of the counts. */
export function actFields(view: CaseView, kind: FactKind, typed: Typed): Readonly<Record<string, FieldValue>> {
  const fields: Record<string, FieldValue> = {}
  for (const [name, { type }] of askedFields(kind)) {
    const text = (typed[name] ?? '').trim()
    const value =
      type === 'lines'
        ? lines(view, kind, name, typed)
        : type === 'counts'
          ? counts(view, name, typed)
          : text === ''
            ? undefined
            : typedValue(type, text)
    if (value !== undefined) fields[name] = value
  }
  const { counts: counted } = fields
  if (fields.materials === undefined && typeof counted === 'object')
    fields.materials = Object.values(counted as Readonly<Record<string, number>>).reduce((sum, each) => sum + each, 0)
  if (typed.fact) fields.fact = typed.fact
  return fields
}
