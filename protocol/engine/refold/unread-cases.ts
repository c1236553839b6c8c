/** Cases of which something arrived while the disk could not give them, or that were outgrown: read and judged anew. */
import type { DocumentId } from '#protocol/ids.ts'
import { ownReceipts } from '../cases/case-receipts.ts'
import type { Afterwork } from '../writing/afterwork.ts'
import { fileOf } from '../writing/case-loading.ts'
import { UNREAD_CASES_SPACE } from '../writing/placing.ts'
import { setLocal } from '../writing/staging.ts'

/** Row and receipts of the case follow from its entries with this commit; while it cannot be read the note stays. */
export const UNREAD_CASES: Afterwork = {
  space: UNREAD_CASES_SPACE,
  async work(staging, key) {
    const file = await fileOf(staging, key as DocumentId)
    // What the disk says was told may be of entries that are not read any more.
    file.told = ownReceipts(await staging.core.storage.receiptsOf(file.id), staging.core.logs.isOwn)
    staging.touched.add(file.id)
    setLocal(staging, UNREAD_CASES_SPACE, key, null)
  },
}
