/** Authorisation letters: issuing one, what each allows, and revoking it. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { isOver } from '#edge-node/commands/letters.ts'
import type { Typed } from '#edge-node/desk/forms.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { departmentName, personName, stationName } from '#edge-node/desk/words.ts'
import { mayRevoke } from '#hub/register/letters.ts'
import type { Registry } from '#hub/registry-port.ts'
import { POWERS, type Power } from '#protocol/casework/codes.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Returned } from './answers.ts'
import {
  departmentOptions,
  formCard,
  formParts,
  pagedList,
  peopleList,
  personOf,
  recordRoutes,
  settingsPage,
  settingsPath,
  table,
} from './records.ts'
import { mayAdminister, stationOptions } from './stations.ts'

const PATH = settingsPath('letters')
/** A letter that ends within this many days is named as ending. */
const SOON_DAYS = 30
/** So many items of a letter are named in the list. */
const NAMED_ITEMS = 3
/** A row has four lines; with more rows the page is slow on thin lines. */
const PAGE_ROWS = 30

/** Whether a letter may be used on a day, in words. */
function validityWords(letter: Letter, today: Day): string {
  if (letter.revoked && letter.revoked.from <= today) return `已撤销(${letter.revoked.from})`
  if (letter.revoked) return `将于 ${letter.revoked.from} 起撤销`
  if (today < letter.from) return `${letter.from} 起生效`
  if (today > letter.until) return `已到期(${letter.until})`
  return letter.until <= plusDays(today, SOON_DAYS) ? `有效,${letter.until} 到期,请续发` : `有效到 ${letter.until}`
}

function revokeForm(visit: Visit, letter: Letter, today: Day, returned: Returned | undefined): Html {
  const { box, part } = formParts(`revoke-${letter.id}`, { from: today }, returned)
  return formCard(
    visit,
    `撤销 ${letter.id}`,
    `${PATH}/revoke`,
    html`${box}<input type="hidden" name="id" value="${letter.id}" />
      ${part({ name: 'from', label: '自哪天起撤销', kind: 'date', required: true, hint: '此前依授权办的事不受影响' })}
      ${part({ name: 'reason', label: '撤销原因', kind: 'text', required: true })}`,
    '撤销授权书',
  )
}

/** The items of a letter: the first of many by name, the rest by their number. */
function itemWords(desk: Desk, { items }: Letter): string {
  if (items === null) return '本部门全部事项'
  const names = items.slice(0, NAMED_ITEMS).map((code) => desk.office.directory.item(code)?.name ?? code)
  return `${names.join('、')}${items.length > NAMED_ITEMS ? ` 等 ${items.length} 项` : ''}`
}

function list(context: DeskContext, desk: Desk, visit: Visit): Html {
  const { directory } = desk.office
  const today = desk.office.today()
  const letters = directory
    .letters()
    .toSorted((left, right) => Number(isOver(left, today)) - Number(isOver(right, today)))
  const words = ({ id, department, station, person }: Letter) =>
    `${id} ${departmentName(desk.office, department)} ${stationName(desk.office, station)} ${person === null ? '' : personName(desk.office, person)}`
  const paged = pagedList(context, PATH, letters, words, PAGE_ROWS)
  const rows = paged.rows.map((letter) => [
    html`<strong>${letter.id}</strong><div class="text-secondary">${departmentName(desk.office, letter.department)}</div>`,
    html`${letter.person === null ? '该站点全体' : personName(desk.office, letter.person)}<div class="text-secondary">${stationName(desk.office, letter.station)}</div>`,
    html`${letter.powers.map((power) => POWERS[power]).join('、')}
      <div class="text-secondary">${itemWords(desk, letter)}</div>`,
    html`${validityWords(letter, today)}${letter.revoked ? html`<div class="text-secondary">${letter.revoked.reason}</div>` : ''}
      ${mayAdminister(visit) && mayRevoke(letter, today) ? html`<div><a href="${PATH}?edit=${encodeURIComponent(letter.id)}">撤销<span class="visually-hidden"> ${letter.id}</span></a></div>` : ''}`,
  ])
  return paged.around('全部授权书', table(['文号', '受权人', '权项和事项', '效力'], rows, '没有这样的授权书。'))
}

