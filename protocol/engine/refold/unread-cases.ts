/** Cases of which something arrived while the disk could not give them: judged as soon as they can be read again. */
import type { DocumentId } from '#protocol/ids.ts'
import { UNREAD_CASES_SPACE } from '../cases/unlisted.ts'
import type { Afterwork } from '../writing/afterwork.ts'
import { fileOf } from '../writing/case-loading.ts'
import { setLocal } from '../writing/staging.ts'

/** Row and receipts of the case follow from its entries with this commit; while it cannot be read the note stays. */
export const UNREAD_CASES: Afterwork = {
  space: UNREAD_CASES_SPACE,
  async work(staging, key) {
    const file = await fileOf(staging, key as DocumentId)
    staging.touched.add(file.id)
    setLocal(staging, UNREAD_CASES_SPACE, key, null)
  },
}
