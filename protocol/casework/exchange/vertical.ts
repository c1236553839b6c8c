/** The file in which cases of a vertical system come in (补录): columns, lists of states, and what is reported back. */
import { STATE_LISTS, type StateList } from './systems.ts'

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

/** What becomes of a row. */
export const IMPORT_OUTCOMES = {
  imported: '已补录',
  continued: '已补录到新的环节',
  unchanged: '此前已补录,没有变化',
  refused: '未导入',
  partial: '只补录了一部分',
} as const
export type ImportOutcome = keyof typeof IMPORT_OUTCOMES

/** A value for each outcome. */
export const byOutcome = <Value>(made: (outcome: ImportOutcome) => Value): Readonly<Record<ImportOutcome, Value>> =>
  Object.fromEntries(
    (Object.keys(IMPORT_OUTCOMES) as ImportOutcome[]).map((outcome) => [outcome, made(outcome)]),
  ) as Record<ImportOutcome, Value>

/** Lists of state codes a file may use: those of {@link STATE_LISTS}, or this network's own stages. */
export const VERTICAL_LISTS = {
  ...Object.fromEntries(Object.entries(STATE_LISTS).map(([name, { title }]) => [name, title])),
  stage: '本网环节',
} as Readonly<Record<StateList | 'stage', string>>
export type VerticalList = StateList | 'stage'
