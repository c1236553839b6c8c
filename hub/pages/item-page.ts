/** One item: everything the catalogue says in one edition, what is missing to be public, and how it came to be. */
import { html } from 'hono/html'
import {
  bringWords,
  caseKindName,
  clientNames,
  itemTypeName,
  leniencyWords,
  limitWords,
  procedureWords,
} from '#edge-node/desk/guide/item-words.ts'
import { card } from '#edge-node/desk/lists.ts'
import { rangeWords, yuanWords } from '#edge-node/desk/money.ts'
import type { Desk, Html } from '#edge-node/desk/visit.ts'
import { departmentName } from '#edge-node/desk/words.ts'
import { DISCLOSURE_LISTS } from '#protocol/casework/catalogue/disclosure.ts'
import { checkPrerequisites } from '#protocol/casework/catalogue/prerequisites.ts'
import { BODY_NATURES, LEVELS, POWERS, VILLAGE_MODES } from '#protocol/casework/codes.ts'
import { DISCLOSURES, type LocalRules } from '#protocol/casework/directory.ts'
import { CHANGE_TYPES, type Item } from '#protocol/casework/item.ts'
import { tierNames } from './item-form.ts'
import { itemsInForce } from './presence.ts'
import { table } from './records.ts'

const pairs = (title: string, rows: readonly (readonly [string, string])[]): Html =>
  card(
    title,
    html`<div class="card-body"><dl class="desk-pairs">${rows.map(
      ([name, words]) =>
        html`<div><dt>${name}</dt><dd>${words.trim() === '' ? html`<span class="text-secondary">未填写</span>` : words}</dd></div>`,
    )}</dl></div>`,
  )

const yes = (is: boolean): string => (is ? '是' : '否')

function facts(desk: Desk, item: Item): Html {
  const { directory } = desk.office
  const departments = item.coDepartments.map((code) => directory.department(code)?.name ?? code)
  return html`${pairs('基本信息', [
    ['基本编码', item.codes.basic],
    ['实施编码', item.codes.implementation],
    ['业务办理项编码', item.codes.business],
    ['事项类型', itemTypeName(item)],
    ['办件类型', caseKindName(item)],
    ['行使层级', LEVELS[item.level] ?? item.level],
    ['实施主体', departmentName(desk.office, item.department)],
    ['实施主体性质', BODY_NATURES[item.bodyNature] ?? item.bodyNature],
    ['联办机构', departments.join('、') || '没有'],
    ['服务对象', clientNames(item)],
    ['数量限制', item.quota || '没有'],
  ])}${pairs('依据和程序', [
    ['设定依据', item.basis],
    ['受理条件', item.conditions],
    ['办理程序', item.procedure],
    ['审批权限', item.permissions],
  ])}${pairs('时限', [
    ['承诺时限', limitWords(item.promised)],
    ['法定时限', limitWords(item.statutory)],
    ['补正期限', `${item.supplementDays} 天`],
    ['一审一核', yes(item.samePerson)],
    ['特别程序', procedureWords(item) || '只按行政许可法第四十五条'],
  ])}${pairs('在哪里办', [
    ['可以申请', tierNames(item.tiers)],
    ['视为收件', tierNames(item.receivingTiers)],
    ['期限起算', item.clockStart === 'capture' ? '村级收件点代收' : '窗口收件'],
    ['村级办理方式', VILLAGE_MODES[item.villageMode] ?? item.villageMode],
    ['村级送达', yes(item.villageDelivery)],
    ['告知承诺', yes(item.commitment)],
    ['须凭授权书', item.authorised.map((power) => POWERS[power] ?? power).join('、') || '不需要'],
    ['到现场次数', `${item.visits} 次`],
  ])}${pairs('结果、公开和进驻', [
    ['结果', [item.result.name, item.result.kind, item.result.validity].filter(Boolean).join(',')],
    ['办理地点', item.place],
    ['办理时间', item.hours],
    ['咨询(窗口)电话', item.phone],
    ['部门领导电话', item.leaderPhone],
    ['监督电话', item.complaintPhone],
    ['常见问题', item.questions],
    ['进驻', presenceWords(item)],
  ])}`
}

function presenceWords({ presence }: Item): string {
  if (!presence.due) return '不要求进驻'
  return presence.present ? '应进,已进驻' : `应进,未进驻:${presence.reason || '没有说明理由'}`
}

function lists(item: Item): Html {
  /** A list that few items have is left out when there is nothing in it. */
  const part = (title: string, columns: readonly string[], rows: readonly (readonly string[])[], empty = '') =>
    rows.length === 0 && empty === '' ? '' : card(title, table(columns, rows, empty))
  return html`${part(
    '申请材料',
    ['材料', '份数', '依据', '其他要求'],
    item.materials.map((row) => [
      `${row.name}${row.required ? '' : '(需要时)'}`,
      bringWords(row),
      row.basis || '没有依据',
      [row.standard, row.issuer, leniencyWords(row)].filter(Boolean).join(';') || '—',
    ]),
    '没有材料。',
  )}${part(
    '内部环节',
    ['环节和岗位', '标准', '时限'],
    item.steps.map((row) => [row.role, row.standard || '—', row.days === null ? '没有规定' : `${row.days} 个工作日`]),
    '不设内部环节,由窗口决定。',
  )}${part(
    '收费',
    ['项目', '标准', '依据', '金额'],
    item.fees.map((row) => [row.name, row.standard || '没有标准', row.basis || '没有依据', rangeWords(row.range)]),
    '不收费。',
  )}${part(
    '裁量档次',
    ['因素', '标准', '幅度'],
    item.discretion.map((row) => [row.factor, row.standard, row.range ? rangeWords(row.range) : '—']),
  )}${part(
    '绿色通道',
    ['名称', '条件', '联络员'],
    item.green.map((row) => [
      row.name,
      [row.minimumAmount === null ? '' : `${yuanWords(row.minimumAmount)}以上`, row.listed.join('、')]
        .filter(Boolean)
        .join(';'),
      row.liaison,
    ]),
  )}`
}

/** Prerequisites both ways, with what is wrong with them. */
function prerequisites(desk: Desk, item: Item): Html {
  const { directory } = desk.office
  const items = [...itemsInForce(desk).filter(({ id }) => id !== item.id), item]
  const { circles } = checkPrerequisites(items)
  const name = (code: string) => directory.item(code)?.name ?? `${code}(不在目录)`
  const rows = item.prerequisites.map(({ item: code, basis }) => [
    html`<a href="/hub/catalogue/${code}">${name(code)}</a>`,
    basis.trim() === '' ? html`<strong>没有依据,属于擅自增设</strong>` : basis,
  ])
  const before = items.filter((other) => other.prerequisites.some(({ item: code }) => code === item.id))
  const rings = circles.filter((circle) => circle.items.includes(item.id))
  return card(
    '前置条件',
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
  html`<div class="row"><div class="col-lg-8">${facts(desk, item)}${lists(item)}</div>
    <div class="col-lg-4">${checklist(item, desk.office.directory.rules().disclosure)}${prerequisites(desk, item)}${history(desk.office.directory.editions(item.id), item)}</div></div>`
