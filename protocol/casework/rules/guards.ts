/** Further conditions of transitions: each is a name in the table, a check, and the words in which it is told. */
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { Course, Register } from '../case.ts'
import { PROCEDURES, type Procedure } from '../codes.ts'
import type { FieldValue } from '../facts/facts.ts'
import { filled, linesOf, textOf } from '../facts/values.ts'
import type { Item } from '../item.ts'
import { REQUIRED_PAPERS } from '../papers.ts'
import { rollOver } from '../time/counting.ts'
import type { Day } from '../time/days.ts'

/** What a condition may look at. */
export interface Trial {
  readonly course: Course
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly person: PersonId | ''
  readonly station: StationCode
  /** The day for which the fact counts. */
  readonly day: Day
  /** The edition under which the case was received; undefined while its record is not here. */
  readonly item: Item | undefined
  readonly register: Register
}

interface Condition {
  /** Whether the fact may take effect. Without anything typed yet only what the case itself says is judged. */
  readonly holds: (trial: Trial) => boolean
  /** True when it depends on what is typed: then it is judged only once there are fields. */
  readonly typed?: true
  /** What forbids it. */
  readonly text: string
  /** What is possible instead. */
  readonly next: string
  readonly source: string
}

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

/** Names of what was asked for and is not among what came. */
function stillMissing({ course, fields }: Trial): boolean {
  const brought = new Set([...linesOf(fields.items), ...course.supplies.flatMap(({ items }) => items)])
  return (course.notice?.missing ?? []).some((line) => !brought.has(line))
}

