/** People: who works where in which role; new accounts, new passwords, disabling. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { csrfField, field, type Typed } from '#edge-node/desk/forms.ts'
import { doneBox, headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { notFound, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { departmentName, stationName } from '#edge-node/desk/words.ts'
import type { NewPerson, Registry } from '#hub/registry-port.ts'
import { type Person, ROLES, type Role } from '#protocol/casework/directory.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { isPersonId, type PersonId, type StationCode } from '#protocol/ids.ts'
import { fail, type Result } from '#protocol/result.ts'
import { type Returned, returnedTo } from './answers.ts'
import { departmentOptions, pagedList } from './records.ts'
import { allowOnly } from './roles.ts'
import { mayAdminister, stationOptions } from './stations.ts'

const DONE = {
  created: '账号已建立,随同步送到所在站点的节点。',
  password: '密码已重置,随同步送到所在站点的节点;原有登录随即失效。',
  disabled: '账号已停用,随同步送到所在站点的节点。',
  enabled: '账号已恢复使用,随同步送到所在站点的节点;密码还是原来的。',
}

/** What is done to an account, and what is said when it is. */
const ACTS = { password: 'password', disable: 'disabled', enable: 'enabled' } as const
type ActName = keyof typeof ACTS

const isAct = (text: string): text is ActName => Object.hasOwn(ACTS, text)

const NOT_SURE = fail('not-confirmed', '还没有勾选确认', '账号没有停用', '确实要停用的,请勾选后再点“停用账号”', 'sure')

/** Each row carries two forms. */
const PAGE_ROWS = 20

const isRole = (text: string): text is Role => Object.hasOwn(ROLES, text)

/** The search and the page of the list in hand, so that an act leads back to where it was done. */
function placeOf(context: DeskContext): string {
  const place = new URLSearchParams()
  for (const name of ['q', 'page']) {
    const value = context.req.query(name) ?? ''
    if (value !== '') place.set(name, value)
  }
  return place.toString()
}

/** What an act on one account needs to draw its form. */
interface ActForm {
  readonly visit: Visit
  readonly person: Person
  readonly returned: Returned | undefined
  /** From {@link placeOf}. */
  readonly place: string
}

function actForm({ visit, person, place, returned }: ActForm, act: ActName, parts: Html, submit: string): Html {
  const action = `/hub/people/${person.id}/${act}${place === '' ? '' : `?${place}`}`
  const { box } = returnedTo(`${act}-${person.id}`, returned)
  return html`<form class="mt-2" method="post" action="${action}" novalidate>${csrfField(visit)}${box}${parts}
    <button class="btn" type="submit">${submit}</button></form>`
}

function passwordForm(form: ActForm): Html {
  const id = `password-${form.person.id}`
  const { problems } = returnedTo(id, form.returned)
  const part = field({
    name: 'password',
    id,
    label: '新密码',
    kind: 'password',
    problem: problems.password,
    required: true,
    autocomplete: 'new-password',
  })
  return actForm(form, 'password', part, '重置密码')
}

function disableForm(form: ActForm): Html {
  const id = `disable-${form.person.id}`
  const { problems } = returnedTo(id, form.returned)
  const sure = field({
    name: 'sure',
    id,
    label: `确认停用“${form.person.name}”的账号`,
    kind: 'flag',
    problem: problems.sure,
    hint: '随即不能登录;离线的站点收到同步以后才不能;已登记的办件不受影响。以后可以恢复使用',
  })
  return actForm(form, 'disable', sure, '停用账号')
}

const ENABLE_WORDS = html`<p class="mb-2 text-secondary">可以再用原来的密码登录;离线的站点收到同步以后才可以。停用期间的记录不变。</p>`

function personActs(form: ActForm): Html {
  const { person, returned } = form
  const isReturned = returned?.form.endsWith(`-${person.id}`) === true
  const forms = person.disabled
    ? actForm(form, 'enable', ENABLE_WORDS, '恢复使用')
    : html`${passwordForm(form)}${disableForm(form)}`
  return html`<details ${isReturned ? html`open` : ''}><summary>办理<span class="visually-hidden"> ${person.name}</span></summary>${forms}</details>`
}

