/** The month's fees by item: how many, how much, refunds apart; on screen, on paper and as a file for spreadsheets. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { csvText } from '#edge-node/commands/csv.ts'
import { feeMonth, isMonth, type MonthRow } from '#edge-node/commands/fees/month.ts'
import { field } from '#edge-node/desk/forms.ts'
import { page } from '#edge-node/desk/layout.ts'
import { yuanText, yuanWords } from '#edge-node/desk/money.ts'
import type { Desk, DeskContext, DeskEnv } from '#edge-node/desk/visit.ts'
import { stationName } from '#edge-node/desk/words.ts'

const monthFrom = (context: DeskContext, desk: Desk): string => {
  const { month = '' } = context.req.query()
  return isMonth(month) ? month : desk.office.today().slice(0, 7)
}

const monthWords = (month: string): string => `${month.slice(0, 4)}年${Number(month.slice(5))}月`

async function monthPage(context: DeskContext, desk: Desk): Promise<Response> {
  const visit = context.get('visit')
  const month = monthFrom(context, desk)
  const { rows, cut } = await feeMonth(desk.office, visit.actor, month)
  const sum = (of: (row: MonthRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  const title = `${monthWords(month)}收费清单`
  const body = html`<div class="receipt-bar d-print-none"><h1>${title}</h1>
      <form method="get" action="/fees/month" class="desk-search">${field({ name: 'month', label: '月份', kind: 'month', value: month })}<button class="btn" type="submit">查看</button></form>
      <button class="btn btn-primary" type="button" data-print>打印</button><a class="btn" href="/fees/month.csv?month=${month}">下载表格(CSV)</a><a class="btn" href="/fees">收费窗口</a></div>
    <div class="receipt-sheet"><article class="paper"><header><div><p class="paper-organ">${stationName(desk.office, visit.actor.station)}</p><h2>${title}</h2></div></header>
      ${
        rows.length === 0
          ? html`<p>本月没有收费。</p>`
          : html`<table class="paper-list"><thead><tr><th scope="col">事项</th><th scope="col">收费项目</th><th scope="col">笔数</th><th scope="col">实收</th><th scope="col">退费</th></tr></thead>
        <tbody>${rows.map((row) => html`<tr><td>${row.item}</td><td>${row.fee}</td><td>${row.count}</td><td>${yuanWords(row.amount)}</td><td>${yuanWords(row.refunds)}</td></tr>`)}
        <tr><th scope="row" colspan="2">合计</th><td>${sum(({ count }) => count)}</td><td>${yuanWords(sum(({ amount }) => amount))}</td><td>${yuanWords(sum(({ refunds }) => refunds))}</td></tr></tbody></table>`
      }
      ${cut ? html`<p class="receipt-note">办件太多,本清单没有统计完全,不能作为报表。</p>` : ''}
      <footer><span>制表人:____________</span><span>复核人:____________</span></footer></article></div>`
  return page(context, desk, { title, body })
}

async function monthFile(context: DeskContext, desk: Desk): Promise<Response> {
  const month = monthFrom(context, desk)
  const { actor } = context.get('visit')
  const { rows } = await feeMonth(desk.office, actor, month)
  await desk.office.audit(actor, 'export', { subject: `收费月报 ${month}` })
  const lines = [
    ['事项', '收费项目', '笔数', '实收(元)', '退费(元)'],
    ...rows.map((row) => [row.item, row.fee, String(row.count), yuanText(row.amount), yuanText(row.refunds)]),
  ]
  return context.body(`${csvText(lines)}\r\n`, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="fees-${month}.csv"`,
  })
}

export function feeMonthRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/fees/month', (context) => monthPage(context, desk))
  app.get('/fees/month.csv', (context) => monthFile(context, desk))
}
