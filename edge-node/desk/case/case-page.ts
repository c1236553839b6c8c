/** The case page: a story with its state, and the acts that are possible now. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { saveText, writeAct } from '#edge-node/commands/cases/cases.ts'
import { applicantOf } from '#edge-node/commands/cases/form.ts'
import { caseOf } from '#edge-node/desk/case-of.ts'
import { drawPart } from '#edge-node/desk/drawing.ts'
import { reportPart } from '#edge-node/desk/exchange/case-files.ts'
import { failureBox, keptBox, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage, notFound, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { numberWords, presentNumber, sentence, withNames } from '#edge-node/desk/words.ts'
import { FACTS, type FactKind, isFactKind } from '#protocol/casework/facts/facts.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { isEntryHash } from '#protocol/ids.ts'
import type { Failure } from '#protocol/result.ts'
import { ALL_REASONS, actsPanel, isShown, type Rejected } from './act-forms.ts'
import { actFields, isFromForm } from './act-typed.ts'
import { applicationPart, attention, materialsPart, standing, textPart } from './case-parts.ts'
import { clocksPart } from './clock-part.ts'
import { agencyPart, deferredPart, feesPart, jointPart, noticePart, papersPart, paperTitle } from './joint-part.ts'
import { proposedWords } from './second-part.ts'
import { lastWords, storyList } from './story.ts'
import { timeLinePart } from './time-line.ts'

interface Shown {
  readonly failure?: Failure
  readonly rejected?: Rejected
  readonly text?: { readonly section: string; readonly text: string; readonly problem: string }
  readonly status?: ContentfulStatusCode
}

/** What was done, and the paper it made. */
function actedBox(desk: Desk, view: CaseView, kind: string | undefined): Html | string {
  if (kind === 'saved') return html`<div class="alert alert-success" role="status"><div>已保存。</div></div>`
  if (kind === undefined || !isFactKind(kind)) return ''
  const line = view.state.story.findLast((each) => each.kind === kind)
  const proposed = proposedWords(desk, line)
  if (proposed)
    return html`<div class="alert alert-warning" role="status"><div><strong>${proposed}</strong></div></div>`
  const paper = view.state.papers.find(({ fact }) => fact === line?.hash)
  const print = paper
    ? html` <a href="/cases/${view.state.id}/papers/${paper.fact}">打印${paperTitle(paper.code)}</a>`
    : ''
  const { office } = desk
  const kept = office.isRoot ? '已存在县中心' : '已存在本机'
  const way = office.isRoot ? '' : ' 到没到县,看下面的“安全”一栏。'
  return html`<div class="alert alert-success" role="status"><div><strong>“${FACTS[kind].title}”已办,${kept}。</strong>${way}${print}</div></div>`
}

async function casePage(context: DeskContext, desk: Desk, view: CaseView, shown: Shown = {}): Promise<Response> {
  const visit = context.get('visit')
  const { state, item } = view
  const { act = '', done } = context.req.query()
  const wanted = isFactKind(act) || act === ALL_REASONS ? act : ''
  const address = `/cases/${state.id}`
  const about = `case:${state.id}`
  const failure = shown.failure && { ...shown.failure, message: withNames(desk.office, shown.failure.message) }
  const { rejected } = shown
  const offered = rejected !== undefined && isShown(view, visit.actor.station, rejected.kind)
  const kept = rejected && !offered ? keptBox(`“${FACTS[rejected.kind].title}”没有办成。`, rejected.typed) : ''
  const printed = state.stage === '00' ? '' : html`<a class="btn" href="${address}/receipt">打印凭证</a>`
  const texts = view.sections
    .filter((section) => typeof section.value === 'string')
    .map((section) =>
      textPart(desk, visit, view, section, shown.text?.section === section.name ? shown.text : undefined),
    )
  const drawn = (what: string, draw: () => Html | string) =>
    drawPart(desk, `办件 ${presentNumber(state)} 的${what}`, draw)
  const top = html`${drawn('概况', () => standing(desk, view))}${drawn('提醒', () => attention(desk, visit, view))}<p class="text-secondary" data-said>最近:${lastWords(desk, view)}</p>`
  const body = html`${headline(item?.name ?? `事项 ${state.item}`, html`<span class="desk-number">${numberWords(state)}</span>${printed}`)}
    ${failure ? failureBox(failure) : actedBox(desk, view, done)}${kept}${livePart('case-top', about, address, top)}
    <div class="row"><div class="col-lg-5 order-lg-2">${livePart('case-acts', about, wanted === '' ? address : `${address}?act=${wanted}`, html`${drawn('办理', () => actsPanel(desk, visit, view, shown.rejected, wanted))}`)}
      ${livePart('case-papers', about, address, html`${drawn('文书', () => html`${papersPart(view)}${reportPart(view)}`)}`)}</div>
    <div class="col-lg-7">${livePart('case-parts', about, address, partsOf(desk, view, drawn))}
      ${livePart('case-story', about, address, card('经过', html`<div class="card-body">${storyList(desk, visit, view, shown.rejected)}</div>`))}
      ${livePart('case-form', about, address, html`${drawn('申请和材料', () => html`${applicationPart(desk, visit, view)}${materialsPart(desk, view)}`)}`)}
      ${livePart('case-texts', about, address, html`${texts}`)}</div></div>`
  return page(context, desk, {
    title: `${presentNumber(state)} ${state.applicant.name}`,
    body,
    status: shown.status ?? 200,
  })
}

