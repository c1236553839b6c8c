/** The story of a case: every fact in order, who did it where, and what became of it. */
import { html } from 'hono/html'
import type { StoryLine } from '#protocol/casework/case.ts'
import { FACTS, type FieldRule, type FieldValue } from '#protocol/casework/facts.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { actForm, CHOICE_WORDS, offersAbout, type Rejected } from './act-forms.ts'
import type { Desk, Html, Visit } from './visit.ts'
import { clockWords, itemName, personName, stationName, timeWords, withNames } from './words.ts'

function valueWords(desk: Desk, rule: FieldRule, value: FieldValue): string {
  if (rule.type === 'station') return stationName(desk.office, String(value))
  if (rule.type === 'count') return String(value)
  if (rule.type === 'flag') return value ? '是' : '否'
  return CHOICE_WORDS[String(value)] ?? String(value)
}

/** The fields of a fact that people read; seals and hashes are for machines. */
function told(desk: Desk, line: StoryLine): Html | string {
  if (line.kind === 'unknown') return ''
  if (line.kind === 'opened') return itemName(desk.office, { item: String(line.fields.item ?? '') })
  const rules: Readonly<Record<string, FieldRule>> = FACTS[line.kind].fields
  const shown = Object.entries(rules).filter(
    ([name, { type }]) =>
      type !== 'seals' && type !== 'hash' && line.fields[name] !== undefined && line.fields[name] !== '',
  )
  return html`${shown.map(
    ([name, rule]) =>
      html`<div><span class="text-secondary">${rule.label}:</span>${valueWords(desk, rule, line.fields[name] ?? '')}</div>`,
  )}`
}

function asideBox(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  line: StoryLine,
  rejected: Rejected | undefined,
): Html | string {
  const { aside } = line
  if (!aside) return ''
  if (aside.resolved)
    return html`<p class="mb-0"><strong>暂不生效</strong>:${aside.text}。已${aside.resolved.by === 'adopted' ? '采纳' : '标为不采纳'}。</p>`
  const offers = offersAbout(view, line.hash)
  return html`<div class="alert alert-warning mb-0" role="note"><div class="w-100"><strong>暂不生效:${aside.text}。</strong> ${withNames(desk.office, aside.resolve)}。
    ${offers.length === 0 ? '' : html`<div class="desk-resolve">${offers.map((offer) => html`<details><summary>${offer.title}</summary>${actForm(desk, visit, view, offer, rejected, false)}</details>`)}</div>`}
  </div></div>`
}

function storyItem(desk: Desk, visit: Visit, view: CaseView, line: StoryLine, rejected: Rejected | undefined): Html {
  const clock = clockWords(line.clockOffset)
  return html`<li class="desk-line${line.aside ? ' desk-line-aside' : ''}" id="fact-${line.hash.slice(0, 12)}">
    <div class="desk-line-head"><strong>${line.title}</strong>
      <span>${stationName(desk.office, line.station)} · ${line.person === '' ? '系统' : personName(desk.office, line.person)}</span>
      <span class="text-secondary">${timeWords(line.time, desk.office.now())}${clock ? `(当时${clock})` : ''}${line.epoch === null ? '' : ` · 第 ${line.epoch} 轮`}</span></div>
    ${told(desk, line)}${asideBox(desk, visit, view, line, rejected)}</li>`
}

/** The facts, newest first: the last thing that happened is what people look for. */
export const storyList = (desk: Desk, visit: Visit, view: CaseView, rejected: Rejected | undefined): Html =>
  html`<ol class="desk-story" reversed>${view.state.story
    .toReversed()
    .map((line) => storyItem(desk, visit, view, line, rejected))}</ol>`

/** The last thing that happened in one sentence, read out when the page refreshes itself. */
export function lastWords(desk: Desk, view: CaseView): string {
  const last = view.state.story.at(-1)
  if (!last) return ''
  const who = last.person === '' ? '系统' : personName(desk.office, last.person)
  return `${stationName(desk.office, last.station)} ${who}:${last.title},${timeWords(last.time, desk.office.now())}`
}
