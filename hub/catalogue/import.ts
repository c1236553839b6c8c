/** Bringing a catalogue in: every row is checked, good rows become editions, refused rows come back with their reasons. */
import { appendAll } from '#protocol/append-all.ts'
import { checkEditions, isEnd } from '#protocol/casework/catalogue/editions.ts'
import { blocking, type CatalogueContext, checkItem } from '#protocol/casework/catalogue/item-check.ts'
import { checkPrerequisites } from '#protocol/casework/catalogue/prerequisites.ts'
import type { Department, LocalRules } from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import { plusDays } from '#protocol/casework/time/days.ts'
import { type Result, success } from '#protocol/result.ts'
import { REASON_COLUMN, REQUIRED_COLUMNS } from './columns.ts'
import { readRow, unknownColumns } from './rows.ts'
import { type Table, unreadable } from './table.ts'

/** What is already there. */
export interface ImportContext {
  readonly departments: readonly Department[]
  readonly disclosure: LocalRules['disclosure']
  /** Every edition of an item that is published. */
  editions(code: string): readonly Item[]
  /** The newest edition of every item. */
  items(): readonly Item[]
}

/** What became of a table. */
export interface ImportReport {
  /** Records to publish: new editions, and the editions before them with their last day. */
  readonly records: readonly Item[]
  /** Rows that became an edition. */
  readonly loaded: number
  /** Rows that say what is published already. */
  readonly unchanged: number
  /** The refused rows as they came, with a column of reasons; none when every row was good. */
  readonly refused: Table
  /** Things to look at that refuse nothing, in words. */
  readonly warnings: readonly string[]
}

/** Reads a table of items against what is published. Fails only when the table as a whole cannot be read. */
export function importItems({ header, rows }: Table, context: ImportContext): Result<ImportReport> {
  const missing = REQUIRED_COLUMNS.filter((title) => !header.includes(title))
  if (missing.length > 0)
    return unreadable('columns-missing', `缺少列:${missing.join('、')}。`, '请使用导出的表格作为模板,列名不要改动。')
  const desk = createImport(context)
  const keptColumns = header.flatMap((title, index) => (title === REASON_COLUMN ? [] : [index]))
  const refused: string[][] = []
  for (const [index, cells] of rows.entries()) {
    const reasons = desk.take(header, cells, index + 2) // line 1 is the header
    if (reasons.length > 0) refused.push([...keptColumns.map((at) => cells[at] ?? ''), reasons.join(';')])
  }
  const unknown = unknownColumns(header, [REASON_COLUMN])
  return success({
    ...desk.result(),
    refused: { header: [...keptColumns.map((at) => header[at] ?? ''), REASON_COLUMN], rows: refused },
    warnings: [...(unknown.length > 0 ? [`不认识的列没有导入:${unknown.join('、')}`] : []), ...desk.warnings()],
  })
}

function createImport(context: ImportContext) {
  const departments = new Set(context.departments.map(({ id }) => id))
  const rules: CatalogueContext = { hasDepartment: (code) => departments.has(code), disclosure: context.disclosure }
  /** Editions by item as they will be, for the items that the table names. */
  const catalogue = new Map<string, readonly Item[]>()
  const records = new Map<string, Item>()
  /** Line in which an edition stood. */
  const lines = new Map<string, number>()
  const notes: string[] = []
  let [loaded, unchanged] = [0, 0]

  const keep = (item: Item, editions: readonly Item[]) => {
    catalogue.set(item.id, editions)
    for (const each of editions) {
      const before = context.editions(each.id).find(({ edition }) => edition === each.edition)
      if (before === undefined || !isSame(before, each)) records.set(`${each.id}.${each.edition}`, each)
    }
  }

  return {
    /** Why the row is refused; empty when it is not. */
    take(header: readonly string[], cells: readonly string[], line: number): readonly string[] {
      const read = readRow(header, cells, context.departments)
      if (!read.ok) return read.problem
      const known = catalogue.get(read.value.item.id) ?? context.editions(read.value.item.id)
      const item = read.value.hasEdition ? read.value.item : numbered(read.value.item, known)
      const problems = checkItem(item, rules)
      const blocks = blocking(problems)
      if (blocks.length > 0) return blocks.map(({ message }) => message)
      const key = `${item.id}.${item.edition}`
      const earlier = lines.get(key)
      if (earlier !== undefined) return [`与第 ${earlier} 行重复:${item.id} 版次 ${item.edition}`]
      const placed = place(item, known)
      if (!Array.isArray(placed)) return [(placed as { reason: string }).reason]
      lines.set(key, line)
      appendAll(
        notes,
        problems.map(({ message }) => `第 ${line} 行 ${item.id} ${item.name}:${message}`),
      )
      if (known.some((each) => isSame(each, item))) unchanged += 1
      else {
        loaded += 1
        keep(item, placed)
      }
      return []
    },
    result: () => ({ records: [...records.values()], loaded, unchanged }),
    warnings: (): readonly string[] => {
      const newest = new Map(context.items().map((item) => [item.id, item]))
      for (const [code, editions] of catalogue) newest.set(code, editions.at(-1) as Item)
      const { circles, unknown } = checkPrerequisites([...newest.values()].filter((item) => !isEnd(item)))
      return [...notes, ...circles.map(({ message }) => message), ...unknown.map(({ message }) => message)]
    },
  }
}

/** Whether two records say the same; the version of the record is not the item's. */
const isSame = (left: Item, right: Item): boolean =>
  left.name === right.name &&
  JSON.stringify(ordered({ ...left, version: 0 })) === JSON.stringify(ordered({ ...right, version: 0 }))

/** The same value with the keys of every record in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const record = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, ordered(record[key])]),
  )
}

/** A row without a number is the newest edition when it says the same, otherwise the next one. */
function numbered(item: Item, known: readonly Item[]): Item {
  const newest = known.at(-1)
  if (newest === undefined) return { ...item, edition: 1 }
  const { edition, effectiveFrom, effectiveUntil, change } = newest
  const again = { ...item, edition, effectiveFrom, effectiveUntil, change }
  return isSame(again, newest) ? again : { ...item, edition: edition + 1 }
}

/** The editions with this one among them; the one before gets its last day. Or the reason why it does not fit. */
function place(item: Item, known: readonly Item[]): readonly Item[] | { readonly reason: string } {
  const published = known.find(({ edition }) => edition === item.edition)
  if (published !== undefined) {
    if (isSame(published, item)) return known
    return {
      reason: `版次 ${item.edition} 已经公布,不能改写;请改为版次 ${(known.at(-1)?.edition ?? 0) + 1} 并写明变更依据和生效日期`,
    }
  }
  const editions = [...known, item].map((each) =>
    each.edition === item.edition - 1 && each.effectiveUntil === null && each.effectiveFrom < item.effectiveFrom
      ? { ...each, effectiveUntil: plusDays(item.effectiveFrom, -1) }
      : each,
  )
  const problems = checkEditions(editions)
  return problems.length > 0 ? { reason: problems.join('、') } : editions
}
