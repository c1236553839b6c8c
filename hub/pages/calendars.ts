/** The holiday calendar: which years are known, importing one, and what is said about the year that is not. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { textOfFile } from '#edge-node/commands/csv.ts'
import { dayWords, paperDay } from '#edge-node/desk/due-words.ts'
import { csrfField, type Typed } from '#edge-node/desk/forms.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { calendarLines, calendarOf, daysOff, rangeOf, readCalendar } from '#hub/register/calendars.ts'
import type { Registry } from '#hub/registry-port.ts'
import type { CalendarYear } from '#protocol/casework/directory.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { Failure } from '#protocol/result.ts'
import { type Returned, returnedTo } from './answers.ts'
import { formCard, formParts, recordRoutes, settingsPage, settingsPath, table } from './records.ts'
import { mayAdminister } from './stations.ts'
import { fileField, uploadOf } from './uploads.ts'

const PATH = settingsPath('calendars')
export const CALENDAR_IMPORT = `${PATH}/import`

/** What the page shows of a file that was read and not yet saved. */
interface Read {
  readonly calendar: CalendarYear
  readonly known: boolean
}

/** A stretch of days off in words: 2月15日至2月23日. */
function rangeWords(line: string): string {
  const range = rangeOf(line)
  if (!range) return line
  return range.from === range.to ? dayWords(range.from) : `${dayWords(range.from)}至${dayWords(range.to)}`
}

const workingDays = (desk: Desk, { year }: CalendarYear): string => {
  const count = desk.office.directory.calendar().count(plusDays(`${year}-01-01` as Day, -1), `${year}-12-31` as Day)
  return count === undefined ? '' : `全年 ${count} 个工作日`
}

/** What is known, and plainly what is not. */
function coverage(desk: Desk): Html {
  const { directory } = desk.office
  const known = directory.calendar().coverage
  const today = desk.office.today()
  const missing = [Number(today.slice(0, 4)), Number(today.slice(0, 4)) + 1].filter(
    (year) => !directory.calendars().some(({ id }) => id === `${year}`),
  )
  const words = known === null ? '还没有日历,一个期限也不能计算。' : `期限可以算到 ${paperDay(known.until)}。`
  return html`<div class="alert alert-${missing.length > 0 ? 'warning' : 'info'}" role="note"><div><strong>${words}</strong>
    ${missing.map((year) => html` ${year} 未发布:算不到的期限会直说算不出,并给出标明不作数的估计。`)}</div></div>`
}

function list(desk: Desk, visit: Visit): Html {
  const years = desk.office.directory.calendars().toSorted((left, right) => right.year - left.year)
  const rows = years.map((year) => [
    html`<strong>${year.year}</strong>${year.id.endsWith('.local') ? ' 地方增加' : ''}<div class="text-secondary">${year.source}</div>
      ${mayAdminister(visit) ? html`<a href="${PATH}?edit=${year.id}">更正<span class="visually-hidden"> ${year.id}</span></a>` : ''}`,
    html`${year.off.map((line) => html`<div class="text-nowrap">${rangeWords(line)}</div>`)}<div class="text-secondary">共 ${daysOff(year)} 天</div>`,
    year.work.length === 0
      ? '—'
      : html`${year.work.map((day) => html`<div class="text-nowrap">${dayWords(day)}</div>`)}`,
    year.id.endsWith('.local') ? '' : workingDays(desk, year),
  ])
  return html`${coverage(desk)}${card('已有的日历', table(['年份', '放假', '调休上班', '工作日'], rows, '还没有日历。'))}`
}

const knownOf = (year: CalendarYear | undefined): Typed =>
  year
    ? {
        year: String(year.year),
        scope: year.id.endsWith('.local') ? 'local' : 'national',
        source: year.source,
        off: year.off.join('\n'),
        work: year.work.join('\n'),
        replace: 'yes',
      }
    : { scope: 'national' }

const SCOPES = [
  { value: 'national', label: '全国(国务院办公厅通知)' },
  { value: 'local', label: '地方增加(民族自治地方依法规定的节日)' },
]

