/** Capture: pick an item, type the form (saved field by field), hand it in with one act. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { beginCase } from '#edge-node/commands/cases/cases.ts'
import { handIn, saveDraft } from '#edge-node/commands/cases/draft.ts'
import { fieldWords, formFields, handInAct } from '#edge-node/commands/cases/form.ts'
import { itemsOffered, matchingItems } from '#edge-node/commands/items.ts'
import { actFields, askedFields } from '#edge-node/desk/case/act-typed.ts'
import { caseOf } from '#edge-node/desk/case-of.ts'
import { csrfField, hintOf, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { CONFIRM_DAY, departmentName, doubtWords, paperTime, timeWords, withNames } from '#edge-node/desk/words.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import { isDayInDoubt } from '#protocol/engine/clock-doubt.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { Failure } from '#protocol/result.ts'
import type { Tier } from '#protocol/tiers.ts'
import { capturePage } from './capture-form.ts'
import { applicationName, draftOf, problemsByName } from './capture-typed.ts'

/** More would not be read; the person types another letter instead. */
const SHOWN_ITEMS = 20

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

/** Why nothing can be begun while nobody can say what day it is; undefined while somebody can. */
async function dayInDoubt({ office }: Desk): Promise<Html | undefined> {
  const { clockDoubt } = await office.status()
  if (!isDayInDoubt(clockDoubt)) return undefined
  return html`${doubtWords(clockDoubt)},不知道今天是哪一天,不能建件。电脑时间不对的请校正;然后<a href="${CONFIRM_DAY}">在“同步与安全”页确认今天的日期</a>。`
}

async function pickPage(context: DeskContext, desk: Desk): Promise<Response> {
  const visit = context.get('visit')
  const { q = '' } = context.req.query()
  const offered = itemsOffered(desk.office, visit.station)
  const named = (list: readonly Item[]) => matchingItems(list, q, (code) => departmentName(desk.office, code))
  const found = named(offered)
  const doubtful = await dayInDoubt(desk)
  const items = doubtful ? [] : found.slice(0, SHOWN_ITEMS)
  const elsewhere = items.length > 0 || q === '' ? undefined : named(desk.office.directory.items())[0]
  const none =
    doubtful ??
    (offered.length === 0
      ? '本站还没有可以办的事项,请联网同步事项目录。'
      : elsewhere === undefined
        ? `没有找到“${q}”,换个词或用拼音首字母。`
        : html`“${elsewhere.name}”不在本站办理,由${elsewhere.tiers.map((each) => TIER_PLACES[each]).join('、')}办理。<a href="/guide/${elsewhere.id}">看办事指南</a>,告诉申请人去哪里、带什么。`)
  const body = html`${headline('新办件')}<form method="get" action="/capture" class="desk-search" data-pick>
      <label class="visually-hidden" for="item-search">事项</label>
      <input id="item-search" class="form-control form-control-lg" type="search" name="q" value="${q}" autofocus autocomplete="off"
        placeholder="事项名称、编码或拼音首字母" hx-get="/capture" hx-trigger="input changed delay:150ms" hx-select="#items" hx-target="#items" hx-swap="outerHTML" />
      <button class="btn btn-lg" type="submit">找事项</button></form>
    <p class="text-secondary">输入后按回车选第一项,或按方向键选择。选定后立即建件,之后每填一栏都自动保存。</p>
    <form id="items" method="post" action="/capture" data-query="${q}">${csrfField(visit)}
      ${!doubtful && found.length > SHOWN_ITEMS ? html`<p class="text-secondary">共 ${found.length} 项,只列出前 ${SHOWN_ITEMS} 项;再输入一个字缩小范围。</p>` : ''}${card('可以办的事项', items.length === 0 ? html`<p class="desk-empty">${none}</p>` : html`<ul class="list-group list-group-flush">${items.map((item, index) => itemRow(desk, item, index === 0))}</ul>`)}</form>`
  return page(context, desk, { title: '新办件', body })
}

async function open(context: DeskContext, desk: Desk): Promise<Response> {
  const { item = '' } = await readForm(context)
  const opened = await beginCase(desk.office, context.get('visit').actor, item)
  if (!opened.ok) return failurePage(context, desk, opened.problem, { href: '/capture', title: '重新选择事项' })
  return context.redirect(`/cases/${opened.value.id}/form`, 303)
}

