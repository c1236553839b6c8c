/** A new password for whoever may start the hub's program. */
import { expect, test } from 'vitest'
import { resetPassword } from '#hub/first-start.ts'
import type { PersonId } from '#protocol/ids.ts'
import { openPlace } from '#test/desk/place.ts'
import { valueIn } from '#test/documents/authors.ts'

test('E21 what somebody changes of the account while the password is made stays; an unknown account is said to be none', async () => {
  const { office, accounts } = await openPlace()
  const id = 'clerk' as PersonId
  const clerk = office.directory.person(id) ?? expect.fail('no clerk')
  valueIn(await office.publish(null, [{ ...clerk, disabled: true }]))
  const slow = {
    ...accounts,
    async passwordRecord(...asked: Parameters<typeof accounts.passwordRecord>) {
      valueIn(await office.publish(null, [{ ...clerk, name: '王小芳', roles: ['chief'] }]))
      return accounts.passwordRecord(...asked)
    },
  }
  const password = valueIn(await resetPassword(office, slow, id))
  expect(office.directory.person(id)).toMatchObject({ name: '王小芳', roles: ['chief'], disabled: false })
  expect(await accounts.signIn(id, password)).toMatchObject({ ok: true })
  expect(await resetPassword(office, accounts, 'nobody')).toMatchObject({ problem: { code: 'person-unknown' } })
})
