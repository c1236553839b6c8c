/** Cases in the API: rows of lists, the whole case, what was written. */
import { z } from '@hono/zod-openapi'
import { LOCAL_KINDS } from '#protocol/casework/codes.ts'
import { CLOCKS } from '#protocol/casework/course/spans.ts'
import { FACT_KINDS } from '#protocol/casework/facts/facts.ts'
import { DOUBTFUL_DAYS } from '#protocol/engine/day-records.ts'
import { PLACES_OF_CHANGES } from '#protocol/engine/section-view.ts'
import { RECEIPT_OUTCOMES } from '#protocol/wire/messages.ts'
import { CaseStateShape, PaperShape } from './case-state.ts'
import {
  authorId,
  caseId,
  coded,
  day,
  entryId,
  list,
  logId,
  milliseconds,
  nodeId,
  safety,
  stationCode,
} from './identifiers.ts'
import { ItemShape } from './item.ts'
import { StationShape } from './records.ts'

export const CaseRowShape = z
  .object({
    id: caseId,
    number: z.string(),
    formerNumbers: list(z.string()).openapi({ description: '更正前的编号' }),
    item: z.string(),
    itemName: z.string(),
    applicant: z.string(),
    idNumber: z.string().openapi({ description: '只显示末尾几位' }),
    phone: z.string().openapi({ description: '只显示末尾几位' }),
    stage: z.string(),
    home: stationCode,
    holder: stationCode,
    offeredTo: stationCode.nullable(),
    offeredAt: milliseconds.nullable(),
    epoch: z.int(),
    openedAt: milliseconds,
    changedAt: milliseconds,
    aside: z.int().openapi({ description: '等待处理的暂不生效记录' }),
    forked: z.boolean().openapi({ description: '办件已停住,等县中心协调员改派;此时没有等待签收的移交' }),
    unread: z.boolean().openapi({ description: '本机程序较旧,看不懂最新记录;升级后再办' }),
    due: day.nullable().openapi({ description: '最早到期的在计期限' }),
    dueClock: coded(CLOCKS, '到期的期限').nullable(),
    exceeded: z.boolean(),
    paused: z.boolean(),
    assignee: authorId,
    master: z.string(),
    kinds: list(coded(LOCAL_KINDS)),
    receivedOn: day.nullable(),
    acceptedOn: day.nullable(),
    safety,
  })
  .openapi('CaseRow')

export const CasePageShape = z
  .object({ rows: list(CaseRowShape), next: z.string().nullable().openapi({ description: '下一页的 after' }) })
  .openapi('CasePage')

const SealChange = z.object({
  key: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  person: authorId,
  station: stationCode,
  time: milliseconds,
  foreignPerson: z.boolean().openapi({ description: '署名的人当天不在该站点任职:是该站点的电脑签的,未必是本人' }),
})

const SectionView = z
  .object({
    name: z.string(),
    title: z.string(),
    value: z.union([z.string(), z.record(z.string(), z.unknown()).readonly()]),
    writable: z.boolean(),
    changedAfterSeal: z.boolean(),
    sealed: z
      .union([z.string(), z.record(z.string(), z.unknown()).readonly()])
      .nullable()
      .openapi({ description: '封存时的内容,作数的是它;没有改动、或本机已拼不出来时为 null' }),
    changes: list(SealChange).openapi({
      description: '封存之后谁改了什么,最近的:受理以前,到下一次收件或受理时作数;受理以后不作数',
    }),
    unlisted: z.number().openapi({ description: '封存之后更早的、没有逐条列出的修改次数' }),
  })
  .openapi('Section')

const ChangesByOthers = z
  .object({
    where: z.enum(PLACES_OF_CHANGES).openapi({
      description: '改动在哪里:behind-seal 封存之后,unsealed 还没有封存过的表单,adopted 要采纳的记录封存的内容',
    }),
    listed: list(z.object({ section: z.string(), changes: list(SealChange) })).openapi({
      description: '逐条列出的改动',
    }),
    count: z.int(),
    stations: list(stationCode),
    isLost: z.boolean().openapi({ description: '封存时的内容在本机已拼不出来,须逐项核对现在的内容' }),
    isUnread: z.boolean().openapi({ description: '可以采纳的记录太多,这一条没有逐条列出:count 是其他站点的修改次数' }),
    mark: z.string().openapi({
      description:
        '核对以后放在 changesSeen 里(空的表示要采纳的内容本机没有,不能采纳):封存的是到这时为止其他站点写的内容,后来写的要在下一次封存以前再核对',
    }),
  })
  .openapi('ChangesByOthers')

