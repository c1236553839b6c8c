/** Items at the counter: finding one, and its printable sheets; offline, from the catalogue this node holds. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { itemsInForce } from '#edge-node/commands/items.ts'
import { field } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { problemPage } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { departmentName, paperTime } from '#edge-node/desk/words.ts'
import { disclosureSheet, guideSheet, noticeSheet } from './guide-sheets.ts'
import { guideTabs } from './guide-tabs.ts'
import { type ItemQuery, itemQueryOf, numberedPage, searchItems } from './item-search.ts'
import { caseKindName, timeLimitWords } from './item-words.ts'

const PATH = '/guide'

/** Tiers as people choose them. */
const TIER_OPTIONS = [
  { value: 'village', label: '村可办' },
  { value: 'township', label: '乡镇可办' },
  { value: 'county', label: '县可办' },
]

/** The search form of a list of items; `more` stands behind the fields that every list has. */
export function itemSearch(desk: Desk, action: string, query: ItemQuery, more: Html | string = ''): Html {
  const departments = desk.office.directory.departments().map(({ id, name }) => ({ value: id, label: name }))
  return html`<form class="desk-item-search" method="get" action="${action}" role="search">
    ${field({ name: 'q', label: '名称、编码或拼音', kind: 'text', value: query.text })}
    ${field({ name: 'department', label: '部门', kind: 'list', value: query.department, options: departments })}
    ${field({ name: 'tier', label: '哪一级可办', kind: 'list', value: query.tier, options: TIER_OPTIONS })}${more}
    <button class="btn" type="submit">查找</button></form>`
}

/** The ways to the pages before and behind. */
export function pager(
  path: string,
  query: Readonly<Record<string, string>>,
  shown: ReturnType<typeof numberedPage>,
): Html {
  const link = (number: number, title: string) =>
    html`<a class="btn" href="${path}?${new URLSearchParams({ ...query, page: String(number) })}">${title}</a>`
  return html`<div class="card-footer d-flex flex-wrap gap-2 align-items-center"><span>共 ${shown.total} 项${shown.pages > 1 ? `,第 ${shown.current} 页,共 ${shown.pages} 页` : ''}</span>
    ${shown.current > 1 ? link(shown.current - 1, '上一页') : ''}${shown.current < shown.pages ? link(shown.current + 1, '下一页') : ''}</div>`
}

/** How old the catalogue held here is, and what that means. */
async function catalogueAge(desk: Desk): Promise<string> {
  const { catalogueVersion, isRoot } = await desk.office.status()
  if (catalogueVersion === 0) return '本机还没有事项目录,请等待同步'
  return `目录更新到 ${paperTime(catalogueVersion)}${isRoot ? '' : ',之后县里的调整要等同步到达'}`
}

async function listPage(context: DeskContext, desk: Desk): Promise<Response> {
  const query = itemQueryOf(context.req.query())
  const shown = numberedPage(searchItems(itemsInForce(desk.office), query), context.req.query('page'))
  const rows = shown.rows.map(
    (
      item,
    ) => html`<tr><td data-label="事项"><a href="${PATH}/${item.id}">${item.name}</a><div class="text-secondary">${item.id} · ${departmentName(desk.office, item.department)}</div></td>
      <td class="text-nowrap" data-label="类型">${caseKindName(item)}</td><td data-label="承诺">${timeLimitWords(item.promised)}</td><td class="text-nowrap" data-label="材料">${item.materials.length} 项</td>
      <td data-label="打印"><a href="${PATH}/${item.id}/notice">一次性告知单<span class="visually-hidden"> ${item.name}</span></a> · <a href="${PATH}/${item.id}/disclosure">公示<span class="visually-hidden"> ${item.name}</span></a></td></tr>`,
  )
  const list =
    rows.length === 0
      ? html`<p class="desk-empty">没有找到这样的事项。${await catalogueAge(desk)}。</p>`
      : html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">事项</th><th scope="col">类型</th><th scope="col">承诺时限</th><th scope="col">材料</th><th scope="col">打印</th></tr></thead><tbody>${rows}</tbody></table></div>
        ${pager(PATH, { q: query.text, department: query.department, tier: query.tier }, shown)}`
  const body = html`${headline('办事指南', html`<span class="text-secondary">${await catalogueAge(desk)}</span>`)}${guideTabs(PATH)}
    ${itemSearch(desk, PATH, query)}${card('现在可以办的事项', list)}`
  return page(context, desk, { title: '办事指南', body })
}

const SHEETS = {
  guide: ['办事指南', guideSheet],
  notice: ['一次性告知单', noticeSheet],
  disclosure: ['公示', disclosureSheet],
} as const
type SheetName = keyof typeof SHEETS

const sheetPath = (code: string, name: SheetName): string => `${PATH}/${code}${name === 'guide' ? '' : `/${name}`}`

async function sheetPage(context: DeskContext, desk: Desk, name: SheetName): Promise<Response> {
  const code = context.req.param('code') ?? ''
  const { directory } = desk.office
  const item = directory.openable(code, desk.office.today()) ?? directory.item(code)
  if (!item)
    return problemPage(context, desk, {
      status: 404,
      message: `本机的目录里没有代码为 ${code} 的事项`,
      kept: '没有改动任何数据',
      next: '请从办事指南里查找,或等待目录同步',
      back: { href: PATH, title: '回到办事指南' },
    })
  const [title, sheet] = SHEETS[name]
  const closed = directory.openable(code, desk.office.today()) ? '' : '这个版次现在不能开新办件,仅供查阅。'
  const others = Object.keys(SHEETS).filter((other) => other !== name) as SheetName[]
  const body = html`<div class="receipt-bar d-print-none"><h1>${title}</h1><button class="btn btn-primary btn-lg" type="button" data-print>打印(Ctrl+P)</button>
      ${others.map((other) => html`<a class="btn btn-lg" href="${sheetPath(item.id, other)}">${SHEETS[other][0]}</a>`)}<a class="btn btn-lg" href="${PATH}">回到办事指南</a></div>
    ${closed ? html`<div class="alert alert-warning" role="note"><div>${closed}</div></div>` : ''}
    <div class="receipt-sheet"><article class="paper">${sheet(desk, item)}<footer class="paper-foot"><span>第 ${item.edition} 版,${item.effectiveFrom} 起实施</span><span>${await catalogueAge(desk)}</span><span>${paperTime(desk.office.time())} 打印</span></footer></article></div>`
  return page(context, desk, { title: `${item.name} ${title}`, body, paper: true })
}

export function guideRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(PATH, (context) => listPage(context, desk))
  app.get(`${PATH}/:code`, (context) => sheetPage(context, desk, 'guide'))
  app.get(`${PATH}/:code/notice`, (context) => sheetPage(context, desk, 'notice'))
  app.get(`${PATH}/:code/disclosure`, (context) => sheetPage(context, desk, 'disclosure'))
}
