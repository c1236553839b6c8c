/** Capture: pick an item, type the form (saved field by field), hand it in with one act. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { actFields, askedFields } from '#edge-node/desk/case/act-typed.ts'
import { csrfField, hintOf, type Problems, readForm, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { failurePage, NOT_AN_EDITOR, statusOf } from '#edge-node/desk/problems.ts'
import { readableCase } from '#edge-node/desk/reading.ts'
import { type Desk, type DeskContext, type DeskEnv, type Html, mayEdit } from '#edge-node/desk/visit.ts'
import { departmentName, paperTime, timeWords, today } from '#edge-node/desk/words.ts'
import type { Tier } from '#protocol/casework/directory.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Failure, Result } from '#protocol/result.ts'
import { success } from '#protocol/result.ts'
import { capturePage } from './capture-form.ts'
import {
  applicantOf,
  applicationChange,
  applicationName,
  fieldWords,
  formFields,
  handInAct,
  materialsChange,
  problemsOf,
  valuesOf,
} from './draft.ts'

/** More would not be read; the person types another letter instead. */
const SHOWN_ITEMS = 20

/** Items whose name, code, department or pinyin holds every word typed. */
export function matchingItems(
  items: readonly Item[],
  query: string,
  nameOf: (department: string) => string = (department) => department,
): readonly Item[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return items.filter((item) => {
    const text = `${item.name} ${item.id} ${nameOf(item.department)} ${item.pinyin}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

const itemRow = (
  desk: Desk,
  item: Item,
  first: boolean,
): Html => html`<li class="list-group-item"><button class="desk-item" type="submit"
  name="item" value="${item.id}" ${first ? html`data-first` : ''}><strong>${item.name}</strong>
  <span class="text-secondary">${item.id} · ${departmentName(desk.office, item.department)}${item.sample ? ' · 样例,非正式事项' : ''}</span></button></li>`

/** Where an item is handled that this station does not handle. */
const TIER_PLACES: Readonly<Record<Tier, string>> = {
  village: '村级代办点',
  township: '乡镇便民服务中心',
  county: '县政务服务中心',
}

async function pickPage(context: DeskContext, desk: Desk): Promise<Response> {
  const visit = context.get('visit')
  const { q = '' } = context.req.query()
  const tier = visit.station?.tier
  const day = desk.office.today()
  const { directory } = desk.office
  const offered = directory
    .items()
    .flatMap(({ id }) => directory.openable(id, day) ?? [])
    .filter((item) => tier !== undefined && item.tiers.includes(tier))
  const named = (list: readonly Item[]) => matchingItems(list, q, (code) => departmentName(desk.office, code))
  const found = named(offered)
  const items = found.slice(0, SHOWN_ITEMS)
  const elsewhere = items.length > 0 || q === '' ? undefined : named(directory.items())[0]
  const none =
    offered.length === 0
      ? '本站还没有可以办的事项,请联网同步事项目录。'
      : elsewhere === undefined
        ? `没有找到“${q}”,换个词或用拼音首字母。`
        : html`“${elsewhere.name}”不在本站办理,由${elsewhere.tiers.map((each) => TIER_PLACES[each]).join('、')}办理。<a href="/guide/${elsewhere.id}">看办事指南</a>,告诉申请人去哪里、带什么。`
  const body = html`${headline('新办件')}<form method="get" action="/capture" class="desk-search" data-pick>
      <label class="visually-hidden" for="item-search">事项</label>
      <input id="item-search" class="form-control form-control-lg" type="search" name="q" value="${q}" autofocus autocomplete="off"
        placeholder="事项名称、编码或拼音首字母" hx-get="/capture" hx-trigger="input changed delay:150ms" hx-select="#items" hx-target="#items" hx-swap="outerHTML" />
      <button class="btn btn-lg" type="submit">找事项</button></form>
    <p class="text-secondary">输入后按回车选第一项,或按方向键选择。选定后立即建件,之后每填一栏都自动保存。</p>
    <form id="items" method="post" action="/capture" data-query="${q}">${csrfField(visit)}
      ${found.length > SHOWN_ITEMS ? html`<p class="text-secondary">共 ${found.length} 项,只列出前 ${SHOWN_ITEMS} 项;再输入一个字缩小范围。</p>` : ''}${card('可以办的事项', items.length === 0 ? html`<p class="desk-empty">${none}</p>` : html`<ul class="list-group list-group-flush">${items.map((item, index) => itemRow(desk, item, index === 0))}</ul>`)}</form>`
  return page(context, desk, { title: '新办件', body })
}

async function open(context: DeskContext, desk: Desk): Promise<Response> {
  const { item = '' } = await readForm(context.req)
  const opened = await desk.office.openCase(context.get('visit').actor, item)
  if (!opened.ok) return failurePage(context, desk, opened.problem, { href: '/capture', title: '重新选择事项' })
  return context.redirect(`/cases/${opened.value.id}/form`, 303)
}

/** Writes what a post changes; the first failure stops it, what was written stays. */
async function save(desk: Desk, context: DeskContext, view: CaseView, item: Item, typed: Typed): Promise<Result<void>> {
  const { actor } = context.get('visit')
  const changes = [
    ['application', applicationChange(item, typed)],
    ['materials', materialsChange(item, typed, valuesOf(view.sections, 'materials'))],
  ] as const
  for (const [section, change] of changes) {
    if (!change) continue
    const edited = await desk.office.edit(actor, view.state.id, section, change)
    if (!edited.ok) return edited
  }
  return success(undefined)
}

/** One field was left or paused in: answers with the time of saving and the words of that field. */
async function autosave(context: DeskContext, desk: Desk): Promise<Response> {
  const found = await readableCase(context, desk, context.req.param('id') ?? '')
  if (!found.ok) return failurePage(context, desk, found.problem)
  const { item } = found.value
  if (!item) return failurePage(context, desk, NO_ITEM)
  const typed = await readForm(context.req)
  const saved = await save(desk, context, found.value, item, typed)
  const words = saved.ok
    ? html`已保存 ${paperTime(desk.office.now()).slice(-5)}`
    : html`<span class="field-problem">没有保存:${saved.problem.message} ${saved.problem.next}</span>`
  const hints = formFields(item)
    .filter(({ id }) => typed[applicationName(id)] !== undefined)
    .map(({ id, type }) => {
      const name = applicationName(id)
      return hintOf({ name, ...fieldWords(type, (typed[name] ?? '').trim(), today(desk.office.now())) }, true)
    })
  return context.html(html`${words}${hints}`, saved.ok ? 200 : statusOf(saved.problem))
}

const NO_ITEM: Failure = {
  code: 'unknown-item',
  message: '这个办件的事项不在本机目录里',
  kept: '办件本身完好',
  next: '请联网同步事项目录后再试',
}

/** The problem of an act belongs to a field of the form, or of the act itself, when there is one. */
function problemsFrom(item: Item, kind: FactKind, problem: Failure): Problems {
  const { field } = problem
  if (field === undefined) return {}
  if (formFields(item).some(({ id }) => id === field)) return { [applicationName(field)]: problem.message }
  return askedFields(kind).some(([name]) => name === field) ? { [field]: problem.message } : {}
}

/** Saves what is on the form and, when asked, hands it in. */
async function post(context: DeskContext, desk: Desk): Promise<Response> {
  const id = context.req.param('id') ?? ''
  const before = await readableCase(context, desk, id)
  if (!before.ok) return failurePage(context, desk, before.problem)
  const { item } = before.value
  if (!item) return failurePage(context, desk, NO_ITEM)
  const typed = await readForm(context.req)
  const saved = await save(desk, context, before.value, item, typed)
  if (!saved.ok) return capturePage(context, desk, before.value, item, { typed, failure: saved.problem })
  const after = await readableCase(context, desk, id)
  if (!after.ok) return failurePage(context, desk, after.problem)
  if (typed.step !== 'hand-in') return context.redirect(`/cases/${id}/form?saved=1`, 303)
  return handIn(context, desk, after.value, item, typed)
}

async function handIn(context: DeskContext, desk: Desk, view: CaseView, item: Item, typed: Typed): Promise<Response> {
  const application = valuesOf(view.sections, 'application')
  const materials = valuesOf(view.sections, 'materials')
  const problems = problemsOf(item, application, materials, today(desk.office.now()))
  if (Object.keys(problems).length > 0) return capturePage(context, desk, view, item, { typed, problems })
  const kind = handInAct(view)
  if (!kind) return context.redirect(`/cases/${view.state.id}`, 303)
  const fields = { ...applicantOf(view.sections), ...actFields(view, kind, typed) }
  const { actor } = context.get('visit')
  const done = await desk.office.act(actor, view.state.id as DocumentId, kind, fields, view.state.tip)
  if (!done.ok)
    return capturePage(context, desk, view, item, {
      typed,
      failure: done.problem,
      problems: problemsFrom(item, kind, done.problem),
    })
  return context.redirect(`/cases/${view.state.id}/receipt?done=${kind}`, 303)
}

export function captureRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  for (const path of ['/cases/:id/form', '/cases/:id/fields'])
    app.post(path, (context, next) =>
      mayEdit(context.get('visit').actor) ? next() : failurePage(context, desk, NOT_AN_EDITOR),
    )
  app.get('/capture', (context) => pickPage(context, desk))
  app.post('/capture', (context) => open(context, desk))
  app.get('/cases/:id/form', async (context) => {
    const found = await readableCase(context, desk, context.req.param('id'))
    if (!found.ok) return failurePage(context, desk, found.problem)
    if (!found.value.item) return failurePage(context, desk, NO_ITEM)
    const notice = context.req.query('saved') ? `已保存 ${timeWords(desk.office.now(), desk.office.now())}` : ''
    return capturePage(context, desk, found.value, found.value.item, { notice })
  })
  app.post('/cases/:id/form', (context) => post(context, desk))
  app.post('/cases/:id/fields', (context) => autosave(context, desk))
}
