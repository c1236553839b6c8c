/** The deadline explainer: for everybody who asks why a deadline is on the day it is. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { dayWords, paperDay, weekday } from '#edge-node/desk/due-words.ts'
import { failureBox, field, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { sentence } from '#edge-node/desk/words.ts'
import type { Span, WorkCalendar } from '#protocol/casework/time/calendar.ts'
import { type Day, dayNumber, isDay, plusDays } from '#protocol/casework/time/days.ts'
import { type DeadlineExplanation, type DeadlineProblem, explainDeadline } from '#protocol/casework/time/deadlines.ts'
import { LIMITS } from '#protocol/limits.ts'
import { guideTabs } from './guide-tabs.ts'

const PATH = '/deadlines'
/** More pauses than this hardly happen to one case; addresses may name more. */
const PAUSES_SHOWN = 3
/** A year's working days: with more months a page would be too long to read. */
const MOST_DAYS = 250
/** The columns of a month; weeks begin on Monday. */
const COLUMNS = ['一', '二', '三', '四', '五', '六', '日'] as const
const column = (day: Day): number => COLUMNS.findIndex((name) => weekday(day) === `周${name}`)
const isWeekend = (day: Day): boolean => column(day) > 4

/** A day as people say it: 2026年11月26日 周四. */
const fullDay = (day: Day): string => `${paperDay(day)} ${weekday(day)}`

interface Question {
  readonly start: Day
  readonly days: number
  readonly pauses: readonly Span[]
}

/** Reads the question; none with problems when something is missing or is no day. */
function questionOf(typed: Typed): { readonly question?: Question; readonly problems: Problems } {
  const problems: Record<string, string> = {}
  const start = (typed.start ?? '').trim()
  const days = Number((typed.days ?? '').trim() || 'none')
  if (!isDay(start)) problems.start = '请填写起算的日期'
  if (!Number.isSafeInteger(days) || days < 1 || days > MOST_DAYS) problems.days = `天数须是 1 到 ${MOST_DAYS} 的整数`
  const pauses: Span[] = []
  for (let index = 0; index < LIMITS.deadlinePauses; index++) {
    const from = (typed[`from-${index}`] ?? '').trim()
    const until = (typed[`until-${index}`] ?? '').trim()
    if (from === '' && until === '') continue
    if (!isDay(from)) problems[`from-${index}`] = '请填写暂停开始的日期'
    else if (until !== '' && (!isDay(until) || until < from)) problems[`until-${index}`] = '结果日期不能早于开始日期'
    else pauses.push({ from, until: isDay(until) ? until : null })
  }
  return Object.keys(problems).length > 0 ? { problems } : { question: { start: start as Day, days, pauses }, problems }
}

function form(typed: Typed, problems: Problems): Html {
  const at = (name: string) => ({ name, value: typed[name] ?? '', problem: problems[name] })
  const pause = (
    index: number,
  ) => html`<div class="row g-2"><div class="col-6">${field({ ...at(`from-${index}`), label: `暂停 ${index + 1} 自`, kind: 'date' })}</div>
    <div class="col-6">${field({ ...at(`until-${index}`), label: '结果到达', kind: 'date' })}</div></div>`
  return card(
    '怎么算',
    html`<form class="card-body" method="get" action="${PATH}" novalidate>
      ${field({ ...at('start'), label: '从哪天起算', kind: 'date', required: true, hint: '这一天不计入,从下一天数起' })}
      ${field({ ...at('days'), label: '几个工作日', kind: 'number', required: true, hint: '行政许可的期限都按工作日计算(行政许可法第八十二条)' })}
      <details ${typed['from-0'] || typed['from-1'] ? html`open` : ''}><summary class="mb-2">有暂停(检验、听证等特别程序)</summary>
        <p class="text-secondary">开始的那天照常计入,结果到达的那天不计入;还没有结果的留空。</p>${Array.from({ length: PAUSES_SHOWN }, (_, index) => pause(index))}</details>
      <button class="btn btn-primary" type="submit">计算</button></form>`,
  )
}

/** What a day is to the deadline. */
interface MarkedDay {
  readonly day: Day
  readonly mark: 'start' | 'counted' | 'due' | 'off' | 'paused'
  /** What stands in the small calendar: the how-manieth day, or a sign. */
  readonly sign: string
  /** The same in words. */
  readonly words: string
}

function markedDays(start: Day, found: DeadlineExplanation): ReadonlyMap<Day, MarkedDay> {
  const days: MarkedDay[] = [
    { day: start, mark: 'start', sign: '起', words: '起算日,不计入' },
    ...found.counted.map((day, index): MarkedDay => {
      const words = `第 ${index + 1} 天`
      return day === found.due
        ? { day, mark: 'due', sign: '止', words: `${words},最后一天` }
        : { day, mark: 'counted', sign: String(index + 1), words }
    }),
    ...found.skipped.map(({ day, reason }): MarkedDay => ({ day, mark: 'off', sign: '休', words: reason })),
    ...found.paused.map((day): MarkedDay => ({ day, mark: 'paused', sign: '停', words: '暂停,不计入' })),
  ]
  return new Map(days.map((each) => [each.day, each]))
}

const cell = (marked: MarkedDay | undefined, number: number): Html =>
  marked
    ? html`<td class="is-${marked.mark}" title="${marked.words}"><span>${number}</span><span aria-hidden="true">${marked.sign}</span><span class="visually-hidden">${marked.words}</span></td>`
    : html`<td class="is-outside"><span>${number}</span></td>`

