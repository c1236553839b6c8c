/** Accounts out of use and back, over the real register. */
import { expect, test } from 'vitest'
import { createRegistry } from '#hub/registry.ts'
import type { PersonId } from '#protocol/ids.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { COUNTY, openPlace } from '#test/desk/place.ts'
import { valueIn } from '#test/documents/authors.ts'
import { person } from '#test/engine/county.ts'

const ADMINISTRATOR = person(COUNTY, ['administrator'])

const id = 'clerk' as PersonId

/** A county of people in every role, with its register. */
async function openRegister() {
  const place = await openPlace()
  const { office, accounts } = place
  const root = office.directory.nodes()[0]?.id ?? expect.fail('no root')
  const registry = createRegistry({ office, accounts, cryptography: nodeHost.cryptography, root })
  const account = (name: PersonId) => office.directory.person(name) ?? expect.fail('no person')
  return { place, office, registry, account }
}

test('E59 whoever saw that an account was closed takes that back; a record made before does not', async () => {
  const { place, office, registry, account } = await openRegister()
  const before = account(id)
  valueIn(await registry.disablePerson(ADMINISTRATOR, id))
  valueIn(await office.publish(ADMINISTRATOR, [before]))
  expect(office.directory.person(id)?.disabled).toBe(true)
  valueIn(await registry.setPassword(ADMINISTRATOR, id, 'Fourth-pass 6')) // nor does a new password
  expect(office.directory.person(id)?.disabled).toBe(true)
  const { password } = office.directory.person(id) ?? before
  const refused = [await registry.enablePerson(person(COUNTY, ['clerk']), id)]
  refused.push(await registry.enablePerson(ADMINISTRATOR, 'nobody' as PersonId))
  expect(refused.map((one) => !one.ok && one.problem.code)).toEqual(['not-authorised', 'person-unknown'])
  place.pass(3 * 24 * 60)
  valueIn(await registry.enablePerson(ADMINISTRATOR, id))
  expect(office.directory.person(id)).toMatchObject({ disabled: false, password })
  expect(office.directory.staff(id)?.disabled).toEqual([{ from: '2026-11-20', until: '2026-11-22' }])
})

test('E11 of two administrators who disable each other at the same moment one is refused as the last', async () => {
  const { office, registry, account } = await openRegister()
  const [one, other] = ['admin', 'second'] as PersonId[] as [PersonId, PersonId]
  valueIn(await office.publish(null, [{ ...account(other), roles: ['administrator'] }]))
  const acts = [other, one].map((name) => registry.disablePerson(ADMINISTRATOR, name))
  const codes = (await Promise.all(acts)).map((act) => (act.ok ? 'ok' : act.problem.code))
  expect(codes.sort()).toEqual(['last-administrator', 'ok'])
  expect([one, other].filter((name) => !account(name).disabled)).toHaveLength(1)
})

test('E11 a new password and an account closed or put back at the same moment both count, whichever is asked first', async () => {
  const { registry, account } = await openRegister()
  const setPassword = () => registry.setPassword(ADMINISTRATOR, id, 'Fourth-pass 6')
  const both = async (isFirst: boolean, name: 'enablePerson' | 'disablePerson') => {
    const { hash } = account(id).password
    const acts = [setPassword, () => registry[name](ADMINISTRATOR, id)]
    for (const act of await Promise.all((isFirst ? acts : acts.reverse()).map((start) => start()))) valueIn(act)
    expect([account(id).disabled, account(id).password.hash === hash]).toEqual([name === 'disablePerson', false])
  }
  for (const isFirst of [true, false]) {
    await both(isFirst, 'disablePerson')
    await both(isFirst, 'enablePerson')
  }
})

test('E11 of two accounts that are given one name at the same moment one is refused; who saw an account open opens nothing', async () => {
  const { registry, account } = await openRegister()
  const fresh = { id: 'fresh', station: COUNTY, roles: ['clerk'] as const, password: 'Fourth-pass 6' }
  const names = ['甲', '乙']
  const made = await Promise.all(names.map((name) => registry.createPerson(ADMINISTRATOR, { ...fresh, name })))
  expect(made.map((act) => (act.ok ? 'ok' : act.problem.code)).sort()).toEqual(['ok', 'person-exists'])
  expect(account('fresh' as PersonId).name).toBe(names[made.findIndex(({ ok }) => ok)])
  const acts = [registry.enablePerson(ADMINISTRATOR, id), registry.disablePerson(ADMINISTRATOR, id)]
  for (const act of await Promise.all(acts)) valueIn(act)
  expect(account(id).disabled).toBe(true)
})
