/** What people read of findings that ask for something to be checked, each by what it is about. */
import { type DaySpan, daysWords } from '#protocol/engine/day-records.ts'
import { COUNTY_DAY, DOUBTFUL_DAYS_OF, type Finding, WRONG_DAY } from '#protocol/engine/office.ts'
import { doubtfulCasesPath, notComePath } from './day-record-paths.ts'

/** Something at the head of every page that a person must act on. */
export interface Warning {
  readonly tone: 'danger' | 'warning'
  readonly message: string
  readonly next: string
  /** Straight to where it is done. */
  readonly link?: { readonly href: string; readonly words: string }
}

/** It stands until a person says that it is done: the paper that was given to people is all there is of some records. */
const NOT_CHECKED: Warning = {
  tone: 'warning',
  message: '数据库恢复过或重新开始过,还没有核对完',
  next: '请打开“同步与安全”页,按“发生过的事”核对纸质凭证,由本站的人核对后点“已核对”。',
}

const asks = ({ kept }: Finding): boolean => kept !== undefined

/** Whether a finding says that records of this node are missing. */
export const speaksOfLoss = (finding: Finding): boolean =>
  asks(finding) && (finding.kind === 'sidecar' || finding.kind === 'rolled-back')

/** What a machine that was taken out wrote and nobody has is on paper at its station; the database here is whole. */
function revokedWarning([first, ...others]: readonly Finding[]): readonly Warning[] {
  if (first === undefined) return []
  const [who = ''] = first.message.split('。')
  const more = others.length === 0 ? '' : `(另有 ${others.length} 个停用的节点)`
  const next = '请打开“同步与安全”页,按“发生过的事”请接替的站点核对纸质凭证,核对后点“已核对”。'
  return [{ tone: 'warning', message: `${who},核对未完${more}`, next }]
}

/**
 * A node went by a wrong day: people have paper with it, and deadlines run from it. What was said to be the day then may be
 * wrong by now, so that only the days by which it went are named.
 */
function wrongDayWarning(findings: readonly Finding[]): readonly Warning[] {
  const asked = findings.filter(({ kept = '' }) => kept.startsWith(WRONG_DAY) || kept.startsWith(COUNTY_DAY))
  const [latest, ...others] = asked
  if (latest === undefined) return []
  const more = others.length === 0 ? '' : `(另有 ${others.length} 项)`
  const { days, kept = '' } = latest
  if (days && kept.startsWith(COUNTY_DAY)) return [notComeWarning(days, more)]
  const message = days ? `本机按 ${daysWords(days)} 办理过,和后来得知的日期不同` : latest.message
  const link = { href: '/sync', words: '在“同步与安全”页核对这期间的办件' }
  return [{ tone: 'warning', message: `${message}${more}。`, next: '还没有人核对。', link }]
}

/** The county was told an earlier day than facts of its nodes bear. */
const notComeWarning = (days: DaySpan, more: string): Warning => ({
  tone: 'warning',
  message: `县中心确认过日期:有办件所记日期在这以后(${daysWords(days)})${more}。`,
  next: '还没有人核对。',
  link: { href: notComePath(days), words: '逐件核对各站点的这些办件' },
})

/** Of nodes below the county doubts days: which one, how many, and the way to them. */
function doubtfulDaysWarning([first, ...others]: readonly Finding[]): readonly Warning[] {
  if (first === undefined) return []
  const [what = ''] = first.message.split(';')
  const isOne = others.length === 0
  const node = (first.kept ?? '').slice(DOUBTFUL_DAYS_OF.length)
  const link = {
    href: isOne ? doubtfulCasesPath(node) : '/sync',
    words: isOne ? '逐件核对' : '在“同步与安全”页逐件核对',
  }
  const more = isOne ? '' : `(另有 ${others.length} 个节点)`
  return [{ tone: 'warning', message: `${what}${more}。`, next: '记录照常有效,没有退回。', link }]
}

/** Paper that waits to be checked, and days that were wrong or may be. */
export const checkWarnings = (findings: readonly Finding[]): readonly Warning[] => [
  ...(findings.some(speaksOfLoss) ? [NOT_CHECKED] : []),
  ...revokedWarning(findings.filter((finding) => asks(finding) && finding.kind === 'revoked')),
  ...wrongDayWarning(findings),
  ...doubtfulDaysWarning(findings.filter(({ kept }) => kept?.startsWith(DOUBTFUL_DAYS_OF))),
]

/** What is asked before a finding is marked as checked. */
export function checkQuestion(finding: Finding): string {
  if (finding.kind === 'revoked') return '这个节点停用以前的纸质凭证都核对完了吗?'
  return speaksOfLoss(finding) ? '纸质凭证都核对完了吗?' : '这些记录的日期都核对完了吗?'
}
