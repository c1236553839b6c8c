/** Where a one-time password is told: to a terminal, before which somebody sits, else in a file; never where a service keeps what its programs print. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { passwordMatches } from '#edge-node/commands/account/passwords.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { isRefusal, readIfThere, writtenOrNot } from '#protocol/storage/durable-file.ts'

/** Readable by the program's own user alone, like the node's key beside it. */
const FILE = 'one-time-password.txt'

export interface PasswordPlace {
  readonly folder: string
  /** Whether what is said is read by a person at a terminal and by nobody else. */
  readonly isTerminal: boolean
  say(text: string): void
}

/** Whose password it is: of an account that was just made, or another one of an account that had one. */
export interface NewPassword {
  readonly id: string
  readonly password: string
  readonly isFirst: boolean
}

/** Tells an account's new password where only whoever may start the program finds it. */
export function tellPassword(
  { folder, isTerminal, say }: PasswordPlace,
  { id, password, isFirst }: NewPassword,
): Result<void> {
  if (isTerminal) {
    say(`${id} 的一次性密码:${password}(只显示这一次,请登录后修改)`)
    return success(undefined)
  }
  const path = join(folder, FILE)
  if (!writtenOrNot(path, `${id} ${password}\n`))
    return fail(
      'password-unwritten',
      `${id} 的一次性密码写不进 ${path}`,
      isFirst ? '账号已建好' : '新密码已生效,原来的密码已失效',
      `请检查磁盘空间和权限,再运行 npm run hub -- reset-password ${id}`,
    )
  say(
    `${id} 的一次性密码写在文件 ${path} 里,只有运行本程序的用户能读;请登录后修改,改过以后这个文件在下次启动时自动删除`,
  )
  return success(undefined)
}

/** Removes a file whose password opens nothing any more; one that the system does not let go stays. */
export async function dropSpentPassword(office: Office, folder: string): Promise<void> {
  const path = join(folder, FILE)
  try {
    const [id, password] = (readIfThere(path) ?? '').trim().split(' ')
    const person = id ? office.directory.person(id as PersonId) : undefined
    if (person && password && !(await passwordMatches(office, password, person.password))) rmSync(path)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}
