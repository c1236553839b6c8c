/** The case page: a story with its state, and the acts that are possible now. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { applicantOf } from '#edge-node/desk/capture/draft.ts'
import { reportPart } from '#edge-node/desk/exchange/case-files.ts'
import { failureBox, keptBox, type Problems, readForm, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { failurePage, NOT_AN_EDITOR, notFound, statusOf } from '#edge-node/desk/problems.ts'
import { readableCase } from '#edge-node/desk/reading.ts'
import { type Desk, type DeskContext, type DeskEnv, type Html, mayEdit } from '#edge-node/desk/visit.ts'
import { withNames } from '#edge-node/desk/words.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { isEntryHash } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure } from '#protocol/result.ts'
import { ALL_REASONS, actsPanel, isShown, type Rejected } from './act-forms.ts'
import { actFields, askedFields, isFromForm } from './act-typed.ts'
import { applicationPart, attention, materialsPart, standing, textPart } from './case-parts.ts'
import { clocksPart } from './clock-part.ts'
import { agencyPart, feesPart, jointPart, noticePart, papersPart, paperTitle } from './joint-part.ts'
import { lastWords, storyList } from './story.ts'
import { timeLinePart } from './time-line.ts'

interface Shown {
  readonly failure?: Failure
  readonly rejected?: Rejected
  readonly text?: { readonly section: string; readonly text: string; readonly problem: string }
  readonly status?: ContentfulStatusCode
}

const isFactKind = (text: string): text is FactKind => Object.hasOwn(FACTS, text)

/** What was done, and the paper it made. */
function doneBox(view: CaseView, kind: string | undefined): Html | string {
  if (kind === 'saved') return html`<div class="alert alert-success" role="status"><div>已保存。</div></div>`
  if (kind === undefined || !isFactKind(kind)) return ''
  const line = view.state.story.findLast((each) => each.kind === kind)
  const paper = view.state.papers.find(({ fact }) => fact === line?.hash)
  const print = paper
    ? html` <a href="/cases/${view.state.id}/papers/${paper.fact}">打印${paperTitle(paper.code)}</a>`
    : ''
  return html`<div class="alert alert-success" role="status"><div><strong>“${FACTS[kind].title}”已办,已存在本机。</strong> 到没到县,看下面的“安全”一栏。${print}</div></div>`
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
    .map((section) => textPart(visit, view, section, shown.text?.section === section.name ? shown.text : undefined))
  const top = html`${standing(desk, view)}${attention(desk, visit, view)}<p class="text-secondary" data-said>最近:${lastWords(desk, view)}</p>`
  const body = html`${headline(item?.name ?? `事项 ${state.item}`, html`<span class="desk-number">${state.number}</span>${printed}`)}
    ${failure ? failureBox(failure) : doneBox(view, done)}${kept}${livePart('case-top', about, address, top)}
    <div class="row"><div class="col-lg-5 order-lg-2">${livePart('case-acts', about, wanted === '' ? address : `${address}?act=${wanted}`, actsPanel(desk, visit, view, shown.rejected, wanted))}
      ${livePart('case-papers', about, address, html`${papersPart(view)}${reportPart(view)}`)}</div>
    <div class="col-lg-7">${livePart('case-parts', about, address, partsOf(desk, view))}
      ${livePart('case-story', about, address, card('经过', html`<div class="card-body">${storyList(desk, visit, view, shown.rejected)}</div>`))}
      ${livePart('case-form', about, address, html`${applicationPart(visit, view)}${materialsPart(view)}`)}
      ${livePart('case-texts', about, address, html`${texts}`)}</div></div>`
  return page(context, desk, { title: `${state.number} ${state.applicant.name}`, body, status: shown.status ?? 200 })
}

/** What the case consists of besides its story; each part only when there is something to it. */
const partsOf = (desk: Desk, view: CaseView): Html =>
  html`${clocksPart(desk, view)}${noticePart(desk, view)}${jointPart(desk, view)}${feesPart(view)}${agencyPart(desk, view)}${timeLinePart(desk, view.state)}`