/** Every further condition; the names stand in the transition table. */
export const GUARDS = {
  'originals-seen': {
    typed: true,
    holds: ({ fields }) => fields.originals === true,
    text: '预审通过的办件须核验原件后才能收件',
    next: '请核对原件与预审内容一致,勾选“原件已核验”。',
    source: '网上预审规则:原件核验一致方可收件',
  },
  'first-notice': {
    typed: true,
    holds: ({ course, fields }) => course.notice === null || (filled(fields.override) && filled(fields.approver)),
    text: '这个办件已经告知过一次补正,应当一次告知全部内容',
    next: '能继续办理的请受理;确需再次告知的,写明理由并填写批准人,该情况将报送监察。',
    source: '《行政许可法》第三十二条第一款第四项:一次告知',
  },
  'all-supplied': {
    typed: true,
    holds: (trial) => !stillMissing(trial),
    text: '补正告知书上的内容还没有全部补齐',
    next: '请逐项核对;没有补齐的继续等待,期满后按“补正期满未补”办理。',
    source: '《行政许可法》第三十二条第一款第五项:提交全部补正申请材料的,应当受理',
  },
  'notice-expired': {
    // The last day of a calendar period rolls over to the next working day (民法典 art. 203), as its clock does.
    holds: ({ course, day, register }) =>
      course.notice !== null && day > (rollOver(register.calendar, course.notice.until) ?? course.notice.until),
    text: '补正期限还没有届满',
    next: '请等待期满,期间可以再次联系申请人。',
    source: '补正告知书载明的期限',
  },
  'contact-attempted': {
    holds: ({ course }) => course.contacts > 0,
    text: '还没有联系申请人的记录',
    next: '请先联系申请人并登记“联系申请人”。',
    source: '补正期满办结前须警示申请人',
  },
  'confirmed-by-another': {
    typed: true,
    holds: ({ fields, person }) => filled(fields.confirmer) && fields.confirmer !== person,
    text: '补正期满办结须由另一人确认',
    next: '请填写确认人(不能是本人)。',
    source: '补正期满办结须经人工确认',
  },
  deferrable: {
    typed: true,
    holds: ({ fields, item }) => {
      const wanted = linesOf(fields.deferred)
      const allowed = (item?.materials ?? []).filter(({ deferrableDays }) => deferrableDays !== null)
      return (
        wanted.length === 0 ||
        (filled(fields.deferredUntil) && wanted.every((name) => allowed.some((rule) => rule.name === name)))
      )
    },
    text: '所列材料不在本事项可容缺的范围内,或者没有写明补齐期限',
    next: '请只列可容缺的材料并写明补齐期限;其余缺件按补正告知办理。',
    source: '补办件(容缺受理)规则:缺件不影响审查的应当受理',
  },
  'deemed-unconfirmed': {
    holds: ({ course }) => course.days.deemed !== undefined && course.days.accepted === undefined,
    text: '办件已经受理',
    next: '请继续办理下一环节。',
    source: '《行政许可法》第三十二条',
  },
  'immediate-item': {
    holds: ({ item }) => item?.caseKind === '1',
    text: '本事项不是即办件,不能当场办结',
    next: '请受理后按承诺件办理。',
    source: '事项目录:办件类型',
  },
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
    text: '该程序不在《行政许可法》第四十五条之列,本事项也没有规定可以不计时限',
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
    holds: ({ course, item }) => item === undefined || !['1', '2', '3'].includes(item.level) || course.report !== null,
    text: '本事项由上级机关决定,还没有上报和批复',
    next: '请办理“上报”,收到批复后按批复办理。',
    source: '《行政许可法》第四十三条:下级机关审查后报上级机关决定',
  },
  'closing-fits': {
    typed: true,
    holds: ({ course, fields }) =>
      !filled(fields.closing) ||
      (course.result === 'granted' ? ['0', '6'] : ['1', '6']).includes(textOf(fields.closing)),
    text: '办结类型与决定不符',
    next: '准予的选“出证办结”或“办结”,不予的选“退回办结”或“办结”。',
    source: '办结类型:作废、误录、补交不来、转报各有自己的办理方式',
  },
  'co-departments-answered': {
    holds: ({ course, register, day }) =>
      course.invitations.every((invitation) => hasAnswered(invitation, register, day)),
    text: '还有协办部门没有反馈意见',
    next: '请等待或催办;本地规则规定默许的,须有签收证明且期限已过。',
    source: '联办规则:协办意见齐全后由主办部门决定',
  },
  'fees-settled': {
    holds: ({ course }) => course.fees.every(({ paid, waived }) => paid !== null || waived !== null),
    text: '缴款通知还没有缴清',
    next: '请申请人到收费窗口缴款,由收费员登记票据号;开错或减免的,由开单的窗口撤销缴款通知。',
    source: '统一收费规则:先缴款后办结',
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
  'recipient-related': {
    typed: true,
    holds: ({ course, fields }) =>
      fields.recipient === course.applicant.name || filled(fields.relationship) || course.applicant.name === '',
    text: '领取人不是申请人本人时,须写明与申请人的关系',
    next: '请填写与申请人关系;留置送达的,写明见证人。',
    source: '送达回证:收件人与受送达人关系',
  },
  'papers-complete': {
    holds: ({ course: { stage, papers, days } }) =>
      (REQUIRED_PAPERS[stage] ?? []).every(
        // What an upper level decided lies in the file as its own reply.
        (code) => papers.some((paper) => paper.code === code) || (code === 'D11' && days.replied !== undefined),
      ),
    text: '归档必备的文书不全',
    next: '请补全缺少的文书后再归档。',
    source: '归档规则:必备文书齐全',
  },
  'answer-relayed': {
    holds: ({ course: { stage, report } }) => stage !== '85' || (report !== null && report.relayed !== null),
    text: '上级的批复还没有告知申请人,转报的办件仍由本窗口负责',
    next: '请登记上级批复,告知申请人并登记“结果告知申请人”后再归档。',
    source: '上报件规则:转报后仍由受理窗口负责到结果告知申请人',
  },
  'written-request': {
    typed: true,
    holds: ({ fields }) => fields.written === true,
    text: '撤回须有申请人的书面申请',
    next: '请收到书面撤回申请后再办理。',
    source: '申请人可以在作出决定前书面撤回申请',
  },
  'second-person': {
    typed: true,
    holds: ({ fields, person }) => filled(fields.second) && fields.second !== person,
    text: '作废、误录须由另一人复核',
    next: '请填写复核人(不能是本人)。',
    source: '作废规则:须有复核人',
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
export type GuardName = keyof typeof GUARDS

/** The first condition that does not hold; undefined when all do. */
export function failingGuard(
  names: readonly GuardName[] | undefined,
  trial: Trial,
  typed: boolean,
): GuardName | undefined {
  return names?.find((name) => {
    const condition: Condition = GUARDS[name]
    return (typed || condition.typed === undefined) && !condition.holds(trial)
  })
}
