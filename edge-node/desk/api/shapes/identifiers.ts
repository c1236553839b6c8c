/** What the API's schemas share: checked identifiers, code lists with their titles, days and times. */
import { z } from '@hono/zod-openapi'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { DocumentId, EntryHash, LogKey, NodeId, PersonId, StationCode } from '#protocol/ids.ts'

export const list = <Part extends z.ZodType>(part: Part) => z.array(part).readonly()

/** Text that the core has already checked into a branded identifier. */
const branded = <Name extends string>(pattern: string, what: string) =>
  z.custom<Name>((value) => typeof value === 'string').openapi({ type: 'string', pattern, description: what })

export const keysOf = <Key extends string>(table: Readonly<Record<Key, unknown>>) =>
  Object.keys(table) as [Key, ...Key[]]

/** Titles of a code list in one sentence, for descriptions: `1 即办件、2 承诺件`. */
export const titlesIn = (table: Readonly<Record<string, string | { readonly title: string }>>): string =>
  Object.entries(table)
    .map(([code, title]) => `${code} ${typeof title === 'string' ? title : title.title}`)
    .join('、')

/** A code of a list, with the titles of the whole list as its description. */
export const coded = <Key extends string>(
  table: Readonly<Record<Key, string | { readonly title: string }>>,
  what?: string,
) => z.enum(keysOf(table)).openapi({ description: `${what === undefined ? '' : `${what}:`}${titlesIn(table)}` })

export const stationCode = branded<StationCode>('^[0-9]{6,15}$', '站点代码')
export const nodeId = branded<NodeId>('^[0-9a-f]{32}$', '节点标识')
export const caseId = branded<DocumentId>('^[0-9a-f]{32}$', '办件标识')
export const entryHash = branded<EntryHash>('^[0-9a-f]{64}$', '记录标识')
export const logKey = branded<LogKey>('^[0-9a-f]{32}/[0-9]+/[0-9a-z]+$', '日志标识')
export const storyLog = branded<LogKey | ''>('^([0-9a-f]{32}/[0-9]+/[0-9a-z]+)?$', '日志标识;推算的记录为空')
export const personId = branded<PersonId>('^[A-Za-z0-9_.-]{1,40}$', '人员账号')
export const authorId = branded<PersonId | ''>('^[A-Za-z0-9_.-]{0,40}$', '人员账号,系统记录为空')
export const day = branded<Day>('^[0-9]{4}-[0-9]{2}-[0-9]{2}$', '日期,如 2026-11-21')
export const milliseconds = z.int().openapi({ description: '1970 年以来的毫秒数' })
export const fen = z.int().openapi({ description: '金额,单位分' })
export const stage = coded<Stage>(STAGES).openapi('Stage')
export const stageNames = keysOf<Stage>(STAGES)
export const safety = z
  .enum(['here', 'parent', 'root'])
  .openapi('Safety', { description: '只在本机、已到上级、已到县' })
