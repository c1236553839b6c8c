/** Departments: names through time, who took over, and what of the concentration in the hall is in place. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { Typed } from '#edge-node/desk/forms.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { renamed } from '#hub/register/departments.ts'
import type { Registry } from '#hub/registry-port.ts'
import type { Department } from '#protocol/casework/directory.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import type { Returned } from './answers.ts'
import {
  departmentOptions,
  formCard,
  formParts,
  modeOfEdit,
  recordRoutes,
  settingsPage,
  settingsPath,
  table,
} from './records.ts'
import { mayAdminister } from './stations.ts'

/** 两集中三到位 (SOURCES.md A10). */
const IN_PLACE: Readonly<Record<keyof Department['inPlace'], string>> = {
  office: '职能集中到一个科室',
  hall: '审批科室进驻大厅',
  items: '事项进驻到位',
  authority: '授权到位',
  people: '人员到位',
}

const PATH = settingsPath('departments')

/** What is not in place yet; undefined when everything is. */
export function missingWords({ inPlace }: Department): string | undefined {
  const missing = Object.entries(IN_PLACE).filter(([key]) => !inPlace[key as keyof typeof IN_PLACE])
  return missing.length === 0 ? undefined : `未到位:${missing.map(([, title]) => title).join('、')}`
}

function list(desk: Desk, visit: Visit): Html {
  const rows = desk.office.directory.departments().map((department) => {
    const former = department.formerNames.map(({ name, until }) => `原${name}(到 ${until})`)
    const successor = department.successor === null ? [] : [`职责已由 ${department.successor} 承接`]
    const place = missingWords(department) ?? '五项都已到位'
    return [
      html`${mayAdminister(visit) ? html`<a href="${PATH}?edit=${encodeURIComponent(department.id)}">${department.name}</a>` : department.name}
        <div class="text-secondary">${[...former, ...successor].join(';')}</div>`,
      department.id,
      html`<span class="text-nowrap">${department.phone}</span>`,
      place,
    ]
  })
  return card('全部部门', table(['部门', '代码', '电话', '两集中三到位'], rows, '还没有登记部门。'))
}

const known = (department: Department | undefined): Typed =>
  department
    ? {
        ...department,
        edit: department.id,
        version: '',
        sample: '',
        formerNames: '',
        successor: department.successor ?? '',
        inPlace: Object.entries(department.inPlace)
          .flatMap(([key, is]) => (is ? [key] : []))
          .join(','),
      }
    : {}

function form(desk: Desk, visit: Visit, department: Department | undefined, returned: Returned | undefined): Html {
  const { box, part, value } = formParts('department', known(department), returned)
  const edit = value('edit')
  const inPlace = Object.entries(IN_PLACE).map(([key, label]) => ({ value: key, label }))
  const others = departmentOptions(desk).filter(({ value: id }) => id !== edit)
  return formCard(
    visit,
    edit === '' ? '登记部门' : `修改 ${edit}`,
    PATH,
    html`${box}<input type="hidden" name="edit" value="${edit}" />
      ${edit === '' ? part({ name: 'id', label: '部门代码', kind: 'text', required: true, hint: '例如 MZ;改名后代码不变' }) : html`<input type="hidden" name="id" value="${edit}" />`}
      ${part({ name: 'name', label: '部门全称', kind: 'text', required: true })}
      ${edit === '' ? '' : part({ name: 'renamedFrom', label: '新名称自哪天起用', kind: 'date', hint: '改名时填写,原名留档;不填按今天' })}
      ${part({ name: 'shortName', label: '简称', kind: 'text', required: true })}
      ${part({ name: 'creditCode', label: '统一社会信用代码', kind: 'text', hint: '18 位;不知道可以留空' })}
      ${part({ name: 'phone', label: '电话', kind: 'tel' })}
      ${part({ name: 'reviewBody', label: '行政复议机关', kind: 'text', hint: '与全县相同的留空,按“本地规则”;税务等垂直管理的部门、县政府自己决定的事项另填' })}
      ${part({ name: 'court', label: '受理行政诉讼的法院', kind: 'text', hint: '与全县相同的留空' })}
      ${part({ name: 'successor', label: '职责已由哪个部门承接', kind: 'list', hint: '机构改革撤并时选择;部门还在请留空', options: others })}
      ${part({ name: 'inPlace', label: '两集中三到位', kind: 'many', options: inPlace })}`,
    edit === '' ? '登记' : '保存修改',
  )
}

/** Where people turn against this department; what is left blank is the county's. */
const bodiesOf = (typed: Typed): Pick<Department, 'reviewBody' | 'court'> => ({
  ...(typed.reviewBody?.trim() ? { reviewBody: typed.reviewBody.trim() } : {}),
  ...(typed.court?.trim() ? { court: typed.court.trim() } : {}),
})

function departmentOf(desk: Desk, typed: Typed): Department {
  const before = desk.office.directory.department(typed.edit ?? '')
  const ticked = new Set((typed.inPlace ?? '').split(','))
  const base: Department = {
    type: 'department',
    id: (typed.id ?? '').trim(),
    version: 0,
    name: before?.name ?? (typed.name ?? '').trim(),
    shortName: (typed.shortName ?? '').trim(),
    creditCode: (typed.creditCode ?? '').trim().toUpperCase(),
    formerNames: before?.formerNames ?? [],
    successor: typed.successor ? typed.successor : null,
    phone: (typed.phone ?? '').trim(),
    ...bodiesOf(typed),
    inPlace: {
      office: ticked.has('office'),
      hall: ticked.has('hall'),
      items: ticked.has('items'),
      authority: ticked.has('authority'),
      people: ticked.has('people'),
    },
    sample: false,
  }
  const from: Day = isDay(typed.renamedFrom ?? '') ? (typed.renamedFrom as Day) : desk.office.today()
  return renamed(base, (typed.name ?? '').trim(), from)
}

function departmentsPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const edited = desk.office.directory.department(context.req.query('edit') ?? '')
  return settingsPage(context, desk, {
    name: 'departments',
    intro: '部门改名、撤并时代码不变,事项和授权书跟着代码走。',
    list: list(desk, visit),
    form: mayAdminister(visit) ? form(desk, visit, edited, returned) : undefined,
    done: { kept: '部门已保存,随同步送到各节点。' },
    returned,
  })
}

export function departmentRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  recordRoutes(app, registry, {
    name: 'departments',
    form: 'department',
    show: (context, returned) => departmentsPage(context, desk, returned),
    recordOf: (typed) => departmentOf(desk, typed),
    mode: modeOfEdit,
  })
}
