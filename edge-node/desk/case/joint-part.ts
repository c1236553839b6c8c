/** The parts of a case that other departments, the cashier and the agent have in it. */
import { html } from 'hono/html'
import { owedOf } from '#edge-node/commands/fees/fees.ts'
import { dayWords } from '#edge-node/desk/due-words.ts'
import { card, stageTitle } from '#edge-node/desk/lists.ts'
import { yuanWords } from '#edge-node/desk/money.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { departmentName, personName, presentNumber, stationName, timeWords } from '#edge-node/desk/words.ts'
import { awaitedMaterials } from '#protocol/casework/acts/complete.ts'
import { OPINIONS } from '#protocol/casework/codes.ts'
import type { Fee, Invitation } from '#protocol/casework/course/course.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import { PAPERS, type PaperCode } from '#protocol/casework/papers.ts'
import type { CaseView } from '#protocol/engine/office.ts'

const MODES: Readonly<Record<Invitation['mode'], string>> = {
  notice: '抄告',
  meeting: '联审会议',
  commitment: '前置承诺',
}

function answerWords(desk: Desk, invitation: Invitation): string {
  const { opinion, due, absent } = invitation
  const today = desk.office.today()
  if (opinion !== null) {
    const reasons = opinion.reasons === '' ? '' : `,理由:${opinion.reasons}`
    return `${OPINIONS[opinion.opinion]}(${dayWords(opinion.day, today)})${reasons}`
  }
  const late = !desk.office.isDayInDoubt() && due < today ? '已超过反馈期限,' : ''
  return `${late}${absent ? '会议缺席,' : ''}未反馈`
}

