/** What the API's schemas share: checked identifiers, code lists with their titles, days and times. */
import { z } from '@hono/zod-openapi'
import { POWERS } from '#protocol/casework/codes.ts'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import { ROLES } from '#protocol/casework/directory.ts'
import * as parts from '#protocol/engine/directory/record-parts.ts'
import { SAFETIES } from '#protocol/engine/office.ts'
import { type DocumentId, type EntryHash, type LogKey, PATTERNS, type PersonId } from '#protocol/ids.ts'

export {
  day,
  keysOf,
  list,
  milliseconds,
  nodeId,
  personId,
  role,
  stationCode,
} from '#protocol/engine/directory/record-parts.ts'

/** Text that the core has already checked into a branded identifier. */
const branded = <Name extends string>(pattern: RegExp, description: string) =>
  z
    .string()
    .regex(pattern, { error: `须为${description}` })
    .openapi({ description }) as unknown as z.ZodType<Name, Name>

/** Titles of a code list in one sentence, for descriptions: `1 即办件、2 承诺件`. */
export const titlesIn = (table: Readonly<Record<string, string | { readonly title: string }>>): string =>
  Object.entries(table)
    .map(([code, title]) => `${code} ${typeof title === 'string' ? title : title.title}`)
    .join('、')

/** A code of a list, with the titles of the whole list as its description. */
export const coded = <Key extends string>(
  table: Readonly<Record<Key, string | { readonly title: string }>>,
  what?: string,
) => z.enum(parts.keysOf(table)).openapi({ description: `${what === undefined ? '' : `${what}:`}${titlesIn(table)}` })

/** What the parts of the records are, wherever they stand in a shape. */
const WORDS: readonly (readonly [part: z.ZodType, description: string])[] = [
  [parts.stationCode, '站点代码'],
  [parts.nodeId, '节点标识'],
  [parts.personId, '人员账号'],
  [parts.day, '日期,如 2026-11-21'],
  [parts.milliseconds, '1970 年以来的毫秒数'],
  [parts.role, titlesIn(ROLES)],
  [parts.power, titlesIn(POWERS)],
]
for (const [part, description] of WORDS) z.globalRegistry.add(part, { description })

export const caseId = branded<DocumentId>(PATTERNS.case, '办件标识')
export const entryId = branded<EntryHash>(PATTERNS.entry, '记录标识')
export const logId = branded<LogKey>(/^[0-9a-f]{32}\/[0-9]+\/[0-9a-z]+$/, '日志标识')
export const storyLog = branded<LogKey | ''>(/^([0-9a-f]{32}\/[0-9]+\/[0-9a-z]+)?$/, '日志标识;推算的记录为空')
export const authorId = branded<PersonId | ''>(new RegExp(`^$|${PATTERNS.person.source}`), '人员账号,系统记录为空')
export const fen = z.int().openapi({ description: '金额,单位分' })
export const stage = coded<Stage>(STAGES).openapi('Stage')
export const stageNames = parts.keysOf<Stage>(STAGES)
export const safety = z
  .enum(SAFETIES)
  .openapi('Safety', { description: '只在本机、已到上级、只在县中心一处(仅县中心)、已到县' })
