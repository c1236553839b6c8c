/** The records inside an item, a table of fields for each: materials, form fields, limits, steps, fees and the like. */
import { LIMITS } from '#protocol/limits.ts'
import { DAY_UNITS, PROCEDURES, type Procedure } from '../codes.ts'
import { STAGES } from '../course/stages.ts'
import { amount, choice, count, flag, key, line, long, optional, range, several } from './fields.ts'

/** Longer than any limit of the law; more is a typing error. */
const MOST_DAYS = 730
const YEAR_DAYS = 365
/** A form and a printed sheet show the id of a row in one line. */
const ROW_ID_CHARACTERS = 40

export const MATERIAL_FORMS = { original: '原件', copy: '复印件', both: '原件和复印件' } as const
const FORM_FIELD_TYPES = {
  text: '文本',
  longText: '长文本',
  idNumber: '身份证号',
  creditCode: '信用代码',
  phone: '电话',
  date: '日期',
  number: '数字',
  account: '银行账号',
} as const
const STEP_STAGES = { '40': STAGES['40'], '41': STAGES['41'], '42': STAGES['42'] } as const
const PROCEDURE_TITLES = Object.fromEntries(
  Object.entries(PROCEDURES).map(([kind, { title }]) => [kind, title]),
) as Readonly<Record<Procedure, string>>

const rowId = key('编号', ROW_ID_CHARACTERS, { note: '字母开头,只含字母和数字' })

/** One material an applicant brings. */
export const MATERIAL_FIELDS = {
  id: rowId,
  name: long('名称', { required: true }),
  required: flag('是否必备', true),
  form: choice('类型', MATERIAL_FORMS, 'copy'),
  /** Copies; the number of originals is 1 unless `form` is copy. */
  copies: count('复印件份数', { most: LIMITS.materialCopies }, 1),
  /** A material without one may not be asked for (行政许可法 art. 31). */
  basis: long('要求提供的依据', { empty: '没有依据' }),
  issuer: long('出具机构', { note: '来源渠道、出具机构' }),
  standard: long('受理标准', { note: '填报须知、受理标准' }),
  /** Days within which it may follow after acceptance; null when it may not be missing. */
  deferrableDays: optional(
    count('容缺补齐天数', { least: 1, most: YEAR_DAYS, unit: '天' }, 1, {
      note: '可容缺:受理后多少天内补齐;不可容缺为空',
    }),
  ),
  promisable: flag('可告知承诺', false),
}

/** One field of an item's application form. */
export const FORM_FIELDS = {
  /** Key in the application section: a letter, then letters and digits. */
  id: rowId,
  label: line('名称', { required: true }),
  required: flag('是否必填', true),
  type: choice('类型', FORM_FIELD_TYPES, 'text', { open: true }),
}

/** One step of handling with its own limit (内部环节标准, SOURCES.md D20). */
export const STEP_FIELDS = {
  stage: choice('环节', STEP_STAGES, '40'),
  role: line('岗位', { required: true }),
  standard: long('标准'),
  /** Working days; null when the step has no limit of its own. */
  days: optional(count('时限', { most: MOST_DAYS, unit: '个工作日' }, 1, { note: '没有环节时限为空' })),
}

/** A prerequisite (前置条件); one without a legal basis is “added without basis” (擅自增设). */
export const PREREQUISITE_FIELDS = {
  /** Code of the item that must be granted before; one that is not in this catalogue may be longer than those that are. */
  item: key('事项编码', LIMITS.lineCharacters, { required: true }),
  basis: long('依据'),
}

/** One tier of discretion (自由裁量档次): the approver must choose one of them. */
export const DISCRETION_FIELDS = {
  id: rowId,
  factor: long('因素'),
  standard: long('标准'),
  /** Lowest and highest amount in fen when the tier is about money; null otherwise. */
  range: optional(range('金额')),
}

/** A fee with its standard; one without a basis blocks publication (行政许可法 arts. 58–59). */
export const FEE_FIELDS = {
  id: rowId,
  name: line('名称', { required: true }),
  standard: long('标准', { empty: '没有标准' }),
  basis: long('依据', { empty: '没有依据' }),
  /** Lowest and highest amount in fen that the standard allows; equal when it is fixed. */
  range: range('金额'),
}

/** A green-channel rule (绿色通道): by amount in fen or by a list of projects or applicants. */
export const GREEN_FIELDS = {
  id: rowId,
  name: line('名称', { required: true }),
  minimumAmount: optional(amount('最低金额', 1)),
  listed: several(line('名录'), LIMITS.listedNames),
  liaison: line('联络员', { required: true }),
}

/** A special procedure an item's own rule allows, with its legal basis. */
export const PROCEDURE_FIELDS = {
  kind: choice('种类', PROCEDURE_TITLES, 'hearing'),
  days: optional(count('时限', { least: 1, most: MOST_DAYS, unit: '天' }, 1)),
  basis: long('依据'),
}

/** A limit in days; licensing periods are working days (art. 82), some items have calendar days (G/Z of live systems). */
export const limitFields = (title: string) => ({
  /** Null when there is none. */
  days: optional(count(title, { most: MOST_DAYS, unit: '天' }, 1)),
  unit: choice(`${title}单位`, DAY_UNITS, 'working', { also: { G: 'working', Z: 'calendar' }, bare: true }),
  note: long(`${title}说明`),
})
