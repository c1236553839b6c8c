/** The audit log (审计日志): who signed in, looked for, took out or changed what, apart from the acts that cases tell of themselves. */
import { type DocumentId, isStationCode, type StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Day, FIRST_DAY, isDay } from './time/days.ts'

export interface EventRule {
  readonly title: string
  /**
   * The same person doing the same again within so many minutes is one event: a page that refreshes itself, a list that
   * is turned over. 0: each time counts.
   */
  readonly sameWithinMinutes: number
  /** Whether the next event of the kind and person says how often it happened again: guesses are counted, looks are not. */
  readonly isCounted?: true
  /** Whether its subject is the account concerned, because nobody is signed in who could be its person. */
  readonly isAboutAccount?: true
}

const always = (title: string): EventRule => ({ title, sameWithinMinutes: 0 })

/** What is written down (GB/T 22239-2019 8.1.4.3; SOURCES.md 9.1). */
export const AUDIT_EVENTS = {
  'sign-in': always('登录'),
  'sign-in-failed': { title: '登录失败', sameWithinMinutes: 1, isCounted: true, isAboutAccount: true },
  'sign-in-locked': { title: '账号锁定', sameWithinMinutes: 15, isCounted: true, isAboutAccount: true },
  'sign-in-refused': { title: '锁定期间登录被拒', sameWithinMinutes: 15, isCounted: true, isAboutAccount: true },
  'sign-out': always('退出'),
  search: { title: '查询', sameWithinMinutes: 5 },
  reveal: { title: '查看完整号码', sameWithinMinutes: 60 },
  'masked-read': { title: '查看办件(号码遮盖)', sameWithinMinutes: 60 },
  print: { title: '打印', sameWithinMinutes: 1 },
  export: always('导出'),
  import: always('导入'),
  settings: always('设置'),
  people: always('人员账号'),
  keys: always('入网码与密钥'),
  enrolment: always('节点登记'),
  revocation: always('节点停用'),
  restore: always('数据库恢复'),
  'audit-read': { title: '查阅审计', sameWithinMinutes: 5 },
} as const satisfies Readonly<Record<string, EventRule>>
export type AuditEvent = keyof typeof AUDIT_EVENTS

export const isAuditEvent = (text: string): text is AuditEvent => Object.hasOwn(AUDIT_EVENTS, text)

/** The rule of an event; undefined of one that a later program wrote. */
const ruleOf = (event: string): EventRule | undefined => (isAuditEvent(event) ? AUDIT_EVENTS[event] : undefined)

/** Whether an event is about an account: its person's, or the one that somebody tried to get into. */
export const isOfAccount = (
  { event, person, subject }: { readonly event: string; readonly person: string; readonly subject: string },
  account: string,
): boolean => person === account || (ruleOf(event)?.isAboutAccount === true && subject === account)

/** What an entry of the audit log says beside its author, time, person and station. */
export interface AuditNote {
  readonly event: AuditEvent
  /** What it is about: a case number, a sign-in name, a record, a file; empty when the event says all. */
  readonly subject: string
  /** More in words; empty without. */
  readonly details: string
  /** The network address it came from; empty when it came from no browser. */
  readonly address: string
  /** Events of this kind and person before it that were only counted: too many in a minute, or the disk refused. */
  readonly uncounted: number
}

/** A note as any program may have written it: an event of a later one keeps its name. */
export type ReadNote = Omit<AuditNote, 'event'> & { readonly event: string }

/** Reads the payload of an entry of the audit log; undefined when it is none. Texts are cut to what a line shows. */
export function readAuditNote(json: string): ReadNote | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined // no JSON
  }
  if (typeof value !== 'object' || value === null) return undefined
  const parts = value as Readonly<Record<string, unknown>>
  const text = (name: keyof AuditNote) => {
    const part = parts[name]
    return typeof part === 'string' ? part.slice(0, LIMITS.auditCharacters) : ''
  }
  const { uncounted } = parts
  const event = text('event')
  const count = typeof uncounted === 'number' && Number.isSafeInteger(uncounted) && uncounted > 0 ? uncounted : 0
  if (event === '') return undefined
  return { event, subject: text('subject'), details: text('details'), address: text('address'), uncounted: count }
}

/** The document in which the events of a station on a day lie. */
export const auditDocument = (station: StationCode, day: Day): DocumentId => `audit/${station}.${day}` as DocumentId

/** Days that an audit document may name: a machine whose battery is dead shows 2000 or later. */
const DAYS = { first: '2000-01-01', last: '2099-12-31' } as const

/** Whether days of the audit log reach to it; others are written down under the nearest. */
export const auditDay = (day: Day): Day => (day < DAYS.first ? DAYS.first : day > DAYS.last ? DAYS.last : day) as Day

/** Whether no right clock can have shown a day of the audit log by now. */
export const isStrangeDay = (day: Day, today: Day): boolean => day < FIRST_DAY || day > today

/** Station and day of an audit document; undefined when it names none. */
export function auditPlace(document: DocumentId): { readonly station: StationCode; readonly day: Day } | undefined {
  const [, station = '', day = ''] = /^audit\/([0-9]+)\.([0-9-]+)$/.exec(document) ?? []
  if (!isStationCode(station) || !isDay(day) || auditDay(day) !== day) return undefined
  return { station, day }
}

/** Whether a document belongs to the audit log, well named or not. */
export const isAudit = (document: DocumentId): boolean => document.startsWith('audit/')
