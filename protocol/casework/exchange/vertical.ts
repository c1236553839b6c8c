/** Cases handled in a department's vertical system, taken in as back-dated cases (补录): columns, reading, and the facts they become. */
import { STAGES, type Stage } from '../case.ts'
import type { FactKind, FieldValue } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Day } from '../time/days.ts'
import { readDay } from './dates.ts'
import { foreignState, STATE_LISTS, type StateList } from './systems.ts'

/** Columns of an import file: key in JSON, header in CSV. The report of an import has the same and {@link REPORT_COLUMNS}. */
export const VERTICAL_COLUMNS = {
  system: '来源系统',
  reference: '来源办件编号',
  item: '事项编码',
  applicant: '申请者名称',
  idNumber: '证件号码',
  idNote: '证件号码说明',
  phone: '联系电话',
  materials: '材料份数',
  state: '办件状态',
  received: '收件时间',
  notified: '补正告知时间',
  missing: '补正内容',
  accepted: '受理时间',
  result: '办理结果',
  opinion: '办理意见',
  document: '决定文书号',
  closed: '办结时间',
  delivered: '送达时间',
  recipient: '领取人',
} as const
export type VerticalColumn = keyof typeof VERTICAL_COLUMNS
export type VerticalRow = Readonly<Partial<Record<VerticalColumn, string>>>

/** What an import adds to each row. */
export const REPORT_COLUMNS = { outcome: '导入结果', number: '办件编号', why: '原因' } as const

export const IMPORT_OUTCOMES = {
  imported: '已补录',
  continued: '已补录到新的环节',
  unchanged: '此前已补录,没有变化',
  refused: '未导入',
  partial: '只补录了一部分',
} as const
export type ImportOutcome = keyof typeof IMPORT_OUTCOMES

/** Lists of state codes a file may use: those of {@link STATE_LISTS}, or this network's own stages. */
export const VERTICAL_LISTS = {
  ...Object.fromEntries(Object.entries(STATE_LISTS).map(([name, { title }]) => [name, title])),
  stage: '本网环节',
} as Readonly<Record<StateList | 'stage', string>>
export type VerticalList = StateList | 'stage'

/** A row that can be taken in. */
export interface VerticalCase {
  readonly system: string
  readonly reference: string
  readonly item: string
  readonly applicant: string
  readonly idNumber: string
  readonly idNote: string
  readonly phone: string
  readonly materials: number
  readonly target: '20' | '25' | '30' | '60' | '70'
  readonly received: Day
  readonly notified: Day | undefined
  readonly accepted: Day | undefined
  readonly missing: readonly string[]
  readonly result: 'granted' | 'refused'
  readonly opinion: string
  readonly document: string
  readonly closed: Day | undefined
  readonly delivered: Day | undefined
  readonly recipient: string
}

/** How far a case of the other system is taken in: what happened beyond acceptance counts only once it is finished. */
const TARGETS: Readonly<Partial<Record<Stage, VerticalCase['target']>>> = {
  '20': '20',
  '25': '25',
  '30': '30',
  '40': '30',
  '41': '30',
  '42': '30',
  '45': '30',
  '46': '30',
  '50': '60',
  '51': '60',
  '60': '60',
  '70': '70',
  '90': '70',
}

/** What a row says, or every reason for which it cannot be taken in. */
export type Reading =
  | { readonly ok: true; readonly value: VerticalCase }
  | { readonly ok: false; readonly problems: readonly string[] }

const MOST_PIECES = 999

/** Reads the state column by the file's list. */
function targetOf(list: VerticalList, code: string): VerticalCase['target'] | string[] {
  const known =
    list === 'stage' ? (Object.hasOwn(STAGES, code) ? (code as Stage) : undefined) : foreignState(list, code)?.stage
  if (known === undefined) return [`办件状态“${code}”不在${VERTICAL_LISTS[list]}中`]
  const target = TARGETS[known]
  if (target !== undefined) return target
  return [`${STAGES[known]}的办件不补录:没有收到申请材料,或者没有办理结果`]
}

/** Days of the row in the order in which they must follow each other. */
const ORDER = ['received', 'notified', 'accepted', 'closed', 'delivered'] as const

function readDays(text: (column: VerticalColumn) => string, today: Day, problems: string[]) {
  const days: Partial<Record<(typeof ORDER)[number], Day>> = {}
  let last: (typeof ORDER)[number] | undefined
  for (const column of ORDER) {
    if (text(column) === '') continue
    const day = readDay(text(column))
    const title = VERTICAL_COLUMNS[column]
    if (day === undefined) problems.push(`${title}“${text(column)}”不是日期,须如 20261121`)
    else if (day > today) problems.push(`${title}晚于今天`)
    else if (last !== undefined && day < (days[last] as Day)) problems.push(`${title}早于${VERTICAL_COLUMNS[last]}`)
    else {
      days[column] = day
      last = column
    }
  }
  return days
}

