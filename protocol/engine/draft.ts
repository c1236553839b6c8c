/** Drafts of entries with everything the node knows by itself: time, clock offset, catalogue and calendar version. */
import type { Draft } from '#protocol/log/entry.ts'
import type { Core } from './core.ts'

/** Calendars come with later work; facts name the version they were written under from the start. */
const CALENDAR_VERSION = 0

/** Completes a draft. */
export const newDraft = (
  core: Core,
  given: Pick<Draft, 'kind' | 'document' | 'person' | 'station' | 'payload'>,
): Draft => ({
  ...given,
  time: core.host.now(),
  clockOffset: core.identity.parent === null ? 0 : core.clockOffset,
  catalogueVersion: core.directory.catalogueVersion(),
  calendarVersion: CALENDAR_VERSION,
})
