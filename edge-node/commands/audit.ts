/** Reading the audit log: auditors only, and that they read it is in it. */
import { AUDIT_EVENTS, isAuditEvent } from '#protocol/casework/audit.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { AuditLine, AuditPage, AuditQuery } from '#protocol/engine/audit.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { CasePage, CaseRow } from '#protocol/engine/ports/storage.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'
import { lookedFor } from './masking.ts'
import { isUnder } from './reading.ts'
import { hasRole } from './roles.ts'

/** What somebody asks of the audit log; empty texts ask for nothing. */
export interface AuditQuestion {
  readonly from: Day
  readonly until: Day
  readonly station: string
  /** A sign-in name or the name of a person. */
  readonly person: string
  readonly event: string
  readonly text: string
  readonly after?: string | undefined
}

const NOT_AUDITOR = fail('not-auditor', '审计日志只有审计员可以查阅', '没有显示任何内容', '需要时请联系县中心的审计员')

const REVERSED = fail(
  'field',
  '“从”的日子晚于“到”的日子',
  '没有查阅,也没有记入日志',
  '请把两个日子对调或改正后再查',
  'from',
)

/** Whether somebody reads the audit log: a role of its own, whatever else the person may be (三员分立). */
export const readsAudit = (actor: Actor): boolean => hasRole(actor, 'auditor')

/** Why a question is not answered; undefined when it is. */
export const refusedOf = (actor: Actor, { from, until }: AuditQuestion) =>
  readsAudit(actor) ? (from > until ? REVERSED : undefined) : NOT_AUDITOR

/** The stations whose audit log an auditor reads here: the auditor's own and all below. */
const stationsFor = ({ directory }: Office, actor: Actor, wanted: string): readonly StationCode[] =>
  directory
    .stations()
    .map(({ id }) => id)
    .filter((id) => (wanted === '' || id === wanted) && isUnder(directory, id, actor.station))

/** The accounts that somebody means by a sign-in name or by the name of a person; several people can have one name. */
const peopleCalled = ({ directory }: Office, called: string): readonly PersonId[] => [
  called as PersonId,
  ...[...directory.people(), ...directory.staffs()].filter(({ name }) => name === called).map(({ id }) => id),
]

/** What was asked, in words, for the audit log itself: what was typed as it keeps what others look for. */
export function askedWords(
  { directory }: Office,
  { from, until, station, person, event, text }: AuditQuestion,
): string {
  const place = directory.station(station as StationCode) ? station : lookedFor(station)
  const parts = [place, lookedFor(person), isAuditEvent(event) ? AUDIT_EVENTS[event].title : '', lookedFor(text)]
  return [`${from} 至 ${until}`, ...parts.filter((part) => part !== '')].join(',')
}

/**
 * Numbers of the cases of whoever is called so, or has this number: readings and prints stand in the log under the case. Of
 * somebody with more cases than LIMITS.auditCases the latest.
 */
export async function caseNumbersOf(office: Pick<Office, 'find'>, text: string): Promise<readonly string[]> {
  const typed = text.trim()
  const theirs: CaseRow[] = []
  let after: string | null = typed === '' ? null : ''
  // The search finds names that contain the name as well, in any number.
  for (let pages = 0; after !== null && pages < LIMITS.auditCasePages && theirs.length < LIMITS.auditCases; pages++) {
    const page: CasePage = await office.find({ text: typed, ...(after === '' ? {} : { after }) })
    theirs.push(
      ...page.rows.filter(({ applicant, idNumber }) => applicant === typed || idNumber === typed.toUpperCase()),
    )
    after = page.next
  }
  const latest = theirs.slice(0, LIMITS.auditCases)
  return latest.flatMap(({ number, formerNumbers }) => [number, ...formerNumbers]).filter((number) => number !== '')
}

/** What is asked of the log, for whoever may read it; the cases of whoever is asked for are looked up once for all pages. */
export async function auditQueryOf(office: Office, actor: Actor, question: AuditQuestion): Promise<AuditQuery> {
  const { from, until, station, person, event, text, after } = question
  const numbers = await caseNumbersOf(office, text)
  return {
    from,
    until,
    stations: stationsFor(office, actor, station),
    ...(person === '' ? {} : { people: peopleCalled(office, person) }),
    ...(isAuditEvent(event) ? { event } : {}),
    // What people looked for stands in the log by the end of a number, other numbers (stations, days) in full.
    texts: [text, lookedFor(text), ...numbers],
    ...(after === undefined ? {} : { after }),
  }
}

/** One page of what an auditor asks for. */
export async function readAudit(office: Office, actor: Actor, question: AuditQuestion): Promise<Result<AuditPage>> {
  const refused = refusedOf(actor, question)
  if (refused) return refused
  await office.audit(actor, 'audit-read', { subject: askedWords(office, question) })
  return office.auditTrail(await auditQueryOf(office, actor, question))
}

const titleOf = (event: string): string => (isAuditEvent(event) ? AUDIT_EVENTS[event].title : event)

/** An event in words; one that a later program wrote keeps its name. */
export const eventWords = ({ event, uncounted }: Pick<AuditLine, 'event' | 'uncounted'>): string =>
  uncounted === 0 ? titleOf(event) : `${titleOf(event)}(此前另有 ${uncounted} 次没有逐条记下)`

/** What an auditor must know of a line beside what it says. */
export const marksOf = ({
  foreignPerson,
  afterRevocation,
  strangeDay,
  unsureTime,
  isEarliest,
}: AuditLine): readonly string[] => [
  ...(foreignPerson ? ['此人当天不在该站点任职'] : []),
  ...(afterRevocation ? ['节点停用之后才送达'] : []),
  ...(strangeDay ? ['写下时那台电脑的时钟不对,日期不可信'] : []),
  ...(unsureTime && !strangeDay
    ? [`写下时不知道那台电脑的时钟准不准,时间不可信,${isEarliest ? '实际只会更晚' : '实际可能更早或更晚'}`]
    : []),
]

/** What is said of a day of which a station has more than can be read. */
export const cutWords = (day: Day): string =>
  `${day} 有站点的记录超过 ${LIMITS.auditDayPlaces} 条,当天较早的没有列出;记录都在,请管理员核对该站点的节点`
