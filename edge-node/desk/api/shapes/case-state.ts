/** A folded case in the API: story, clocks and everything the acts of a case have made of it. */
import { z } from '@hono/zod-openapi'
import { RESOLUTIONS } from '#protocol/casework/case.ts'
import { CLOCK_STATES } from '#protocol/casework/clocks/clocks.ts'
import {
  CLOSING_TYPES,
  DAY_UNITS,
  DECISIONS,
  INVITATION_MODES,
  LOCAL_KINDS,
  OPINIONS,
  PROCEDURES,
  WAIVERS,
} from '#protocol/casework/codes.ts'
import { CLOCKS } from '#protocol/casework/course/spans.ts'
import { FACT_KINDS } from '#protocol/casework/facts/facts.ts'
import { GUARDS } from '#protocol/casework/rules/guards.ts'
import { ASIDE_REASONS, type AsideReason, MARKS } from '#protocol/casework/rules/reasons.ts'
import {
  authorId,
  caseId,
  coded,
  day,
  entryId,
  fen,
  keysOf,
  list,
  milliseconds,
  stage,
  stationCode,
  storyLog,
} from './identifiers.ts'

const Seal = z
  .object({
    section: z.string(),
    digest: z.string(),
    content: z.string().optional(),
    frontier: z.record(z.string(), z.int()).readonly(),
  })
  .openapi('Seal')

const FieldValue = z
  .union([z.string(), z.int(), z.boolean(), list(z.string()), z.record(z.string(), z.int()).readonly(), list(Seal)])
  .openapi('FieldValue')

const StoryLine = z
  .object({
    hash: entryId,
    log: storyLog,
    seq: z.int(),
    kind: z.enum([...FACT_KINDS, 'deemed', 'unknown']).openapi({ description: 'deemed 为逾期视为受理,由各节点推算' }),
    title: z.string(),
    person: authorId,
    station: stationCode,
    time: milliseconds.openapi({ description: '写下时本机时钟显示的时间' }),
    at: milliseconds.openapi({ description: '校正后的时间' }),
    clockOffset: z.int().nullable(),
    day: day.openapi({ description: '计时的日期:按校正后的时钟,或补录的实际日期' }),
    enteredOn: day.nullable().openapi({ description: '补录时的登记日期;不是补录为空' }),
    fields: z.record(z.string(), FieldValue).readonly(),
    previous: entryId.nullable(),
    seconded: z
      .object({ fact: entryId, person: z.string() })
      .nullable()
      .openapi({ description: '第二人复核同意的记录和复核人;不用复核或还没有复核的为空' }),
    epoch: z.int().nullable().openapi({ description: '生效的轮次;没有生效则为空' }),
    marks: list(z.object({ mark: coded(MARKS), text: z.string() })).openapi({
      description: '对署名人或编号的提示,不论是否生效',
    }),
    aside: z
      .object({
        reason: z.enum([...keysOf(ASIDE_REASONS), ...keysOf(GUARDS)] as [AsideReason, ...AsideReason[]]),
        text: z.string(),
        resolve: z.string(),
        resolved: z.object({ by: z.enum(RESOLUTIONS), fact: entryId }).nullable(),
      })
      .nullable(),
  })
  .openapi('StoryLine')

const count = z.int()

export const ClockShape = z
  .object({
    id: coded(CLOCKS),
    title: z.string(),
    unit: coded(DAY_UNITS),
    limit: count.openapi({ description: '期限天数,含延长' }),
    start: day.openapi({ description: '起算日,当日不计' }),
    state: z.enum(CLOCK_STATES),
    stopped: day.nullable(),
    due: day.nullable().openapi({ description: '最后一日;暂停中或超出已公布的日历为空' }),
    estimate: day.nullable().openapi({ description: '只按周一至周五推算,仅供参考' }),
    used: count.nullable(),
    remaining: count.nullable().openapi({ description: '负数为已超期' }),
    exceeded: z.boolean(),
    source: z.string().openapi({ description: '期限的依据' }),
  })
  .openapi('Clock')

const Late = z.object({
  clock: coded(CLOCKS),
  title: z.string(),
  due: day.openapi({ description: '最后一日' }),
  ended: day.openapi({ description: '办完或重新起算的日子' }),
  written: day.openapi({ description: '登记的日子;晚于办完的日子为补录' }),
})

const Notice = z.object({
  fact: entryId,
  missing: list(z.string()),
  day,
  until: day.openapi({ description: '补正的最后一日' }),
  count: count.openapi({ description: '告知次数;超过一次报送监察' }),
})