const ActOffer = z
  .object({
    kind: z.enum(FACT_KINDS),
    title: z.string(),
    allowed: z.boolean(),
    code: z.string().openapi({ description: '不能办理时的代码,与办理被拒绝时相同' }),
    why: z.string().openapi({ description: '不能办理的原因' }),
    next: z.string().openapi({ description: '不能办理时可以怎么做' }),
    subject: entryId.nullable().openapi({ description: '针对的记录:采纳、不采纳、联办通知、缴款通知' }),
    source: z.string().openapi({ description: '依据' }),
  })
  .openapi('ActOffer')

const Receipt = z
  .object({
    log: logId,
    seq: z.int(),
    document: caseId,
    outcome: z.enum(RECEIPT_OUTCOMES),
    reason: z.string(),
  })
  .openapi('Receipt')

const TransferTarget = StationShape.extend({
  throughCounty: z.boolean().openapi({ description: '不在上下级链条上,经县中心转送' }),
}).openapi('TransferTarget')

const DoubtfulDayShape = z.object({
  fact: entryId,
  why: z.enum(DOUBTFUL_DAYS),
  seen: milliseconds.openapi({ description: '县中心首次收到,或发现可疑的时间' }),
  written: milliseconds.openapi({ description: '所记的时间,校正后' }),
  node: nodeId,
})

export const CaseShape = z
  .object({
    state: CaseStateShape,
    item: ItemShape.optional().openapi({ description: '收件时的事项版次;目录还没有到本机时没有' }),
    sections: list(SectionView),
    changesByOthers: ChangesByOthers.nullable().openapi({
      description:
        '受理以前主办站点以外的站点在上一次封存之后写的、现在还在表单里的内容,再次封存的办理须先核对;没有时为 null',
    }),
    adoptedChanges: list(ChangesByOthers.extend({ fact: entryId })).openapi({
      description: '可以采纳、且封存过表单的暂不生效记录:采纳以前须先核对的改动',
    }),
    takenOver: list(
      z.object({
        fact: entryId,
        section: z.string(),
        changes: list(SealChange),
        unlisted: z.number().openapi({ description: '更早的、没有逐条列出的修改次数' }),
        isLost: z.boolean().openapi({ description: '两次封存之间改了什么,本机已拼不出来' }),
      }),
    ).openapi({ description: '再次封存的记录一并作数的改动(与上一次封存相比),最近几次' }),
    late: list(
      z.object({
        section: z.string(),
        changes: list(SealChange),
        unlisted: z.number().openapi({ description: '更早的、没有逐条列出的修改次数' }),
        text: z.string().nullable().openapi({ description: '备注一类的栏目:加上它以后的文字' }),
      }),
    ).openapi({ description: '已停用的节点在停用之后才送达的填写内容:不生效,供核对后重新填写' }),
    acts: list(ActOffer),
    safety,
    receipts: list(Receipt),
    targets: list(TransferTarget),
    subCases: list(CaseRowShape).openapi({ description: '联办分件' }),
    doubtfulDays: list(DoubtfulDayShape).openapi({
      description: '日期可疑的记录,照常有效:县中心注明的(只在县中心),和所记日期还没有到的(各节点)',
    }),
    daysToCheck: list(DoubtfulDayShape).openapi({ description: '其中还没有人核对的' }),
    sameNumber: list(CaseRowShape).openapi({ description: '用同一个编号的其他办件,须更正其中一件' }),
    duplicates: list(CaseRowShape).openapi({ description: '同一申请人同一事项的其他在办件' }),
  })
  .openapi('Case')

export const PapersShape = z
  .object({
    number: z.string(),
    papers: list(PaperShape.extend({ title: z.string() })),
    missing: list(z.object({ code: z.string(), title: z.string() })).openapi({ description: '归档还缺的文书' }),
  })
  .openapi('Papers')

export const SubCasesShape = z.object({ subCases: list(CaseRowShape) }).openapi('SubCases')
export const OpenedShape = z.object({ id: caseId, number: z.string() }).openapi('Opened')
export const EditedShape = z.object({ changed: z.boolean() }).openapi('Edited')
export const ActedShape = z.object({ hash: entryId }).openapi('Acted')
