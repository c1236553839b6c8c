/** What a computer that was reported lost had written, and delivered too late: readable beside the paper, never to be waited for. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { readCase } from '#edge-node/commands/cases/cases.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import type { PersonId } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { FRIDAY, hurriedHost, morningOf } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  nodeRecord,
  openCounty,
  person,
  publish,
  TOWNSHIP,
  until,
  VILLAGE,
} from '#test/engine/county.ts'
import { cut, link, sees, stateAt } from '#test/engine/wide-county.ts'
import { enter, PASSWORD } from './place.ts'

const agent = person(VILLAGE, ['agent'], 'agent')
const clerk = person(TOWNSHIP, ['clerk'], 'clerk')
const coordinator = person(COUNTY, ['coordinator'], 'hall')

/** A village that is reported lost while it has a captured case that nobody else has, and a township that goes on with it. */
async function lateCapture() {
  const county = await openCounty(() => new MemoryStorage(), hurriedHost(morningOf(FRIDAY), 10))
  const { root, township, village } = county
  const password = await passwordRecord(root.engine.office, PASSWORD)
  const account = (id: string, role: Role, station = TOWNSHIP): Person => ({
    ...{ type: 'person', id: id as PersonId, version: 1, name: id, station, roles: [role], password, disabled: false },
  })
  await publish(root, [
    account('clerk', 'clerk'),
    account('hall', 'coordinator', COUNTY),
    account('agent', 'agent', VILLAGE),
  ])
  const [, lower] = await link([township, root], [village, township])
  const { office } = village.engine
  await until('its agent is known', () => office.directory.person(agent.person) !== undefined)
  const { id } = value(await office.openCase(agent, 'SL0001'))
  const { directory } = township.engine.office
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cut([lower as never])
  value(await office.edit(agent, id, 'application', { set: { applicant: '李强', phone: '13812345678' } }))
  value(await office.act(agent, id, 'captured', { applicant: '李强', materials: 1 }))
  const revoked = { time: 1, reason: '电脑被盗' }
  await publish(root, [{ ...nodeRecord(village, township.identity.node), revoked }])
  value(await root.engine.office.act(coordinator, id, 'reassigned', { to: TOWNSHIP, reason: '代办点停用' }))
  await until('the township knows', () => Boolean(directory.node(village.identity.node)?.revoked))
  await connect(village, township).ended
  await sees(township, id, ({ holder, story }) => holder === TOWNSHIP && story.length === 3)
  const desk = createDesk({
    office: township.engine.office,
    accounts: createAccounts(township.engine.office),
    title: '安县政务服务网',
    secure: true,
  })
  return { ...county, id, visitor: await enter(desk, 'clerk') }
}

test('P262 what a lost computer wrote is read on the page, marked, and its capture is not offered for an adoption that cannot succeed', async () => {
  const { township, id, visitor } = await lateCapture()
  const page = await visitor.get(`/cases/${id}`)
  expect(page.text).toContain('已停用的电脑填写的,停用之后才送达,不生效,只供核对')
  expect(page.text).toMatch(/\(空\) → 李强,红岩村便民服务代办点/)
  expect(page.text).toContain('已停用的电脑填写的内容,见下面的申请表')
  expect(page.html).not.toContain(`/cases/${id}/acts/adopted`)
  expect(page.html).toContain(`/cases/${id}/acts/dismissed`)
  expect(page.text).toContain('不会自己变为生效,不能采纳。请按纸质材料重新填写')
  expect(page.text).toContain('“改为坏了或退役”')
  expect(page.text).not.toContain('请等内容同步到本机')
  const fact = (await stateAt(township, id))?.story.find(({ kind }) => kind === 'captured')?.hash ?? ''
  const refused = await township.engine.office.act(clerk, id, 'adopted', { fact })
  expect(refused).toMatchObject({ ok: false, problem: { code: 'changes-unseen' } })
  expect(!refused.ok && refused.problem.message).toContain('不会自己变为生效')
})

test('P262 numbers that a lost computer wrote are masked for whom they do not concern', async () => {
  const { township, root, id } = await lateCapture()
  const phones = async (node: typeof root, who: typeof clerk) =>
    value(await readCase(node.engine.office, who, id)).late.flatMap(({ changes }) =>
      changes.flatMap(({ key, after }) => (key === 'phone' ? [after] : [])),
    )
  expect(await phones(township, clerk)).toEqual(['13812345678'])
  await sees(root, id, ({ story }) => story.length === 3)
  expect(await phones(root, coordinator)).not.toEqual(['13812345678'])
  expect(await phones(root, coordinator)).toHaveLength(1)
})
