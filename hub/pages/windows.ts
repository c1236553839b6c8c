/** Windows of the halls: type, member units, and who stands in for whom. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Typed } from '#edge-node/desk/forms.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { departmentName, personName, stationName } from '#edge-node/desk/words.ts'
import type { Registry } from '#hub/registry-port.ts'
import { WINDOW_KINDS, type WindowKind } from '#protocol/casework/codes.ts'
import type { WindowRecord } from '#protocol/casework/directory.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Returned } from './answers.ts'
import {
  departmentOptions,
  formCard,
  formParts,
  modeOfEdit,
  pagedList,
  peopleList,
  personOf,
  recordRoutes,
  settingsPage,
  settingsPath,
  table,
} from './records.ts'
import { mayAdminister, stationOptions } from './stations.ts'

const PATH = settingsPath('windows')
/** Empty pairs below those there are; more come with the next opening of the form. */
const SPARE_PAIRS = 2
/** A window has few seats; more pairs than this are a hall. */
const MOST_PAIRS = 12
/** Composite windows name many units. */
const PAGE_ROWS = 30

const pairWords = (desk: Desk, { lead, substitute }: WindowRecord['staff'][number]): string =>
  `${personName(desk.office, lead)}(B 岗 ${substitute === null ? '未定' : personName(desk.office, substitute)})`

/** Member units by their short names, counted when there are several. */
function unitWords(desk: Desk, { departments }: WindowRecord): string {
  const names = departments.map((id) => desk.office.directory.department(id)?.shortName ?? id).join('、')
  return departments.length > 1 ? `${departments.length} 个单位:${names}` : names || '—'
}

function list(context: DeskContext, desk: Desk, visit: Visit): Html {
  const windows = desk.office.directory.windows().toSorted((left, right) => (left.station < right.station ? -1 : 1))
  const words = ({ id, name, station, departments }: WindowRecord) =>
    [id, name, stationName(desk.office, station), ...departments.map((code) => departmentName(desk.office, code))].join(
      ' ',
    )
  const paged = pagedList(context, PATH, windows, words, PAGE_ROWS)
  const rows = paged.rows.map((window) => [
    html`${mayAdminister(visit) ? html`<a href="${PATH}?edit=${encodeURIComponent(window.id)}">${window.name}</a>` : window.name}
      <div class="text-secondary">${window.id} · ${WINDOW_KINDS[window.kind] ?? window.kind}</div>`,
    stationName(desk.office, window.station),
    unitWords(desk, window),
    window.staff.length === 0
      ? html`<strong>没有人员</strong>`
      : window.staff.map((pair) => pairWords(desk, pair)).join(';'),
  ])
  return paged.around('全部窗口', table(['窗口', '站点', '成员单位', 'A 岗和 B 岗'], rows, '没有这样的窗口。'))
}

function known(window: WindowRecord | undefined): Typed {
  if (!window) return {}
  const pairs = window.staff.flatMap(({ lead, substitute }, index) => [
    [`lead-${index}`, lead],
    [`substitute-${index}`, substitute ?? ''],
  ])
  return {
    edit: window.id,
    name: window.name,
    station: window.station,
    kind: window.kind,
    departments: window.departments.join(','),
    pairs: String(window.staff.length),
    ...(Object.fromEntries(pairs) as Typed),
  }
}

function form(desk: Desk, visit: Visit, window: WindowRecord | undefined, returned: Returned | undefined): Html {
  const { box, part, value, problem } = formParts('window', known(window), returned)
  const edit = value('edit')
  const kinds = Object.entries(WINDOW_KINDS).map(([key, label]) => ({ value: key, label }))
  const pairs = Math.min(Number(value('pairs') || 0) + SPARE_PAIRS, MOST_PAIRS)
  const attributes = html`list="people"`
  return formCard(
    visit,
    edit === '' ? '登记窗口' : `修改 ${edit}`,
    PATH,
    html`${box}${peopleList(desk)}<input type="hidden" name="edit" value="${edit}" />
      ${edit === '' ? part({ name: 'id', label: '窗口编号', kind: 'text', required: true, hint: '例如 510724-A03' }) : html`<input type="hidden" name="id" value="${edit}" />`}
      ${part({ name: 'name', label: '窗口名称', kind: 'text', required: true })}
      ${part({ name: 'station', label: '所在站点', kind: 'list', required: true, options: stationOptions(desk) })}
      ${part({ name: 'kind', label: '类型', kind: 'choice', required: true, options: kinds })}
      ${part({ name: 'departments', label: '成员单位', kind: 'many', hint: '单列窗口一个,综合窗口两个以上', options: departmentOptions(desk) })}
      <fieldset class="mb-3"><legend class="form-label">A 岗和 B 岗</legend>
        <p class="text-secondary mb-2">填用户名;A 岗不在时由 B 岗代办,并记为代办。</p>${problem('staff')}
        <input type="hidden" name="pairs" value="${value('pairs')}" />
        ${Array.from(
          { length: pairs },
          (
            _,
            index,
          ) => html`<div class="row g-2"><div class="col-6">${part({ name: `lead-${index}`, label: `A 岗 ${index + 1}`, kind: 'text', attributes })}</div>
          <div class="col-6">${part({ name: `substitute-${index}`, label: `B 岗 ${index + 1}`, kind: 'text', attributes })}</div></div>`,
        )}</fieldset>`,
    edit === '' ? '登记' : '保存修改',
  )
}

function windowOf(typed: Typed): WindowRecord {
  const staff = Array.from({ length: MOST_PAIRS }, (_, index) => ({
    lead: personOf(typed[`lead-${index}`]),
    substitute: personOf(typed[`substitute-${index}`]),
  })).flatMap(({ lead, substitute }) => (lead === null ? [] : [{ lead, substitute }]))
  return {
    type: 'window',
    id: (typed.id ?? '').trim(),
    version: 0,
    name: (typed.name ?? '').trim(),
    // Station and kind go on as they came; the register says what is wrong with them.
    station: (typed.station ?? '') as StationCode,
    kind: (typed.kind ?? '') as WindowKind,
    departments: (typed.departments ?? '').split(',').filter((id) => id !== ''),
    staff,
    sample: false,
  }
}

function windowsPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const edited = desk.office.directory.windows().find(({ id }) => id === context.req.query('edit'))
  return settingsPage(context, desk, {
    name: 'windows',
    intro: '综合窗口统一受理,再交成员单位办理;每个岗位都应有 B 岗。',
    list: list(context, desk, visit),
    form: mayAdminister(visit) ? form(desk, visit, edited, returned) : undefined,
    done: { kept: '窗口已保存,随同步送到各节点。' },
    returned,
  })
}

export function windowRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  recordRoutes(app, registry, {
    name: 'windows',
    form: 'window',
    show: (context, returned) => windowsPage(context, desk, returned),
    recordOf: windowOf,
    mode: modeOfEdit,
  })
}
