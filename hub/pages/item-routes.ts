/** Reading an item, making its next edition, publishing it and ending it. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { ItemDraft } from '#edge-node/commands/county-register.ts'
import { failureBox, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import { doneBox, headline, page } from '#edge-node/desk/layout.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { problemPage, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { departmentName } from '#edge-node/desk/words.ts'
import { reviewItem } from '#hub/register/items.ts'
import type { Registry } from '#hub/registry-port.ts'
import { isEnd } from '#protocol/casework/catalogue/editions.ts'
import type { ItemProblem } from '#protocol/casework/catalogue/item-problem.ts'
import type { ChangeType } from '#protocol/casework/codes.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { Failure } from '#protocol/result.ts'
import type { Returned } from './answers.ts'
import { CATALOGUE, stateWords } from './catalogue.ts'
import { itemForm } from './item-form.ts'
import { itemParts, periodWords } from './item-page.ts'
import { contentOf, typedOf } from './item-typed.ts'
import { formCard, formParts } from './records.ts'
import { mayAdminister } from './stations.ts'

/** Only administrators get the form; others would fill it in vain. */
const readersOnly = (context: DeskContext, desk: Desk) =>
  problemPage(context, desk, {
    status: 403,
    message: '事项目录由管理员修改,您的岗位只能查看',
    kept: '没有改动任何数据',
    next: '发现内容不对请联系县中心管理员',
    back: { href: CATALOGUE, title: '回到事项目录' },
  })

const unknownItem = (context: DeskContext, desk: Desk, code: string) =>
  problemPage(context, desk, {
    status: 404,
    message: `目录里没有编码为 ${code} 的事项`,
    kept: '没有改动任何数据',
    next: '请从事项目录里查找',
    back: { href: CATALOGUE, title: '回到事项目录' },
  })

function endForm(visit: Visit, item: Item, from: Day, returned: Returned | undefined): Html {
  const { box, part } = formParts('end', { changeType: 'cancelled', effectiveFrom: from }, returned)
  const types = [
    { value: 'cancelled', label: '取消' },
    { value: 'merged', label: '合并到其他事项' },
  ]
  return html`<details class="mb-3" ${box === '' ? '' : html`open`}><summary>取消或合并这个事项</summary>
    ${formCard(
      visit,
      `终止 ${item.name}`,
      `${CATALOGUE}/${item.id}/end`,
      html`${box}<p>终止后不能再开新办件;在办件按收件时的版次办完,历次版本都留档。</p>
        ${part({ name: 'changeType', id: 'end-type', label: '方式', kind: 'choice', required: true, options: types })}
        ${part({ name: 'changeBasis', id: 'end-basis', label: '依据', kind: 'text', required: true, hint: '文件名称和文号;合并的写明并入哪个事项' })}
        ${part({ name: 'effectiveFrom', id: 'end-from', label: '从哪天起不再实施', kind: 'date', required: true })}`,
      '终止事项',
    )}</details>`
}

function itemPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const code = context.req.param('code') ?? ''
  const { directory } = desk.office
  const wanted = Number(context.req.query('edition') ?? 0)
  const item = wanted > 0 ? directory.edition(code, wanted) : directory.item(code)
  if (!item) return unknownItem(context, desk, code)
  const visit = context.get('visit')
  const today = desk.office.today()
  const newest = directory.item(code) ?? item
  const editable = mayAdminister(visit) && item.edition === newest.edition && !isEnd(newest)
  const acts = html`${editable ? html`<a class="btn btn-primary" href="${CATALOGUE}/${code}/edit">修改(新版次)</a>` : ''}
    <a class="btn" href="/guide/${code}">办事指南</a><a class="btn" href="/guide/${code}/notice">一次性告知单</a><a class="btn" href="/guide/${code}/disclosure">公示</a>`
  const body = html`${headline(item.name, acts)}${doneBox(context.req.query('done'), { published: '已发布,随同步送到各节点。', ended: '已终止,随同步送到各节点。' })}
    <p class="text-secondary">${code} · ${departmentName(desk.office, item.department)} · 第 ${item.edition} 版,${periodWords(item)} · ${stateWords(directory.editions(code), today)}${item.sample ? ' · 样例,不得作为办事依据' : ''}</p>
    ${editable ? endForm(visit, item, plusDays(today, 1), returned) : ''}${itemParts(desk, item)}`
  return page(context, desk, { title: item.name, body, status: returned ? statusOf(returned.problem) : 200 })
}

/** The form's names of what it asks apart. */
const APART: Readonly<Record<string, string>> = { 'change.type': 'changeType', 'change.basis': 'changeBasis' }

const besideFields = (found: readonly ItemProblem[]): Problems => {
  const problems: Record<string, string> = {}
  for (const { field, message, blocks } of found) if (blocks) problems[APART[field] ?? field] ??= message
  return problems
}

/** What the check found, in words: what blocks first, then what should be looked at. */
function findings(found: readonly ItemProblem[]): Html {
  const blocking = found.filter(({ blocks }) => blocks)
  const warnings = found.filter(({ blocks }) => !blocks)
  const list = (problems: readonly ItemProblem[]) =>
    html`<ul class="mb-0">${problems.map(({ message }) => html`<li>${message}</li>`)}</ul>`
  return html`${
    blocking.length === 0
      ? html`<div class="alert alert-success" role="status"><div><strong>检查通过,可以发布。</strong></div></div>`
      : html`<div class="alert alert-danger" role="alert"><div><strong>还不能发布,有 ${blocking.length} 处要改:</strong>${list(blocking)}已填写的内容还在表上。</div></div>`
  }${warnings.length === 0 ? '' : html`<div class="alert alert-warning" role="note"><div><strong>请留意(不影响发布):</strong>${list(warnings)}</div></div>`}`
}

