/** Joint handling (联办) as the co-department sees it: which notices wait for this station's answer. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { dayWords } from '#edge-node/desk/due-words.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { itemName, stationName } from '#edge-node/desk/words.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Invitation } from '#protocol/casework/course/course.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'

/** Stages in which a notice may wait for its answer. */
const JOINT_STAGES = ['20', '25', '30', '40', '41', '42', '45', '46']

interface Asked {
  readonly row: CaseRow
  readonly state: CaseState
  readonly invitation: Invitation
}

/** Notices to the station, the earliest due first; lists know which cases are joint, the cases know who was asked. */
async function noticesTo(
  desk: Desk,
  visit: Visit,
): Promise<{ readonly asked: readonly Asked[]; readonly cut: boolean }> {
  const asked: Asked[] = []
  let after: string | undefined
  for (let seen = 0; seen < LIMITS.feeSearchRows; seen += LIMITS.pageRows) {
    const found = await desk.office.find({ stages: JOINT_STAGES, ...(after ? { after } : {}) })
    for (const row of found.rows.filter(({ kinds }) => kinds.includes('joint'))) {
      const state = await desk.office.state(row.id)
      if (!state.ok) continue
      const own = state.value.invitations.filter(({ to }) => to === visit.actor.station)
      asked.push(...own.map((invitation) => ({ row, state: state.value, invitation })))
    }
    if (found.next === null) return { asked: asked.toSorted(byDue), cut: false }
    after = found.next
  }
  return { asked: asked.toSorted(byDue), cut: true }
}

const byDue = (one: Asked, other: Asked): number => (one.invitation.due < other.invitation.due ? -1 : 1)

function row(desk: Desk, { row: caseRow, invitation }: Asked): Html {
  const today = desk.office.today()
  const late =
    invitation.opinion === null && invitation.due < today
      ? html`<strong class="desk-deemed">已超过反馈期限</strong> `
      : ''
  const act = invitation.read === null ? 'acknowledged' : 'opined'
  const words = invitation.opinion !== null ? '已反馈' : invitation.read === null ? '未阅' : '已阅,未反馈'
  return html`<li class="list-group-item"><a href="/cases/${caseRow.id}${invitation.opinion === null ? `?act=${act}#acts` : ''}">${caseRow.number}</a> ${itemName(desk.office, caseRow)} · ${caseRow.applicant}
    <div class="text-secondary">${stationName(desk.office, caseRow.holder)}主办 · ${dayWords(invitation.day, today)}通知 · 反馈期限${dayWords(invitation.due, today)} · ${late}${words}</div></li>`
}

const list = (desk: Desk, asked: readonly Asked[], empty: string): Html =>
  asked.length === 0
    ? html`<p class="desk-empty">${empty}</p>`
    : html`<ul class="list-group list-group-flush">${asked.map((each) => row(desk, each))}</ul>`

async function jointPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { asked, cut } = await noticesTo(desk, context.get('visit'))
  const open = asked.filter(({ invitation }) => invitation.opinion === null)
  const done = asked.filter(({ invitation }) => invitation.opinion !== null)
  const lists = html`${card('等待本站反馈', list(desk, open, '没有等待反馈的联办通知。'))}${done.length === 0 ? '' : card('已反馈,主办还在办的', list(desk, done, ''))}`
  const body = html`${headline('联办')}${livePart('joint', 'cases', '/joint', lists)}
    ${cut ? html`<p class="text-secondary">办件很多,这里没有列全;请按编号查询。</p>` : ''}`
  return page(context, desk, { title: '联办', body })
}

export function jointRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/joint', (context) => jointPage(context, desk))
}
