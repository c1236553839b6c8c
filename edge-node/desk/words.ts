/** Connection, safety, times and ages as people say them. */
import { type CountedMaterial, MATERIAL_STATE_WORDS } from '#edge-node/commands/cases/form.ts'
import { paperDay, weekday } from '#edge-node/desk/due-words.ts'
import { appendAll } from '#protocol/append-all.ts'
import { isFormOpen } from '#protocol/casework/acts/form.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import type { Stage } from '#protocol/casework/course/stages.ts'
import { civilDay, civilTime, type Day, plusDays } from '#protocol/casework/time/days.ts'
import { type ClockDoubt, hasStood } from '#protocol/engine/clock-doubt.ts'
import type { Office, Safety, SyncStatus } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import { checkWarnings, type Warning } from './finding-words.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Date of a time in milliseconds: 2026年11月20日. */
function dateWords(time: number): string {
  const text = civilTime(time)
  return `${text.slice(0, 4)}年${Number(text.slice(5, 7))}月${Number(text.slice(8, 10))}日`
}

/** A time in milliseconds as short as it stays clear: 08:31, 11月20日 08:31, 2025年11月20日 08:31. */
export function timeWords(time: number, now: number): string {
  const text = civilTime(time)
  const clock = text.slice(11, 16)
  if (text.slice(0, 10) === civilTime(now).slice(0, 10)) return clock
  const date = dateWords(time)
  return `${text.slice(0, 4) === civilTime(now).slice(0, 4) ? date.slice(5) : date} ${clock}`
}

/** A full time for paper: 2026年11月20日 08:31. */
export const paperTime = (time: number): string => `${dateWords(time)} ${civilTime(time).slice(11, 16)}`

/** When a fact was written, for paper: by the corrected clock, and what its author's own showed where people would wonder. */
export function writtenWords({ at, time }: Pick<StoryLine, 'at' | 'time'>): string {
  const isOff = Math.abs(at - time) >= LIMITS.clockOffsetMilliseconds
  return isOff ? `${paperTime(at)}(本机时钟当时显示 ${paperTime(time)})` : paperTime(at)
}

/** A span in milliseconds, to the nearest unit: 5 分钟, 3 小时, 2 天. */
export function spanWords(span: number): string {
  const of = (unit: number) => Math.round(Math.abs(span) / unit)
  if (of(1000) < 60) return `${of(1000)} 秒`
  if (of(MINUTE) < 60) return `${of(MINUTE)} 分钟`
  return of(HOUR) < 48 ? `${of(HOUR)} 小时` : `${of(DAY)} 天`
}

/** How long ago something was; nothing of what bears a time to come, whose span has not begun, nor while nobody can say what day it is. */
export const elapsedWords = (office: Pick<Office, 'time' | 'isDayInDoubt'>, time: number): string =>
  office.isDayInDoubt() || time > office.time() ? '' : spanWords(office.time() - time)

/** The same after a comma: “,已 2 天”. */
export function sinceWords(office: Pick<Office, 'time' | 'isDayInDoubt'>, time: number): string {
  const elapsed = elapsedWords(office, time)
  return elapsed === '' ? '' : `,已 ${elapsed}`
}

/** How far a case has travelled. */
const SAFETY_WORDS: Readonly<Record<Safety, string>> = {
  here: '只在本机',
  parent: '已到上级,未到县',
  alone: '只在县中心一处',
  root: '已到县',
}

/** Whether the county has a case: what is printed says so when it does not. */
export const isAtCounty = (safety: Safety): boolean => safety === 'root' || safety === 'alone'

export const safetyWords = (safety: Safety | undefined): string => SAFETY_WORDS[safety ?? 'here']

const contactWords = (lastContact: number | null, now: number) =>
  lastContact === null ? '从未同步' : `最后同步 ${timeWords(lastContact, now)}`

/** Connection and safety in one sentence for the head of every page. */
export function connectionWords(status: SyncStatus, now: number): string {
  if (status.isRoot || status.parent === null) {
    const alone = status.atRootAlone && status.atRootAlone.entries > 0 ? ' · 有记录只在县中心一处' : ''
    return `县中心 · 本机即县级数据${alone}`
  }
  const { name, connected, lastContact } = status.parent
  const here = status.casesOnlyHere > 0 ? `${status.casesOnlyHere} 件只存在本机` : ''
  if (!connected) {
    const kept = here || (status.casesNotAtRoot > 0 ? `${status.casesNotAtRoot} 件未到县` : '没有未送出的办件')
    return `离线 · ${kept} · ${contactWords(lastContact, now)}`
  }
  const rest = status.casesNotAtRoot > 0 ? `${status.casesNotAtRoot} 件未到县` : '全部已到县'
  return [`已连接${name}`, here, rest].filter(Boolean).join(' · ')
}

