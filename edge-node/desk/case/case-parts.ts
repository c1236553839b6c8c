/** Parts of the case page: where it stands, what needs attention, what was typed. */
import { html } from 'hono/html'
import {
  countedOf,
  formFields,
  isSealLost,
  materialOf,
  OVERRIDE,
  SEAL_LOST,
  textAt,
} from '#edge-node/commands/cases/form.ts'
import { mayReadRow } from '#edge-node/commands/reading.ts'
import { mayEdit } from '#edge-node/commands/roles.ts'
import { dayWords } from '#edge-node/desk/due-words.ts'
import { csrfField, field } from '#edge-node/desk/forms.ts'
import { card, stageTitle } from '#edge-node/desk/lists.ts'
import type { Desk, Html, Visit } from '#edge-node/desk/visit.ts'
import {
  itemName,
  materialWords,
  personName,
  presentNumber,
  reasonWords,
  safetyWords,
  sinceWords,
  stationName,
} from '#edge-node/desk/words.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { LOCAL_KINDS } from '#protocol/casework/codes.ts'
import { UNREAD } from '#protocol/casework/rules/reasons.ts'
import { SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { SectionView } from '#protocol/engine/section-view.ts'
import { wasDeemed } from './act-forms.ts'
import { displacedWords, openAsides } from './aside-words.ts'
import { nextDue } from './clock-part.ts'
import { openDoubts } from './day-doubts.ts'
import { sidesList } from './fork-part.ts'
import { changedWords, changesBox, lateBox } from './seal-changes.ts'
import { awaitingWords, refusedWords } from './second-part.ts'
import { isStopped, stoppedWords } from './stopped-words.ts'

/** Who has it, where it stands, how safe it is. */
export function standing(desk: Desk, view: CaseView): Html {
  const { state } = view
  const fact = (name: string, words: Html | string) => html`<div><dt>${name}</dt><dd>${words}</dd></div>`
  const due = nextDue(desk, state)
  const assignee = state.assignee === '' ? '' : ` · ${personName(desk.office, state.assignee)}承办`
  return html`<dl class="desk-standing">${fact('环节', html`${stageTitle(state.stage)} ${kindBadges(state)}`)}
    ${due ? fact(`最近的期限:${due.title}`, due.due) : ''}
    ${fact(isStopped(state) ? '停住以前由谁负责' : '现在由谁负责', html`${stationName(desk.office, state.holder)}${assignee}<div class="text-secondary">第 ${state.epoch} 轮交接</div>`)}${fact('申请人', state.applicant.name || '未填写')}
    ${fact('安全', safetyWords(view.safety))}</dl>`
}

/** 即办、承诺、上报、联办、补办、退回 and the green channel. */
const kindBadges = (state: CaseState): Html =>
  html`${state.kinds.map((kind) => html`<span class="badge desk-kind">${LOCAL_KINDS[kind]}</span> `)}${
    state.green ? html`<span class="badge desk-kind">绿色通道</span>` : ''
  }`

const box = (tone: 'danger' | 'warning' | 'info', title: string, words: Html | string): Html =>
  html`<div class="alert alert-${tone}" role="${tone === 'info' ? 'note' : 'alert'}"><div><strong>${title}</strong> ${words}</div></div>`

/** Accepted because nobody told the applicant in time: in red words, with the rule and what can still be done. */
function deemedBox(desk: Desk, view: CaseView): Html | string {
  const { state } = view
  const day = state.days.deemed
  if (day === undefined) return ''
  const late = wasDeemed(view)
    ? html`当时确已告知的,<a href="/cases/${state.id}?act=notified#acts">补录告知的实际日期</a>。`
    : ''
  return box(
    'danger',
    '逾期视为受理。',
    html`<span class="desk-deemed">五个工作日内没有一次告知,自${dayWords(day, desk.office.today())}收到申请材料之日起即为受理,办理期限从这一天起算。</span>依据:《行政许可法》第三十二条第一款第四项。${late}`,
  )
}

/** The same applicant with the same item at another counter (两头受理). */
function duplicatesBox(desk: Desk, visit: Visit, view: CaseView): Html | string {
  if (view.duplicates.length === 0) return ''
  return box(
    'warning',
    '两头受理:同一申请人的同一事项另有办件。',
    html`${view.duplicates.map((row) => {
      const number = mayReadRow(visit.actor, desk.office.directory, row)
        ? html`<a href="/cases/${row.id}">${presentNumber(row)}</a>`
        : presentNumber(row)
      return html`${number}(${stationName(desk.office, row.holder)},${stageTitle(row.stage)}) `
    })}请先核对,确为重复的只办一件,其余请申请人撤回或按误录处理。`,
  )
}

/** Another case has the number: one of the two gets another. */
function sameNumberBox(desk: Desk, visit: Visit, view: CaseView): Html | string {
  if (view.sameNumber.length === 0) return ''
  const others = view.sameNumber.filter((row) => mayReadRow(visit.actor, desk.office.directory, row))
  const hidden = view.sameNumber.length - others.length
  return box(
    'danger',
    '编号重复:另有办件用同一个编号。',
    html`${others.map((row) => html`<a href="/cases/${row.id}">${row.applicant || '申请人未填写'} ${itemName(desk.office, row)}</a>(${stationName(desk.office, row.holder)}) `)}${hidden > 0 ? `另有 ${hidden} 件不在您的查看范围。` : ''}请核对纸质凭证,由主办站点或县中心协调员在其中一件上“更正办件编号”,并把告知书交给申请人;另一件编号不变。`,
  )
}

const MARK_TITLES = {
  'account-disabled': '有记录的登记人,账号在登记当天或以前已停用。',
  'foreign-person': '办件由不在该站点任职的人登记。',
} as const

/** Facts that count although something is wrong with who signed them, or whose number counts nowhere. */
function marksBox(view: CaseView): Html | string {
  const marks = new Set(view.state.story.flatMap((line) => line.marks.map(({ mark }) => mark)))
  const signed = (['account-disabled', 'foreign-person'] as const).filter((mark) => marks.has(mark))
  const isForeign = marks.has('foreign-number') || marks.has('foreign-document')
  return html`${signed.map((mark) =>
    box('warning', MARK_TITLES[mark], '请向署名的人核实,看下面经过里标明的记录;内容都已保存。'),
  )}${
    isForeign
      ? box(
          'warning',
          '编号或文号不予采用。',
          html`它不属于登记站点;原文见下面的经过。${view.state.number === '' ? '请由主办站点“更正办件编号”,给办件一个新编号。' : ''}`,
        )
      : ''
  }`
}

/** What is unusual about the case and what to do about it. */
export function attention(desk: Desk, visit: Visit, view: CaseView): Html {
  const { state } = view
  const holder = stationName(desk.office, state.holder)
  const asides = openAsides(desk, view)
  const waits = awaitingWords(desk, view)
  const refused = refusedWords(desk, view)
  const displaced = displacedWords(desk, view, visit.actor.station)
  const doubts = openDoubts(view)
  const changed = changedWords(view)
  const stopped = isStopped(state) ? stoppedWords(desk, view) : undefined
  return html`${state.unread.length > 0 ? box('danger', UNREAD.message, UNREAD.next) : ''}${stopped ? box('danger', stopped.title, html`${stopped.words}${sidesList(desk, view)}`) : ''}${deemedBox(desk, view)}${duplicatesBox(desk, visit, view)}${sameNumberBox(desk, visit, view)}${marksBox(view)}${
    state.offer && !stopped
      ? box(
          'info',
          '已发出未签收。',
          `${holder} → ${stationName(desk.office, state.offer.to)}${sinceWords(desk.office, state.offer.time)},材料 ${state.offer.materials} 份。签收前办件仍由${holder}负责。`,
        )
      : ''
  }${waits ? box('warning', waits.title, waits.words) : ''}${refused ? box('info', '未获同意,没有生效:', refused) : ''}${displaced ? box('warning', '本站的记录没有采用。', displaced) : ''}${
    asides ? box('warning', asides.title, asides.words) : ''
  }${doubts ? box('warning', doubts.title, doubts.words) : ''}${changed ? box('warning', '封存后有改动。', changed) : ''}${
    view.receipts.length > 0
      ? box(
          'warning',
          `同步时有 ${view.receipts.length} 条内容没有直接采用。`,
          html`<ul class="mb-0">${view.late.length > 0 ? html`<li>已停用的电脑填写的内容,见下面的${view.late.map(({ section }) => SECTIONS[section as SectionName].title).join('、')}。</li>` : ''}${reasonWords(view.receipts).map((words) => html`<li>${words}</li>`)}</ul>`,
        )
      : ''
  }`
}

const pair = (label: string, value: string): Html =>
  html`<div><dt>${label}</dt><dd>${value === '' ? html`<span class="text-secondary">未填写</span>` : value}</dd></div>`

export function applicationPart(desk: Desk, visit: Visit, view: CaseView): Html {
  const values = countedOf(view.sections, 'application')
  const override = textAt(values, OVERRIDE)
  const fields = view.item ? formFields(view.item) : []
  const isLost = isSealLost(view.sections, 'application')
  const rows = isLost ? pair('封存内容', SEAL_LOST) : fields.map((rule) => pair(rule.label, textAt(values, rule.id)))
  const section = view.sections.find(({ name }) => name === 'application')
  const writable = mayEdit(visit.actor) && section?.writable === true
  const changes = html`${changesBox(desk, view, 'application')}${lateBox(desk, view, 'application')}`
  const link = writable ? html`<a href="/cases/${view.state.id}/form">填写或修改</a>` : ''
  const body = html`<div class="card-body">${changes}<dl class="desk-pairs">${rows}${override === '' ? '' : pair('证件号码校验不符的原因', override)}</dl></div>`
  return card('申请表', body, link)
}

export function materialsPart(desk: Desk, view: CaseView): Html {
  const values = countedOf(view.sections, 'materials')
  const materials = view.item?.materials ?? []
  const rows = isSealLost(view.sections, 'materials')
    ? pair('封存内容', SEAL_LOST)
    : materials.map(({ id, name, required }) =>
        pair(required ? `${name}(必需)` : name, materialWords(materialOf(values, id))),
      )
  return card(
    '材料',
    html`<div class="card-body">${changesBox(desk, view, 'materials')}${lateBox(desk, view, 'materials')}<dl class="desk-pairs">${rows}</dl></div>`,
  )
}

/** A text of the case that several windows write together. */
export function textPart(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  section: SectionView,
  typed: { text: string; problem: string } | undefined,
): Html {
  const text = typeof section.value === 'string' ? section.value : ''
  const late = lateBox(desk, view, section.name)
  if (!section.writable || !mayEdit(visit.actor))
    return text === '' && late === ''
      ? html``
      : card(section.title, html`<div class="card-body">${late}<div class="desk-text">${text}</div></div>`)
  return card(
    section.title,
    html`<form class="card-body" method="post" action="/cases/${view.state.id}/texts/${section.name}">${csrfField(visit)}${late}
      <input type="hidden" name="seen" value="${text}" />
      ${field({ name: 'text', id: `text-${section.name}`, label: `${section.title}内容`, kind: 'note', value: typed?.text ?? text, problem: typed?.problem, focus: typed !== undefined })}
      <button class="btn" type="submit">保存${section.title}</button></form>`,
  )
}