function form(desk: Desk, visit: Visit, returned: Returned | undefined): Html {
  const today = desk.office.today()
  const year = today.slice(0, 4)
  const { box, part } = formParts('letter', { from: today, until: `${year}-12-31` }, returned)
  const powers = Object.entries(POWERS).map(([value, label]) => ({ value, label }))
  return formCard(
    visit,
    '发出授权书',
    PATH,
    html`${box}${peopleList(desk)}${part({ name: 'id', label: '文号', kind: 'text', required: true, hint: `例如 安民授〔${year}〕3号` })}
      ${part({ name: 'department', label: '授权的部门', kind: 'list', required: true, options: departmentOptions(desk) })}
      ${part({ name: 'station', label: '受权人所在站点', kind: 'list', required: true, options: stationOptions(desk) })}
      ${part({ name: 'person', label: '首席代表', kind: 'text', attributes: html`list="people"`, hint: '填用户名;留空表示该站点人人可用' })}
      ${part({ name: 'powers', label: '授权', kind: 'many', required: true, options: powers })}
      ${part({ name: 'items', label: '事项代码', kind: 'note', hint: '每行一个;留空表示本部门全部事项' })}
      ${part({ name: 'from', label: '生效日期', kind: 'date', required: true })}
      ${part({ name: 'until', label: '最后有效日', kind: 'date', required: true })}`,
    '发出授权书',
  )
}

function letterOf(typed: Typed): Letter {
  const items = (typed.items ?? '').split(/[\s,,、]+/).filter((code) => code !== '')
  return {
    type: 'letter',
    id: (typed.id ?? '').trim(),
    version: 0,
    department: typed.department ?? '',
    // Station, powers and days go on as they came; the register says what is wrong with them.
    station: (typed.station ?? '') as StationCode,
    person: personOf(typed.person),
    items: items.length === 0 ? null : items,
    powers: (typed.powers ?? '').split(',').filter((power) => power !== '') as readonly Power[],
    from: (typed.from ?? '') as Day,
    until: (typed.until ?? '') as Day,
    revoked: null,
  }
}

function lettersPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const chosen = returned?.form.startsWith('revoke-')
    ? returned.form.slice('revoke-'.length)
    : context.req.query('edit')
  const letter = desk.office.directory.letters().find(({ id }) => id === chosen)
  const today = desk.office.today()
  const shown =
    letter && mayRevoke(letter, today) ? revokeForm(visit, letter, today, returned) : form(desk, visit, returned)
  return settingsPage(context, desk, {
    name: 'letters',
    intro: '首席代表依授权书办事;发出后不能改写,要改范围请撤销后另发。撤销随同步送到各节点。',
    list: list(context, desk, visit),
    form: mayAdminister(visit) ? shown : undefined,
    done: {
      kept: '授权书已发出,随同步送到各节点。',
      revoked: '授权书已撤销,随同步送到各节点。',
    },
    returned,
  })
}

export function letterRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  recordRoutes(app, registry, {
    name: 'letters',
    form: 'letter',
    show: (context, returned) => lettersPage(context, desk, returned),
    recordOf: letterOf,
    mode: () => 'new',
  })
  app.post(`${PATH}/revoke`, async (context) => {
    const typed = await readForm(context)
    const id = typed.id ?? ''
    const day = (typed.from ?? '') as Day // checked by the register
    const revoked = await registry.revokeLetter(context.get('visit').actor, id, {
      from: day,
      reason: typed.reason ?? '',
    })
    if (!revoked.ok) return lettersPage(context, desk, { form: `revoke-${id}`, typed, problem: revoked.problem })
    return context.redirect(`${PATH}?done=revoked`, 303)
  })
}
