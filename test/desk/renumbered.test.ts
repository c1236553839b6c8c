/** Two cases with one number at the desk: told, told apart, and one of them renumbered with its paper. */
import { beforeAll, expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import type { ParentDoor } from '#edge-node/commands/station/parent-address.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { enter, openPlace, type Place, TOWNSHIP, VILLAGE, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let agent: Visitor
let number: string
let ids: readonly [string, string]

/** What a database that was put back makes once in 13,823 times: the next number of a station again. */
async function giveAgain(station: string, given: string): Promise<void> {
  const [, shortDay = '', lane = ''] = given.split('-')
  const day = `20${shortDay.slice(0, 2)}-${shortDay.slice(2, 4)}-${shortDay.slice(4)}`
  await place.office.setLocal('running-number', `${station}/${day}/${lane}`, 0)
}

const numberOf = async (id: string) => {
  const state = await place.office.state(id as never)
  return state.ok ? state.value.number : ''
}

beforeAll(async () => {
  place = await openPlace()
  agent = await place.as('agent')
  const first = await captureCase(agent, '罗大成')
  number = await numberOf(first.id)
  await giveAgain(VILLAGE, number)
  const second = await captureCase(agent, '张秀英')
  ids = [first.id, second.id]
})

test('P191 the page of the network names both cases of a number to those whose business they are, to nobody else', async () => {
  expect(await numberOf(ids[1])).toBe(number)
  const page = await agent.get('/sync')
  expect(page.text).toContain('编号重复的办件')
  for (const words of [number, '罗大成', '张秀英', '联丰村代办点']) expect(page.text).toContain(words)
  for (const id of ids) expect(page.html).toContain(`href="/cases/${id}"`)
  const other = await (await place.as('other')).get('/sync')
  expect(other.text).not.toContain('编号重复的办件')
  expect(other.text).not.toContain(number)
})

test('P192 a number that two cases have leads to a list of both', async () => {
  const found = await agent.get(`/search?q=${encodeURIComponent(number)}`)
  expect(found.path).toContain('/search')
  for (const words of ['罗大成', '张秀英']) expect(found.text).toContain(words)
})

test('P193 where nobody is there to be the second person, no form is shown that cannot be sent, and who can is said', async () => {
  const { office } = place
  const chief = office.directory.people().find(({ id }) => id === 'chief') ?? expect.fail('no chief')
  const path = `/cases/${ids[1]}?act=renumbered`
  const action = `action="/cases/${ids[1]}/acts/renumbered"`
  expect((await agent.get(path)).html).toContain(action)
  expect((await office.publish(null, [{ ...chief, disabled: true }])).ok).toBe(true)
  const told = async (parent?: ParentDoor) => {
    const options = { office, accounts: createAccounts(office), title: '安县', secure: true }
    const desk = createDesk({ ...options, ...(parent ? { parent } : {}) })
    return (await enter(desk, 'agent')).get(path)
  }
  const below = await told({
    callNow() {},
    places: () => ({ name: '', addresses: [], notTaken: undefined }),
    moveTo: () => expect.fail('nobody asked'),
  })
  expect(below.html).not.toContain(action)
  expect(below.text).toContain('本站只有一人,更正办件编号要第二人复核,请县中心协调员办理。')
  expect((await told()).text).toContain('为本站登记第二人')
  expect((await office.publish(null, [{ ...chief, disabled: false }])).ok).toBe(true)
  expect((await agent.get(path)).html).toContain(action)
})

test('P193 the case is renumbered on its page by its holder and a second person; the paper tells the applicant', async () => {
  const [first, second] = ids
  const page = await agent.get(`/cases/${second}`)
  expect(page.text).toContain('编号重复:另有办件用同一个编号。')
  expect(page.html).toContain(`href="/cases/${first}"`)
  const alone = await act(agent, second, 'renumbered', { second: 'agent', reason: '重号' })
  expect(alone.text).toContain('编号重复:另有办件用同一个编号。')
  expect(await numberOf(second)).toBe(number)
  const clerk = await place.as('clerk')
  await act(agent, second, 'offered', { to: TOWNSHIP, materials: '8' })
  await act(clerk, second, 'taken', { materials: '8' })
  await act(clerk, second, 'renumbered', { second: 'chief', reason: '恢复备份后与罗大成的办件重号' })
  const given = await numberOf(second)
  expect(given).toMatch(new RegExp(`^${TOWNSHIP}-`))
  const after = await clerk.get(`/cases/${second}`)
  expect(after.text).toContain(`${given}(原编号 ${number})`)
  expect(after.text).not.toContain('编号重复:另有办件用同一个编号。')
  const address = /href="(\/cases\/[0-9a-f]+\/papers\/[0-9a-f]{64})">更正编号告知书</.exec(after.html)?.[1] ?? ''
  const paper = await clerk.get(address)
  for (const words of ['更正编号告知书', '张秀英', number, given, '原编号仍可查到本件', '申请人签收'])
    expect(paper.text).toContain(words)
  expect(paper.text).not.toContain('罗大成')
  expect((await agent.get('/sync')).text).not.toContain('编号重复的办件')
  expect(await numberOf(first)).toBe(number)
})

test('P192 afterwards the old number still leads to both, one of them by its former number', async () => {
  const found = await agent.get(`/search?q=${encodeURIComponent(number)}`)
  for (const words of ['罗大成', '张秀英', `(原编号 ${number})`]) expect(found.text).toContain(words)
  const given = await numberOf(ids[1])
  expect((await agent.get(`/search?q=${encodeURIComponent(given)}`)).path).toBe(`/cases/${ids[1]}`)
})

test('P194 the receipt that is printed again says both numbers', async () => {
  const receipt = await agent.get(`/cases/${ids[1]}/receipt`)
  expect(receipt.text).toContain(`(原编号 ${number})`)
})
