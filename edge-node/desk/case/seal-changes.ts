/** Changes behind a seal in words: which field, from what to what, whose. */
import { html } from 'hono/html'
import { countedMaterial, formFields } from '#edge-node/commands/cases/form.ts'
import { field } from '#edge-node/desk/forms.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { changesCount, materialWords, paperTime, personName, stationName } from '#edge-node/desk/words.ts'
import { isFormOpen, isSealing } from '#protocol/casework/acts/form.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import { letsIn, saidBy } from '#protocol/casework/folding/standing.ts'
import { SECTIONS } from '#protocol/documents/sections.ts'
import { LATE_SEAL } from '#protocol/engine/office/looking.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { ChangesByOthers, SealChange, SectionView } from '#protocol/engine/section-view.ts'
import type { EntryHash } from '#protocol/ids.ts'
import type { ActDrawing } from './act-drawing.ts'

/** What the keys of a section are called. */
function labelsOf({ item }: CaseView, section: string): ReadonlyMap<string, string> {
  if (!item) return new Map()
  return section === 'materials'
    ? new Map(item.materials.map(({ id, name }) => [id, name]))
    : new Map(formFields(item).map(({ id, label }) => [id, label]))
}

const plainWords = (value: unknown): string =>
  value === null || value === ''
    ? '(空)'
    : typeof value === 'object'
      ? materialWords(countedMaterial(value))
      : String(value)

/** Whose change it is: a name that a station's key signed with, although it is of nobody there, accuses nobody. */
function authorWords({ office }: Desk, { station, person, foreignPerson }: SealChange): string {
  const place = stationName(office, station)
  return foreignPerson ? `${place}(署名 ${person},当天不在该站点任职)` : `${place} ${personName(office, person)}`
}

/** Changes of a section as items of a list; those that are not listed one by one are counted first. */
export function changeRows(
  desk: Desk,
  view: CaseView,
  section: string,
  { changes, unlisted }: Pick<SectionView, 'changes' | 'unlisted'>,
): Html {
  const labels = labelsOf(view, section)
  const rows = changes.map(
    (change) =>
      html`<li>${labels.get(change.key) ?? change.key}:${plainWords(change.before)} → ${plainWords(change.after)},${authorWords(desk, change)} ${paperTime(change.time)}</li>`,
  )
  return html`${unlisted > 0 ? html`<li>更早的 ${unlisted} 次修改没有逐条列出。</li>` : ''}${rows}`
}

/** What a fact took over when it sealed the form again, under its line of the story. */
export const takenOverPart = (desk: Desk, view: CaseView, fact: EntryHash): readonly Html[] =>
  view.takenOver
    .filter((taken) => taken.fact === fact)
    .map((taken) => {
      const title = view.sections.find(({ name }) => name === taken.section)?.title ?? taken.section
      return taken.isLost
        ? html`<div class="desk-late-words">${title}在上一次封存之后有改动,改了什么在本机已拼不出来,请以纸质材料为准。</div>`
        : html`<div><span class="text-secondary">${title}在上一次封存之后的改动,从这时起作数:</span><ul class="mb-0">${changeRows(desk, view, taken.section, taken)}</ul></div>`
    })

/** What is to be looked at before an act; null where it seals nothing, or nobody else has changed anything. */
function toLookAt({ view, kind, subject }: ActDrawing): ChangesByOthers | null {
  const { kind: said } = saidBy(view.state, { kind, fields: { fact: subject ?? '' } })
  if (!isSealing(said)) return null
  if (!letsIn(kind)) return view.changesByOthers
  return view.adoptedChanges.find(({ fact }) => fact === subject) ?? null
}

const PLACE_WORDS: Readonly<Record<ChangesByOthers['where'], string>> = {
  'behind-seal': '封存之后由其他站点改动的内容',
  unsealed: '表单由其他站点填写,请核对',
  adopted: '要采纳的记录封存的内容里由其他站点改动的',
}

/** Where the cause of a revocation is changed; nodes below have no such page. */
const nodesLink = ({ office }: Desk): Html | string =>
  office.isRoot ? html` <a href="/hub/nodes">打开“节点”页</a>` : ''

/** In place of an adoption that cannot succeed: why, and what can be done. */
export function notAdoptable(drawing: ActDrawing): Html | undefined {
  if (!letsIn(drawing.kind) || toLookAt(drawing)?.mark !== '') return undefined
  const isLate = drawing.view.late.length > 0
  const words = isLate ? `${LATE_SEAL.message}${LATE_SEAL.next}` : NOT_HERE
  return html`<p class="field-problem mb-0">${words}${isLate ? nodesLink(drawing.desk) : ''}</p>`
}

const NOT_HERE =
  '这条记录封存的内容本机没有,无法核对,不能采纳。请等内容同步到本机以后再看;等不到的,不采纳这条记录,由本站点自己办理。'

