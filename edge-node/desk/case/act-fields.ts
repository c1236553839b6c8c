/** The fields of an act as a person meets them: choices from item, case and directory, and what is known already. */
import { html } from 'hono/html'
import { materialOf, valuesOf } from '#edge-node/commands/cases/form.ts'
import { type FieldOption, type FieldView, field } from '#edge-node/desk/forms.ts'
import { rangeWords } from '#edge-node/desk/money.ts'
import { colleagues, signers } from '#edge-node/desk/people.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { PROCEDURES, type Procedure } from '#protocol/casework/codes.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { ActDrawing } from './act-drawing.ts'
import { hintFor, preset } from './act-hints.ts'
import { countName, pickName, picksOf } from './act-typed.ts'
import { secondOptions } from './second-part.ts'
import { stationChoices } from './station-choices.ts'

function personOptions({ desk, visit, view, kind }: ActDrawing, { signs, type }: FieldRule): readonly FieldOption[] {
  if (signs !== undefined) {
    const without = signs === 'another' ? [visit.actor.person] : []
    // Before there are people to ask a name is typed where it always was.
    return (
      secondOptions(desk, visit, view, kind, without) ?? (type === 'text' ? [] : signers(desk, visit.actor, without))
    )
  }
  const without = kind === 'entrusted' && view.state.assignee !== '' ? [view.state.assignee] : []
  return colleagues(desk, view.state.holder, without, view.item?.department)
}

/** Whether an act needs the signature of another person and there is nobody to choose. */
export function lacksSigner(drawing: ActDrawing): boolean {
  const rules: readonly FieldRule[] = Object.values(FACTS[drawing.kind].fields)
  const second = rules.find(({ signs, required }) => signs === 'another' && required)
  return second !== undefined && personOptions(drawing, second).length === 0
}

function codedOptions({ desk, view, kind }: ActDrawing, name: string): readonly FieldOption[] | undefined {
  const { item } = view
  if (kind === 'charged' && name === 'fee')
    return (item?.fees ?? [])
      .filter(({ basis }) => basis !== '')
      .map(({ id, name: title, range }) => ({ value: id, label: `${title}(${rangeWords(range)})` }))
  if (kind === 'decided' && name === 'tier')
    return (item?.discretion ?? []).map(({ id, factor, standard }) => ({ value: id, label: `${factor}:${standard}` }))
  if (kind === 'prioritised' && name === 'rule')
    return (item?.green ?? []).map(({ id, name: title }) => ({ value: id, label: title }))
  if (kind !== 'invited') return undefined
  if (name === 'department') return departmentOptions(desk, view)
  if (name !== 'item') return undefined
  return desk.office.directory.items().map(({ id, name: title }) => ({ value: id, label: `${id} ${title}` }))
}

function departmentOptions(desk: Desk, view: CaseView): readonly FieldOption[] {
  const joint = view.item?.coDepartments ?? []
  return desk.office.directory
    .departments()
    .filter(({ successor }) => successor === null)
    .map(({ id, name }) => ({ value: name, label: name, group: joint.includes(id) ? '本事项的联办部门' : '其他部门' }))
    .toSorted((left, right) => Number(left.group === '其他部门') - Number(right.group === '其他部门'))
}

/** Special procedures of the article, and of the item's own rule: others are not offered. */
const procedureFits = (view: CaseView, kind: string): boolean =>
  Object.hasOwn(PROCEDURES, kind) &&
  (PROCEDURES[kind as Procedure].statutory || (view.item?.procedures ?? []).some((rule) => rule.kind === kind))

function optionsOf(drawing: ActDrawing, name: string, rule: FieldRule): readonly FieldOption[] {
  const { type } = rule
  if (typeof type === 'object')
    return Object.entries(type.oneOf)
      .filter(([value]) => name !== 'procedure' || procedureFits(drawing.view, value))
      .map(([value, label]) => ({ value, label }))
  if (type === 'station') return stationChoices(drawing)
  return type === 'person' || rule.signs !== undefined
    ? personOptions(drawing, rule)
    : (codedOptions(drawing, name) ?? [])
}

/** With so many choices a list is easier than buttons. */
const MANY_CHOICES = 5

function kindOf(rule: FieldRule, options: readonly FieldOption[]): FieldView['kind'] {
  const { type } = rule
  if (typeof type === 'object') return options.length > MANY_CHOICES ? 'list' : 'choice'
  if (type === 'flag') return rule.required ? 'choice' : 'flag'
  if (type === 'station' || type === 'person' || options.length > 0) return 'list'
  if (type === 'count') return 'number'
  if (type === 'day') return 'date'
  if (type === 'amount') return 'amount'
  return type === 'note' || type === 'lines' ? 'note' : 'text'
}

