/** The desk of a program that is older than a case's latest record: what people read, and what they cannot do. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createApi } from '#edge-node/desk/api/api.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { FIELDS } from '#test/casework/people.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, nodeRecord, openNode, person, publish, STATIONS, until } from '#test/engine/county.ts'
import { LATER_KIND, LATER_LEVEL, NEWER, OLDER } from '#test/engine/levels.ts'
import { enter, PASSWORD } from './place.ts'

/** What of the answers is looked at. */
interface Said {
  readonly token?: string
  readonly rows?: readonly unknown[]
  readonly state?: { readonly unread: readonly string[] }
}

const WORDS = '本机程序较旧,看不懂这个办件的最新记录,请升级后再办。'

/** A hall that marked a case with a newer program, and has the older one again. */
async function openOlder() {
  const newer = await openNode({ station: COUNTY, lease: 1, knowledge: NEWER })
  const { office } = newer.engine
  const clerk = person(COUNTY, ['clerk', 'handler', 'chief'], 'window')
  const account = { type: 'person', id: clerk.person, version: 0, name: '冯洁', station: COUNTY } as const
  const password = await passwordRecord(office, PASSWORD)
  await publish(newer, [
    ...STATIONS,
    nodeRecord(newer, null),
    ...SAMPLE_ITEMS,
    { ...account, roles: clerk.roles, password, disabled: false },
    { type: 'level', id: 'rules', version: LATER_LEVEL },
  ])
  const { id } = value(await office.openCase(clerk, 'SL0001'))
  value(await office.act(clerk, id, 'received', FIELDS.received))
  value(await office.edit(clerk, id, 'office-note', { text: '已电话联系' }))
  value(await office.act(clerk, id, LATER_KIND, { ...FIELDS[LATER_KIND], reason: '军人家属', approver: clerk.person }))
  await newer.engine.stop()
  const { identity, storage } = newer
  const older = await openNode({ station: COUNTY, lease: 1, keys: identity.keys, storage, knowledge: OLDER })
  await until('all is judged', async () => (await older.engine.office.find({})).rows[0]?.unread === true)
  return { office: older.engine.office, id, stop: () => older.engine.stop() }
}

test('P211 the page and the list of such a case say what to do, the texts are shown, and nothing can be done', async () => {
  const { office, id, stop } = await openOlder()
  const accounts = createAccounts(office)
  const desk = createDesk({ office, accounts, title: '安县', secure: true, hubPages: undefined, onFault: () => {} })
  const clerk = await enter(desk, 'window')
  const page = await clerk.get(`/cases/${id}`)
  expect(page.text).toContain(WORDS)
  expect(page.text).toContain('记录都完整保存')
  expect(page.text).toContain('本机程序看不懂的记录')
  expect(page.text).toContain('已电话联系')
  expect(page.html).not.toMatch(new RegExp(`action="/cases/${id}/(acts|texts)/`))
  expect((await clerk.get('/')).text).toContain('本机程序较旧,请升级后再办')
  await stop()
})

test('P211 the API says it of rows and of the case, and refuses acts with the same words', async () => {
  const { office, id, stop } = await openOlder()
  const accounts = createAccounts(office)
  const api = createApi({ office, accounts, report: () => {} })
  const call = async (method: string, path: string, body?: object, token = '') => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
    const answer = await api.request(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
    return { status: answer.status, said: (await answer.json()) as Said }
  }
  const signedIn = await call('POST', '/sign-in', { name: 'window', password: PASSWORD })
  const token = signedIn.said.token
  expect((await call('GET', '/cases', undefined, token)).said.rows).toMatchObject([{ id, unread: true }])
  const shown = await call('GET', `/cases/${id}`, undefined, token)
  expect(shown.said.state?.unread).toHaveLength(1)
  const refused = await call('POST', `/cases/${id}/acts/accepted`, { fields: {} }, token)
  expect(JSON.stringify(refused.said)).toContain(WORDS)
  expect(refused.status).toBe(409)
  await stop()
})