/** Each co-department: notice, read, due, opinion, and the case it handles beside this one. */
export function jointPart(desk: Desk, view: CaseView): Html {
  const { state, subCases } = view
  if (state.invitations.length === 0 && state.master === '') return html``
  const today = desk.office.today()
  const rows = state.invitations.map((invitation) => {
    const sub = subCases.find(
      (row) => row.item === invitation.item && [row.holder, row.offeredTo].includes(invitation.to),
    )
    const link = sub ? html`<a href="/cases/${sub.id}">${presentNumber(sub)}</a>(${stageTitle(sub.stage)})` : '无'
    return html`<tr><th scope="row" data-label="协办部门">${departmentName(desk.office, invitation.department)}<div class="text-secondary">${stationName(desk.office, invitation.to)}</div></th>
      <td class="desk-short" data-label="通知">${dayWords(invitation.day, today)} ${MODES[invitation.mode]}</td>
      <td class="desk-short" data-label="已阅">${invitation.read === null ? '未阅' : dayWords(invitation.read, today)}</td>
      <td class="desk-short" data-label="反馈期限">${dayWords(invitation.due, today)}</td>
      <td data-label="意见">${answerWords(desk, invitation)}</td><td data-label="协办件">${link}</td></tr>`
  })
  const master =
    state.master === ''
      ? ''
      : html`<p class="card-body mb-0">本件是联办的协办件,<a href="/cases/${state.master}">查看主办件</a>。</p>`
  const table =
    rows.length === 0
      ? ''
      : html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">协办部门</th><th scope="col">通知</th><th scope="col">已阅</th>
      <th scope="col">反馈期限</th><th scope="col">意见</th><th scope="col">协办件</th></tr></thead><tbody>${rows}</tbody></table></div>`
  return card('联办', html`${master}${table}`)
}

/** The name of a fee by the item's own list. */
export const feeName = (view: CaseView, fee: Fee): string =>
  view.item?.fees.find(({ id }) => id === fee.fee)?.name ?? fee.fee

export function paidWords(fee: Fee): string {
  if (fee.waived !== null)
    return fee.waived.as === 'reduced' ? `已减免(${fee.waived.reason})` : `已撤销(${fee.waived.reason})`
  if (fee.refunded !== null) return `已退费(凭证 ${fee.refunded.receipt})`
  return fee.paid === null
    ? '未缴'
    : `已缴 ${yuanWords(fee.paid.amount)}(票据 ${fee.paid.receipt},${dayWords(fee.paid.day)})`
}

/** One list of all fees for the applicant, also of the co-departments' cases. */
export function feesPart(view: CaseView): Html {
  const { fees } = view.state
  if (fees.length === 0) return html``
  const paid = fees.reduce((sum, fee) => sum + (fee.refunded === null ? (fee.paid?.amount ?? 0) : 0), 0)
  return card(
    '收费清单',
    html`<ul class="list-group list-group-flush">${fees.map(
      (fee) =>
        html`<li class="list-group-item"><strong>${feeName(view, fee)}</strong> ${yuanWords(fee.amount)} · ${paidWords(fee)}</li>`,
    )}<li class="list-group-item"><strong>合计 ${yuanWords(owedOf(fees))},已缴 ${yuanWords(paid)}</strong></li></ul>`,
    html`<a href="/cases/${view.state.id}/fees">打印清单</a>`,
  )
}

export const paperTitle = (code: PaperCode): string => PAPERS[code].title

/** The papers the acts made, each to be printed again at any time. */
export function papersPart(view: CaseView): Html {
  const { papers, id } = view.state
  if (papers.length === 0) return html``
  return card(
    '文书',
    html`<ul class="list-group list-group-flush">${papers.map(
      (
        paper,
      ) => html`<li class="list-group-item"><a href="/cases/${id}/papers/${paper.fact}">${paperTitle(paper.code)}</a>
        <span class="text-secondary">${paper.number} ${dayWords(paper.day)}</span></li>`,
    )}</ul>`,
  )
}

/** What the villager authorised, who does it, and how far it has come. */
export function agencyPart(desk: Desk, view: CaseView): Html {
  const { agency, story } = view.state
  if (agency === null) return html``
  const milestones = story.filter(
    ({ kind, aside }) => aside === null && (kind === 'captured' || kind === 'progressed' || kind === 'relayed'),
  )
  const now = desk.office.time()
  return card(
    '代办',
    html`<div class="card-body"><p>代办员:${agency.agent === '' ? '未登记' : personName(desk.office, agency.agent)};委托书:${agency.authorisation || '未登记'};${agency.free ? '自愿委托、免费代办' : '未勾选免费代办声明'}</p>
      <ol class="mb-0">${milestones.map(
        (line) =>
          html`<li>${timeWords(line.at, now)} ${line.kind === 'captured' ? FACTS.captured.title : String(line.fields.text ?? line.fields.content ?? '')}</li>`,
      )}</ol></div>`,
  )
}

/** What was accepted without, and whether it came: without it nothing is granted (rule C161). */
export function deferredPart(desk: Desk, { state, item }: CaseView): Html {
  const { deferred } = state
  if (deferred === null) return html``
  const awaited = new Set(awaitedMaterials(state, item))
  const isOver = deferred.until !== null && deferred.until < desk.office.today()
  const wait = html`<strong class="${isOver ? 'desk-deemed' : ''}">${isOver ? '期限已过,还没有收到' : '未收到'}</strong>`
  return card(
    '容缺材料',
    html`<div class="card-body">受理时未带,${deferred.until === null ? '没有写明补齐期限' : `${dayWords(deferred.until, desk.office.today())}前补齐`};没有补齐的不能准予。</div>
      <ul class="list-group list-group-flush">${deferred.items.map((name) => html`<li class="list-group-item">${name}:${awaited.has(name) ? wait : '已收'}</li>`)}</ul>`,
  )
}

/** The one notice of what is missing, line by line with what came in. */
export function noticePart(desk: Desk, view: CaseView): Html {
  const { notice, supplies } = view.state
  if (notice === null) return html``
  const today = desk.office.today()
  const rows = notice.missing.map((line) => {
    const came = supplies.find(({ items }) => items.includes(line))
    const where = came?.tier === 'village' ? '代办点已代收,还没有送到窗口' : '已收'
    return html`<li class="list-group-item">${line}:${came ? html`<strong>${where}(${dayWords(came.day, today)})</strong>` : '未收'}</li>`
  })
  const others = supplies.flatMap(({ items }) => items.filter((line) => !notice.missing.includes(line)))
  return card(
    '补正告知',
    html`<div class="card-body">${dayWords(notice.day, today)}告知,补正至${dayWords(view.state.clocks.find(({ id }) => id === "T1'")?.due ?? notice.until, today)}${notice.count > 1 ? `;共告知 ${notice.count} 次,已报送监察` : ''}</div>
      <ul class="list-group list-group-flush">${rows}${others.map((line) => html`<li class="list-group-item">另收:${line}</li>`)}</ul>`,
    html`<a href="/cases/${view.state.id}/papers/${notice.fact}">打印告知书</a>`,
  )
}
