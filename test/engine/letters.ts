/** Letters as tests of running nodes publish them: on every day that such a test may be run on. */
import type { Letter } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'

/** A county's department lets a station accept, decide and deliver (rule C162): all of its items, or the named one. */
export const letterFor = (station: StationCode, department: string, item?: string): Letter => ({
  ...{ type: 'letter', id: `${item ?? department}授〔2026〕1号`, version: 1, department, station, person: null },
  ...{ items: item === undefined ? null : [item], powers: ['accept', 'examine', 'deliver'], revoked: null },
  ...{ from: '1970-01-01' as Day, until: '2199-12-31' as Day },
})
