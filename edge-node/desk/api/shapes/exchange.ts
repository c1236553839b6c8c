/** Files exchanged with upper and vertical systems: packages up, replies down, cases in and out. */
import { z } from '@hono/zod-openapi'
import { OPINIONS, REPLY_RESULTS, SPECIAL_KINDS } from '#protocol/casework/codes.ts'
import { CODES_BY_COLUMN, RECORD_COLUMNS, type RecordColumn } from '#protocol/casework/exchange/case-record.ts'
import { REPLY_FORMAT } from '#protocol/casework/exchange/reply.ts'
import { PACKAGE_FORMAT, PACKAGE_VERSION } from '#protocol/casework/exchange/report-package.ts'
import { STATE_LISTS } from '#protocol/casework/exchange/systems.ts'
import {
  byOutcome,
  IMPORT_OUTCOMES,
  REPORT_COLUMNS,
  VERTICAL_COLUMNS,
  VERTICAL_LISTS,
  type VerticalColumn,
} from '#protocol/casework/exchange/vertical.ts'
import { LIMITS } from '#protocol/limits.ts'
import { coded, entryId, list, milliseconds, titlesIn } from './identifiers.ts'

const compactDay = z.string().openapi({ description: '日期 YYYYMMDD;没有为空' })
const compactTime = z.string().openapi({ description: '日期时间 YYYYMMDDhhmmss;补录的只有日期 YYYYMMDD;没有为空' })
const text = z.string()

const describedColumn = (column: RecordColumn) => {
  const codes = CODES_BY_COLUMN[column]
  const title = RECORD_COLUMNS[column]
  return z.string().openapi({ description: codes === undefined ? title : `${title}:${titlesIn(codes)}` })
}

const recordShape = Object.fromEntries(
  (Object.keys(RECORD_COLUMNS) as RecordColumn[]).map((column) => [column, describedColumn(column)]),
) as Record<RecordColumn, z.ZodString>

/** A case in the vocabulary of GB/T 39046-2020. */
export const CaseRecordShape = z
  .object(recordShape)
  .openapi('CaseRecord', { description: 'GB/T 39046-2020 的代码和字段' })

const Step = z
  .object({
    step: text.openapi({ description: titlesIn(STATE_LISTS['guangdong-steps'].states) }),
    title: text,
    action: text.openapi({ description: '通过、退回、其他' }),
    state: z.literal('2').openapi({ description: '环节办理状态:2 已办' }),
    person: text,
    personName: text,
    station: text,
    stationName: text,
    time: compactTime,
    opinion: text,
    enteredOn: compactDay.openapi({ description: '补录时的登记日期' }),
  })
  .openapi('ExchangeStep')

const Special = z
  .object({
    kind: coded(SPECIAL_KINDS),
    title: text,
    from: compactDay,
    until: compactDay,
    days: z.int(),
  })
  .openapi('ExchangeSpecial')

const PackagedFact = z
  .object({
    hash: text,
    previous: text.nullable(),
    log: text,
    seq: z.int(),
    kind: text,
    title: text,
    person: text,
    station: text,
    time: milliseconds,
    signature: text.nullable().openapi({ description: '对 hash 的 Ed25519 签名(十六进制)' }),
    publicKey: text.nullable().openapi({ description: '签名节点的公钥(十六进制)' }),
  })
  .openapi('PackagedFact')

/** The file a case is reported up with. */
export const ReportPackageShape = z
  .object({
    format: z.literal(PACKAGE_FORMAT),
    version: z.literal(PACKAGE_VERSION),
    made: z.object({ at: compactTime, station: text, stationName: text, person: text, personName: text }),
    report: z.object({
      fact: text.openapi({ description: '上报记录的标识;回复文件可以带回' }),
      document: text.openapi({ description: '上报件通知书文号' }),
      organ: text,
      day: compactDay,
      materials: z.int(),
      expected: compactDay,
      note: text,
    }),
    case: CaseRecordShape,
    form: list(z.object({ id: text, label: text, value: text })),
    materials: list(
      z.object({
        id: text,
        name: text,
        required: z.boolean(),
        form: text.openapi({ description: 'original 原件、copy 复印件、both 都有;没有登记为空' }),
        pieces: z.int(),
      }),
    ),
    steps: list(Step),
    specials: list(Special),
    opinions: list(
      z.object({
        department: text,
        opinion: text.openapi({ description: titlesIn(OPINIONS) }),
        reasons: text,
        day: compactDay,
      }),
    ),
    papers: list(z.object({ code: text, title: text, number: text, day: compactDay })),
    seals: list(z.object({ section: text, digest: text, fact: text })).openapi({ description: '封存内容的摘要' }),
    facts: list(PackagedFact).openapi({ description: '生效的签名记录' }),
    digest: text.openapi({
      description: '其余全部内容的 SHA-256:键按字母排序、不含空白的 JSON(UTF-8)',
    }),
  })
  .openapi('ReportPackage')

