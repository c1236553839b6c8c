/** The file that an auditor takes out of the audit log: its lines, and what an auditor must know of what is not among them. */
import { appendAll } from '#protocol/append-all.ts'
import { civilTime, type Day } from '#protocol/casework/time/days.ts'
import type { AuditLine, AuditPage } from '#protocol/engine/audit.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { type AuditQuestion, askedWords, auditQueryOf, cutWords, eventWords, marksOf, refusedOf } from './audit.ts'
import { csvText } from './csv.ts'

/** What an auditor asks for as the text of a CSV file, as far as one file goes; `next`: where the following one begins. */
export interface AuditFile {
  readonly csv: string
  readonly next: string | null
}

const BUSY = fail('audit-file-busy', '本机正在导出另一份审计日志', '这一份没有导出,也没有记入日志', '请过一会儿再导出')

/** Makes the files that auditors take out at a node, one at a time: a century of days keeps the disk busy for long. */
export function createAuditFiles(office: Office) {
  let isBusy = false
  return async (actor: Actor, question: AuditQuestion): Promise<Result<AuditFile>> => {
    const refused = refusedOf(actor, question) ?? (isBusy ? BUSY : undefined)
    if (refused) return refused
    isBusy = true
    try {
      return await makeFile(office, actor, question)
    } finally {
      isBusy = false
    }
  }
}

const COLUMNS = ['时间', '站点', '节点', '人员', '事件', '对象', '说明', '来源地址', '提示', '记录摘要']

async function makeFile(office: Office, actor: Actor, question: AuditQuestion): Promise<Result<AuditFile>> {
  await office.audit(actor, 'export', { subject: '审计日志', details: askedWords(office, question) })
  const read = await readPages(office, actor, question)
  if (!read.ok) return read
  const { lines, cutDays, strangeDays, next, nextDay } = read.value
  const notes = [
    ...(nextDay === null ? [] : [fullWords(nextDay)]),
    ...cutDays.map(cutWords),
    ...(strangeDays.length === 0 ? [] : [strangeWords(strangeDays.length)]),
  ]
  const rows = lines.map((line) => cellsOf(office, line))
  return success({ csv: csvText([COLUMNS, ...rows, ...notes.map(noteCells)]), next })
}

/** As many pages as one file takes, as if they were one. */
async function readPages(office: Office, actor: Actor, question: AuditQuestion): Promise<Result<AuditPage>> {
  const lines: AuditLine[] = []
  const cutDays = new Set<Day>()
  let strangeDays: readonly Day[] = []
  let query = await auditQueryOf(office, actor, question)
  let end: Pick<AuditPage, 'next' | 'nextDay'> = { next: null, nextDay: null }
  for (let pages = 0; pages < LIMITS.auditFilePages; pages++) {
    const page = await office.auditTrail(query)
    if (!page.ok) return page
    appendAll(lines, page.value.lines)
    for (const day of page.value.cutDays) cutDays.add(day)
    strangeDays = page.value.strangeDays
    const { next, nextDay } = page.value
    end = { next, nextDay }
    if (next === null) break
    query = { ...query, after: next }
  }
  return success({ lines, cutDays: [...cutDays], strangeDays, ...end })
}

/** A code with its name in one cell: twelve digits alone a spreadsheet shows as 5.1E+11. */
const withName = (code: string, name = ''): string => (name === '' || name === code ? code : `${code} ${name}`)

const cellsOf = ({ directory }: Office, line: AuditLine): readonly string[] => [
  civilTime(line.time).slice(0, 19).replace('T', ' '),
  withName(line.station, directory.station(line.station)?.name),
  withName(line.node, directory.node(line.node)?.name),
  withName(line.person, directory.personName(line.person)),
  eventWords(line),
  line.subject,
  line.details,
  line.address,
  marksOf(line).join(';'),
  line.hash,
]

/** A line that tells of no event. */
const noteCells = (words: string): readonly string[] => COLUMNS.map((column) => (column === '提示' ? words : ''))

/** What is said where a file ends before the log does. The day is the one that the log goes on at: what a clock showed may be of another. */
const fullWords = (day: Day): string =>
  `这个文件放不下全部,后面还有更早的记录:请把“到”改为 ${day} 再导出一次,当天可能有重复,按“记录摘要”核对;一天就放不下的,请按站点或人员分开导出`

/** What is said of days that lie outside every usual question: the file of a week would be silent about them. */
const strangeWords = (days: number): string =>
  `有 ${days} 天的记录写在不可能的日子下:写下时那台电脑的时钟不对。记录都在,平常的时段里看不到;“审计日志”页上方列出这些日子,请逐日查看`
