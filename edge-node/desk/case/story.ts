/** The story of a case: every fact in order, who did it where, and what became of it. */
import { html } from 'hono/html'
import { drawPart } from '#edge-node/desk/drawing.ts'
import { dayWords } from '#edge-node/desk/due-words.ts'
import type { Desk, Html, Visit } from '#edge-node/desk/visit.ts'
import {
  itemName,
  offWords,
  paperTime,
  personName,
  presentNumber,
  stationName,
  timeWords,
  withNames,
} from '#edge-node/desk/words.ts'
import { isAwaiting } from '#protocol/casework/acts/second.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import type { ActOffer, CaseView } from '#protocol/engine/office.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { actForm, offersAbout, type Rejected } from './act-forms.ts'
import { anchorOf } from './anchors.ts'
import { resolvedWords, secondedWords, subjectWords } from './aside-words.ts'
import { doubtBox } from './day-doubts.ts'
import { shownFields } from './fact-words.ts'
import { type Sided, sideBox, sidedLines } from './fork-part.ts'
import { paperTitle } from './joint-part.ts'
import { takenOverPart } from './seal-changes.ts'
import { overWords } from './second-part.ts'

/** The fields of a fact that people read; what is late about it stands in its head. */
function told(desk: Desk, view: CaseView, line: StoryLine): Html | string {
  if (line.kind === 'unknown') return ''
  if (line.kind === 'deemed')
    return html`<div class="desk-deemed">五个工作日内没有一次告知,依《行政许可法》第三十二条,自${dayWords(view.state.days.deemed ?? line.day)}收到申请材料之日起即为受理。</div>`
  if (line.kind === 'opened') return itemName(desk.office, { item: String(line.fields.item ?? '') })
  return html`${shownFields(desk, view, line).map(
    ([label, words]) => html`<div><span class="text-secondary">${label}:</span>${words}</div>`,
  )}`
}

/** Of what waits for a second person its author takes it back, and others do not agree. */
const named = (offer: ActOffer, line: StoryLine, { actor }: Visit): ActOffer =>
  offer.kind === 'dismissed' && isAwaiting(line)
    ? { ...offer, title: line.person === actor.person ? '撤回申请' : '不同意' }
    : offer

function asideBox(
  desk: Desk,
  visit: Visit,
  view: CaseView,
  line: StoryLine,
  rejected: Rejected | undefined,
): Html | string {
  const { aside } = line
  if (!aside) return ''
  const resolved = resolvedWords(desk, view, line)
  if (resolved) return resolved
  const offers = offersAbout(view, line.hash).map((offer) => named(offer, line, visit))
  const over = overWords(desk, view, line)
  return html`<div class="alert alert-warning mb-0" role="note"><div class="w-100"><strong>暂不生效:${over ?? `${aside.text}。`}</strong> ${over ? '' : html`${withNames(desk.office, aside.resolve)}。`}
    ${offers.length === 0 ? '' : html`<div class="desk-resolve">${offers.map((offer) => html`<details><summary>${offer.title}</summary>${actForm(desk, visit, view, offer, rejected, false)}</details>`)}</div>`}
  </div></div>`
}

/** What is wrong with who signed it, or with the number it gives. */
const markWords = ({ marks }: StoryLine): Html | string =>
  marks.length === 0
    ? ''
    : html`<div class="desk-late-words"><strong>${marks.map(({ text }) => text).join(';')}</strong></div>`

/** A fact entered later than it happened shows both times. */
function lateWords(desk: Desk, line: StoryLine): Html | string {
  if (line.enteredOn === null) return ''
  const today = desk.office.today()
  const why = typeof line.fields.occurredWhy === 'string' ? `,原因:${line.fields.occurredWhy}` : ''
  return html`<div class="desk-late-words"><strong>补录</strong>:实际发生在${dayWords(line.day, today)},${dayWords(line.enteredOn, today)}登记${why}</div>`
}

function paperLink(view: CaseView, line: StoryLine): Html | string {
  const paper = view.state.papers.find(({ fact }) => fact === line.hash)
  return paper
    ? html`<div><a href="/cases/${view.state.id}/papers/${line.hash}">打印${paperTitle(paper.code)}</a></div>`
    : ''
}

/** What its author's clock showed, where that was wrong: by a known offset, or by what the author knew of the county. */
function rawWords({ clockOffset, at, time }: StoryLine): string {
  if (clockOffset !== null && Math.abs(clockOffset) >= LIMITS.clockOffsetMilliseconds)
    return `(写下它的电脑当时时钟${offWords(clockOffset)})`
  return clockOffset === null && at !== time ? `(写下它的电脑当时显示 ${paperTime(time)})` : ''
}

/** What becomes of a fact without effect; while a fork stops the case nothing but the ruling decides about its sides. */
function fateBox(telling: Telling, line: StoryLine): Html | string {
  const { desk, visit, view, rejected, sided } = telling
  const side = sided.get(line.hash)
  return side ? sideBox(line, side) : asideBox(desk, visit, view, line, rejected)
}

/** For whom a story is told, and what holds for all of its lines. */
interface Telling {
  readonly desk: Desk
  readonly visit: Visit
  readonly view: CaseView
  readonly rejected: Rejected | undefined
  readonly sided: ReadonlyMap<EntryHash, Sided>
}

function storyItem(telling: Telling, line: StoryLine): Html {
  const { desk, view } = telling
  const clock = rawWords(line)
  const when = line.kind === 'deemed' ? dayWords(line.day, desk.office.today()) : timeWords(line.at, desk.office.time())
  return html`<li class="desk-line${line.aside ? ' desk-line-aside' : ''}" id="${anchorOf(line.hash)}">
    <div class="desk-line-head"><strong>${line.title}</strong>
      <span>${stationName(desk.office, line.station)} · ${line.person === '' ? '系统' : personName(desk.office, line.person)}</span>
      <span class="text-secondary">${when}${clock}${line.epoch === null ? '' : ` · 第 ${line.epoch} 轮`}</span></div>
    ${markWords(line)}${lateWords(desk, line)}${doubtBox(desk, view, line)}${subjectWords(desk, view, line)}${secondedWords(desk, view, line)}${told(desk, view, line)}${takenOverPart(desk, view, line.hash)}${paperLink(view, line)}${fateBox(telling, line)}</li>`
}

/** The facts, newest first: the last thing that happened is what people look for. */
export function storyList(desk: Desk, visit: Visit, view: CaseView, rejected: Rejected | undefined): Html {
  const telling: Telling = { desk, visit, view, rejected, sided: sidedLines(view) }
  return html`<ol class="desk-story" reversed>${view.state.story
    .toReversed()
    .map((line) =>
      drawPart(desk, `办件 ${presentNumber(view.state)} 的“${line.title}”`, () => storyItem(telling, line)),
    )}</ol>`
}

/** The last thing that took effect in one sentence, read out when the page refreshes itself. */
export function lastWords(desk: Desk, view: CaseView): string {
  const last = view.state.story.findLast(({ aside }) => aside === null)
  if (!last) return ''
  const who = last.person === '' ? '系统' : personName(desk.office, last.person)
  return `${stationName(desk.office, last.station)} ${who}:${last.title},${timeWords(last.at, desk.office.time())}`
}
