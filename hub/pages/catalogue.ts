/** The catalogue of items: finding them by what they are and how they stand. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { field } from '#edge-node/desk/forms.ts'
import { itemSearch, pager } from '#edge-node/desk/guide/guide.ts'
import { itemQueryOf, numberedPage, searchItems } from '#edge-node/desk/guide/item-search.ts'
import { timeLimitWords } from '#edge-node/desk/guide/item-words.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, DeskContext, DeskEnv } from '#edge-node/desk/visit.ts'
import { departmentName } from '#edge-node/desk/words.ts'
import { DISCLOSURE_LISTS, missingDisclosure } from '#protocol/casework/catalogue/disclosure.ts'
import { editionInForce, isEnd } from '#protocol/casework/catalogue/editions.ts'
import { CHANGE_TYPES } from '#protocol/casework/codes.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { tierNames } from './item-form.ts'
import { table } from './records.ts'
import { mayAdminister } from './stations.ts'

export const CATALOGUE = '/hub/catalogue'

/** How an item stands on a day. */
const ITEM_STATES = {
  force: '现行',
  planned: '待实施',
  ended: '已终止',
  incomplete: '公开内容不全',
} as const
type ItemState = keyof typeof ITEM_STATES

/** The state of an item by its editions, the oldest first. */
function itemState(editions: readonly Item[], day: Day): Exclude<ItemState, 'incomplete'> {
  if (editionInForce(editions, day)) return 'force'
  const newest = editions.at(-1)
  return newest && !isEnd(newest) && newest.effectiveFrom > day ? 'planned' : 'ended'
}

/** The state in words; an edition that is only announced is not said to be in force. */
export const stateWords = (editions: readonly Item[], day: Day): string => {
  const newest = editions.at(-1)
  const inForce = editionInForce(editions, day)
  if (inForce && newest && newest.effectiveFrom > day && !isEnd(newest))
    return `现行第 ${inForce.edition} 版,第 ${newest.edition} 版待实施`
  const state = itemState(editions, day)
  if (!newest || state !== 'ended') return ITEM_STATES[state]
  return isEnd(newest) ? `已${CHANGE_TYPES[newest.change.type]}` : ITEM_STATES.ended
}

function listPage(context: DeskContext, desk: Desk): Promise<Response> {
  const query = itemQueryOf(context.req.query())
  const state = (context.req.query('state') ?? '') as ItemState | ''
  const { directory } = desk.office
  const today = desk.office.today()
  const { disclosure } = directory.rules()
  const gaps = (item: Item) => missingDisclosure(item, disclosure).length
  const wanted = (item: Item): boolean => {
    if (!Object.hasOwn(ITEM_STATES, state)) return true
    const here = itemState(directory.editions(item.id), today)
    return state === 'incomplete' ? here !== 'ended' && gaps(item) > 0 : here === state
  }
  const shown = numberedPage(searchItems(directory.items(), query).filter(wanted), context.req.query('page'))
  const rows = shown.rows.map((item) => [
    html`<a href="${CATALOGUE}/${item.id}">${item.name}</a><div class="text-secondary">${item.id} · ${departmentName(desk.office, item.department)}${item.sample ? ' · 样例' : ''}</div>`,
    html`<span class="text-nowrap">${stateWords(directory.editions(item.id), today)}</span><div class="text-secondary text-nowrap">第 ${item.edition} 版</div>`,
    tierNames(item.tiers),
    html`承诺 ${timeLimitWords(item.promised)}<div class="text-secondary">法定 ${timeLimitWords(item.statutory)}</div>`,
    gaps(item) === 0 ? '已填满' : html`<strong>缺 ${gaps(item)} 处</strong>`,
  ])
  const columns = ['事项', '状态', '层级', '时限', DISCLOSURE_LISTS[disclosure].title]
  const acts = mayAdminister(context.get('visit'))
    ? html`<a class="btn btn-primary" href="${CATALOGUE}/new">新增事项</a><a class="btn" href="${CATALOGUE}/import">导入</a>`
    : ''
  const states = Object.entries(ITEM_STATES).map(([value, label]) => ({ value, label }))
  const search = itemSearch(
    desk,
    CATALOGUE,
    query,
    field({ name: 'state', label: '状态', kind: 'list', value: state, options: states }),
  )
  const rest = { q: query.text, department: query.department, tier: query.tier, state }
  const body = html`${headline('事项目录', html`${acts}<a class="btn" href="${CATALOGUE}/export?format=xlsx">导出 Excel</a><a class="btn" href="${CATALOGUE}/export?format=csv">导出 CSV</a>`)}
    ${search}${card('事项', html`${table(columns, rows, '没有这样的事项。')}${pager(CATALOGUE, rest, shown)}`)}`
  return page(context, desk, { title: '事项目录', body })
}

export function catalogueRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(CATALOGUE, (context) => listPage(context, desk))
}
