/** The form of an item's next edition: everything the catalogue says, in the order of the national field list. */
import { html } from 'hono/html'
import { csrfField, type FieldOption, type FieldView, field, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, Html, Visit } from '#edge-node/desk/visit.ts'
import { COLUMNS } from '#hub/catalogue/columns.ts'
import {
  BODY_NATURES,
  CASE_KINDS,
  CLIENTS,
  ITEM_TYPES,
  LEVELS,
  POWERS,
  VILLAGE_MODES,
} from '#protocol/casework/codes.ts'
import { TIERS } from '#protocol/casework/directory.ts'
import { CHANGE_TYPES } from '#protocol/casework/item.ts'
import type { Shape, Shapes } from './item-typed.ts'
import { departmentOptions } from './records.ts'
import { TIER_WORDS } from './stations.ts'

type Titles = Readonly<Record<string, string>>

const optionsOf = (titles: Titles): readonly FieldOption[] =>
  // Codes that look like numbers would come first in whatever order an object has; their own order is by code.
  Object.entries(titles)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([value, label]) => ({ value, label: /^[0-9]/.test(value) ? `${value} ${label}` : label }))

/** One field of the form: the column it stands for, how it is asked, and how its value is shaped. */
interface ItemPart {
  /** Path of the column, such as `promised.days`; its title is the label. */
  readonly path: string
  readonly kind: FieldView['kind']
  readonly shape: Shape
  readonly options?: readonly FieldOption[]
  readonly hint?: string
}

const text = (path: string, hint = ''): ItemPart => ({ path, kind: 'text', shape: 'text', hint })
const note = (path: string, hint = ''): ItemPart => ({ path, kind: 'note', shape: 'text', hint })
const count = (path: string): ItemPart => ({ path, kind: 'number', shape: 'text' })
const flag = (path: string, hint = ''): ItemPart => ({ path, kind: 'flag', shape: 'flag', hint })
const list = (path: string, titles: Titles): ItemPart => ({
  path,
  kind: 'list',
  shape: 'code',
  options: optionsOf(titles),
})
const many = (path: string, titles: Titles, hint = ''): ItemPart => ({
  path,
  kind: 'many',
  shape: 'codes',
  options: optionsOf(titles),
  hint,
})
const choice = (path: string, titles: Titles): ItemPart => ({
  path,
  kind: 'choice',
  shape: 'code',
  options: optionsOf(titles),
})
/** A list of records, a line each; the cells in the order of the table. */
const lines = (path: string, ...cells: readonly string[]): ItemPart => ({
  path,
  kind: 'note',
  shape: 'lines',
  hint: `每行一项:${cells.join(' | ')}${cells[0] === '编号' ? '。编号可以留空,自动给' : ''}`,
})

const DAY_UNITS = { 工作日: '工作日', 自然日: '自然日' }

