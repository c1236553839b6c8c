/** The form of an item's next edition: every field of the table of fields, on the cards of its sections. */
import { html } from 'hono/html'
import { csrfField, type FieldOption, type FieldView, field, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, Html, Visit } from '#edge-node/desk/visit.ts'
import type { Column } from '#hub/catalogue/columns.ts'
import type { CellKind, ColumnKind, Field, Titles } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_FIELDS, ITEM_SECTIONS } from '#protocol/casework/catalogue/item-fields.ts'
import { CHANGE_TYPES } from '#protocol/casework/codes.ts'
import { LIMITS } from '#protocol/limits.ts'
import { TIERS } from '#protocol/tiers.ts'
import { ASKED, nameOf } from './item-typed.ts'
import { departmentOptions } from './records.ts'
import { TIER_WORDS } from './stations.ts'

const isNumber = (code: string): boolean => /^[0-9]/.test(code)

/** Codes that look like numbers would come first in whatever order an object has; their own order is by code. */
const optionsOf = (titles: Titles): readonly FieldOption[] =>
  Object.entries(titles)
    .toSorted(([left], [right]) => (isNumber(left) && isNumber(right) ? (left < right ? -1 : 1) : 0))
    .map(([value, label]) => ({ value, label: isNumber(value) ? `${value} ${label}` : label }))

/** So few choices stand side by side; more are chosen from a list. */
const FEW_CHOICES = 2

/** How a kind of field is asked. */
function controlOf(kind: ColumnKind): FieldView['kind'] {
  switch (kind.is) {
    case 'text':
      return kind.most < LIMITS.noteCharacters ? 'text' : 'note'
    case 'key':
      return kind.department ? 'list' : 'text'
    case 'count':
      return 'number'
    case 'flag':
      return 'flag'
    case 'day':
      return 'date'
    case 'choice':
      return Object.keys(kind.titles).length > FEW_CHOICES ? 'list' : 'choice'
    case 'optional':
      return controlOf(kind.of)
    case 'several':
      return ['list', 'choice'].includes(controlOf(kind.of)) ? 'many' : 'text'
    case 'rows':
      return 'note'
    default:
      return 'text'
  }
}

function choicesOf(kind: ColumnKind, departments: readonly FieldOption[]): readonly FieldOption[] {
  if (kind.is === 'choice') return optionsOf(kind.titles)
  if (kind.is === 'key' && kind.department) return departments
  return kind.is === 'several' ? choicesOf(kind.of, departments) : []
}

/** What may be typed in a cell of a line, where that is no plain text. */
function cellWords(kind: CellKind): string {
  if (kind.is === 'flag') return ' 是/否'
  if (kind.is === 'amount') return '(元)'
  if (kind.is === 'range') return '(元),如 10.00 或 20.00-40.00'
  if (kind.is === 'several') return '(用;分开)'
  if (kind.is === 'optional') return `${cellWords(kind.of)}(没有的留空)`
  return kind.is === 'choice' ? ` ${Object.values(kind.titles).join('/')}` : ''
}

/** A list of records is asked as lines; their cells stand in the order of its table. */
function hintOf({ kind, note = '' }: Field<unknown, ColumnKind>): string {
  if (kind.is !== 'rows') return note
  const cells = Object.values(kind.fields).map((cell) => `${cell.title}${cellWords(cell.kind)}`)
  const ids = 'id' in kind.fields ? '编号可以留空,自动给' : ''
  return [`每行一项:${cells.join(' | ')}`, ids, note].filter(Boolean).join('。')
}

export interface ItemFormView {
  /** Code of the item; empty for a new one. */
  readonly code: string
  readonly action: string
  readonly typed: Typed
  readonly problems: Problems
  /** What the check found, above the form. */
  readonly findings: Html | string
}

/** Kinds of change that a form with new content may be. */
const CHANGES = Object.fromEntries(
  Object.entries(CHANGE_TYPES).filter(([type]) => !['new', 'cancelled', 'merged'].includes(type)),
)

/** What the change itself is asked: kind, basis, first day; a new item also gets its code. */
const changeParts = (isNew: boolean): readonly Omit<FieldView, 'value' | 'problem'>[] => [
  isNew
    ? { name: 'id', label: ITEM_FIELDS.id.title, kind: 'text', required: true, hint: '地方编码,建立后不变' }
    : { name: 'changeType', label: '变更类型', kind: 'list', required: true, options: optionsOf(CHANGES) },
  { name: 'changeBasis', label: isNew ? '新增依据' : '变更依据', kind: 'text', required: true, hint: '文件名称和文号' },
  {
    name: 'effectiveFrom',
    label: '从哪天起实施',
    kind: 'date',
    required: true,
    hint: isNew ? '' : '在办件仍按收件时的版次办理',
  },
]

/** The form. Everything typed comes back with it; nothing is kept before it is published. */
export function itemForm(desk: Desk, visit: Visit, view: ItemFormView): Html {
  const { code, action, typed, problems, findings } = view
  const departments = departmentOptions(desk)
  const shown = (view: Omit<FieldView, 'value' | 'problem'>) =>
    field({ ...view, value: typed[view.name] ?? '', problem: problems[view.name] })
  const asked = (column: Column) => {
    const { kind } = column.field
    return shown({
      name: nameOf(column),
      label: column.title,
      kind: controlOf(kind),
      hint: hintOf(column.field),
      attributes: kind.is === 'rows' ? html`wrap="off"` : '',
      options: choicesOf(kind, departments),
    })
  }
  const buttons = html`<div class="desk-actions"><button class="btn" type="submit" name="step" value="check">只检查,不发布</button>
    <button class="btn btn-primary" type="submit" name="step" value="publish">发布</button></div>`
  const cards = Object.entries(ITEM_SECTIONS).flatMap(([section, title]) => {
    const columns = ASKED.filter((column) => column.section === section)
    return columns.length === 0
      ? []
      : [card(title, html`<div class="card-body desk-columns">${columns.map(asked)}</div>`)]
  })
  return html`<form method="post" action="${action}" novalidate>${csrfField(visit)}${findings}
    ${card(code === '' ? '新增事项' : '这次变更', html`<div class="card-body">${changeParts(code === '').map(shown)}${buttons}</div>`)}
    ${cards}${buttons}</form>`
}

/** Every tier in the order of the tree, for lists elsewhere. */
export const tierNames = (tiers: readonly string[]): string =>
  TIERS.filter((tier) => tiers.includes(tier))
    .map((tier) => TIER_WORDS[tier])
    .join('、') || '—'
