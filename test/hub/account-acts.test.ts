/** Accounts out of use and back, over the real register. */
import { expect, test } from 'vitest'
import { createRegistry } from '#hub/registry.ts'
import type { PersonId } from '#protocol/ids.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { COUNTY, openPlace } from '#test/desk/place.ts'
import { valueIn } from '#test/documents/authors.ts'
import { person } from '#test/engine/county.ts'

const ADMINISTRATOR = person(COUNTY, ['administrator'])

test('E59 whoever saw that an account was closed takes that back; a record made before does not', async () => {
  const place = await openPlace()
  const { office, accounts } = place
  const root = office.directory.nodes()[0]?.id ?? expect.fail('no root')
  const registry = createRegistry({ office, accounts, cryptography: nodeHost.cryptography, root })
  const id = 'clerk' as PersonId
  const before = office.directory.person(id) ?? expect.fail('no person')
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
