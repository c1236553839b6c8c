/** Papers to print: any fact that makes a document as an A4 sheet, as often as it is needed. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { materialsLine } from '#edge-node/commands/cases/form.ts'
import { caseOf } from '#edge-node/desk/case-of.ts'
import { paperDay } from '#edge-node/desk/due-words.ts'
import { page } from '#edge-node/desk/layout.ts'
import { failurePage, notFound } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { isAtCounty, materialWords, numberWords, presentNumber, stationName } from '#edge-node/desk/words.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import { sealOf } from '#protocol/casework/item-law.ts'
import { PAPERS } from '#protocol/casework/papers.ts'
import { organOf } from '#protocol/casework/rules/organ.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { isEntryHash } from '#protocol/ids.ts'
import { shownFields } from './fact-words.ts'
import { FURTHER_PAPERS, LAYOUTS, type PrintCode } from './paper-layouts.ts'
import type { Paper, PaperRow } from './paper-rows.ts'
import { codeOf } from './receipt.ts'

/** Papers that list the materials that came with the application. */
const WITH_MATERIALS: readonly PrintCode[] = ['D01', 'D02', 'D03', 'D14']

type FurtherCode = keyof typeof FURTHER_PAPERS

/** The fact that holds what each further paper needs. */
const PRINTED_FROM: Readonly<Record<FurtherCode, FactKind>> = { D09: 'decided', D17: 'accepted', D20: 'delivered' }

/** A notice of materials to follow exists only where some may follow. */
const hasFurther = (line: StoryLine): boolean => line.kind !== 'accepted' || Array.isArray(line.fields.deferred)

function furtherOf(line: StoryLine): FurtherCode | undefined {
  const code = (Object.keys(PRINTED_FROM) as FurtherCode[]).find((each) => PRINTED_FROM[each] === line.kind)
  return code !== undefined && hasFurther(line) ? code : undefined
}

function printCodeOf(view: CaseView, line: StoryLine, wanted: string): PrintCode | undefined {
  if (wanted !== '') return wanted === furtherOf(line) ? furtherOf(line) : undefined
  if (line.kind === 'deemed' || line.kind === 'unknown') return undefined
  const made = view.state.papers.find(({ fact }) => fact === line.hash)?.code
  const rule = FACTS[line.kind]
  const code = made ?? ('document' in rule ? rule.document : undefined)
  return code !== undefined && Object.hasOwn(LAYOUTS, code) ? (code as PrintCode) : undefined
}

const titleOf = (code: PrintCode): string =>
  Object.hasOwn(PAPERS, code)
    ? PAPERS[code as keyof typeof PAPERS].title
    : FURTHER_PAPERS[code as keyof typeof FURTHER_PAPERS]

function materialRow(view: CaseView): readonly PaperRow[] {
  const list = materialsLine(view.sections, view.item, materialWords)
  return list === '' ? [] : [['材料清单', list]]
}

function rowsOf(paper: Paper, code: PrintCode): readonly PaperRow[] {
  const { desk, view, line } = paper
  const layout = LAYOUTS[code]
  const { applicant } = view.state
  const omitted = new Set(layout.omit ?? [])
  const rules = line.kind === 'deemed' || line.kind === 'unknown' ? {} : FACTS[line.kind].fields
  const names = Object.keys(rules).filter((name) => !omitted.has(name) && !APPLICANT_FIELDS.has(name))
  const fields =
    names.length === 0 ? [] : shownFields(desk, view, { ...line, fields: itemised(pick(line.fields, names)) })
  return [
    ['办件编号', numberWords(view.state)],
    ['申请人', applicant.name],
    ['证件号码', applicant.idNumber],
    ['联系电话', applicant.phone],
    ['申请事项', view.item?.name ?? view.state.item],
    ...(WITH_MATERIALS.includes(code) ? materialRow(view) : []),
    ...fields,
    ...(layout.rows?.(paper) ?? []),
  ]
}

/** Said of the applicant once, in the head of the table; the paper's number stands above it. */
const APPLICANT_FIELDS: ReadonlySet<string> = new Set(['applicant', 'idNumber', 'idOverride', 'phone', 'document'])