/** Where nobody can vouch for the clock yet: it has no difference to what was known, which proves nothing. */
export const ROOT_IS_SILENT = '本机这次启动后县中心还没有报时'

/**
 * A clock that is off, in words; undefined while it is right or unknown. The offset is the time at the root less its own: positive where it is slow.
 * @param isConfirmed a person said what day it is, and the county did not
 */
export function clockWords(offset: number | null, isConfirmed = false): string | undefined {
  if (offset === null || Math.abs(offset) < LIMITS.clockOffsetMilliseconds) return undefined
  const than = isConfirmed ? '本机时钟' : '本机时钟比县中心'
  return `${than}${offWords(offset)}`
}

export const offWords = (offset: number): string => `${offset > 0 ? '慢' : '快'}约 ${spanWords(offset)}`

/** The form by which a person says what day it is. */
export const CONFIRM_DAY = '/sync#day'

/** What speaks against the clock of this node, in one clause; undefined when nothing does. */
export function doubtWords(doubt: ClockDoubt | null): string | undefined {
  if (doubt === null) return undefined
  const shown = `本机时钟显示${dateWords(doubt.time)}`
  if (doubt.is === 'leapt' && doubt.isBack)
    return `${shown},此前多走过约 ${spanWords(doubt.by)},已经调回来,还没有人确认`
  if (doubt.is === 'leapt') return `${shown},没有看着的时候多走了约 ${spanWords(doubt.by)}`
  if (doubt.is === 'unheard') return `${shown},离上次对时已有约 ${spanWords(doubt.away)}`
  if (doubt.is === 'set')
    return `${shown},此前${offWords(doubt.other - doubt.time)}:已经校正过的,今天就是这一天;没有校正过的,今天是${dateWords(doubt.other)}`
  if (hasStood(doubt))
    return `${shown} ${civilTime(doubt.time).slice(11, 16)},和上次关机时差不多:关机期间时钟可能没有走`
  if (doubt.time >= doubt.since) return `${shown},倒退过约 ${spanWords(doubt.fell)},之后还没有人核对过`
  const since = `${dateWords(doubt.since)} ${civilTime(doubt.since).slice(11, 16)}`
  return doubt.proof === 'published' ? `${shown},早于目录发布时间 ${since}` : `${shown},早于此前记下的时间 ${since}`
}

/** What to do about a clock in doubt: look at another one first. The nodes of the county go by the root's, which tells it again once somebody has looked at it. */
const DOUBT_NEXT = {
  node: '请看手机或日历,电脑时间不对的先校正。',
  root: '请看手机或日历,本机时间不对的先校正。确认日期以前,各节点收不到县中心的时间。',
  nodeLink: '时间对的、已经校正的,或者校正不了的,在这里确认今天的日期和时间',
  rootLink: '时间对的、已经校正的,在这里确认今天的日期和时间',
} as const

/** Without a line nobody else says what day it is, and nothing can be begun while nobody does. */
function clockWarning(status: SyncStatus, now: number): Warning | undefined {
  const doubt = doubtWords(status.clockDoubt)
  const tone = 'warning'
  if (doubt !== undefined) {
    const next = DOUBT_NEXT[status.isRoot ? 'root' : 'node']
    return {
      tone,
      message: doubt,
      next,
      link: { href: CONFIRM_DAY, words: DOUBT_NEXT[status.isRoot ? 'rootLink' : 'nodeLink'] },
    }
  }
  const others = status.clockOfNodes
  if (others) {
    const than = `都比县中心${offWords(others.offset)}`
    const message = `连着的 ${others.of} 个节点里,${others.nodes} 个的时钟${than}`
    return { tone, message, next: '多半是县中心的时间不对:请看手机或日历,不对的先校正本机时间。' }
  }
  const off = clockWords(status.clockOffset, status.clockConfirmedBy !== null)
  if (status.clockConfirmedBy !== null) return confirmedWarning(status, now, off)
  if (off === undefined) return undefined
  const isDays = Math.abs(status.clockOffset ?? 0) >= DAY
  const warning = { tone, message: off, next: isDays ? COMPARE : CALIBRATE } as const
  if (status.parent?.connected) return warning
  return { ...warning, link: { href: CONFIRM_DAY, words: '电脑时间已经校正、日期不对的,在这里确认今天的日期' } }
}

/** Where the county is off, this computer looks wrong. */
const COMPARE = '请看手机或日历:电脑时间不对的请校准;电脑时间对的,请马上告诉县中心。已登记的办件会记下这个差值。'
const CALIBRATE = '请校准电脑时间;已登记的办件会记下这个差值。'

