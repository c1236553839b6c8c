/** Search by number (with or without hyphens), name, ID number or phone. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { casesNumbered, findCases, noteSearch } from '#edge-node/commands/cases/search.ts'
import { isMisread } from '#protocol/casework/identity/case-numbers.ts'
import { headline, page } from './layout.ts'
import { card, caseTable, nextPage } from './lists.ts'
import type { Desk, DeskContext, DeskEnv } from './visit.ts'
import { searchBox } from './work.ts'

const MAXIMUM_CHARACTERS = 100

const HELP =
  '输入编号(有没有横线都行)、姓名、证件号或电话,一次一样。姓名只记得一两个字、拼音或首字母也行(单位名称的拼音从头输);号码可以只输开头或末几位。'

/** Why a search may have found nothing, and what to do next. */
function nothingFound({ office }: Desk, text: string): string {
  if (isMisread(text))
    return `“${text}”的最后一位与前面不符,多半有一个字符看错或写错了。请对照凭证再输一次;也可以只输末几位,或按姓名、电话查。`
  const reach = office.isRoot
    ? '站点还没有送上来的办件,这里查不到。'
    : '本机查得到的是本站经手、已经同步到本机的办件;急用的请问县中心。'
  return `没有找到“${text}”。请核对写法;编号、姓名、证件号、电话一次只输一样,事项和环节在办件列表里筛选。${reach}`
}

async function searchPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { q = '', after } = context.req.query()
  const text = q.trim().slice(0, MAXIMUM_CHARACTERS)
  const { actor } = context.get('visit')
  const [exact, ...more] = text === '' ? [] : await casesNumbered(desk.office, actor, text)
  if (exact && more.length === 0) {
    await noteSearch(desk.office, actor, text)
    return context.redirect(`/cases/${exact.id}`, 303)
  }
  const query = { text, ...(after ? { after } : {}) }
  const found = text === '' ? { rows: [], next: null } : await findCases(desk.office, actor, query)
  const empty = text === '' ? HELP : nothingFound(desk, text)
  const body = html`${headline('查询')}${searchBox(text, true)}
    ${card(text === '' ? '怎么查' : `“${text}”的结果`, html`${caseTable(desk, found.rows, empty)}${nextPage('/search', { q: text }, found)}`)}`
  return page(context, desk, { title: '查询', body })
}

export function searchRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/search', (context) => searchPage(context, desk))
}
