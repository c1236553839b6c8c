/** Local switches: silence, absence and the days of the county's own deadlines; never law. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Typed } from '#edge-node/desk/forms.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import type { Registry } from '#hub/registry-port.ts'
import type { LocalRules } from '#protocol/casework/directory.ts'
import type { Returned } from './answers.ts'
import { formCard, formParts, recordRoutes, settingsPage, settingsPath } from './records.ts'
import { mayAdminister } from './stations.ts'

const PATH = settingsPath('rules')

/** The sentence that stands beside both switches (SOURCES.md section 0 no. 11). */
const NEVER_ISSUES = '只是部门之间的协调规则:只记“协办部门视为同意”,由主办部门决定;系统从不因此自动发证。'

const SWITCHES = {
  silenceAgrees: ['超时默许', '协办部门过了反馈期限没有答复,记为视为同意;从不因此发证'],
  absenceAgrees: ['缺席默认', '协办部门签收了会审或踏勘通知而没有到场,记为视为同意;从不因此发证'],
} as const
const DAYS = {
  handInDays: ['村代办报送', '村里代收后多少个工作日内送到上级'],
  signDays: ['移交签收', '移交发出后多少个工作日内签收'],
  relayDays: ['批复后告知', '上级批复后多少个工作日内告知申请人'],
} as const
const BODIES = {
  reviewBody: ['行政复议机关', '不服本县机关决定的向谁申请复议,一般是县人民政府;垂直管理的部门在“部门”里另填'],
  court: ['受理行政诉讼的法院', '如“安县人民法院”;集中管辖的填受理的法院'],
} as const
const DISCLOSURE = { seven: '七公开', eight: '八公开' } as const

function list(rules: LocalRules): Html {
  const pair = (title: string, words: string) => html`<div><dt>${title}</dt><dd>${words}</dd></div>`
  return card(
    '现在的规则',
    html`<div class="card-body"><div class="alert alert-info" role="note"><div><strong>超时默许和缺席默认</strong>${NEVER_ISSUES}</div></div><dl class="desk-pairs">${Object.entries(
      SWITCHES,
    ).map(([key, [title]]) =>
      pair(title, rules[key as keyof typeof SWITCHES] ? '已打开' : '未打开'),
    )}${Object.entries(DAYS).map(([key, [title]]) => pair(title, `${rules[key as keyof typeof DAYS]} 个工作日`))}
      ${pair('公开清单', DISCLOSURE[rules.disclosure])}${Object.entries(BODIES).map(([key, [title]]) => pair(title, rules[key as keyof typeof BODIES] || '未填写:不予文书的救济途径要经办人自己写'))}</dl></div>`,
  )
}

function form(visit: Visit, rules: LocalRules, returned: Returned | undefined): Html {
  const known: Typed = {
    silenceAgrees: rules.silenceAgrees ? 'yes' : '',
    absenceAgrees: rules.absenceAgrees ? 'yes' : '',
    handInDays: String(rules.handInDays),
    signDays: String(rules.signDays),
    relayDays: String(rules.relayDays),
    disclosure: rules.disclosure,
    reviewBody: rules.reviewBody ?? '',
    court: rules.court ?? '',
  }
  const { box, part } = formParts('rules', known, returned)
  const disclosure = Object.entries(DISCLOSURE).map(([value, label]) => ({ value, label }))
  return formCard(
    visit,
    '修改规则',
    PATH,
    html`${box}${Object.entries(SWITCHES).map(([name, [title, hint]]) => part({ name, label: `打开${title}`, kind: 'flag', hint }))}
      ${Object.entries(DAYS).map(([name, [title, hint]]) => part({ name, label: `${title}(工作日)`, kind: 'number', required: true, hint }))}
      ${part({ name: 'disclosure', label: '事项发布前须填满的公开清单', kind: 'choice', required: true, options: disclosure })}
      ${Object.entries(BODIES).map(([name, [title, hint]]) => part({ name, label: title, kind: 'text', hint }))}`,
    '保存规则',
  )
}

const rulesOf = (typed: Typed): LocalRules => ({
  type: 'rules',
  id: 'local',
  version: 0,
  silenceAgrees: typed.silenceAgrees === 'yes',
  absenceAgrees: typed.absenceAgrees === 'yes',
  // An empty or wrong number becomes one the register refuses in words.
  handInDays: Number(typed.handInDays || 'none'),
  signDays: Number(typed.signDays || 'none'),
  relayDays: Number(typed.relayDays || 'none'),
  disclosure: (typed.disclosure ?? '') as LocalRules['disclosure'],
  reviewBody: (typed.reviewBody ?? '').trim(),
  court: (typed.court ?? '').trim(),
})

function rulesPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const rules = desk.office.directory.rules()
  return settingsPage(context, desk, {
    name: 'rules',
    intro: '没有打开的规则不起作用。改动从保存时起,对全县各节点的计算生效。',
    list: list(rules),
    form: mayAdminister(visit) ? form(visit, rules, returned) : undefined,
    done: { kept: '规则已保存,随同步送到各节点。' },
    returned,
  })
}

export function localRuleRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  recordRoutes(app, registry, {
    name: 'rules',
    form: 'rules',
    show: (context, returned) => rulesPage(context, desk, returned),
    recordOf: rulesOf,
    mode: () => 'change',
  })
}
