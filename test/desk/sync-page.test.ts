/** The page of connection and safety at nodes whose parent does not take them, and after a restoration. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import type { PersonId } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { connect, type Node, publish, TOWNSHIP, until } from '#test/engine/county.ts'
import { cutAll, place, restart } from '#test/engine/restoring.ts'
import { enter, PASSWORD } from './place.ts'

const deskOf = ({ engine: { office } }: Node) =>
  createDesk({ office, accounts: createAccounts(office), title: '安县政务服务网', secure: true })

/** A county in which the township has a person with an account. */
async function placeWith(role: Role) {
  const county = await place()
  const id = 'chief' as PersonId
  const password = await passwordRecord(county.root.engine.office, PASSWORD)
  const person: Person = {
    type: 'person',
    id,
    version: 1,
    name: '王芳',
    station: TOWNSHIP,
    roles: [role],
    password,
    disabled: false,
  }
  await publish(county.root, [person])
  const { directory } = county.township.engine.office
  await until('the township knows its people', () => directory.person(id) !== undefined)
  return county
}

test('P22 a node that an emptied county does not know says why it is not connected, beside that it is not', async () => {
  const { root, township, links } = await placeWith('clerk')
  await cutAll(links)
  await root.engine.stop()
  const emptied = await restart(root, new MemoryStorage(), undefined, undefined, 2)
  connect(township, emptied)
  await until('refused', async () => (await township.engine.office.status()).refusal !== null)
  const clerk = await enter(deskOf(township), 'chief')
  const { text } = await clerk.get('/sync')
  expect(text).toContain('未连接:上级尚未登记本节点')
  expect(text).toContain('请联系县中心管理员核对入网登记')
})