const YES_OR_NO: readonly FieldOption[] = [
  { value: 'yes', label: '是' },
  { value: 'no', label: '否' },
]

/** Several lines: boxes for what is known by name, and room for what is not. */
function linesField(drawing: ActDrawing, name: string, view: FieldView): Html {
  const picks = picksOf(drawing.view, drawing.kind, name)
  if (picks.length === 0) return field(view)
  const pick = pickName(name)
  const boxes = field({
    ...view,
    name: pick,
    id: `${drawing.prefix}-${pick}`,
    kind: 'many',
    value: drawing.typed === undefined ? preset(drawing, pick) : (drawing.typed[pick] ?? ''),
    problem: undefined,
    hint: '',
    options: picks.map((label, place) => ({ value: String(place), label })),
  })
  const label = `${view.label.replace(/\(.*\)/, '')}:其他(每行一项)`
  return html`${boxes}${field({ ...view, label, required: false })}`
}

/** One number per material of the item, with what was offered beside it. */
function countsField({ view, kind, prefix, typed, problems }: ActDrawing, name: string, label: string): Html {
  const materials = view.item?.materials ?? []
  if (materials.length === 0) return html``
  const offered = view.state.offer?.counts ?? {}
  const brought = valuesOf(view.sections, 'materials')
  const usual = (id: string) => {
    const { state, copies } = materialOf(brought, id)
    return String((state === 'original' || state === 'both' ? 1 : 0) + copies)
  }
  const rows = materials.map(({ id, name: title }) => {
    const input = countName(name, id)
    const value = typed === undefined ? (kind === 'offered' ? usual(id) : '') : (typed[input] ?? '')
    const beside = kind === 'taken' && offered[id] !== undefined ? `移交 ${offered[id]} 份` : ''
    return html`<div class="desk-count"><label for="field-${prefix}-${input}">${title}</label>
      <input class="form-control" id="field-${prefix}-${input}" name="${input}" type="number" inputmode="numeric" min="0" step="1" value="${value}" />
      <span class="text-secondary">${beside}</span></div>`
  })
  const problem = problems[name]
  return html`<fieldset class="mb-3"><legend class="form-label">${label}</legend>${rows}
    ${problem ? html`<div class="field-hint"><span class="field-problem">${problem}</span></div>` : ''}</fieldset>`
}

/** Fields that only some cases have: nothing to choose from, nothing to ask. */
function isIdle(drawing: ActDrawing, name: string): boolean {
  const { view, kind } = drawing
  const { item, state } = view
  if (kind === 'decided' && (name === 'tier' || name === 'tierWhy')) return (item?.discretion ?? []).length === 0
  if (kind === 'notified' && (name === 'override' || name === 'approver')) return state.notice === null
  if (name === 'proposedTo') return !drawing.desk.office.register().isEnabled('countersigned')
  if (kind === 'accepted' && name === 'commitment') return item?.commitment !== true
  if (kind === 'accepted' && (name === 'deferred' || name === 'deferredUntil'))
    return !(item?.materials ?? []).some(({ deferrableDays }) => deferrableDays !== null)
  if (kind === 'received' && name === 'originals') return state.stage !== '07'
  return kind === 'prioritised' && (name === 'rule' || name === 'amount') && (item?.green ?? []).length === 0
}

/** Whoever is asked has to sign in: nothing happens before. */
const signHint = ({ desk }: ActDrawing, { signs }: FieldRule): string | undefined =>
  signs !== undefined && desk.office.register().isEnabled('countersigned')
    ? '要由这个人登录本人账号复核同意,才生效;本人有权批准的,选本人'
    : undefined

/** One field of an act; nothing when this case has no use for it. */
export function actField(drawing: ActDrawing, name: string, rule: FieldRule): Html {
  if (isIdle(drawing, name)) return html``
  const { prefix, typed, problems } = drawing
  if (rule.type === 'counts') return countsField(drawing, name, rule.label)
  const options = rule.type === 'flag' ? YES_OR_NO : optionsOf(drawing, name, rule)
  const view: FieldView = {
    name,
    id: `${prefix}-${name}`,
    label: rule.label,
    kind: kindOf(rule, options),
    required: rule.required,
    value: typed === undefined ? preset(drawing, name) : (typed[name] ?? ''),
    problem: problems[name],
    hint: hintFor(drawing, name) ?? signHint(drawing, rule),
    options,
  }
  return rule.type === 'lines' ? linesField(drawing, name, view) : field(view)
}
