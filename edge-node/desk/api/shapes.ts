/** What the API answers, as schemas: they are the OpenAPI document's components and type the handlers. */
import { z } from '@hono/zod-openapi'
import { ASIDE_REASONS, type AsideReason, STAGES, type Stage } from '#protocol/casework/case.ts'
import { ROLES, type Role, TIERS } from '#protocol/casework/directory.ts'
import { FACT_KINDS } from '#protocol/casework/facts.ts'
import type { DocumentId, EntryHash, LogKey, NodeId, PersonId, StationCode } from '#protocol/ids.ts'

const list = <Part extends z.ZodType>(part: Part) => z.array(part).readonly()
/** Text that the core has already checked into a branded identifier. */
const branded = <Name extends string>(pattern: string, what: string) =>
  z.custom<Name>((value) => typeof value === 'string').openapi({ type: 'string', pattern, description: what })
const keysOf = <Key extends string>(table: Readonly<Record<Key, unknown>>) => Object.keys(table) as [Key, ...Key[]]

export const stationCode = branded<StationCode>('^[0-9]{6,15}$', '站点代码')
const nodeId = branded<NodeId>('^[0-9a-f]{32}$', '节点标识')
const caseId = branded<DocumentId>('^[0-9a-f]{32}$', '办件标识')
const entryHash = branded<EntryHash>('^[0-9a-f]{64}$', '记录标识')
const logKey = branded<LogKey>('^[0-9a-f]{32}/[0-9]+/[0-9a-z]+$', '日志标识')
const personId = branded<PersonId | ''>('^[A-Za-z0-9_.-]{0,40}$', '人员标识,系统记录为空')
const milliseconds = z.int().openapi({ description: '1970 年以来的毫秒数' })
const stage = z.enum(keysOf<Stage>(STAGES)).openapi('Stage', { description: JSON.stringify(STAGES) })
const safety = z.enum(['here', 'parent', 'root']).openapi('Safety', { description: '只在本机、已到上级、已到县' })
export const stageNames = keysOf<Stage>(STAGES)

export const SignInShape = z
  .object({
    token: z.string().openapi({ description: '放在 Authorization: Bearer 里' }),
    idleMinutes: z.int().openapi({ description: '多少分钟没有请求就结束' }),
    person: z.object({
      id: personId,
      name: z.string(),
      station: stationCode,
      roles: list(z.enum(keysOf<Role>(ROLES))),
    }),
  })
  .openapi('SignIn')

export const DoneShape = z.object({ done: z.literal(true) }).openapi('Done')

const Station = z
  .object({
    type: z.literal('station'),
    id: stationCode,
    version: z.int(),
    name: z.string(),
    tier: z.enum(TIERS),
    parent: stationCode.nullable(),
  })
  .openapi('Station')

const Item = z
  .object({
    type: z.literal('item'),
    id: z.string(),
    version: z.int(),
    name: z.string(),
    pinyin: z.string(),
    department: z.string(),
    basis: z.string(),
    tiers: list(z.enum(TIERS)),
    fields: list(
      z.object({
        id: z.string(),
        label: z.string(),
        required: z.boolean(),
        type: z.enum(['text', 'longText', 'idNumber', 'phone', 'date', 'number', 'account']),
      }),
    ),
    materials: list(
      z.object({
        id: z.string(),
        name: z.string(),
        required: z.boolean(),
        form: z.enum(['original', 'copy', 'both']),
        copies: z.int(),
      }),
    ),
    promisedWorkingDays: z.int(),
    statutoryWorkingDays: z.int(),
    fee: z.string(),
    sample: z.boolean().openapi({ description: '示例数据,不是法定事项' }),
  })
  .openapi('Item')

export const CatalogueShape = z.object({ version: z.int(), items: list(Item) }).openapi('Catalogue')
export const StationsShape = z
  .object({
    stations: list(Station),
    served: list(stationCode).openapi({ description: '本机服务的站点' }),
  })
  .openapi('Stations')

export const CaseRowShape = z
  .object({
    id: caseId,
    number: z.string(),
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
    forked: z.boolean(),
    safety,
  })
  .openapi('CaseRow')

export const CasePageShape = z
  .object({ rows: list(CaseRowShape), next: z.string().nullable().openapi({ description: '下一页的 after' }) })
  .openapi('CasePage')

const Seal = z
  .object({ section: z.string(), digest: z.string(), frontier: z.record(z.string(), z.int()).readonly() })
  .openapi('Seal')
const FieldValue = z.union([z.string(), z.int(), z.boolean(), list(Seal)]).openapi('FieldValue')

