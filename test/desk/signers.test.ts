/** Who signed, on the page of a case: what counts although something is wrong with it is marked, in its line and above. */
import { expect, test, vi } from 'vitest'
import { openPlace, TOWNSHIP } from './place.ts'
import { act, captureCase } from './walk.ts'

test('P205 C123 what was registered by an account that is out of use is marked in the story and at the head of the page', async () => {
  const place = await openPlace()
  const { office } = place
  const agent = await place.as('agent')
  const { id } = await captureCase(agent, '罗大成')
  const before = await agent.get(`/cases/${id}`)
  for (const words of ['账号在登记当天或以前已停用', '暂无编号']) expect(before.text).not.toContain(words)
  const account = office.directory.people().find((one) => one.id === 'agent') ?? expect.fail('no agent')
  expect((await office.publish(null, [{ ...account, disabled: true }])).ok).toBe(true)
  const coordinator = await place.as('coordinator')
  const after = await coordinator.get(`/cases/${id}`)
  expect(after.text.match(/账号在登记当天或以前已停用/g)?.length).toBeGreaterThan(2)
  expect(after.text).toContain('有记录的登记人,账号在登记当天或以前已停用。 请向署名的人核实')
  expect(after.text).not.toContain('暂不生效')
})

test('P205 a case without a number is called so on lists, the board, its page and its papers', async () => {
  const place = await openPlace()
  const { office } = place
  const agent = await place.as('agent')
  const { id } = await captureCase(agent, '罗大成')
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
  const { find, view } = office
  vi.spyOn(office, 'find').mockImplementation(async (query) => {
    const found = await find.call(office, query)
    return { ...found, rows: found.rows.map((row) => ({ ...row, number: '' })) }
  })
  vi.spyOn(office, 'view').mockImplementation(async (...asked) => {
    const found = await view.apply(office, asked)
    return found.ok ? { ...found, value: { ...found.value, state: { ...found.value.state, number: '' } } } : found
  })
  const coordinator = await place.as('coordinator')
  const board = await coordinator.get('/hub/transfers')
  expect(board.html).toContain(`<a href="/cases/${id}">暂无编号</a>`)
  expect(board.html).toContain('改派<span class="visually-hidden"> 暂无编号</span>')
  expect((await agent.get('/mine')).text).toContain('暂无编号')
  expect((await agent.get(`/cases/${id}`)).html).toMatch(/<title>暂无编号 罗大成/)
  expect((await agent.get(`/cases/${id}/receipt`)).html).toMatch(/<h1>\S* 暂无编号<\/h1>/)
})
