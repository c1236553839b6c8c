/** Search by number (with or without hyphens), name, ID number or phone. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { casesNumbered, findCases, noteSearch } from '#edge-node/commands/cases/search.ts'
import { headline, page } from './layout.ts'
import { card, caseTable, nextPage } from './lists.ts'
import type { Desk, DeskContext, DeskEnv } from './visit.ts'
import { searchBox } from './work.ts'

const MAXIMUM_CHARACTERS = 100

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
  const empty =
    text === ''
      ? '输入编号(有没有横线都行)、姓名、证件号或电话。姓名只记得一两个字、拼音或首字母也行;号码可以只输开头或末几位。'
      : `没有找到“${text}”:本站没有经手这样的办件,或者还没有同步到本机。请核对写法;急用的请问县中心。`
  const body = html`${headline('查询')}${searchBox(text, true)}
    ${card(text === '' ? '怎么查' : `“${text}”的结果`, html`${caseTable(desk, found.rows, empty)}${nextPage('/search', { q: text }, found)}`)}`
  return page(context, desk, { title: '查询', body })
}

export function searchRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/search', (context) => searchPage(context, desk))
}