interface FormState {
  readonly code: string
  readonly typed: Typed
  readonly found?: readonly ItemProblem[]
  readonly unread?: Problems
  readonly problem?: Failure
}

function formPage(context: DeskContext, desk: Desk, state: FormState): Promise<Response> {
  const { code, typed, found, unread = {}, problem } = state
  const visit = context.get('visit')
  const isNew = code === ''
  const title = isNew ? '新增事项' : `修改 ${desk.office.directory.item(code)?.name ?? code}`
  const unreadBox =
    Object.keys(unread).length === 0
      ? ''
      : html`<div class="alert alert-danger" role="alert"><div><strong>有内容读不出来,请更正:</strong><ul class="mb-0">${Object.values(unread).map((message) => html`<li>${message}</li>`)}</ul></div></div>`
  const problems = {
    ...besideFields(found ?? []),
    ...unread,
    ...(problem?.field ? { [problem.field]: problem.message } : {}),
  }
  const boxes = html`${problem ? failureBox(problem) : ''}${unreadBox}${found && Object.keys(unread).length === 0 ? findings(found) : ''}`
  const form = itemForm(desk, visit, {
    code,
    action: isNew ? `${CATALOGUE}/new` : `${CATALOGUE}/${code}/edit`,
    typed,
    problems,
    findings: boxes,
  })
  const blocked = problem !== undefined || Object.keys(unread).length > 0 || (found ?? []).some(({ blocks }) => blocks)
  const body = html`${headline(title, html`<a class="btn" href="${isNew ? CATALOGUE : `${CATALOGUE}/${code}`}">不改了,返回</a>`)}
    <p class="text-secondary">发布前什么都不保存;发布后成为新版次,在办件仍按收件时的版次办理。</p>${form}`
  return page(context, desk, { title, body, status: blocked ? 422 : 200 })
}

const draftOf = (code: string, typed: Typed): { readonly draft: ItemDraft; readonly unread: Problems } => {
  const { content, problems } = contentOf(typed)
  const isNew = code === ''
  const draft: ItemDraft = {
    id: isNew ? (typed.id ?? '').trim() : code,
    change: { type: isNew ? 'new' : ((typed.changeType ?? '') as ChangeType), basis: typed.changeBasis ?? '' },
    from: (typed.effectiveFrom ?? '') as Day, // checked by the register
    content,
  }
  return { draft, unread: problems }
}

async function saveItem(context: DeskContext, desk: Desk, registry: Registry, code: string): Promise<Response> {
  const typed = await readForm(context)
  const { draft, unread } = draftOf(code, typed)
  if (Object.keys(unread).length > 0) return formPage(context, desk, { code, typed, unread })
  const review = reviewItem(desk.office.directory, draft)
  if (!review.ok) return formPage(context, desk, { code, typed, problem: review.problem })
  const { problems: found } = review.value
  if (typed.step !== 'publish' || found.some(({ blocks }) => blocks))
    return formPage(context, desk, { code, typed, found })
  const published = await registry.publishItem(context.get('visit').actor, draft)
  if (!published.ok) return formPage(context, desk, { code, typed, found, problem: published.problem })
  return context.redirect(`${CATALOGUE}/${draft.id}?done=published`, 303)
}

async function endItem(context: DeskContext, desk: Desk, registry: Registry): Promise<Response> {
  const code = context.req.param('code') ?? ''
  const typed = await readForm(context)
  const type: ChangeType = typed.changeType === 'merged' ? 'merged' : 'cancelled'
  const ended = await registry.publishItem(context.get('visit').actor, {
    id: code,
    change: { type, basis: typed.changeBasis ?? '' },
    from: (typed.effectiveFrom ?? '') as Day, // checked by the register
    content: {},
  })
  if (!ended.ok) return itemPage(context, desk, { form: 'end', typed, problem: ended.problem })
  return context.redirect(`${CATALOGUE}/${code}?done=ended`, 303)
}

export function itemRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  const tomorrow = () => plusDays(desk.office.today(), 1)
  const empty = () => ({ ...typedOf(completeItem({ id: '', name: '' })), effectiveFrom: tomorrow() })
  app.get(`${CATALOGUE}/new`, (context) =>
    mayAdminister(context.get('visit'))
      ? formPage(context, desk, { code: '', typed: empty() })
      : readersOnly(context, desk),
  )
  app.post(`${CATALOGUE}/new`, (context) => saveItem(context, desk, registry, ''))
  app.get(`${CATALOGUE}/:code`, (context) => itemPage(context, desk))
  app.get(`${CATALOGUE}/:code/edit`, (context) => {
    const code = context.req.param('code')
    const item = desk.office.directory.item(code)
    if (!mayAdminister(context.get('visit'))) return readersOnly(context, desk)
    if (!item || isEnd(item)) return unknownItem(context, desk, code)
    const typed = { ...typedOf(item), changeType: 'adjusted', effectiveFrom: tomorrow() }
    return formPage(context, desk, { code, typed })
  })
  app.post(`${CATALOGUE}/:code/edit`, (context) => saveItem(context, desk, registry, context.req.param('code')))
  app.post(`${CATALOGUE}/:code/end`, (context) => endItem(context, desk, registry))
}