function list(context: DeskContext, desk: Desk, visit: Visit, returned: Returned | undefined): Html {
  const acts = mayAdminister(visit)
  const place = placeOf(context)
  const people = desk.office.directory
    .people()
    .toSorted((left, right) => (`${left.station} ${left.id}` < `${right.station} ${right.id}` ? -1 : 1))
  // The person whose form came back stands first, whatever page it was on.
  const isReturned = ({ id }: Person) => returned?.form.endsWith(`-${id}`) === true
  const ordered = [...people.filter(isReturned), ...people.filter((person) => !isReturned(person))]
  const words = ({ id, name, station, department }: Person) =>
    `${id} ${name} ${stationName(desk.office, station)} ${department ? departmentName(desk.office, department) : ''}`
  const paged = pagedList(context, '/hub/people', ordered, words, PAGE_ROWS)
  const table = html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">姓名</th><th scope="col">站点</th><th scope="col">岗位</th>
    <th scope="col">状态</th>${acts ? html`<th scope="col">办理</th>` : ''}</tr></thead><tbody>${paged.rows.map(
      (
        person,
      ) => html`<tr><td data-label="姓名">${person.name}<div class="text-secondary">${person.id}</div></td><td data-label="站点">${stationName(desk.office, person.station)}${person.department ? html`<div class="text-secondary">${departmentName(desk.office, person.department)}</div>` : ''}</td>
      <td data-label="岗位">${person.roles.map((role) => ROLES[role]).join('、')}</td><td data-label="状态">${person.disabled ? '已停用' : '在用'}</td>
      ${acts ? html`<td data-label="办理">${personActs({ visit, person, returned, place })}</td>` : ''}</tr>`,
    )}</tbody></table></div>`
  return paged.around('全部账号', table)
}

function newForm(desk: Desk, visit: Visit, returned: Returned | undefined): Html {
  const { typed, problems, box } = returnedTo('person', returned)
  const roles = Object.entries(ROLES).map(([value, label]) => ({ value, label }))
  const at = (name: string) => ({
    name,
    id: `new-${name}`,
    value: typed[name] ?? '',
    problem: problems[name],
    required: true,
  })
  return card(
    '新建账号',
    html`<form class="card-body" method="post" action="/hub/people" novalidate>${csrfField(visit)}${box}
      ${field({ ...at('id'), label: '用户名', kind: 'text', hint: '字母、数字、点、横线,最多 40 个;建立后不能改' })}${field({ ...at('name'), label: '姓名', kind: 'text' })}
      ${field({ ...at('station'), label: '站点', kind: 'list', options: stationOptions(desk) })}
      ${field({ ...at('department'), required: false, label: '编制所在部门', kind: 'list', options: departmentOptions(desk), hint: '窗口人员多由部门派驻;大厅自己的人员请留空' })}${field({ ...at('roles'), label: '岗位', kind: 'many', options: roles })}
      ${field({ ...at('password'), value: '', label: '初始密码', kind: 'password', autocomplete: 'new-password' })}
      <button class="btn btn-primary" type="submit">新建账号</button></form>`,
  )
}

async function peoplePage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const form = mayAdminister(visit) ? newForm(desk, visit, returned) : ''
  const body = html`${headline('人员')}${doneBox(context.req.query('done'), DONE)}
    <div class="row"><div class="col-lg-8">${list(context, desk, visit, returned)}</div><div class="col-lg-4">${form}</div></div>`
  return page(context, desk, { title: '人员', body, status: returned ? statusOf(returned.problem) : 200 })
}

const newPerson = (typed: Typed): NewPerson => ({
  id: (typed.id ?? '').trim(),
  name: (typed.name ?? '').trim(),
  // Checked by the register, which knows the stations.
  station: (typed.station ?? '') as StationCode,
  ...(typed.department ? { department: typed.department } : {}),
  roles: (typed.roles ?? '').split(',').filter(isRole),
  password: typed.password ?? '',
})

export function peopleRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  allowOnly(app, desk, '/hub/people', { readers: ['administrator', 'supervisor'], writers: ['administrator'] })
  app.get('/hub/people', (context) => peoplePage(context, desk))
  app.post('/hub/people', async (context) => {
    const typed = await readForm(context)
    const created = await registry.createPerson(context.get('visit').actor, newPerson(typed))
    if (!created.ok) return peoplePage(context, desk, { form: 'person', typed, problem: created.problem })
    return context.redirect('/hub/people?done=created', 303)
  })
  app.post('/hub/people/:id/:act', async (context) => {
    const { id, act } = context.req.param()
    if (!isPersonId(id) || !isAct(act)) return notFound(context, desk)
    const done = await actOn(registry, context.get('visit').actor, id, act, await readForm(context))
    if (!done.ok) return peoplePage(context, desk, { form: `${act}-${id}`, typed: {}, problem: done.problem })
    const place = placeOf(context)
    return context.redirect(`/hub/people?done=${ACTS[act]}${place === '' ? '' : `&${place}`}`, 303)
  })
}

async function actOn(
  registry: Registry,
  actor: Actor,
  id: PersonId,
  act: ActName,
  typed: Typed,
): Promise<Result<void>> {
  if (act === 'password') return registry.setPassword(actor, id, typed.password ?? '')
  if (act === 'enable') return registry.enablePerson(actor, id)
  return typed.sure === 'yes' ? registry.disablePerson(actor, id) : NOT_SURE
}
