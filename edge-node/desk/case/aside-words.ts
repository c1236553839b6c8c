/** What is said of facts that are set aside: which ones wait and for whom, and what became of them. */
import { html } from 'hono/html'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { personName, stationName, timeWords } from '#edge-node/desk/words.ts'
import { rulingsAgainst } from '#protocol/casework/acts/fork.ts'
import { isOpenAside } from '#protocol/casework/acts/permission.ts'
import { isSignable } from '#protocol/casework/acts/second.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import { letsIn } from '#protocol/casework/folding/standing.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { offersAbout } from './act-forms.ts'
import { anchorOf } from './anchors.ts'

/** Who wrote a fact, when, and what it is called. */
const lineWords = ({ office }: Desk, { person, at, title }: StoryLine): string =>
  `${person === '' ? '系统' : personName(office, person)} ${timeWords(at, office.time())} 的“${title}”`

const lineOf = ({ state }: CaseView, hash: unknown): StoryLine | undefined =>
  state.story.find((line) => line.hash === hash)

/** What of a case waits to be adopted or dismissed, the latest first, and by whom; nothing while a fork stops it, where nobody but the coordinator decides. */
export function openAsides(desk: Desk, view: CaseView): { readonly title: string; readonly words: Html } | undefined {
  if (view.state.forks.length > 0) return undefined
  const open = view.state.story
    .filter((line) => isOpenAside(line) && !isSignable(view.state, desk.office.register(), line))
    .toReversed()
  if (open.length === 0) return undefined
  const named = open.slice(0, LIMITS.shownAsides)
  const names = named.map(
    ({ hash, title }, at) => html`${at === 0 ? '' : '、'}<a href="#${anchorOf(hash)}">${title}</a>`,
  )
  const isForReader = open.some(({ hash }) => offersAbout(view, hash).length > 0)
  const who = isForReader
    ? '在下面的经过里逐条处理:采纳或不采纳。'
    : `由主办的${stationName(desk.office, view.state.holder)}处理:采纳或不采纳。`
  const words = html`${names}${open.length > named.length ? ' 等' : ''}。 ${who}`
  return { title: `有 ${open.length} 条记录暂不生效:`, words }
}

/** Of what the reader's station wrote something waits that a ruling displaced: who has the case now, why, and what is left to do there. */
export function displacedWords(desk: Desk, view: CaseView, station: StationCode): string | undefined {
  const { story, holder, stage } = view.state
  if (station === holder) return undefined
  const rulings = rulingsAgainst(view.state)
  const waiting = story.filter((line) => line.station === station && isOpenAside(line))
  const ruled = waiting.map(({ hash }) => rulings.get(hash)).findLast((ruling) => ruling !== undefined)
  if (ruled === undefined) return undefined
  const why = `县中心${ruled.title}的原因:${ruled.fields.reason ?? '没有写明'}。`
  if (stage === '86' || stage === '87') return `办件已作废,本站不用再办。${why}本站写下的都保留。`
  return `办件现在由${stationName(desk.office, holder)}主办,本站不用再办。${why}收到的材料请交给主办站点;本站写下的都保留,由主办站点采纳或不采纳。`
}

/** Who has signed beside the author of a fact, and when; nothing of what needed nobody. */
export function secondedWords(desk: Desk, view: CaseView, { seconded }: StoryLine): Html | string {
  const by = seconded && lineOf(view, seconded.fact)
  return by ? html`<div><strong>已复核同意</strong>:${lineWords(desk, by)}起作数</div>` : ''
}

/** What became of a fact that was set aside; nothing while it waits. */
export function resolvedWords(desk: Desk, view: CaseView, { aside }: StoryLine): Html | undefined {
  if (!aside?.resolved) return undefined
  const by = lineOf(view, aside.resolved.fact)
  if (aside.resolved.by === 'adopted')
    return html`<p class="mb-0"><strong>已采纳</strong>${by ? `,由${lineWords(desk, by)}起作数` : ''}(原来没有生效:${aside.text})。</p>`
  if (aside.reason === 'awaits-second' && by)
    return html`<p class="mb-0"><strong>未获同意</strong>,没有生效:${lineWords(desk, by)},原因:${by.fields.reason ?? ''}。</p>`
  const who = by ? `${personName(desk.office, by.person)} ${timeWords(by.at, desk.office.time())} ` : '已'
  return html`<p class="mb-0"><strong>暂不生效</strong>:${aside.text}。${who}标为不采纳。</p>`
}

/** What a dismissal did not do, where it did not: written while a case was stopped, or by a former holder of its own records. */
function inVain({ state }: CaseView, line: StoryLine, subject: StoryLine): string {
  if (line.kind !== 'dismissed' || line.aside !== null) return ''
  if (subject.aside === null) return '(它没有暂不生效,照常作数)'
  if (subject.aside.reason === 'fork' && state.forks.length > 0) return '(办件已停住,这次不采纳不作数,等县中心改派)'
  const { resolved } = subject.aside
  if (resolved?.fact === line.hash) return ''
  return resolved === null
    ? '(不归写下的站点定,这次不采纳没有作数,仍等现在的主办站点处理)'
    : '(它已由另一条记录处理,这次不采纳没有作数)'
}

/** Of an adoption or a dismissal: which fact it is about; nothing of any other fact. */
export function subjectWords(desk: Desk, view: CaseView, line: StoryLine): Html | string {
  const { kind, title, fields } = line
  const subject = letsIn(kind) || kind === 'dismissed' ? lineOf(view, fields.fact) : undefined
  if (subject === undefined) return ''
  return html`<div><span class="text-secondary">${title}的记录:</span><a href="#${anchorOf(subject.hash)}">${lineWords(desk, subject)}</a>${inVain(view, line, subject)}</div>`
}