/** What the case consists of besides its story; each part only when there is something to it. */
const partsOf = (desk: Desk, view: CaseView, drawn: (what: string, draw: () => Html | string) => Html | string): Html =>
  html`${drawn('时限', () => clocksPart(desk, view))}${drawn('补正', () => noticePart(desk, view))}${drawn('容缺', () => deferredPart(desk, view))}${drawn('联办', () => jointPart(desk, view))}${drawn('收费', () => feesPart(view))}${drawn('代办', () => agencyPart(desk, view))}${drawn('时间轴', () => timeLinePart(desk, view.state))}`

/** The case again with what was typed in the rejected act and the reason beside the field. */
async function reject(context: DeskContext, desk: Desk, kind: FactKind, typed: Typed, failure: Failure) {
  const fresh = await caseOf(context, desk)
  if (!fresh.ok) return failurePage(context, desk, fresh.problem)
  const { field, message } = failure
  const problems = field === undefined ? {} : { [field]: withNames(desk.office, message) }
  const rejected: Rejected = { kind, subject: typed.fact ?? '', typed, problems }
  return casePage(context, desk, fresh.value, { rejected, status: statusOf(failure), failure })
}

async function act(context: DeskContext, desk: Desk): Promise<Response> {
  const kind = context.req.param('kind') ?? ''
  const found = await caseOf(context, desk)
  if (!found.ok) return failurePage(context, desk, found.problem)
  if (!isFactKind(kind) || kind === 'opened') return notFound(context, desk)
  const typed = await readForm(context)
  const { state, sections } = found.value
  const tip = typed.tip ?? ''
  const seen = { tip: isEntryHash(tip) ? tip : state.tip, changes: typed.changesSeen }
  const known = isFromForm(kind) ? applicantOf(sections) : {}
  const fields = { ...known, ...actFields(found.value, kind, typed) }
  const done = await writeAct(desk.office, context.get('visit').actor, state, kind, fields, seen)
  if (!done.ok) return reject(context, desk, kind, typed, done.problem)
  return context.redirect(`/cases/${state.id}?done=${kind}`, 303)
}

/** Saves a text; one that is not saved comes back with the reason beside it, and above what has nothing to do with the text. */
async function textPosted(context: DeskContext, desk: Desk): Promise<Response> {
  const found = await caseOf(context, desk)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const view = found.value
  const section = view.sections.find((each) => each.name === context.req.param('section'))
  if (!section || typeof section.value !== 'string') return notFound(context, desk)
  const { text = '', seen = '' } = await readForm(context)
  const saved = await saveText(desk.office, context.get('visit').actor, view, section, { text, seen })
  if (saved.ok) return context.redirect(`/cases/${view.state.id}?done=saved`, 303)
  const { problem } = saved
  const shown = {
    section: section.name,
    text,
    problem: [problem.message, problem.next, problem.kept].map(sentence).join(''),
  }
  const above = problem.code.startsWith('text-') ? {} : { failure: problem }
  return casePage(context, desk, view, { text: shown, status: statusOf(problem), ...above })
}

export function caseRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/cases/:id', async (context) => {
    const found = await caseOf(context, desk)
    return found.ok ? casePage(context, desk, found.value) : failurePage(context, desk, found.problem)
  })
  app.post('/cases/:id/acts/:kind', (context) => act(context, desk))
  app.post('/cases/:id/texts/:section', (context) => textPosted(context, desk))
}