/** What each target needs besides the columns every row needs. */
const NEEDS: Readonly<Record<VerticalCase['target'], readonly VerticalColumn[]>> = {
  '20': [],
  '25': ['notified', 'missing'],
  '30': ['accepted'],
  '60': ['accepted', 'closed', 'result'],
  '70': ['accepted', 'closed', 'result', 'delivered', 'recipient'],
}
const ALWAYS = ['system', 'reference', 'item', 'applicant', 'state', 'received'] as const

const RESULTS: Readonly<Record<string, VerticalCase['result']>> = {
  准予: 'granted',
  同意: 'granted',
  通过: 'granted',
  不予: 'refused',
  不同意: 'refused',
  不通过: 'refused',
}

const LONGEST = 200

/** Reads a row; every problem is told at once. */
export function readVertical(row: VerticalRow, list: VerticalList, today: Day): Reading {
  const text = (column: VerticalColumn) => (row[column] ?? '').trim()
  const problems: string[] = []
  const target = targetOf(list, text('state'))
  if (typeof target !== 'string' && text('state') !== '') problems.push(...target)
  const needs = typeof target === 'string' ? NEEDS[target] : []
  for (const column of [...ALWAYS, ...needs])
    if (text(column) === '') problems.push(`请填写${VERTICAL_COLUMNS[column]}`)
  for (const column of Object.keys(VERTICAL_COLUMNS) as VerticalColumn[])
    if (column !== 'opinion' && column !== 'missing' && text(column).length > LONGEST)
      problems.push(`${VERTICAL_COLUMNS[column]}超过 ${LONGEST} 字`)
  const days = readDays(text, today, problems)
  const result = RESULTS[text('result')]
  if (needs.includes('result') && text('result') !== '' && result === undefined)
    problems.push(`办理结果“${text('result')}”须为准予或不予`)
  const materials = text('materials') === '' ? 0 : Number(text('materials'))
  if (!Number.isInteger(materials) || materials < 0 || materials > MOST_PIECES)
    problems.push(`材料份数“${text('materials')}”须为 0 至 ${MOST_PIECES} 的整数`)
  if (problems.length > 0 || typeof target !== 'string' || days.received === undefined) return { ok: false, problems }
  return {
    ok: true,
    value: {
      system: text('system'),
      reference: text('reference'),
      item: text('item'),
      applicant: text('applicant'),
      idNumber: text('idNumber').toUpperCase(),
      idNote: text('idNote'),
      phone: text('phone'),
      materials,
      target,
      received: days.received,
      notified: days.notified,
      accepted: days.accepted,
      missing: text('missing')
        .split(/[;;\n]/)
        .map((line) => line.trim())
        .filter((line) => line !== ''),
      result: result ?? 'granted',
      opinion: text('opinion'),
      document: text('document') || text('reference'),
      closed: days.closed,
      delivered: days.delivered,
      recipient: text('recipient'),
    },
  }
}

/** The item a code of another system means: this network's own code, or one of the national ones. */
export const itemByCode = (items: readonly Item[], code: string): Item | undefined =>
  items.find(({ id }) => id === code) ??
  (code === ''
    ? undefined
    : items.find(({ codes }) => [codes.business, codes.implementation, codes.basic].includes(code)))

/** Where a back-dated fact came from, in words that can be read again: two imports of one case must meet. */
export const sourceMark = ({ system, reference }: Pick<VerticalCase, 'system' | 'reference'>): string =>
  `来源系统:${system};来源办件编号:${reference}`

/** One fact to be written for a row. */
export interface VerticalStep {
  readonly kind: FactKind
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** The facts a row becomes, in order; each carries its own day and where it came from. */
export function verticalSteps(row: VerticalCase): readonly VerticalStep[] {
  const occurredWhy = sourceMark(row)
  const on = (day: Day | undefined): VerticalStep['fields'] =>
    day === undefined ? { occurredWhy } : { occurredOn: day, occurredWhy }
  const { applicant, idNumber, phone, materials, target } = row
  const idOverride = row.idNote || (/^[0-9]{15}$/.test(idNumber) ? '来源系统登记的15位旧证件号码' : '')
  const given = { applicant, idNumber, idOverride, phone }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''))
  const steps: VerticalStep[] = [{ kind: 'received', fields: { ...known, materials, ...on(row.received) } }]
  if (target === '25') steps.push({ kind: 'notified', fields: { missing: row.missing, ...on(row.notified) } })
  if (target === '20' || target === '25') return steps
  steps.push({ kind: 'accepted', fields: on(row.accepted) })
  if (target === '30') return steps
  const { system, reference, result, document, opinion } = row
  const note: VerticalStep['fields'] = opinion === '' ? {} : { opinion }
  steps.push({ kind: 'concluded', fields: { system, reference, result, document, ...note, ...on(row.closed) } })
  if (target === '60') return steps
  const related: VerticalStep['fields'] = row.recipient === applicant ? {} : { relationship: '见来源系统' }
  steps.push({ kind: 'delivered', fields: { recipient: row.recipient, ...related, ...on(row.delivered) } })
  return steps
}
