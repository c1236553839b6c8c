/** The note that case rows are stale: written in the commit that made them so, gone with the last of them. */
import { ASIDE_REASONS } from '#protocol/casework/rules/reasons.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { readDirectoryRecord } from '../directory/record-reading.ts'
import { lastArrival } from '../logs/staged-logs.ts'
import type { Change } from '../ports/storage.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'
import { type RefoldScope, scopeOf, uniteScopes } from './refold-scope.ts'

const PLACE = { space: 'engine', key: 'refolding' } as const

/** What is left to be judged anew. */
export interface RefoldMark extends RefoldScope {
  /** Rows whose latest entry arrived behind it were folded under the new directory. */
  readonly arrival: number
  /** Documents up to this place are done. */
  readonly after: number
}

/** Adds to the group that its directory records make rows stale; nothing when they do not. */
export async function noteStale(staging: Staging): Promise<void> {
  const { core } = staging
  let scope: RefoldScope | undefined
  for (const { document, json } of staging.directory.values()) {
    const record = readDirectoryRecord(json, document)
    const more = record && scopeOf(record, core.directory)
    if (more) scope = scope ? uniteScopes(scope, more) : more
  }
  if (!scope || (await isIdle(staging, scope))) return
  const pending = (await getLocal(staging, PLACE.space, PLACE.key)) as RefoldMark | undefined
  // What the group wrote before was still folded under the old directory, and gets its arrival with its packs.
  const arrival = lastArrival(staging.logs)
  const mark: RefoldMark = { ...(pending ? uniteScopes(pending, scope) : scope), arrival, after: 0 }
  setLocal(staging, PLACE.space, PLACE.key, mark)
}

/**
 * Cases, at most `limit`, with a fact whose signer is said not to belong to its station, or to have no role for it, or one
 * that only a newer program can read: where its signer turns out to belong, it stops the case (rule C136).
 */
export async function signedOtherwise({ storage }: Core, limit: number): Promise<readonly DocumentId[]> {
  const reasons = (['foreign-person', 'no-role', 'unread'] as const).map((reason) => ASIDE_REASONS[reason].text)
  return (await Promise.all(reasons.map((reason) => storage.documentsTold(reason, limit)))).flat()
}

/** Whether only facts of foreign people are to be judged anew, and there are none: so it is with almost every new clerk. */
async function isIdle({ core, touched }: Staging, { items, since, foreign }: RefoldScope): Promise<boolean> {
  if (items?.length !== 0 || (since ?? null) !== null || touched.size > 0) return false
  return !foreign || (await signedOtherwise(core, 1)).length === 0
}

/** Adds to the group that every row is to be judged anew: another program reads the entries now. */
export async function markAll(staging: Staging): Promise<void> {
  const mark: RefoldMark = { items: null, ended: true, arrival: lastArrival(staging.logs), after: 0 }
  setLocal(staging, PLACE.space, PLACE.key, mark)
}

/** Whether a commit made rows stale or says how far they have been mended. */
export const touchesMark = (change: Change): boolean =>
  change.local.some(({ space, key, value }) => space === PLACE.space && key === PLACE.key && value !== null)

export async function readMark(core: Core): Promise<RefoldMark | undefined> {
  const text = await core.locals.read(PLACE.space, PLACE.key)
  return text === undefined ? undefined : (JSON.parse(text) as RefoldMark)
}

/** Says how far the pass has come, unless another change of the directory has begun it anew; null when it is done. */
export async function moveMark(staging: Staging, pass: RefoldMark, after: number | null): Promise<boolean> {
  const mark = (await getLocal(staging, PLACE.space, PLACE.key)) as RefoldMark | undefined
  if (mark?.arrival !== pass.arrival) return false
  setLocal(staging, PLACE.space, PLACE.key, after === null ? null : { ...mark, after })
  return true
}
