/** The end of sample mode: accounts that still have the published password open nothing any more. */
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import { passwordMatches } from '#edge-node/commands/account/passwords.ts'
import { ADMINISTRATOR, resetPassword } from '#hub/first-start.ts'
import { lastAdministrator } from '#hub/people.ts'
import { SAMPLE_PEOPLE } from '#hub/samples/people.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { Office } from '#protocol/engine/office.ts'
import { type Result, success } from '#protocol/result.ts'

const SPACE = 'sample'
const ENDED = 'ended'

/** What the end of sample mode did. */
export interface SampleEnd {
  /** Accounts that were closed. */
  readonly closed: number
  /** The administrator's new password where nobody else could administer the county; null otherwise. */
  readonly password: string | null
}

/** Notes that sample mode is on again: when it ends, its accounts are looked for again. A full disk keeps no sample from starting. */
export async function beginSample(office: Office): Promise<Result<void>> {
  return (await office.local(SPACE, ENDED)) === true ? office.setLocal(SPACE, ENDED, null) : success(undefined)
}

/** Closes the accounts of the sample whose password was never changed; once, because each look costs a password hash. */
export async function endSample(office: Office, accounts: Accounts): Promise<Result<SampleEnd>> {
  if ((await office.local(SPACE, ENDED)) === true) return success({ closed: 0, password: null })
  const open = await published(office)
  const isNeeded = open.some(({ id }) => id === ADMINISTRATOR) && lastAdministrator(office.directory, ADMINISTRATOR)
  const closing = open.filter(({ id }) => !isNeeded || id !== ADMINISTRATOR)
  const records = closing.map((person) => ({ ...person, disabled: true }))
  const closed = records.length > 0 ? await office.publish(null, records) : success(undefined)
  if (!closed.ok) return closed
  const reset = isNeeded ? await resetPassword(office, accounts, ADMINISTRATOR) : success(null)
  if (!reset.ok) return reset
  await office.setLocal(SPACE, ENDED, true) // what the disk does not take is looked for once more at the next start
  return success({ closed: closing.length, password: reset.value })
}

/** Open accounts of the sample whose password everybody knows. Most share one record, which is looked at once. */
async function published(office: Office): Promise<readonly Person[]> {
  const ids = new Set<string>([ADMINISTRATOR, ...SAMPLE_PEOPLE.map(({ id }) => id)])
  const open = office.directory.people().filter(({ id, disabled }) => ids.has(id) && !disabled)
  const groups = Map.groupBy(open, ({ password }) => `${password.salt} ${password.hash}`)
  const found: Person[] = []
  for (const [first, ...others] of groups.values())
    if (first && (await passwordMatches(office, SAMPLE_PASSWORD, first.password))) found.push(first, ...others)
  return found
}

/** Whether an account closed with the sample would open with a password that everybody knows. */
export const isOpenToAll = async (office: Office, { password }: Person): Promise<boolean> =>
  (await office.local(SPACE, ENDED)) === true && passwordMatches(office, SAMPLE_PASSWORD, password)
