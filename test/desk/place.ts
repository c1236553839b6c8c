/** A county hall whose one node also serves a township and a village, with people in every role, as the desk tests use it. */
import type { Hono } from 'hono'
import { type Accounts, createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import type { DeskEnv } from '#edge-node/desk/visit.ts'
import { createHubPages } from '#hub/pages/pages.ts'
import { createRegistry } from '#hub/registry.ts'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Person, Role, Station } from '#protocol/casework/directory.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { FRIDAY, hostWith, morningOf } from '#test/clock/host.ts'
import { letterFor } from '#test/engine/letters.ts'
import { ENABLED } from '#test/engine/levels.ts'
import { DEPARTMENTS, IMMEDIATE, LICENCE } from './licence.ts'
import { openOffice } from './office.ts'

export const COUNTY = '510724' as StationCode
export const TOWNSHIP = '510724103' as StationCode
export const OTHER = '510724104' as StationCode
export const VILLAGE = '510724103201' as StationCode
/** A co-department's window in the county hall. */
export const ENVIRONMENT = '510724902' as StationCode
export const PASSWORD = 'Tian-shan 8'
/** Valid by GB 11643; the example of SOURCES.md 8.1. */
export const ID_NUMBER = '11010519491231002X'
export const ITEM = 'SL0002'

const station = (id: StationCode, name: string, tier: Station['tier'], parent: StationCode | null): Station => ({
  type: 'station',
  id,
  version: 1,
  name,
  tier,
  parent,
})

const STATIONS = [
  station(COUNTY, '安县政务服务中心', 'county', null),
  station(TOWNSHIP, '花荄镇便民服务中心', 'township', COUNTY),
  station(OTHER, '桑枣镇便民服务中心', 'township', COUNTY),
  station(VILLAGE, '联丰村代办点', 'village', TOWNSHIP),
  station(ENVIRONMENT, '县环境局窗口', 'county', COUNTY),
]

/** Sign-in names by role. */
const PEOPLE: readonly (readonly [string, string, StationCode, readonly Role[]])[] = [
  ['agent', '李成', VILLAGE, ['agent']],
  ['clerk', '王芳', TOWNSHIP, ['clerk']],
  ['chief', '周敏', TOWNSHIP, ['chief']],
  ['other', '何丽', OTHER, ['clerk']],
  ['handler', '陈刚', COUNTY, ['handler']],
  ['coordinator', '刘洋', COUNTY, ['coordinator']],
  ['supervisor', '赵清', COUNTY, ['supervisor']],
  ['admin', '孙伟', COUNTY, ['administrator']],
  ['window', '冯洁', COUNTY, ['clerk']],
  ['second', '吴英', COUNTY, ['handler']],
  ['head', '郑立', COUNTY, ['chief']],
  ['cashier', '蒋华', COUNTY, ['cashier']],
  ['auditor', '许静', COUNTY, ['auditor']],
  ['environment', '韩冰', ENVIRONMENT, ['handler']],
]

export interface Place {
  readonly office: Office
  readonly accounts: Accounts
  readonly storage: MemoryStorage
  readonly desk: Hono<DeskEnv>
  /** Errors nobody expected, as the desk reported them. */
  readonly faults: Error[]
  /** Moves this node's clock on. */
  pass(minutes: number): void
  visitor(): Visitor
  /** A visitor who has signed in through the form. */
  as(name: string): Promise<Visitor>
}

/** A browser without scripts: keeps cookies, follows redirects when told, fills in forms. */
export interface Visitor {
  get(path: string): Promise<Page>
  /** Posts what a form of the page holds, with some fields typed over. */
  submit(page: Page, action: string, typed?: Readonly<Record<string, string>>): Promise<Page>
  /** Posts fields as they are. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Page>
  readonly cookies: Map<string, string>
}

export interface Page {
  readonly status: number
  readonly path: string
  readonly html: string
  /** The words on the page without markup. */
  readonly text: string
  readonly headers: Headers
}

const plain = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : plain(found)
}