/** What the desk asks beyond the fact's own rule: a count that differs at sign-for must say how. */
function deskProblems(view: CaseView, kind: FactKind, typed: Typed): Problems {
  if (kind !== 'taken' || !view.state.offer) return {}
  const counted = String(actFields(view, kind, typed).materials ?? '').trim()
  const differs = counted !== '' && counted !== String(view.state.offer.materials)
  return differs && (typed.differences ?? '').trim() === ''
    ? { differences: `移交单写明 ${view.state.offer.materials} 份,实收 ${counted} 份:请写明差异,或退回` }
    : {}
}

/** The case again with what was typed in the rejected act and the reason beside the field. */
async function reject(
  context: DeskContext,
  desk: Desk,
  kind: FactKind,
  typed: Typed,
  failure: Failure | undefined,
  problems: Problems,
) {
  const id = context.req.param('id') ?? ''
  const fresh = await readableCase(context, desk, id)
  if (!fresh.ok) return failurePage(context, desk, fresh.problem)
  const asked = askedFields(kind).map(([name]) => name)
  const field = failure?.field
  const beside = failure && field !== undefined && asked.includes(field) ? { [field]: failure.message } : {}
  const rejected: Rejected = { kind, subject: typed.fact ?? '', typed, problems: { ...problems, ...beside } }
  const status = failure ? statusOf(failure) : 422
  return casePage(context, desk, fresh.value, { rejected, status, ...(failure ? { failure } : {}) })
}

async function act(context: DeskContext, desk: Desk): Promise<Response> {
  const id = context.req.param('id') ?? ''
  const kind = context.req.param('kind') ?? ''
  const found = await readableCase(context, desk, id)
  if (!found.ok) return failurePage(context, desk, found.problem)
  if (!isFactKind(kind) || kind === 'opened') return notFound(context, desk)
  const typed = await readForm(context.req)
  const problems = deskProblems(found.value, kind, typed)
  if (Object.keys(problems).length > 0) return reject(context, desk, kind, typed, undefined, problems)
  const tip = typed.tip ?? ''
  const expects = isEntryHash(tip) ? tip : found.value.state.tip
  const known = isFromForm(kind) ? applicantOf(found.value.sections) : {}
  const fields = { ...known, ...actFields(found.value, kind, typed) }
  const done = await desk.office.act(context.get('visit').actor, found.value.state.id, kind, fields, expects)
  if (!done.ok) return reject(context, desk, kind, typed, done.problem, {})
  return context.redirect(`/cases/${id}?done=${kind}`, 303)
}

/** Saves a text unless somebody else changed it since the page was shown: then both are shown. */
async function saveText(context: DeskContext, desk: Desk): Promise<Response> {
  if (!mayEdit(context.get('visit').actor)) return failurePage(context, desk, NOT_AN_EDITOR)
  const id = context.req.param('id') ?? ''
  const found = await readableCase(context, desk, id)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const view = found.value
  const section = view.sections.find((each) => each.name === context.req.param('section'))
  if (!section || typeof section.value !== 'string') return notFound(context, desk)
  const { text = '', seen = '' } = await readForm(context.req)
  const wrong = (problem: string, status: ContentfulStatusCode) =>
    casePage(context, desk, view, { text: { section: section.name, text, problem }, status })
  if (text.length > LIMITS.noteCharacters) return wrong(`最多 ${LIMITS.noteCharacters} 字,现在 ${text.length} 字`, 422)
  if (section.value !== seen && section.value !== text)
    return wrong(`您填写时有人改过这里,现在的内容是:“${section.value}”。请合并后再保存;您写的还在框里`, 409)
  const edited = await desk.office.edit(context.get('visit').actor, view.state.id, section.name, { text })
  if (!edited.ok) return wrong(edited.problem.message, statusOf(edited.problem))
  return context.redirect(`/cases/${id}?done=saved`, 303)
}

export function caseRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/cases/:id', async (context) => {
    const found = await readableCase(context, desk, context.req.param('id'))
    return found.ok ? casePage(context, desk, found.value) : failurePage(context, desk, found.problem)
  })
  app.post('/cases/:id/acts/:kind', (context) => act(context, desk))
  app.post('/cases/:id/texts/:section', (context) => saveText(context, desk))
}