function yearForm(visit: Visit, year: CalendarYear | undefined, read: Read | undefined, returned?: Returned): Html {
  const known = read ? { ...knownOf(read.calendar), replace: '' } : knownOf(year)
  const { box, part } = formParts('calendar', known, returned)
  const note = read
    ? html`<div class="alert alert-info" role="status"><div><strong>文件已读出,还没有保存。</strong>请对照通知核对后保存。${read.known ? `已有 ${read.calendar.year} 年的日历,要换成这一份请勾选更正。` : ''}</div></div>`
    : ''
  return formCard(
    visit,
    year && !read ? `更正 ${year.id}` : '填写一年',
    PATH,
    html`${box}${note}${part({ name: 'year', label: '年份', kind: 'number', required: true })}
      ${part({ name: 'scope', label: '范围', kind: 'choice', required: true, options: SCOPES })}
      ${part({ name: 'source', label: '来源文件', kind: 'text', required: true, hint: '例如 国务院办公厅 2025-11-04 通知' })}
      ${part({ name: 'off', label: '放假', kind: 'note', required: true, hint: '每行一天或一段:2026-10-01/2026-10-07' })}
      ${part({ name: 'work', label: '调休上班的周六、周日', kind: 'note', hint: '每行一天' })}
      ${part({ name: 'replace', label: '更正已有的这一年', kind: 'flag', hint: '在办的期限随之重新计算' })}`,
    '保存日历',
  )
}

function importForm(visit: Visit, problem: Failure | undefined): Html {
  const { box, problems } = returnedTo('import', problem && { form: 'import', typed: {}, problem })
  return card(
    '从文件导入',
    html`<form class="card-body" method="post" action="${CALENDAR_IMPORT}" enctype="multipart/form-data" novalidate>${csrfField(visit)}${box}
      ${fileField({ name: 'file', label: '日历文件', accept: '.json,.csv,.txt', hint: 'JSON,或两栏的 CSV:日期,放假/上班', problem: problems.file })}
      <button class="btn" type="submit">读出文件</button></form>`,
  )
}

function calendarsPage(
  context: DeskContext,
  desk: Desk,
  shown: { returned?: Returned; read?: Read; problem?: Failure },
): Promise<Response> {
  const visit = context.get('visit')
  const edited = desk.office.directory.calendars().find(({ id }) => id === context.req.query('edit'))
  const { returned, read, problem } = shown
  return settingsPage(context, desk, {
    name: 'calendars',
    intro: '期限只按已发布的日历计算。县里临时停办、停电停网的日子不写进日历:它们不停止法定期限。',
    list: list(desk, visit),
    form: mayAdminister(visit)
      ? html`${yearForm(visit, edited, read, returned)}${importForm(visit, problem)}`
      : undefined,
    done: { kept: '日历已保存,随同步送到各节点。' },
    returned: returned ?? (problem && { form: 'import', typed: {}, problem }),
  })
}

export function calendarRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  recordRoutes(app, registry, {
    name: 'calendars',
    form: 'calendar',
    show: (context, returned) => calendarsPage(context, desk, returned ? { returned } : {}),
    recordOf: (typed) =>
      calendarOf({
        year: Number(typed.year || 'none'),
        local: typed.scope === 'local',
        source: typed.source ?? '',
        off: calendarLines(typed.off ?? ''),
        work: calendarLines(typed.work ?? ''),
      }),
    mode: ({ replace }) => (replace === 'yes' ? 'change' : 'new'),
  })
  app.post(CALENDAR_IMPORT, async (context) => {
    const upload = await uploadOf(context, 'file')
    const read = readCalendar(upload ? textOfFile(upload.bytes) : '', upload?.name ?? '')
    if (!read.ok) return calendarsPage(context, desk, { problem: read.problem })
    const known = desk.office.directory.calendars().some(({ id }) => id === read.value.id)
    return calendarsPage(context, desk, { read: { calendar: read.value, known } })
  })
}