/** Everything the form asks, by its cards; the departments to choose from are added when it is shown. */
const SECTIONS: readonly (readonly [string, readonly ItemPart[]])[] = [
  [
    '基本信息',
    [
      text('name'),
      text('pinyin', '供键盘查找;留空自动生成,多音字可以改'),
      text('codes.basic'),
      text('codes.implementation'),
      text('codes.business'),
      list('itemType', ITEM_TYPES),
      list('caseKind', CASE_KINDS),
      list('level', LEVELS),
      list('bodyNature', BODY_NATURES),
      list('department', {}),
      many('clients', CLIENTS),
      many('coDepartments', {}),
    ],
  ],
  [
    '依据和程序',
    [
      note('basis'),
      note('conditions', '不需要材料的请写明“无需提交材料”'),
      note('procedure'),
      note('permissions'),
      text('quota'),
    ],
  ],
  [
    '材料和申请表',
    [
      lines(
        'materials',
        '编号',
        '名称',
        '必备 是/否',
        '原件、复印件或原件和复印件',
        '复印件份数',
        '依据',
        '出具机构',
        '受理标准',
        '容缺天数',
        '可承诺 是/否',
      ),
      lines('fields', '编号', '栏目', '必填 是/否', '类型'),
    ],
  ],
  [
    '时限和环节',
    [
      count('promised.days'),
      choice('promised.unit', DAY_UNITS),
      text('promised.note'),
      count('statutory.days'),
      choice('statutory.unit', DAY_UNITS),
      text('statutory.note'),
      count('supplementDays'),
      flag('samePerson'),
      lines('steps', '承办、审核或批准', '岗位', '标准', '工作日'),
      lines('procedures', '种类', '天数', '依据'),
    ],
  ],
  [
    '收费、裁量和绿色通道',
    [
      lines('fees', '编号', '名称', '标准', '依据', '金额,如 10.00 或 20.00-40.00'),
      lines('discretion', '编号', '因素', '标准', '金额(没有的留空)'),
      lines('green', '编号', '名称', '最低金额(元)', '名录(用;分开)', '联络员'),
      lines('prerequisites', '前置事项编码', '依据'),
    ],
  ],
  [
    '在哪里办',
    [
      many('tiers', TIER_WORDS),
      many('receivingTiers', TIER_WORDS, '这些层级的窗口收到材料,即视为行政机关收件'),
      choice('clockStart', { window: '窗口收件', capture: '村级收件点代收' }),
      list('villageMode', VILLAGE_MODES),
      flag('villageDelivery'),
      flag('commitment'),
      many('authorised', POWERS, '勾选的权项须凭授权书行使'),
      count('visits'),
    ],
  ],
  [
    '结果和公开',
    [
      text('result.name'),
      text('result.kind'),
      text('result.validity'),
      note('place'),
      text('hours'),
      text('phone'),
      text('leaderPhone'),
      text('complaintPhone'),
      note('questions'),
    ],
  ],
  [
    '进驻和标记',
    [
      flag('presence.due'),
      flag('presence.present'),
      text('presence.reason', '应进未进的写明批准文号'),
      flag('sample', '对照依据核对过以后取消;有标记的内容不得作为办事依据'),
    ],
  ],
]

/** How each column's value stands in the form. */
export const ITEM_SHAPES: Shapes = new Map(
  SECTIONS.flatMap(([, parts]) => parts.map(({ path, shape }): [string, Shape] => [path, shape])),
)

const TITLES = new Map(COLUMNS.map(({ path, title }) => [path.join('.'), title]))

const DEPARTMENT_FIELDS = ['department', 'coDepartments']

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
    ? { name: 'id', label: '事项编码', kind: 'text', required: true, hint: '地方编码,建立后不变' }
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
  const part = ({ path, kind, shape, options, hint }: ItemPart) =>
    shown({
      name: path,
      label: TITLES.get(path) ?? path,
      kind,
      hint,
      attributes: shape === 'lines' ? html`wrap="off"` : '',
      options: DEPARTMENT_FIELDS.includes(path) ? departments : (options ?? []),
    })
  const buttons = html`<div class="desk-actions"><button class="btn" type="submit" name="step" value="check">只检查,不发布</button>
    <button class="btn btn-primary" type="submit" name="step" value="publish">发布</button></div>`
  return html`<form method="post" action="${action}" novalidate>${csrfField(visit)}${findings}
    ${card(code === '' ? '新增事项' : '这次变更', html`<div class="card-body">${changeParts(code === '').map(shown)}${buttons}</div>`)}
    ${SECTIONS.map(([title, parts]) => card(title, html`<div class="card-body desk-columns">${parts.map(part)}</div>`))}${buttons}</form>`
}

/** Every tier in the order of the tree, for lists elsewhere. */
export const tierNames = (tiers: readonly string[]): string =>
  TIERS.filter((tier) => tiers.includes(tier))
    .map((tier) => TIER_WORDS[tier])
    .join('、') || '—'