/** The fields of the form with an action as a browser would send them untouched; without buttons. */
export function formOf(page: Page, action: string): Record<string, string> {
  for (const [, head = '', body = ''] of page.html.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)) {
    if (attribute(head, 'action') !== action || attribute(head, 'method') !== 'post') continue
    const fields: Record<string, string> = {}
    for (const [tag] of body.matchAll(/<input[^>]*>/g)) {
      const type = attribute(tag, 'type')
      const name = attribute(tag, 'name')
      if (name === undefined || ((type === 'radio' || type === 'checkbox') && !/\schecked/.test(tag))) continue
      const value = attribute(tag, 'value') ?? ''
      // Boxes of one name are sent one by one; the desk reads them joined by a comma.
      fields[name] = type === 'checkbox' && fields[name] !== undefined ? `${fields[name]},${value}` : value
    }
    for (const [, tag = '', text = ''] of body.matchAll(/<textarea([^>]*)>([\s\S]*?)<\/textarea>/g))
      fields[attribute(tag, 'name') ?? ''] = plain(text)
    for (const [, tag = '', options = ''] of body.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
      const chosen = [...options.matchAll(/<option[^>]*>/g)].find(([option]) => /\sselected/.test(option))
      fields[attribute(tag, 'name') ?? ''] = chosen ? (attribute(chosen[0], 'value') ?? '') : ''
    }
    return fields
  }
  throw new Error(`no form posts to ${action} on ${page.path}: ${page.text.slice(0, 500)}`)
}

async function asPage(path: string, response: Response): Promise<Page> {
  const html = await response.text()
  const text = plain(html.replace(/<(script|style)[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ')
  return { status: response.status, path, html, text, headers: response.headers }
}

export function createVisitor(desk: Hono<DeskEnv>): Visitor {
  const cookies = new Map<string, string>()
  const send = async (path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Page> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await desk.request(path, { ...init, headers: { ...init.headers, ...(cookie ? { cookie } : {}) } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    const to = response.headers.get('location')
    if (to === null) return asPage(path, response)
    if (response.status !== 303) throw new Error(`redirect with ${response.status}: a form post must lead to a page`)
    return send(to, {})
  }
  const visitor: Visitor = {
    cookies,
    get: (path) => send(path, {}),
    post: (path, fields, headers = {}) =>
      send(path, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }),
    submit: (page, action, typed = {}) => visitor.post(action, { ...formOf(page, action), ...typed }),
  }
  return visitor
}

/** Signs in through the form. */
export async function enter(desk: Hono<DeskEnv>, name: string): Promise<Visitor> {
  const visitor = createVisitor(desk)
  const entered = await visitor.submit(await visitor.get('/sign-in'), '/sign-in', { name, password: PASSWORD })
  if (entered.status !== 200 || entered.path !== '/') throw new Error(`${name} cannot sign in: ${entered.text}`)
  return visitor
}

/**
 * `secure`: whether the desk believes to be served over TLS; `enabled`: whether the county is at this program's level;
 * `start`: what the clock shows at first.
 */
export async function openPlace({ secure = true, enabled = true, start = morningOf(FRIDAY) } = {}): Promise<Place> {
  let now = start
  const host = hostWith(() => now)
  const { engine, root, storage } = await openOffice(host, STATIONS)
  const { office } = engine
  const password = await passwordRecord(office, PASSWORD)
  const people = PEOPLE.map(
    ([id, name, at, roles]): Person => ({
      type: 'person',
      id: id as PersonId,
      version: 1,
      name,
      station: at,
      roles,
      password,
      disabled: false,
    }),
  )
  const published = await office.publish(null, [
    ...(enabled ? [ENABLED] : []),
    ...SAMPLE_ITEMS,
    IMMEDIATE,
    LICENCE,
    ...DEPARTMENTS,
    letterFor(TOWNSHIP, 'MZ'),
    letterFor(TOWNSHIP, 'SC'),
    ...SAMPLE_CALENDARS,
    ...people,
  ])
  if (!published.ok) throw new Error(published.problem.message)
  const accounts = createAccounts(office)
  const faults: Error[] = []
  const registry = createRegistry({ office, accounts, cryptography: host.cryptography, root })
  const desk = createDesk({
    office,
    accounts,
    title: '安县政务服务网',
    secure,
    hubPages: createHubPages(registry),
    onFault: (error) => faults.push(error),
  })
  const place: Place = {
    office,
    accounts,
    storage,
    desk,
    faults,
    pass: (minutes) => {
      now += minutes * 60_000
    },
    visitor: () => createVisitor(desk),
    as: (name) => enter(desk, name),
  }
  return place
}
