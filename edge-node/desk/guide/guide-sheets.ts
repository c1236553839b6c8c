/** Three sheets of an item: the guide, the list of everything to bring, and the public notice of a hall. */
import { html } from 'hono/html'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { departmentName } from '#edge-node/desk/words.ts'
import { DISCLOSURE_LISTS } from '#protocol/casework/catalogue/disclosure.ts'
import { GUIDE_PARTS } from '#protocol/casework/catalogue/fields.ts'
import { MATERIAL_FIELDS } from '#protocol/casework/catalogue/item-parts.ts'
import type { Item } from '#protocol/casework/item.ts'
import { remediesFor } from '#protocol/casework/rules/remedies.ts'
import {
  bringWords,
  disclosedWords,
  feeWords,
  leniencyWords,
  otherWords,
  sayingsOf,
  timeLimitWords,
} from './item-words.ts'

/** Says that nothing was written rather than leaving a hole. */
const orNothing = (words: string): string => (words.trim() === '' ? '(未填写)' : words)

const rows = (pairs: readonly (readonly [string, string])[]): Html =>
  html`<table>${pairs.map(([title, words]) => html`<tr><th scope="row">${title}</th><td>${orNothing(words)}</td></tr>`)}</table>`

const head = (item: Item, title: string): Html =>
  html`<header><div><h2>${item.name}</h2><p>${title}</p>${item.sample ? html`<p><strong>样例:内容仅供试用,不得作为办事依据</strong></p>` : ''}</div></header>`

const departmentOf = (desk: Desk, item: Item): string => departmentName(desk.office, item.department)

/** What the columns of the table of materials say; whatever else a material has stands behind it. */
const TOLD = [
  ...(['id', 'name', 'required', 'form', 'copies'] as const),
  ...(['standard', 'issuer', 'deferrableDays', 'promisable', 'basis'] as const),
]

function materials(item: Item, boxes: boolean): Html {
  if (item.materials.length === 0) return html`<p>无需提交材料。</p>`
  return html`<table class="paper-list"><thead><tr><th scope="col">${boxes ? '带齐' : '序号'}</th><th scope="col">材料</th><th scope="col">份数</th><th scope="col">要求</th></tr></thead><tbody>${item.materials.map(
    (material, index) =>
      html`<tr><td>${boxes ? '□' : index + 1}</td><td>${material.name}${material.required ? '' : '(需要时)'}</td><td>${bringWords(material)}</td>
      <td>${[material.standard, material.issuer && `由${material.issuer}出具`, leniencyWords(material), !boxes && material.basis && `依据:${material.basis}`, otherWords(MATERIAL_FIELDS, material, TOLD)].filter(Boolean).join(';')}</td></tr>`,
  )}</tbody></table>`
}

const contact = (item: Item): readonly (readonly [string, string])[] => [
  ['办理地点', item.place],
  ['办理时间', item.hours],
  ['咨询电话', item.phone],
  ['监督电话', item.complaintPhone],
]

/** Parts of the guide that are more than rows. */
const DRAWN: Readonly<Record<string, (item: Item) => Html | string>> = {
  materials: (item) => materials(item, false),
  questions: ({ questions }) => (questions === '' ? '' : html`<p class="desk-text">${questions}</p>`),
}

/** 办事指南 (SOURCES.md B4): everything an applicant may want to know, as the table of fields publishes it. */
export function guideSheet(desk: Desk, item: Item): Html {
  const sayings = sayingsOf(item, (code) => departmentName(desk.office, code))
  const parts = Object.entries(GUIDE_PARTS).map(([part, heading]) => {
    const told = sayings.filter(({ field, words }) => field.guide === part && !(field.quiet && words === ''))
    const drawn = told.map(({ name }) => DRAWN[name]?.(item) ?? '').filter((each) => each !== '')
    const pairs = told
      .filter(({ name }) => !(name in DRAWN))
      .map(({ field, words }) => [field.title, words || (field.empty ?? '')] as const)
    const body = html`${drawn}${pairs.length === 0 ? '' : rows(pairs)}`
    return drawn.length + pairs.length === 0 ? '' : html`${heading === '' ? '' : html`<h3>${heading}</h3>`}${body}`
  })
  const remedies = remediesFor(item, desk.office.directory)
  return html`${head(item, '办事指南')}${parts}${remedies === undefined ? '' : html`<h3>不服怎么办</h3><p>${remedies}</p>`}`
}

/** 一次性告知单 before filing (SOURCES.md B5, section 7 D21): what to bring, how long, what it costs; art. 32's notice is another paper. */
export function noticeSheet(desk: Desk, item: Item): Html {
  return html`${head(item, '一次性告知单(申请前)')}
  <p>办理这个事项需要的全部材料、程序、时限和收费如下。材料带齐后,窗口不得再要求提供其他材料。</p>
  <h3>请带齐</h3>${materials(item, true)}
  <h3>怎么办</h3>${rows([
    ['受理条件', item.conditions],
    ['办理程序', item.procedure],
    ['多久办好', `受理后 ${timeLimitWords(item.promised)}(法定 ${timeLimitWords(item.statutory)})`],
    ['收费', feeWords(item)],
    ['由谁办理', departmentOf(desk, item)],
    ...contact(item),
  ])}
  <p class="paper-signs"><span>告知人:____________</span><span>被告知人:____________</span><span>日期:____________</span></p>`
}

/** 公示 (SOURCES.md B1, B2): the parts of the disclosure list that the county has adopted, in its order. */
export function disclosureSheet(desk: Desk, item: Item): Html {
  const { disclosure } = desk.office.directory.rules()
  const list = DISCLOSURE_LISTS[disclosure]
  return html`${head(item, `${list.title} 公示`)}${rows(list.parts.map((part) => [part.title, disclosedWords(item, part)] as const))}
  <p>实施主体:${departmentOf(desk, item)};监督电话:${orNothing(item.complaintPhone)}</p>`
}
