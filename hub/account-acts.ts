/** What an administrator does to accounts: a new one, a new password, out of use and back. */
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import { checkedPerson, lastAdministrator } from '#hub/people.ts'
import type { Registry } from '#hub/registry-port.ts'
import { isOpenToAll } from '#hub/samples/ending.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'

/** Runs an act of an administrator; refuses everybody else. */
export type Administer = <Value>(actor: Actor, act: () => Promise<Result<Value>>) => Promise<Result<Value>>

type AccountActs = Pick<Registry, 'createPerson' | 'setPassword' | 'disablePerson' | 'enablePerson'>

const UNKNOWN = fail('person-unknown', '没有这个账号', '没有改动', '请刷新名单后重试', 'id')

const LAST = fail('last-administrator', '这是最后一个管理员账号', '没有改动', '请先建立另一个管理员账号', 'id')

const OPEN_TO_ALL = fail(
  'sample-password',
  '这个账号用的还是公开的示例密码,不能恢复使用',
  '账号仍然停用',
  '要继续用的人,请新建账号',
)

/** The part of the register that is about accounts. */
export function accountActs(
  {
    office,
    accounts,
  }: { readonly office: Office; readonly accounts: Pick<Accounts, 'passwordRecord' | 'passwordProblem'> },
  administer: Administer,
): AccountActs {
  /** Publishes what an act makes of an account that is there; all that it is not about stays as it is at that moment. */
  const change = (actor: Actor, id: PersonId, made: (person: Person, directory: DirectoryView) => Result<Person>) =>
    office.publishAccount(actor, (directory) => {
      const person = directory.person(id)
      return person ? made(person, directory) : UNKNOWN
    })
  return {
    createPerson: (actor, person) =>
      administer(actor, async () => {
        const checked = checkedPerson(office.directory, accounts, person)
        if (!checked.ok) return checked
        const password = await accounts.passwordRecord(person.password, checked.value.station)
        return office.publishAccount(actor, (directory) => {
          const account = checkedPerson(directory, accounts, person) // somebody else may have taken the name meanwhile
          return account.ok ? success({ ...account.value, password }) : account
        })
      }),
    setPassword: (actor, id, password) =>
      administer(actor, async () => {
        const person = office.directory.person(id)
        if (!person) return UNKNOWN
        const problem = accounts.passwordProblem(password)
        if (problem) return fail('password-weak', problem, '原密码没有改动', '请换一个密码', 'password')
        const record = await accounts.passwordRecord(password, person.station)
        return change(actor, id, (present) => success({ ...present, password: record }))
      }),
    disablePerson: (actor, id) =>
      administer(actor, () =>
        change(actor, id, (present, directory) =>
          lastAdministrator(directory, id) ? LAST : success({ ...present, disabled: true }),
        ),
      ),
    enablePerson: (actor, id) =>
      administer(actor, async () => {
        const seen = office.directory.person(id)
        if (!seen) return UNKNOWN
        if (await isOpenToAll(office, seen)) return OPEN_TO_ALL
        // Who saw it open has not seen that somebody closed it since.
        return change(actor, id, (present) => success({ ...present, disabled: present.disabled && !seen.disabled }))
      }),
  }
}
