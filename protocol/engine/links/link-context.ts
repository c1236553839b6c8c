/** What all links of an engine share. */
import type { LogKey } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import type { Link } from './link.ts'
import type { LinkBudget } from './link-budget.ts'
import type { Reports } from './reports.ts'
import type { StoredQuota } from './stored-quota.ts'

export interface LinkContext {
  readonly core: Core
  readonly queue: WriteQueue
  readonly links: Set<Link>
  readonly reports: Reports
  readonly budget: LinkBudget
  readonly quota: StoredQuota
  /** Logs whose safety the disk does not have yet; null while no saving is planned. */
  unsavedSafety: Set<LogKey> | null
}