/** By which day and time the node goes because somebody said so, also where its clock shows the same: nobody else can say. */
function confirmedWarning({ clockKnown }: SyncStatus, now: number, off: string | undefined): Warning {
  const day = civilDay(now)
  const goes = `现按确认的时间 ${paperDay(day)} ${weekday(day)} ${civilTime(now).slice(11, 16)} 办理`
  const earlier = clockKnown === null ? undefined : `早于县中心到过的 ${timeWords(clockKnown, now)}`
  return {
    tone: 'warning',
    message: [goes, off, earlier].filter(Boolean).join(','),
    next: off === undefined ? '联网后以县中心的时间为准。' : CALIBRATE,
    link: { href: CONFIRM_DAY, words: '日期或时间不对的,在这里重新确认' },
  }
}

/** So many days before the calendar ends, new cases of twenty working days have deadlines beyond it. */
const CALENDAR_WARNING_DAYS = 30

/** What a calendar that is missing or about to end risks; undefined while it reaches far enough. */
function calendarWarning(until: Day | null, today: Day): Warning | undefined {
  const next = '请联网同步;县中心在国务院办公厅公布放假安排后发布新一年的工作日历。'
  if (until === null) return { tone: 'warning', message: '本机还没有工作日历,到期日不能计算', next }
  if (until > plusDays(today, CALENDAR_WARNING_DAYS)) return undefined
  return { tone: 'warning', message: `工作日历只到${until},之后的到期日不能计算`, next }
}

/** What the county has to do next, where it took out the parent. */
export const PARENT_REVOKED = '上级已被停用,等待县中心指定新上级'

/** What is wrong with this node, worst first. `now`: by its corrected clock. */
export function warningsOf(status: SyncStatus, now: number): readonly Warning[] {
  const warnings: Warning[] = []
  const { health, refusal } = status
  if (!health.writable) warnings.push({ tone: 'danger', message: `现在不能保存:${health.problem}`, next: health.next })
  else if (health.problem !== '') warnings.push({ tone: 'danger', message: health.problem, next: health.next })
  if (status.parent?.revoked)
    warnings.push({
      tone: 'danger',
      message: PARENT_REVOKED,
      next: '本机照常登记,数据都在。县中心指定以后自动改接;等了一天还没有改接的,请联系县中心管理员。',
    })
  else if (refusal) warnings.push({ tone: 'danger', message: `上级拒绝连接:${refusal.message}`, next: refusal.next })
  appendAll(warnings, checkWarnings(status.findings))
  const clock = clockWarning(status, now)
  if (clock) warnings.push(clock)
  const calendar = calendarWarning(status.calendarUntil, civilDay(now))
  if (calendar) warnings.push(calendar)
  return warnings
}

export const stationName = (office: Office, station: string): string =>
  office.directory.stations().find((known) => known.id === station)?.name ?? `站点 ${station}`

export const personName = (office: Office, person: string): string => office.directory.personName(person)

export const itemName = (office: Office, row: Pick<CaseRow, 'item'>): string =>
  office.directory.item(row.item)?.name ?? `事项 ${row.item}`

export const departmentName = (office: Office, code: string): string => office.directory.department(code)?.name ?? code

/** A material's state in words: 原件, 复印件 2 份. */
export function materialWords({ state, copies }: CountedMaterial): string {
  if (!Object.hasOwn(MATERIAL_STATE_WORDS, state)) return '未核对'
  const words = MATERIAL_STATE_WORDS[state as keyof typeof MATERIAL_STATE_WORDS]
  return copies > 0 ? `${words} ${copies} 份` : words
}

/** A text closed with a full stop, whether or not its author wrote one. */
export const sentence = (text: string): string => (text === '' || /[。!?]$/.test(text) ? text : `${text}。`)

/** Station codes in a text as the names people know. */
export const withNames = (office: Office, text: string): string =>
  text.replace(
    /站点([0-9]{6,15})/g,
    (code, id) => office.directory.stations().find((known) => known.id === id)?.name ?? code,
  )

/** Whether what was changed behind a seal counts: until acceptance the next sealing takes it over (rule C134). */
export const changesCount = (stage: Stage): string =>
  isFormOpen(stage) ? '这些改动到下一次收件或受理时作数' : '这些改动不作数'

/** The number of a case; some case was given none that counts. */
export const presentNumber = ({ number }: Pick<CaseRow, 'number'>): string => number || '暂无编号'

/** A case's number, with those it had before it was renumbered. */
export const numberWords = ({ number, formerNumbers }: Pick<CaseRow, 'number' | 'formerNumbers'>): string =>
  formerNumbers.length === 0
    ? presentNumber({ number })
    : `${presentNumber({ number })}(原编号 ${formerNumbers.join('、')})`

/** Why something of a case was not simply used: each reason once, with how often it stands there. */
export function reasonWords(receipts: readonly { readonly reason: string }[]): string[] {
  const times = new Map<string, number>()
  for (const { reason } of receipts) times.set(reason, (times.get(reason) ?? 0) + 1)
  return [...times].map(([reason, count]) => `${sentence(reason)}原文已保存。${count > 1 ? `(${count} 条)` : ''}`)
}
