/** Wrong passwords for an account since somebody last signed in under it here, from whatever address: told to whoever signs in next. */
import type { Office } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import type { SignInRows } from './sign-in-rows.ts'

/** One row an account: only names that somebody has are counted, so strangers fill nothing. */
const SPACE = 'sign-in-wrong'

async function wrongSince(office: Pick<Office, 'local'>, person: PersonId): Promise<number> {
  const count = await office.local(SPACE, person)
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 0
}

/** One more. Two at the same moment from two addresses may count once: the number is told, nothing hangs on it. */
export async function addWrong(office: SignInRows, person: PersonId): Promise<void> {
  await office.setLocal(SPACE, person, (await wrongSince(office, person)) + 1) // a refusal stands in the health
}

/** How many there were; from now on they are counted anew. */
export async function takeWrong(office: SignInRows, person: PersonId): Promise<number> {
  const count = await wrongSince(office, person)
  if (count > 0) await office.setLocal(SPACE, person, null)
  return count
}
