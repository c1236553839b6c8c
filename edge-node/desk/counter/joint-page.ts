/** Joint handling (联办) as the co-department sees it: which notices wait for this station's answer. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { type JointNotice, noticesTo } from '#edge-node/commands/cases/joint.ts'
import { dayWords } from '#edge-node/desk/due-words.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { itemName, presentNumber, stationName } from '#edge-node/desk/words.ts'

function row(desk: Desk, { row: caseRow, invitation }: JointNotice): Html {
  const today = desk.office.today()
  const late =
    invitation.opinion === null && !desk.office.isDayInDoubt() && invitation.due < today
      ? html`<strong class="desk-deemed">已超过反馈期限</strong> `
      : ''
  const act = invitation.read === null ? 'acknowledged' : 'opined'
  const words = invitation.opinion !== null ? '已反馈' : invitation.read === null ? '未阅' : '已阅,未反馈'
  return html`<li class="list-group-item"><a href="/cases/${caseRow.id}${invitation.opinion === null ? `?act=${act}#acts` : ''}">${presentNumber(caseRow)}</a> ${itemName(desk.office, caseRow)} · ${caseRow.applicant}
    <div class="text-secondary">${stationName(desk.office, caseRow.holder)}主办 · ${dayWords(invitation.day, today)}通知 · 反馈期限${dayWords(invitation.due, today)} · ${late}${words}</div></li>`
}

const list = (desk: Desk, notices: readonly JointNotice[], empty: string): Html =>
  notices.length === 0
    ? html`<p class="desk-empty">${empty}</p>`
    : html`<ul class="list-group list-group-flush">${notices.map((each) => row(desk, each))}</ul>`

async function jointPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { notices, cut } = await noticesTo(desk.office, context.get('visit').actor.station)
  const open = notices.filter(({ invitation }) => invitation.opinion === null)
  const done = notices.filter(({ invitation }) => invitation.opinion !== null)
  const lists = html`${card('等待本站反馈', list(desk, open, '没有等待反馈的联办通知。'))}${done.length === 0 ? '' : card('已反馈,主办还在办的', list(desk, done, ''))}`
  const body = html`${headline('联办')}${livePart('joint', 'cases', '/joint', lists)}
    ${cut ? html`<p class="text-secondary">办件很多,这里没有列全;请按编号查询。</p>` : ''}`
  return page(context, desk, { title: '联办', body })
}

export function jointRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/joint', (context) => jointPage(context, desk))
}
