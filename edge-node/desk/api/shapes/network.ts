/** The node and the network in the API: how safe the data is, what was found, how the nodes below are. */
import { z } from '@hono/zod-openapi'
import { FINDING_KINDS } from '#protocol/engine/office.ts'
import { CaseRowShape } from './case.ts'
import { day, list, milliseconds, nodeId, stationCode } from './identifiers.ts'
import { StationShape } from './records.ts'

const Finding = z
  .object({
    time: milliseconds,
    kind: z.enum(FINDING_KINDS),
    message: z.string(),
    next: z.string(),
    details: z.string().optional(),
    kept: z.string().optional().openapi({ description: '还要人核对的:核对后在“同步与安全”页标为已核对' }),
    ends: z
      .object({ until: z.string(), each: z.string() })
      .optional()
      .openapi({ description: '缺失的记录以前,本机写的记录到什么时候为止' }),
    days: z.object({ from: day, until: day }).optional().openapi({ description: '本机曾按哪些错的日期办理' }),
    order: z.int().optional().openapi({ description: '说出的先后:后说的数大,时钟快过也不变' }),
  })
  .openapi('Finding')

const ClockDoubt = z
  .union([
    z.object({
      is: z.literal('behind'),
      time: z.int(),
      since: z.int(),
      fell: z.int().openapi({ description: '倒退了多少毫秒,之后没有人说过时间;没有倒退为 0' }),
      proof: z.enum(['published', 'reached']).openapi({ description: '早于目录发布时间,或早于本机自己到过的时间' }),
    }),
    z.object({ is: z.literal('set'), time: z.int(), other: z.int() }),
    z.object({
      is: z.literal('leapt'),
      time: z.int(),
      by: z.int(),
      isBack: z.boolean().openapi({ description: '后来调了回来' }),
    }),
    z.object({ is: z.literal('unheard'), time: z.int(), away: z.int() }),
  ])
  .openapi('ClockDoubt')

export const SyncShape = z
  .object({
    node: nodeId,
    stations: list(StationShape),
    isRoot: z.boolean(),
    parent: z
      .object({
        name: z.string(),
        connected: z.boolean(),
        lastContact: milliseconds.nullable(),
        revoked: z.boolean().optional(),
      })
      .nullable(),
    casesOnlyHere: z.int(),
    casesNotAtRoot: z.int(),
    entriesOnlyHere: z.int(),
    atRootAlone: z
      .object({ entries: z.int(), standby: z.string().nullable() })
      .nullable()
      .openapi({ description: '县中心:只在县中心一处的记录数,备用机名称(没有为空);其他节点为空' }),
    clockOffset: z.int().nullable(),
    clockConfirmedBy: z.string().nullable().openapi({ description: '由谁确认了今天的日期;县中心告知的为空' }),
    clockTold: z
      .boolean()
      .openapi({ description: '这次启动以后听到过县中心的时间,此后时钟一直有程序看着;县中心总是真' }),
    clockKnown: z
      .int()
      .nullable()
      .openapi({ description: '确认的时间早于县中心到过的时间时,县中心到过的时间;没有为空' }),
    clockOfNodes: z
      .object({ nodes: z.int(), of: z.int(), offset: z.int() })
      .nullable()
      .openapi({ description: '县中心:连着的节点里多数的时钟与县中心相差相同,且在一天以上;没有为空' }),
    clockDoubt: ClockDoubt.nullable().openapi({ description: '本机时钟哪里可疑;没有为空' }),
    catalogueVersion: z.int(),
    calendarVersion: z.int(),
    calendarUntil: day.nullable().openapi({ description: '期限算得到的最后一日;没有日历为空' }),
    refolding: z
      .object({ done: z.int(), total: z.int() })
      .nullable()
      .openapi({ description: '目录或日期变化后正在重新计算的办件;都算好为空' }),
    unlisted: z.int().openapi({ description: '已收到并保存、清单里还没有列出或更新的办件' }),
    health: z.object({ writable: z.boolean(), problem: z.string(), next: z.string() }),
    conservation: z.object({ written: z.int(), applied: z.int(), setAside: z.int(), quarantined: z.int() }),
    findings: list(Finding),
    sharedNumbers: list(z.object({ number: z.string(), cases: list(CaseRowShape) })).openapi({
      description: '给了不止一个办件的编号;办件只列本人能查看的',
    }),
    refusal: z.object({ message: z.string(), next: z.string() }).nullable(),
  })
  .openapi('Sync')

export const HealthShape = z.object({ writable: z.boolean(), problem: z.string(), next: z.string() }).openapi('Health')

const NodeStatus = z
  .object({
    node: nodeId,
    name: z.string(),
    stations: list(stationCode),
    connected: z.boolean(),
    lastContact: milliseconds.nullable(),
    unsentEntries: z.int(),
    unsentCases: z.int(),
    version: z.string(),
    level: z.int().openapi({ description: '程序的规则版本' }),
    clockOffset: z.int().nullable(),
    nothingUnsentAt: milliseconds
      .nullable()
      .openapi({ description: '最后一次得知它没有未上交的记录是什么时候;没有为空' }),
  })
  .openapi('NodeStatus')
export const NodesShape = z.object({ nodes: list(NodeStatus) }).openapi('Nodes')
