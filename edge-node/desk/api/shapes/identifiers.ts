/** What the API's schemas share: checked identifiers, code lists with their titles, days and times. */
import { z } from '@hono/zod-openapi'
import { STAGES, type Stage } from '#protocol/casework/case.ts'
import { POWERS } from '#protocol/casework/codes.ts'
import { ROLES } from '#protocol/casework/directory.ts'
import * as parts from '#protocol/engine/directory/record-parts.ts'
import { SAFETIES } from '#protocol/engine/office.ts'
import { type DocumentId, type EntryHash, type LogKey, PATTERNS, type PersonId } from '#protocol/ids.ts'

export { keysOf, list } from '#protocol/engine/directory/record-parts.ts'

/** Tells what a part of the records is, wherever it stands in a shape. */
const told = <Part extends z.ZodType>(part: Part, description: string): Part => {
  z.globalRegistry.add(part, { description })
  return part
}

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

export const stationCode = told(parts.stationCode, '站点代码')
export const nodeId = told(parts.nodeId, '节点标识')
export const personId = told(parts.personId, '人员账号')
export const day = told(parts.day, '日期,如 2026-11-21')
export const milliseconds = told(parts.milliseconds, '1970 年以来的毫秒数')
export const role = told(parts.role, titlesIn(ROLES))
told(parts.power, titlesIn(POWERS))

export const caseId = branded<DocumentId>(PATTERNS.case, '办件标识')
export const entryHash = branded<EntryHash>(PATTERNS.entry, '记录标识')
export const logKey = branded<LogKey>(/^[0-9a-f]{32}\/[0-9]+\/[0-9a-z]+$/, '日志标识')
export const storyLog = branded<LogKey | ''>(/^([0-9a-f]{32}\/[0-9]+\/[0-9a-z]+)?$/, '日志标识;推算的记录为空')
export const authorId = branded<PersonId | ''>(new RegExp(`^$|${PATTERNS.person.source}`), '人员账号,系统记录为空')
export const fen = z.int().openapi({ description: '金额,单位分' })
export const stage = coded<Stage>(STAGES).openapi('Stage')
export const stageNames = parts.keysOf<Stage>(STAGES)
export const safety = z.enum(SAFETIES).openapi('Safety', { description: '只在本机、已到上级、已到县' })
