/** The note of what is stored and not listed: it moves with each group, and so does what is in memory of it. */
import type { DocumentId } from '#protocol/ids.ts'
import { UNLISTED_NOTE } from '../cases/unlisted.ts'
import type { Core } from '../core.ts'
import { localText, type Staging, setLocal } from './staging.ts'

/** Whether the group lists a case: what it adds to it without folding it waits for another one. */
const isListedIn = ({ touched, unreadable, deferred }: Staging, id: DocumentId): boolean =>
  (touched.has(id) || unreadable.has(id)) && !deferred.has(id)

/** Adds to the group from which arrival on entries are not listed, where that changes with it. */
export async function noteUnlisted(staging: Staging): Promise<void> {
  const { core, deferred } = staging
  if (core.unlisted.size === 0 && deferred.size === 0) return
  const left = core.unlisted.since((id) => isListedIn(staging, id))
  const since = left ?? (deferred.size > 0 ? core.logs.arrival + 1 : null)
  const noted = await localText(staging, UNLISTED_NOTE.space, UNLISTED_NOTE.key)
  if (noted !== (since === null ? undefined : JSON.stringify(since)))
    setLocal(staging, UNLISTED_NOTE.space, UNLISTED_NOTE.key, since)
}

/** The group is durable: what it lists is listed, and what it deferred waits. Whoever reads that case reads the disk. */
export function adoptUnlisted({ unlisted, files }: Core, staging: Staging, arrivalBefore: number): void {
  const { touched, unreadable, deferred } = staging
  if (unlisted.size > 0) unlisted.remove([...touched, ...unreadable].filter((id) => isListedIn(staging, id)))
  unlisted.add(deferred, arrivalBefore + 1)
  files.forget(deferred)
}
