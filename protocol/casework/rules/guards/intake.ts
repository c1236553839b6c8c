/** Conditions from the draft to acceptance: originals, the one notice, what may follow later. */
import { filled, linesOf } from '../../facts/values.ts'
import { rollOver } from '../../time/counting.ts'
import type { Condition, Trial } from './condition.ts'

/** Whether something that the notice names is not among what came since. */
function stillMissing({ course, fields }: Trial): boolean {
  const brought = new Set([...linesOf(fields.items), ...course.supplies.flatMap(({ items }) => items)])
  return (course.notice?.missing ?? []).some((line) => !brought.has(line))
}

export const INTAKE_GUARDS = {
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
    next: '请逐项核对:上一次告知时收到的不算,已经收齐的逐项勾选;没有补齐的继续等待,期满后按“补正期满未补”办理。',
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
    text: '告知补正以后还没有联系申请人的记录',
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
} as const satisfies Record<string, Condition>