const StoryLine = z
  .object({
    hash: entryHash,
    log: logKey,
    seq: z.int(),
    kind: z.enum([...FACT_KINDS, 'unknown']),
    title: z.string(),
    person: personId,
    station: stationCode,
    time: milliseconds,
    clockOffset: z.int().nullable(),
    fields: z.record(z.string(), FieldValue).readonly(),
    previous: entryHash.nullable(),
    epoch: z.int().nullable().openapi({ description: '生效的轮次;没有生效则为空' }),
    aside: z
      .object({
        reason: z.enum(keysOf<AsideReason>(ASIDE_REASONS)),
        text: z.string(),
        resolve: z.string(),
        resolved: z.object({ by: z.enum(['adopted', 'dismissed']), fact: entryHash }).nullable(),
      })
      .nullable(),
  })
  .openapi('StoryLine')

const CaseState = z
  .object({
    id: caseId,
    number: z.string(),
    item: z.string(),
    itemVersion: z.int(),
    home: stationCode,
    stage,
    holder: stationCode,
    epoch: z.int(),
    offer: z.object({ to: stationCode, fact: entryHash, time: milliseconds, materials: z.int() }).nullable(),
    tip: entryHash.openapi({ description: '办理时放在 expects 里' }),
    applicant: z.object({ name: z.string(), idNumber: z.string(), phone: z.string() }),
    times: z.partialRecord(z.enum(FACT_KINDS), milliseconds).readonly(),
    result: z.enum(['granted', 'refused']).nullable(),
    seals: z.record(z.string(), Seal.extend({ fact: entryHash })).readonly(),
    story: list(StoryLine),
    forks: list(z.object({ after: entryHash, facts: list(entryHash) })),
    asideOpen: z.int(),
  })
  .openapi('CaseState')

const SectionView = z
  .object({
    name: z.string(),
    title: z.string(),
    value: z.union([z.string(), z.record(z.string(), z.unknown()).readonly()]),
    writable: z.boolean(),
    changedAfterSeal: z.boolean(),
  })
  .openapi('Section')

const ActOffer = z
  .object({
    kind: z.enum(FACT_KINDS),
    title: z.string(),
    allowed: z.boolean(),
    why: z.string().openapi({ description: '不能办理的原因' }),
    next: z.string().openapi({ description: '不能办理时可以怎么做' }),
    subject: entryHash.nullable().openapi({ description: '采纳或不采纳的记录' }),
    source: z.string().openapi({ description: '依据' }),
  })
  .openapi('ActOffer')

const Receipt = z
  .object({
    log: logKey,
    seq: z.int(),
    document: caseId,
    outcome: z.enum(['set-aside', 'quarantined', 'forked', 'unknown-kind', 'applied']),
    reason: z.string(),
  })
  .openapi('Receipt')

export const CaseShape = z
  .object({
    state: CaseState,
    item: Item.optional(),
    sections: list(SectionView),
    acts: list(ActOffer),
    safety,
    receipts: list(Receipt),
    targets: list(Station),
  })
  .openapi('Case')

export const OpenedShape = z.object({ id: caseId, number: z.string() }).openapi('Opened')
export const EditedShape = z.object({ changed: z.boolean() }).openapi('Edited')
export const ActedShape = z.object({ hash: entryHash }).openapi('Acted')

const Finding = z
  .object({
    time: milliseconds,
    kind: z.enum(['rolled-back', 'parent-restored', 'fork', 'copied', 'sidecar', 'refused', 'storage', 'clock']),
    message: z.string(),
    next: z.string(),
  })
  .openapi('Finding')

export const SyncShape = z
  .object({
    node: nodeId,
    stations: list(Station),
    isRoot: z.boolean(),
    parent: z.object({ name: z.string(), connected: z.boolean(), lastContact: milliseconds.nullable() }).nullable(),
    casesOnlyHere: z.int(),
    casesNotAtRoot: z.int(),
    entriesOnlyHere: z.int(),
    clockOffset: z.int().nullable(),
    catalogueVersion: z.int(),
    calendarVersion: z.int(),
    health: z.object({ writable: z.boolean(), problem: z.string(), next: z.string() }),
    conservation: z.object({ written: z.int(), applied: z.int(), setAside: z.int(), quarantined: z.int() }),
    findings: list(Finding),
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
    clockOffset: z.int().nullable(),
  })
  .openapi('NodeStatus')
export const NodesShape = z.object({ nodes: list(NodeStatus) }).openapi('Nodes')
