/** What the pages of kept records share: tabs, and a form filled anew, from a record, or as it came back. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { KeepMode, KeptRecord } from '#edge-node/commands/county-register.ts'
import { csrfField, type FieldView, field, type Typed } from '#edge-node/desk/forms.ts'
import { pager } from '#edge-node/desk/guide/guide.ts'
import { numberedPage } from '#edge-node/desk/guide/item-search.ts'
import { doneBox, headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import type { Registry } from '#hub/registry-port.ts'
import type { PersonId } from '#protocol/ids.ts'
import { type Returned, returnedTo } from './answers.ts'

/** The pages of what a county keeps beside its cases, in the order in which a new county fills them. */
export const SETTINGS = {
  departments: '部门',
  windows: '窗口',
  letters: '授权书',
  calendars: '日历',
  rules: '本地规则',
  regions: '区划代码',
  presence: '进驻与授权',
} as const
export type SettingsPage = keyof typeof SETTINGS

export const SETTINGS_PATH = '/hub/settings'

export const settingsPath = (name: SettingsPage): string => `${SETTINGS_PATH}/${name}`

/** The way between the pages. */
export const tabs = (links: readonly { readonly href: string; readonly title: string }[], current: string): Html =>
  html`<nav class="btn-list mb-3" aria-label="分页">${links.map(
    ({ href, title }) =>
      html`<a class="btn btn-sm${href === current ? ' active' : ''}" href="${href}" ${href === current ? html`aria-current="page"` : ''}>${title}</a>`,
  )}</nav>`

const settingsTabs = (current: SettingsPage): Html =>
  tabs(
    Object.entries(SETTINGS).map(([name, title]) => ({ href: settingsPath(name as SettingsPage), title })),
    settingsPath(current),
  )

export interface SettingsContent {
  readonly name: SettingsPage
  /** What the page is for, in one or two sentences. */
  readonly intro: string
  readonly list: Html
  /** Absent for people who only read. */
  readonly form?: Html | undefined
  readonly done?: Readonly<Record<string, string>>
  readonly returned?: Returned | undefined
}

/** A page of records: what there is, beside the form for one of them. */
export function settingsPage(context: DeskContext, desk: Desk, content: SettingsContent): Promise<Response> {
  const { name, intro, list, form, returned } = content
  const title = SETTINGS[name]
  // On a phone the columns stand below each other: a form that somebody is busy with comes first.
  const inHand = returned !== undefined || context.req.query('edit') !== undefined
  const left = html`<div class="col-lg-7">${list}</div>`
  const right = html`<div class="col-lg-5 order-lg-last">${form ?? ''}</div>`
  const columns = form ? html`<div class="row">${inHand ? right : left}${inHand ? left : right}</div>` : list
  const body = html`${headline(title)}${settingsTabs(name)}<p class="text-secondary">${intro}</p>
    ${doneBox(context.req.query('done'), content.done ?? {})}${columns}`
  return page(context, desk, { title, body, status: returned ? statusOf(returned.problem) : 200 })
}

/** A page of records and the one form that keeps a record. */
export interface RecordPage {
  readonly name: SettingsPage
  /** Names the form when it comes back. */
  readonly form: string
  show(context: DeskContext, returned?: Returned): Promise<Response>
  recordOf(typed: Typed): KeptRecord
  mode(typed: Typed): KeepMode
}

/** A form that was opened from a record changes it; an empty one makes a new record. */
export const modeOfEdit = (typed: Typed): KeepMode => (typed.edit ? 'change' : 'new')

/** Shows the page and keeps what its form says; what was refused comes back with its words. */
export function recordRoutes(app: Hono<DeskEnv>, registry: Registry, record: RecordPage): void {
  const path = settingsPath(record.name)
  app.get(path, (context) => record.show(context))
  app.post(path, async (context) => {
    const typed = await readForm(context)
    const kept = await registry.keep(context.get('visit').actor, record.recordOf(typed), record.mode(typed))
    if (!kept.ok) return record.show(context, { form: record.form, typed, problem: kept.problem })
    return context.redirect(`${path}?done=kept`, 303)
  })
}

export interface FormParts {
  readonly box: Html | string
  /** Whether this form came back with a problem. */
  readonly isReturned: boolean
  value(name: string): string
  /** What is wrong with something that is not one field; empty when nothing is. */
  problem(name: string): Html | string
  part(view: Omit<FieldView, 'value' | 'problem'>): Html
}

/** The parts of one form: values as typed when it came back, as known otherwise. */
export function formParts(form: string, known: Typed, returned: Returned | undefined): FormParts {
  const { typed, problems, box } = returnedTo(form, returned)
  const isReturned = returned?.form === form
  const value = (name: string) => (isReturned ? typed : known)[name] ?? ''
  return {
    box,
    isReturned,
    value,
    problem: (name) => (problems[name] ? html`<p class="field-problem">${problems[name]}</p>` : ''),
    part: (view) => field({ ...view, value: value(view.name), problem: problems[view.name] }),
  }
}

/** A card with a form that posts to a path. */
export const formCard = (visit: Visit, title: string, action: string, parts: Html, submit: string): Html =>
  card(
    title,
    html`<form class="card-body" method="post" action="${action}" novalidate>${csrfField(visit)}${parts}
      <button class="btn btn-primary" type="submit">${submit}</button></form>`,
  )

/** A table that turns into cards on a phone; a cell goes by its column's name there. */
export function table(columns: readonly string[], rows: readonly (readonly (Html | string)[])[], empty: string): Html {
  if (rows.length === 0) return html`<p class="desk-empty">${empty}</p>`
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr>${columns.map(
    (column) => html`<th scope="col">${column}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) => html`<td data-label="${columns[index] ?? ''}">${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`
}

/** One page of records that answer a search, and the list around their rows. */
export function pagedList<Row>(
  context: DeskContext,
  path: string,
  records: readonly Row[],
  textOf: (record: Row) => string,
  size?: number,
): { readonly rows: readonly Row[]; around(title: string, body: Html): Html } {
  const q = (context.req.query('q') ?? '').trim()
  const found = records.filter((record) => textOf(record).includes(q))
  const shown = numberedPage(found, context.req.query('page'), size)
  const search = html`<form class="desk-search" method="get" action="${path}" role="search"><label class="visually-hidden" for="list-search">在列表里查找</label>
    <input id="list-search" class="form-control" type="search" name="q" value="${q}" placeholder="编号、名称、部门或站点" maxlength="100" /><button class="btn" type="submit">查找</button></form>`
  const isShort = records.length <= shown.rows.length && q === ''
  return {
    rows: shown.rows,
    around: (title, body) =>
      isShort ? card(title, body) : html`${search}${card(title, html`${body}${pager(path, { q }, shown)}`)}`,
  }
}

/** Everybody who can be named in a form, for choosing while typing. */
export const peopleList = (desk: Desk): Html =>
  html`<datalist id="people">${desk.office.directory
    .people()
    .filter((person) => !person.disabled)
    .map((person) => html`<option value="${person.id}">${person.name}</option>`)}</datalist>`

/** A person as typed: the sign-in name; null when nobody was named. */
export const personOf = (text: string | undefined): PersonId | null =>
  (text ?? '').trim() === '' ? null : ((text ?? '').trim() as PersonId)

export const departmentOptions = (desk: Desk) =>
  desk.office.directory.departments().map(({ id, shortName }) => ({ value: id, label: `${shortName}(${id})` }))