const short = z.string().trim().min(1).max(LIMITS.lineCharacters)

/** The upper level's answer as a file. */
export const ReplyBody = z
  .strictObject({
    format: z.literal(REPLY_FORMAT, { error: `须为 ${REPLY_FORMAT},这不是上级回复文件` }),
    version: z.literal(1),
    number: z.string().trim().min(1).max(80).openapi({ description: '办件编号' }),
    report: entryId.optional().openapi({ description: '上报包里 report.fact 的值' }),
    organ: short.openapi({ description: '批复机关,须与上报的机关一致' }),
    result: coded(REPLY_RESULTS),
    reference: short.openapi({ description: '批复文号' }),
    content: z.string().trim().min(1).max(LIMITS.noteCharacters).openapi({ description: '批复内容' }),
    decided: z.string().min(8).max(40).openapi({ description: '批复日期,YYYYMMDD 或 YYYY-MM-DD' }),
  })
  .openapi('Reply', {
    example: {
      format: REPLY_FORMAT,
      version: 1,
      number: '510724-20261121-ABC-0007-3',
      organ: '市卫生健康委员会',
      result: 'granted',
      reference: '绵卫许〔2026〕12号',
      content: '同意',
      decided: '20261121',
    },
  })

export const RepliedShape = z
  .object({
    hash: entryId.openapi({ description: '“上级批复”记录' }),
    already: z.boolean().openapi({ description: '这份回复此前已经导入,这次没有写入' }),
  })
  .openapi('Replied')

const cell = z.string().max(LIMITS.noteCharacters)
const verticalColumns = Object.fromEntries(
  Object.entries(VERTICAL_COLUMNS).map(([column, title]) => [column, cell.optional().openapi({ description: title })]),
) as Record<VerticalColumn, z.ZodOptional<z.ZodString>>

const VerticalRowShape = z.strictObject(verticalColumns).openapi('VerticalRow')

/** Cases of a vertical system, as rows or as the text of a CSV file. */
export const VerticalBody = z
  .union([
    z.strictObject({ list: coded(VERTICAL_LISTS), rows: z.array(VerticalRowShape).min(1).max(LIMITS.importRows) }),
    z.strictObject({ list: coded(VERTICAL_LISTS), csv: z.string().min(1).max(LIMITS.requestBytes) }),
  ])
  .openapi('VerticalImport', {
    description: `list 指明办件状态用哪张代码表;每次最多 ${LIMITS.importRows} 行。csv 第一行是表头:${Object.values(VERTICAL_COLUMNS).join(',')}`,
    example: {
      list: 'epoint',
      rows: [
        {
          system: '不动产登记系统',
          reference: 'BDC-2026-0012',
          item: 'SL0002',
          applicant: '王小明',
          state: '30',
          received: '20261102',
          accepted: '20261103',
        },
      ],
    },
  })

const reportColumns = {
  outcome: coded(IMPORT_OUTCOMES).openapi({ description: REPORT_COLUMNS.outcome }),
  number: text.openapi({ description: REPORT_COLUMNS.number }),
  why: text.openapi({ description: REPORT_COLUMNS.why }),
}

export const ImportReportShape = z
  .object({
    ...byOutcome(() => z.int()),
    rows: list(z.object({ ...verticalColumns, ...reportColumns })).openapi({ description: '原样的每一行和结果' }),
    csv: text.openapi({ description: '同样内容的 CSV;改正后可以整个文件再次导入' }),
  })
  .openapi('ImportReport')

const ExportedCase = CaseRecordShape.extend({ steps: list(Step), specials: list(Special) }).openapi('ExportedCase')

export const ExportShape = z
  .object({
    from: compactDay,
    until: compactDay,
    cases: list(ExportedCase),
    next: text.nullable().openapi({ description: '还有更多时,下一次的 after' }),
  })
  .openapi('CaseExport')