/** Saves what a post changes. */
const save = (context: DeskContext, desk: Desk, view: CaseView, item: Item, typed: Typed, touched?: string) =>
  saveDraft(desk.office, context.get('visit').actor, view, item, draftOf(item, typed, touched))

/** One field was left or paused in: answers with the time of saving and the words of that field. */
async function autosave(context: DeskContext, desk: Desk): Promise<Response> {
  const found = await caseOf(context, desk)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const { item } = found.value
  if (!item) return failurePage(context, desk, NO_ITEM)
  const typed = await readForm(context)
  // The script names the field that was left.
  const saved = await save(context, desk, found.value, item, typed, context.req.header('hx-trigger-name'))
  const words = saved.ok
    ? html`已保存 ${paperTime(desk.office.now()).slice(-5)}`
    : html`<span class="field-problem">没有保存:${saved.problem.message} ${saved.problem.next}</span>`
  const hints = formFields(item)
    .filter(({ id }) => typed[applicationName(id)] !== undefined)
    .map(({ id, type }) => {
      const name = applicationName(id)
      return hintOf({ name, ...fieldWords(type, (typed[name] ?? '').trim(), desk.office.today()) }, true)
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
  return field === 'changesSeen' || askedFields(kind).some(([name]) => name === field)
    ? { [field]: problem.message }
    : {}
}

/** Saves what is on the form and, when asked, hands it in. */
async function post(context: DeskContext, desk: Desk): Promise<Response> {
  const before = await caseOf(context, desk)
  if (!before.ok) return failurePage(context, desk, before.problem)
  const { item } = before.value
  if (!item) return failurePage(context, desk, NO_ITEM)
  const typed = await readForm(context)
  const saved = await save(context, desk, before.value, item, typed)
  if (!saved.ok) return capturePage(context, desk, before.value, item, { typed, failure: saved.problem })
  const after = await caseOf(context, desk)
  if (!after.ok) return failurePage(context, desk, after.problem)
  if (typed.step !== 'hand-in') return savedPage(context, desk, after.value, item, typed)
  return handInPage(context, desk, after.value, item, typed)
}

/** The form after it was saved; what was typed for the act that hands it in stays, because it is kept nowhere before. */
function savedPage(context: DeskContext, desk: Desk, view: CaseView, item: Item, typed: Typed) {
  const kind = handInAct(view)
  const own = kind ? askedFields(kind).filter(([name, { type }]) => type !== 'flag' && typed[name]?.trim()) : []
  if (!kind || own.length === 0) return context.redirect(`/cases/${view.state.id}/form?saved=1`, 303)
  const labels = own.map(([, { label }]) => label).join('、')
  const now = desk.office.now()
  const notice = `已保存 ${timeWords(now, now)};${labels}随“${FACTS[kind].title}”一起提交,现在只在这个页面上。`
  return capturePage(context, desk, view, item, { typed, notice })
}

async function handInPage(context: DeskContext, desk: Desk, view: CaseView, item: Item, typed: Typed) {
  const kind = handInAct(view)
  const given = kind ? actFields(view, kind, typed) : {}
  const handed = await handIn(desk.office, context.get('visit').actor, view, item, given, typed.changesSeen)
  if (handed.ok)
    return context.redirect(`/cases/${view.state.id}${handed.value ? `/receipt?done=${handed.value}` : ''}`, 303)
  const { problem } = handed
  if ('incomplete' in problem)
    return capturePage(context, desk, view, item, { typed, problems: problemsByName(problem.incomplete) })
  const failure = { ...problem.refused, message: withNames(desk.office, problem.refused.message) }
  const problems = kind ? problemsFrom(item, kind, failure) : {}
  return capturePage(context, desk, view, item, { typed, failure, problems })
}

export function captureRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/capture', (context) => pickPage(context, desk))
  app.post('/capture', (context) => open(context, desk))
  app.get('/cases/:id/form', async (context) => {
    const found = await caseOf(context, desk)
    if (!found.ok) return failurePage(context, desk, found.problem)
    if (!found.value.item) return failurePage(context, desk, NO_ITEM)
    const notice = context.req.query('saved') ? `已保存 ${timeWords(desk.office.now(), desk.office.now())}` : ''
    return capturePage(context, desk, found.value, found.value.item, { notice })
  })
  app.post('/cases/:id/form', (context) => post(context, desk))
  app.post('/cases/:id/fields', (context) => autosave(context, desk))
}