/** One month as a small calendar. */
function monthTable(month: string, marked: ReadonlyMap<Day, MarkedDay>): Html {
  const first = `${month}-01` as Day
  const length = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate()
  const blanks = Array.from({ length: column(first) }, () => html`<td></td>`)
  const cells = Array.from({ length }, (_, index) => {
    return cell(marked.get(plusDays(first, index)), index + 1)
  })
  const all = [...blanks, ...cells]
  const weeks = Array.from({ length: Math.ceil(all.length / 7) }, (_, week) => all.slice(week * 7, week * 7 + 7))
  return html`<table class="desk-month"><caption>${Number(month.slice(0, 4))}年${Number(month.slice(5))}月</caption>
    <thead><tr>${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${weeks.map((week) => html`<tr>${week}</tr>`)}</tbody></table>`
}

function months(start: Day, found: DeadlineExplanation): Html {
  const marked = markedDays(start, found)
  const names = [...new Set([...marked.keys()].map((day) => day.slice(0, 7)))].toSorted()
  return html`<div class="card-body"><div class="desk-months">${names.map((month) => monthTable(month, marked))}</div>
    <p class="desk-legend">数字是计入的第几天;<b>起</b> 起算日,不计入 · <b>止</b> 最后一天 · <b>休</b> 不是工作日 · <b>停</b> 暂停</p></div>`
}

/** Holidays that did not count, neighbours with one reason together; plain weekends are left out. */
function holidays({ skipped }: DeadlineExplanation): readonly string[] {
  const groups: { from: Day; to: Day; reason: string }[] = []
  for (const { day, reason } of skipped) {
    const last = groups.at(-1)
    if (last?.reason === reason && dayNumber(day) === dayNumber(last.to) + 1) last.to = day
    else groups.push({ from: day, to: day, reason })
  }
  return groups
    .filter(({ reason }) => !/^周[六日]$/.test(reason))
    .map(({ from, to, reason }) => `${from === to ? dayWords(from) : `${dayWords(from)}至${dayWords(to)}`} ${reason}`)
}

/** Saturdays and Sundays that counted. */
const workedWeekends = ({ counted }: DeadlineExplanation): readonly string[] =>
  counted.filter(isWeekend).map((day) => `${dayWords(day)}(${weekday(day)})`)

const coverageWords = ({ coverage }: WorkCalendar): string =>
  coverage === null ? '本机还没有日历' : `日历已知到 ${fullDay(coverage.until)}`

function answer({ start, days }: Question, found: DeadlineExplanation): Html {
  const off = holidays(found)
  const worked = workedWeekends(found)
  return card(
    '结果',
    html`<div class="card-body"><p class="desk-answer">最后一天是 <strong>${fullDay(found.due)}</strong></p>
      <p>从 ${fullDay(start)} 的下一天数起,共 ${days} 个工作日。</p>
      ${off.length === 0 ? '' : html`<p>放假不计入:${off.join(';')}。</p>`}${worked.length === 0 ? '' : html`<p>调休上班,照常计入:${worked.join('、')}。</p>`}
      ${found.paused.length === 0 ? '' : html`<p>暂停期间有 ${found.paused.length} 个工作日不计入。</p>`}</div>${months(start, found)}`,
  )
}

function refusal(calendar: WorkCalendar, problem: DeadlineProblem): Html {
  const { estimate, message, next } = problem
  return card(
    '结果',
    html`<div class="card-body"><div class="alert alert-warning" role="alert"><div><strong>${sentence(message)}</strong> ${sentence(next)}</div></div>
      ${estimate === null ? '' : html`<p>只按周一至周五推算,大约是 ${fullDay(estimate)}。<strong>推算不作数</strong>:节假日和调休都没有算进去。</p>`}
      <p class="mb-0">${coverageWords(calendar)}。国务院办公厅通常在前一年 11 月公布放假安排;县中心导入后,各节点随同步得到。</p></div>`,
  )
}

function shown(calendar: WorkCalendar, question: Question | undefined): Html {
  if (!question)
    return card(
      '说明',
      html`<div class="card-body"><p>填写后,这里按天列出哪些日子计入、哪些跳过、哪天截止。</p><p class="mb-0">${coverageWords(calendar)}。</p></div>`,
    )
  const found = explainDeadline(calendar, question.start, question.days, question.pauses)
  return found.ok ? answer(question, found.value) : refusal(calendar, found.problem)
}

function deadlinePage(context: DeskContext, desk: Desk): Promise<Response> {
  const typed: Typed = context.req.query()
  const asked = typed.start !== undefined || typed.days !== undefined
  const { question, problems } = asked ? questionOf(typed) : { question: undefined, problems: {} }
  const calendar = desk.office.directory.calendar()
  const first = Object.values(problems)[0]
  const box = first
    ? failureBox({ code: 'deadline', message: first, kept: '已填写的内容还在表上', next: '请更正后再算' })
    : ''
  const body = html`${headline('期限怎么算')}${guideTabs(PATH)}${box}<div class="row"><div class="col-lg-4">${form(typed, problems)}</div><div class="col-lg-8">${shown(calendar, question)}</div></div>`
  return page(context, desk, { title: '期限怎么算', body, status: first ? 422 : 200 })
}

export function deadlineRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(PATH, (context) => deadlinePage(context, desk))
}
