/** Conditions of handling and deciding: who does which step, procedures, extension, co-departments, fees, the green channel. */
import { PROCEDURES, type Procedure } from '../../codes.ts'
import type { Course } from '../../course/course.ts'
import { filled } from '../../facts/values.ts'
import { isDecidedAbove } from '../../item.ts'
import type { Register } from '../../register.ts'
import type { Day } from '../../time/days.ts'
import type { Condition, Trial } from './condition.ts'

/** Whether a co-department has answered, or a local rule that is switched on lets its silence or absence count. */
function hasAnswered(invitation: Course['invitations'][number], register: Register, day: Day): boolean {
  if (invitation.opinion !== null) return true
  const { silenceAgrees, absenceAgrees } = register.rules
  // Proof of notice comes first: silence of somebody who never saw the notice is no answer.
  if (invitation.read === null) return false
  return (silenceAgrees && day > invitation.due) || (absenceAgrees && invitation.absent)
}

function feeFits({ fields, item }: Trial): boolean {
  const rule = item?.fees.find(({ id }) => id === fields.fee)
  const amount = fields.amount
  return (
    rule !== undefined &&
    rule.basis !== '' &&
    typeof amount === 'number' &&
    amount >= rule.range.from &&
    amount <= rule.range.to
  )
}

function greenFits({ fields, item }: Trial): boolean {
  if (!filled(fields.rule)) return true // 特事特办: with approver and reason, which the fact requires
  const rule = item?.green.find(({ id }) => id === fields.rule)
  if (rule === undefined) return false
  return rule.minimumAmount === null || (typeof fields.amount === 'number' && fields.amount >= rule.minimumAmount)
}

function procedureFits({ fields, item }: Trial): boolean {
  const kind = fields.procedure
  if (typeof kind !== 'string' || !Object.hasOwn(PROCEDURES, kind)) return false
  return PROCEDURES[kind as Procedure].statutory || (item?.procedures ?? []).some((rule) => rule.kind === kind)
}

export const HANDLING_GUARDS = {
  'another-person': {
    holds: ({ course, person, item }) =>
      item?.samePerson === true ||
      (person !== course.handledBy && (course.stage !== '42' || person !== course.examinedBy)),
    text: '承办、审核、批准须由不同的人办理',
    next: '请由另一位有权的人办理。',
    source: '内部环节规则:承办、审核、批准分别由不同的人办理',
  },
  'decided-alone': {
    holds: ({ course, person }) => course.assignee === '' || course.assignee === person,
    text: '办件已分给另一位承办人',
    next: '请由承办人办理,或先办理“改由他人承办”。',
    source: '内部环节规则:谁承办谁负责',
  },
  'procedure-allowed': {
    typed: true,
    holds: procedureFits,
    text: '该程序的时间依法应当计入期限,本事项也没有规定可以不计',
    next: '请选择听证、检验、检测等法定程序;踏勘、公示须事项目录有依据。',
    source: '《行政许可法》第四十五条',
  },
  'extended-once': {
    holds: ({ course }) => course.extension === null,
    text: '期限只能延长一次,这个办件已经延长过',
    next: '请在期限内作出决定。',
    source: '《行政许可法》第四十二条:可以延长一次',
  },
  'extension-limit': {
    typed: true,
    holds: ({ course, fields }) => {
      const most = course.invitations.length > 0 ? 15 : 10
      return typeof fields.days === 'number' && fields.days >= 1 && fields.days <= most
    },
    text: '延长不得超过十个工作日(联合办理不得超过十五个工作日)',
    next: '请更正延长的天数。',
    source: '《行政许可法》第四十二条',
  },
  'discretion-chosen': {
    typed: true,
    holds: ({ fields, item }) =>
      fields.result === 'refused' ||
      (item?.discretion ?? []).length === 0 ||
      (item?.discretion ?? []).some(({ id }) => id === fields.tier),
    text: '本事项设有裁量档次,决定须选定其中一档',
    next: '请选择裁量档次;偏离通常档次的,写明理由。',
    source: '行政裁量权基准:分档裁量',
  },
  'upper-level-answered': {
    holds: ({ course, item }) => !isDecidedAbove(item) || course.report !== null,
    text: '本事项由上级机关决定,还没有上报和批复',
    next: '请办理“上报”,收到批复后按批复办理。',
    source: '《行政许可法》第四十三条:下级机关审查后报上级机关决定',
  },
  'co-departments-answered': {
    holds: ({ course, register, day }) =>
      course.invitations.every((invitation) => hasAnswered(invitation, register, day)),
    text: '还有协办部门没有反馈意见',
    next: '请等待或催办;本地规则规定默许的,须有签收证明且期限已过。',
    source: '联办规则:协办意见齐全后由主办部门决定',
  },
  'fee-listed': {
    holds: ({ item }) => (item?.fees.length ?? 0) > 0,
    text: '本事项不收费',
    next: '事项目录没有列明收费项目的,不得收费。',
    source: '《行政许可法》第五十八条:除法律、行政法规另有规定外不得收费',
  },
  'fee-standard': {
    typed: true,
    holds: feeFits,
    text: '收费没有依据或者不符合公布的标准',
    next: '请按事项目录公布的收费项目和标准填写;没有依据的不得收费。',
    source: '《行政许可法》第五十八条、第五十九条',
  },
  'green-rule': {
    typed: true,
    holds: greenFits,
    text: '不符合本事项的绿色通道规则',
    next: '请核对金额或名录;没有规则的,不选规则并写明理由和批准人。',
    source: '绿色通道规则',
  },
  'due-ahead': {
    typed: true,
    holds: ({ fields, day }) => typeof fields.due === 'string' && fields.due >= day,
    text: '反馈期限不能早于今天',
    next: '请更正反馈期限。',
    source: '联办规则:通知须给出反馈期限',
  },
} as const satisfies Record<string, Condition>