const pick = (fields: StoryLine['fields'], names: readonly string[]): StoryLine['fields'] =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)))

/** Lists stand item by item on paper, each with its number. */
const itemised = (fields: StoryLine['fields']): StoryLine['fields'] =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((line, place) => `${place + 1}. ${String(line)}`).join('\n') : value,
    ]),
  )

const tableRow = ([label, words]: PaperRow): Html | string =>
  words === '' ? '' : html`<tr><th scope="row">${label}</th><td>${words}</td></tr>`

function sheet(paper: Paper, code: PrintCode, number: string): Html {
  const { desk, view, line } = paper
  const layout = LAYOUTS[code]
  const station = stationName(desk.office, line.station)
  const organ =
    layout.organ === 'department' && view.item
      ? (organOf(desk.office.directory, view.item, line.station)?.name ?? view.item.department) || station
      : station
  const unconfirmed = isAtCounty(view.safety)
    ? ''
    : html`<p class="receipt-note">本文书在未联网时出具,以县级确认为准。</p>`
  const late =
    line.enteredOn === null ? '' : html`<p>补录:实际发生在${paperDay(line.day)},${paperDay(line.enteredOn)}登记。</p>`
  return html`<article class="paper"><header><div><p class="paper-organ">${organ}</p><h2>${layout.title?.(paper) ?? titleOf(code)}</h2></div>
      ${codeOf(view, line.hash)}</header>${number === '' ? '' : html`<p class="paper-number">${number}</p>`}
    <p>${view.state.applicant.name}:</p><p class="paper-text">${layout.text(paper)}</p>
    <table>${rowsOf(paper, code).map(tableRow)}</table>
    ${late}${(layout.notes?.(paper) ?? []).map((note) => html`<p>${note}</p>`)}${unconfirmed}
    <div class="paper-seal">${layout.seal === 'none' ? '' : html`<span>(加盖${layout.seal === 'special' ? sealOf(view.item) : '公章'})</span>`}<span>${paperDay(line.day)}</span></div>
    <footer>${layout.signatures.map((words) => html`<span>${words}</span>`)}<span>${layout.copies}</span></footer></article>`
}

async function paperPage(context: DeskContext, desk: Desk): Promise<Response> {
  const fact = context.req.param('fact') ?? ''
  const found = await caseOf(context, desk, isEntryHash(fact) ? fact : undefined)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const view = found.value
  const line = view.state.story.find(({ hash }) => hash === fact)
  const code = line && printCodeOf(view, line, context.req.query('as') ?? '')
  if (!line || !code) return notFound(context, desk)
  const number = Object.hasOwn(FURTHER_PAPERS, code)
    ? ''
    : (view.state.papers.find(({ fact }) => fact === line.hash)?.number ?? '')
  const further = furtherOf(line)
  const address = `/cases/${view.state.id}/papers/${line.hash}`
  const other =
    further && code !== further
      ? html`<a class="btn btn-lg" href="${address}?as=${further}">${FURTHER_PAPERS[further]}</a>`
      : ''
  const aside =
    line.aside === null
      ? ''
      : html`<div class="alert alert-warning" role="alert"><div>这条记录暂不生效,打印的文书不能交给申请人。</div></div>`
  const title = titleOf(code)
  await desk.office.audit(context.get('visit').actor, 'print', {
    subject: `${title} ${view.state.number || view.state.id}`,
  })
  const body = html`<div class="receipt-bar d-print-none"><h1>${title} ${presentNumber(view.state)}</h1>
      <button class="btn btn-primary btn-lg" type="button" data-print>打印(Ctrl+P)</button>${other}
      <a class="btn btn-lg" href="/cases/${view.state.id}">回到办件</a></div>${aside}
    <div class="receipt-sheet">${sheet({ desk, view, line }, code, number)}</div>`
  return page(context, desk, { title: `${title} ${presentNumber(view.state)}`, body, paper: true })
}

export function paperRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/cases/:id/papers/:fact', (context) => paperPage(context, desk))
}
