/** 进驻与授权: what should be at the hall and is, what is authorised, how much faster is promised, and prerequisites. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { itemsInForce } from '#edge-node/commands/items.ts'
import { card } from '#edge-node/desk/lists.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { departmentName } from '#edge-node/desk/words.ts'
import { checkPrerequisites } from '#protocol/casework/catalogue/prerequisites.ts'
import { type PresenceReport, presenceRates } from '#protocol/casework/catalogue/presence.ts'
import {
  authorisedRate,
  byDepartment,
  percent,
  promisedSpeedUp,
  type Rate,
} from '#protocol/casework/catalogue/rates.ts'
import type { Item } from '#protocol/casework/item.ts'
import { missingWords } from './departments.ts'
import { settingsPage, settingsPath, table } from './records.ts'

const PATH = settingsPath('presence')

/** A share with its two numbers, so that nobody has to guess what 100% is of. */
const share = (rate: Rate, part = '', whole = ''): Html | string =>
  rate.whole === 0
    ? '—'
    : html`${percent(rate)}<div class="text-secondary">${part}${rate.part} / ${whole}${rate.whole}</div>`

const placeWords = (desk: Desk, id: string): string => {
  const department = desk.office.directory.department(id)
  return department ? (missingWords(department) ?? '都已到位') : '部门没有登记'
}

function byDepartmentTable(desk: Desk, items: readonly Item[]): Html {
  const { directory } = desk.office
  const today = desk.office.today()
  const presence = presenceRates(items)
  const authorised = byDepartment(items, (rows) => authorisedRate(rows, directory.letters(), today))
  const speedUp = byDepartment(items, promisedSpeedUp)
  const cells = (
    title: Html | string,
    place: string,
    at: PresenceReport,
    letters: Rate | undefined,
    faster: Rate | undefined,
  ) => [title, share(at), letters ? share(letters) : '—', faster ? share(faster, '承诺 ', '法定 ') : '—', place]
  const rows = [...presence.departments].map(([id, at]) =>
    cells(
      departmentName(desk.office, id),
      placeWords(desk, id),
      at,
      authorised.departments.get(id),
      speedUp.departments.get(id),
    ),
  )
  const total = cells(html`<strong>全县</strong>`, '', presence.total, authorised.total, speedUp.total)
  return table(
    ['部门', '进驻率', '授权率', '承诺提速率', '两集中三到位'],
    rows.length === 0 ? [] : [...rows, total],
    '目录里还没有现行的事项。',
  )
}

function absentTable(desk: Desk, items: readonly Item[]): Html {
  const departments = new Map(items.map(({ id, department }) => [id, department]))
  const rows = presenceRates(items).total.absent.map(({ item, name, reason }) => [
    html`<a href="/hub/catalogue/${item}">${name}</a><div class="text-secondary">${item}</div>`,
    departmentName(desk.office, departments.get(item) ?? ''),
    reason.trim() === '' ? html`<strong>没有说明理由</strong>` : reason,
  ])
  return table(['事项', '部门', '理由和批准文号'], rows, '应进的事项都已进驻。')
}

function prerequisites(items: readonly Item[]): Html {
  const { circles, withoutBasis, unknown } = checkPrerequisites(items)
  const part = (title: string, messages: readonly string[], none: string) =>
    html`<h3 class="h4">${title}(${messages.length})</h3>${messages.length === 0 ? html`<p>${none}</p>` : html`<ul>${messages.map((message) => html`<li>${message}</li>`)}</ul>`}`
  return html`<div class="card-body">${part(
    '互为前置',
    circles.map(({ message }) => message),
    '没有。',
  )}
    ${part(
      '擅自增设',
      withoutBasis.map(({ message }) => message),
      '每个前置条件都有依据。',
    )}
    ${part(
      '前置事项不在目录',
      unknown.map(({ message }) => message),
      '没有。',
    )}</div>`
}

function presencePage(context: DeskContext, desk: Desk): Promise<Response> {
  const items = itemsInForce(desk.office)
  const left = promisedSpeedUp(items).leftOut.length
  const note =
    left === 0
      ? ''
      : html`<p class="card-body text-secondary mb-0">${left} 项没有可比的承诺和法定期限,不计入提速率。</p>`
  return settingsPage(context, desk, {
    name: 'presence',
    intro: `截至 ${desk.office.today()},按现行 ${items.length} 个事项计算:进驻率 = 进驻 ÷ 应进;授权率 = 有效授权书覆盖的事项权项 ÷ 应授权的事项权项;承诺提速率 = 1 − 承诺天数合计 ÷ 法定天数合计。`,
    list: html`${card('按部门', html`${byDepartmentTable(desk, items)}${note}`)}
      ${card('应进未进的事项', absentTable(desk, items))}${card('前置条件', prerequisites(items))}`,
  })
}

export function presenceRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(PATH, (context) => presencePage(context, desk))
}
