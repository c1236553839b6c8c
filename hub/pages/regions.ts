/** Region codes: which are in use, which are dead since when, and what took their place. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Typed } from '#edge-node/desk/forms.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import type { Registry } from '#hub/registry-port.ts'
import type { Region } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Returned } from './answers.ts'
import {
  formCard,
  formParts,
  modeOfEdit,
  pagedList,
  recordRoutes,
  settingsPage,
  settingsPath,
  table,
} from './records.ts'
import { mayAdminister } from './stations.ts'

const PATH = settingsPath('regions')

const LEVELS: Readonly<Record<number, string>> = { 6: '县', 9: '乡镇', 12: '村(社区)' }

function list(context: DeskContext, desk: Desk, visit: Visit): Html {
  const paged = pagedList(context, PATH, desk.office.directory.regions(), ({ id, name }) => `${id} ${name}`)
  const rows = paged.rows.map((region) => [
    mayAdminister(visit) ? html`<a href="${PATH}?edit=${region.id}">${region.id}</a>` : region.id,
    region.name,
    LEVELS[region.id.length] ?? '',
    region.until === null
      ? `${region.from} 起在用`
      : `${region.from} 至 ${region.until},已停用${region.successor === null ? '' : `,由 ${region.successor} 接替`}`,
  ])
  return paged.around('全部区划代码', table(['代码', '名称', '层级', '使用时间'], rows, '没有这样的区划代码。'))
}

function form(visit: Visit, region: Region | undefined, returned: Returned | undefined): Html {
  const known: Typed = region
    ? {
        edit: region.id,
        name: region.name,
        from: region.from,
        until: region.until ?? '',
        successor: region.successor ?? '',
      }
    : {}
  const { box, part, value } = formParts('region', known, returned)
  const edit = value('edit')
  return formCard(
    visit,
    edit === '' ? '登记区划代码' : `修改 ${edit}`,
    PATH,
    html`${box}<input type="hidden" name="edit" value="${edit}" />
      ${edit === '' ? part({ name: 'id', label: '区划代码', kind: 'text', required: true, hint: '县 6 位,乡镇 9 位,村 12 位' }) : html`<input type="hidden" name="id" value="${edit}" />`}
      ${part({ name: 'name', label: '名称', kind: 'text', required: true, hint: '更名、迁驻地沿用原代码' })}
      ${part({ name: 'from', label: '启用日期', kind: 'date', required: true })}
      ${part({ name: 'until', label: '最后使用日', kind: 'date', hint: '撤并或改变隶属时填写;废码不再使用' })}
      ${part({ name: 'successor', label: '接替代码', kind: 'text' })}`,
    edit === '' ? '登记' : '保存修改',
  )
}

const regionOf = (typed: Typed): Region => ({
  type: 'region',
  id: (typed.id ?? '').trim(),
  version: 0,
  name: (typed.name ?? '').trim(),
  // Days go on as they came; the register says what is wrong with them.
  from: (typed.from ?? '') as Day,
  until: typed.until ? (typed.until as Day) : null,
  successor: (typed.successor ?? '').trim() === '' ? null : (typed.successor ?? '').trim(),
})

function regionsPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const edited = desk.office.directory.regions().find(({ id }) => id === context.req.query('edit'))
  return settingsPage(context, desk, {
    name: 'regions',
    intro: '站点代码建立后不变;区划代码会随撤并改变,废码留档,不再使用。',
    list: list(context, desk, visit),
    form: mayAdminister(visit) ? form(visit, edited, returned) : undefined,
    done: { kept: '区划代码已保存,随同步送到各节点。' },
    returned,
  })
}

export function regionRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  recordRoutes(app, registry, {
    name: 'regions',
    form: 'region',
    show: (context, returned) => regionsPage(context, desk, returned),
    recordOf: regionOf,
    mode: modeOfEdit,
  })
}