/** What came too late of a section, to be read beside the paper: it counts nowhere. */
export function lateBox(desk: Desk, view: CaseView, name: string): Html | string {
  const late = view.late.find(({ section }) => section === name)
  if (!late) return ''
  const { text } = late
  const rows =
    text === null
      ? html`<ul class="mb-0">${changeRows(desk, view, name, late)}</ul>`
      : html`<div class="desk-text">${text}</div>`
  return html`<div class="alert alert-warning" role="note"><div><strong>已停用的电脑填写的,停用之后才送达,不生效,只供核对:</strong>${rows}要用的,请对照纸质材料重新填写。</div></div>`
}

/** What stands below the changes that are listed: how many are not. */
function restWords({ count, listed, isLost, isUnread }: ChangesByOthers, form: Html): Html | string {
  if (isLost) return html`<li>封存时的内容在本机已拼不出来,请打开${form},对照纸质材料逐项核对现在的内容。</li>`
  if (isUnread)
    return html`<li>可以采纳的记录较多,这一条没有逐条列出:其他站点一共写过 ${count} 次修改。先办理下面的几条(采纳或不采纳),这里就会逐条列出;要现在采纳的,请打开${form}逐项核对。</li>`
  const missing = count - listed.reduce((sum, { changes }) => sum + changes.length, 0)
  return missing > 0 ? html`<li>另有 ${missing} 次修改没有逐条列出,请打开${form}核对现在的全部内容。</li>` : ''
}

/** What is to be looked at before an act seals again, with the box to tick; nothing where nobody else has changed anything. */
export function lookedAtField(drawing: ActDrawing): Html | string {
  const { desk, view, kind, prefix, typed, problems } = drawing
  const changes = toLookAt(drawing)
  if (changes === null) return ''
  const rows = changes.listed.map(({ section, changes: shown }) =>
    changeRows(desk, view, section, { changes: shown, unlisted: 0 }),
  )
  const form = html`<a href="/cases/${view.state.id}/form">申请表</a>`
  const then = letsIn(kind) ? '可以采纳' : '按现在的内容办理'
  const label =
    changes.isLost || changes.isUnread
      ? `已逐项核对申请表和材料,${then}`
      : `已核对上面 ${changes.count} 处由其他站点改动的内容,${then}`
  const tick = field({
    ...{ name: 'changesSeen', id: `${prefix}-changesSeen`, kind: 'many', label: '办理以前请核对', required: true },
    value: typed?.changesSeen ?? '',
    problem: problems.changesSeen,
    options: [{ value: changes.mark, label }],
  })
  const wrong = letsIn(kind) ? '不对的不要采纳。' : html`不对的先在${form}里改正。`
  return html`<div class="alert alert-warning" role="note"><div><strong>${PLACE_WORDS[changes.where]}:</strong><ul>${rows}${restWords(changes, form)}</ul>${wrong}</div></div>${tick}`
}

/** Acts by which something is added beside the form. */
const ADDING = ['supplied', 'noted'] as const

/** How something is added beside a form that cannot be written: by the acts this person is offered now. */
export function addingWords({ state, acts }: CaseView): Html | string {
  const offered = ADDING.filter((kind) => acts.some((offer) => offer.allowed && offer.kind === kind))
  const links = offered.map(
    (kind, at) => html`${at > 0 ? '或' : ''}<a href="/cases/${state.id}?act=${kind}#acts">“${FACTS[kind].title}”</a>`,
  )
  if (links.length > 0) return html`申请人后来补充的和要更正的,可以在办件页用${links}登记。`
  return isFormOpen(state.stage)
    ? ''
    : `在程序里不能再更正申请表;要补充或更正的,由主办站点核对后写进“${SECTIONS['office-note'].title}”。`
}

/** At the head of the page: that there are changes, whether they ever count, and what to do where they never will. */
export function changedWords(view: CaseView): Html | undefined {
  const { stage } = view.state
  const titles = view.sections.filter(({ changedAfterSeal }) => changedAfterSeal).map(({ title }) => title)
  if (titles.length === 0) return undefined
  const names = titles.join('、')
  const isOpen = isFormOpen(stage)
  const then = isOpen ? '' : html`请由主办站点向申请人核实,确实要更正的才需要登记。${addingWords(view)}`
  return html`${names}在封存之后被改过:${changesCount(stage)},${isOpen ? '在那以前' : ''}作数的是封存时的内容。谁改了什么,见下面的${names}。${then}`
}

/** What was changed behind the seal, by whom, and whether it ever counts. */
export function changesBox(desk: Desk, view: CaseView, name: string): Html | string {
  const section = view.sections.find((each) => each.name === name)
  if (!section?.changedAfterSeal) return ''
  if (section.sealed === null)
    return html`<p class="field-problem">封存之后有改动,封存时的内容在本机已拼不出来;下面是现在的内容,请以纸质材料为准。</p>`
  return html`<div class="alert alert-warning" role="note"><div><strong>封存之后有改动,${changesCount(view.state.stage)}:</strong><ul class="mb-0">${changeRows(desk, view, name, section)}</ul></div></div>`
}
