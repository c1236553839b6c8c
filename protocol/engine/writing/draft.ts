/** Drafts of entries with everything the node knows by itself: time, clock offset, catalogue and calendar version. */
import type { Draft } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'

/** Completes a draft. */
export const newDraft = (
  core: Core,
  given: Pick<Draft, 'kind' | 'document' | 'person' | 'station' | 'payload'>,
): Draft => ({
  ...given,
  time: core.clock.now(),
  clockOffset: core.clock.knownOffset(),
  catalogueVersion: core.directory.catalogueVersion(),
  calendarVersion: core.directory.calendarVersion(),
})