const Pause = z.object({
  procedure: coded(PROCEDURES),
  from: day,
  until: day.nullable(),
  days: count,
  written: day.openapi({ description: '登记的日子;晚于开始的日子为补录' }),
})

const Invitation = z
  .object({
    fact: entryId,
    to: stationCode,
    department: z.string(),
    code: z.string().openapi({ description: '部门代码;旧程序写的没有' }),
    item: z.string(),
    mode: coded(INVITATION_MODES),
    day,
    due: day,
    read: day.nullable().openapi({ description: '已阅日期' }),
    opinion: z.object({ fact: entryId, opinion: coded(OPINIONS), reasons: z.string(), day }).nullable(),
    absent: z.boolean(),
  })
  .openapi('Invitation')

const Fee = z
  .object({
    fact: entryId,
    fee: z.string(),
    amount: fen,
    day,
    paid: z.object({ fact: entryId, receipt: z.string(), amount: fen, day }).nullable(),
    refunded: z.object({ fact: entryId, receipt: z.string() }).nullable(),
    waived: z
      .object({ fact: entryId, as: coded(WAIVERS), reason: z.string() })
      .nullable()
      .openapi({ description: '撤销或减免' }),
    station: stationCode.openapi({ description: '开出缴款通知的站点' }),
  })
  .openapi('Fee')

export const PaperShape = z
  .object({
    code: z.string().openapi({ description: '文书种类,如 D03 受理通知书' }),
    number: z.string(),
    fact: entryId,
    day,
  })
  .openapi('Paper')

const Applicant = z.object({ name: z.string(), idNumber: z.string(), phone: z.string() })

const Offer = z.object({
  to: stationCode,
  fact: entryId,
  time: milliseconds,
  day,
  materials: count,
  counts: z.record(z.string(), count).readonly().openapi({ description: '逐项份数' }),
})

const Span = z.object({ start: day, stop: day.nullable() })

/** Where the case stands and how it came there. */
const course = {
  item: z.string(),
  itemVersion: z.int().openapi({ description: '事项版次' }),
  stage,
  holder: stationCode,
  epoch: z.int(),
  offer: Offer.nullable(),
  applicant: Applicant,
  days: z.partialRecord(z.enum([...FACT_KINDS, 'deemed']), day).readonly(),
  result: coded(DECISIONS).nullable(),
  closing: coded(CLOSING_TYPES, '办结类型').nullable(),
  assignee: authorId,
  handledBy: authorId,
  examinedBy: authorId,
  agency: z.object({ agent: authorId, authorisation: z.string(), free: z.boolean() }).nullable(),
  notice: Notice.nullable(),
  supplies: list(z.object({ fact: entryId, items: list(z.string()), day })),
  contacts: count,
  pauses: list(Pause),
  away: list(z.object({ from: day, until: day.nullable() })).openapi({ description: '上级办理期间,不计入本级期限' }),
  suspendedAt: stage.nullable(),
  extension: z.object({ fact: entryId, days: count, day }).nullable(),
  report: z.object({ organ: z.string(), day, relayed: day.nullable() }).nullable(),
  invitations: list(Invitation),
  fees: list(Fee),
  papers: list(PaperShape),
  green: z.object({ rule: z.string(), liaison: z.string(), reason: z.string() }).nullable(),
  deferred: z.object({ items: list(z.string()), until: day.nullable() }).nullable(),
  commitment: z.boolean(),
  tier: z.string().openapi({ description: '裁量档次' }),
  spans: z.partialRecord(z.enum(keysOf(CLOCKS)), Span).readonly(),
  master: z.string().openapi({ description: '联办主件标识;不是分件为空' }),
}

export const CaseStateShape = z
  .object({
    ...course,
    id: caseId,
    number: z.string(),
    formerNumbers: list(z.string()).openapi({ description: '更正前的编号' }),
    home: stationCode,
    tip: entryId.openapi({ description: '办理时放在 expects 里' }),
    times: z.partialRecord(z.enum(FACT_KINDS), milliseconds).readonly(),
    seals: z.record(z.string(), Seal.extend({ fact: entryId })).readonly(),
    clocks: list(ClockShape).openapi({ description: '按今天计算的各项期限,不存储' }),
    late: list(Late).openapi({ description: '已经结束而超期的期限,以后的办理不会消除' }),
    enteredLate: list(Late).openapi({ description: '按补录的日期在期限内、登记时期限已过的' }),
    kinds: list(coded(LOCAL_KINDS)),
    story: list(StoryLine),
    forks: list(z.object({ after: entryId, facts: list(entryId) })),
    unread: list(entryId).openapi({ description: '本机程序较旧、看不懂的最新记录:升级前只能查看' }),
    asideOpen: z.int(),
  })
  .openapi('CaseState')
