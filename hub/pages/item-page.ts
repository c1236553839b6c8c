/** One item: everything the catalogue says in one edition, what is missing to be public, and how it came to be. */
import { html } from 'hono/html'
import { itemsInForce } from '#edge-node/commands/items.ts'
import { otherWords, rowWords, type Saying, sayingsOf } from '#edge-node/desk/guide/item-words.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { departmentName } from '#edge-node/desk/words.ts'
import { DISCLOSURE_LISTS } from '#protocol/casework/catalogue/disclosure.ts'
import type { FieldTable, RecordOf } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_FIELDS, ITEM_SECTIONS } from '#protocol/casework/catalogue/item-fields.ts'
import { PREREQUISITE_FIELDS } from '#protocol/casework/catalogue/item-parts.ts'
import { checkPrerequisites } from '#protocol/casework/catalogue/prerequisites.ts'
import { CHANGE_TYPES } from '#protocol/casework/codes.ts'
import { DISCLOSURES, type LocalRules } from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import { table } from './records.ts'

const pairs = (title: string, sayings: readonly Saying[]): Html =>
  card(
    title,
    html`<div class="card-body"><dl class="desk-pairs">${sayings.map(
      ({ field, words }) =>
        html`<div><dt>${field.title}</dt><dd>${words.trim() === '' ? html`<span class="text-secondary">${field.empty ?? '未填写'}</span>` : words}</dd></div>`,
    )}</dl></div>`,
  )

/** A list of records: how each is called, and everything else it says. */
function list(item: Item, { name, field }: Saying): Html {
  const { kind, title } = field
  if (kind.is !== 'rows') return html``
  const rows = item[name as keyof Item] as unknown as readonly RecordOf<FieldTable>[]
  const cells = rows.map((row) => rowWords(kind, row))
  return card(title, table([kind.one, '内容'], cells, `${field.empty ?? '没有'}。`))
}

/** Every field, on the cards of its section; prerequisites stand beside them with what leads back. */
function facts(desk: Desk, item: Item): Html {
  const sayings = sayingsOf(item, (code) => departmentName(desk.office, code))
  return html`${Object.entries(ITEM_SECTIONS).map(([section, title]) => {
    const here = sayings.filter((saying) => saying.section === section && saying.name !== 'prerequisites')
    const [lists, single] = [[] as Saying[], [] as Saying[]]
    for (const saying of here) (saying.field.kind.is === 'rows' ? lists : single).push(saying)
    return html`${single.length === 0 ? '' : pairs(title, single)}${lists.map((saying) => list(item, saying))}`
  })}`
}

/** Prerequisites both ways, with what is wrong with them. */
function prerequisites(desk: Desk, item: Item): Html {
  const { directory } = desk.office
  const items = [...itemsInForce(desk.office).filter(({ id }) => id !== item.id), item]
  const { circles } = checkPrerequisites(items)
  const name = (code: string) => directory.item(code)?.name ?? `${code}(不在目录)`
  const rows = item.prerequisites.map((row) => [
    html`<a href="/hub/catalogue/${row.item}">${name(row.item)}</a>`,
    html`${row.basis.trim() === '' ? html`<strong>没有依据,属于擅自增设</strong>` : row.basis} ${otherWords(PREREQUISITE_FIELDS, row, ['item', 'basis'])}`,
  ])
  const before = items.filter((other) => other.prerequisites.some(({ item: code }) => code === item.id))
  const rings = circles.filter((circle) => circle.items.includes(item.id))
  return card(
    ITEM_FIELDS.prerequisites.title,
    html`${table(['要先办', '依据'], rows, '没有前置条件。')}${
      before.length === 0
        ? ''
        : html`<p class="card-body mb-0">以本事项为前置:${before.map((other) => other.name).join('、')}</p>`
    }${rings.map(({ message }) => html`<div class="card-body"><div class="alert alert-warning mb-0" role="note"><div><strong>${message}</strong></div></div></div>`)}`,
  )
}

/** Both disclosure lists part by part; the one the county has adopted blocks publication. */
export function checklist(item: Item, adopted: LocalRules['disclosure']): Html {
  const names = [adopted, ...DISCLOSURES.filter((name) => name !== adopted)]
  return html`${names.map((name) => {
    const { title, parts } = DISCLOSURE_LISTS[name]
    const rows = parts.map((part) => ({ part, missing: part.missing(item) }))
    const open = rows.filter(({ missing }) => missing.length > 0).length
    return card(
      `${title}${name === adopted ? '(发布前须填满)' : ''}`,
      html`<ul class="list-group list-group-flush">${rows.map(({ part, missing }) =>
        missing.length === 0
          ? html`<li class="list-group-item">✓ ${part.title}</li>`
          : html`<li class="list-group-item"><strong>缺:${part.title}</strong><div class="field-problem">${missing.join(';')}</div></li>`,
      )}</ul>`,
      open === 0 ? '已填满' : `缺 ${open} 项`,
    )
  })}`
}

function history(editions: readonly Item[], shown: Item): Html {
  const rows = editions
    .toReversed()
    .map((edition) => [
      edition.edition === shown.edition
        ? html`<strong>第 ${edition.edition} 版(正在看)</strong>`
        : html`<a href="/hub/catalogue/${edition.id}?edition=${edition.edition}">第 ${edition.edition} 版</a>`,
      CHANGE_TYPES[edition.change.type] ?? edition.change.type,
      edition.change.basis || '—',
      periodWords(edition),
    ])
  return card('历次版本', table(['版次', '变更', '依据', '实施时间'], rows, '没有版次。'))
}

/** When an edition was in force; the edition that records an end never is. */
export function periodWords({ effectiveFrom, effectiveUntil }: Item): string {
  if (effectiveUntil === null) return `${effectiveFrom} 起`
  return effectiveUntil < effectiveFrom ? `${effectiveFrom} 起不再实施` : `${effectiveFrom} 至 ${effectiveUntil}`
}

/** The item as people read it. */
export const itemParts = (desk: Desk, item: Item): Html =>
  html`<div class="row"><div class="col-lg-8">${facts(desk, item)}</div>
    <div class="col-lg-4">${checklist(item, desk.office.directory.rules().disclosure)}${prerequisites(desk, item)}${history(desk.office.directory.editions(item.id), item)}</div></div>`
