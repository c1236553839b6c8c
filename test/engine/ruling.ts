/** A coordinator who rules on a stopped case, for the tests of where the ruling stands. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { Register } from '#protocol/casework/register.ts'
import { rulingPlace } from '#protocol/engine/office/ruling-place.ts'
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import { CASE, COUNTY, fold, register, write } from '#test/casework/people.ts'

/** Behind what a ruling for a station would be written; undefined where it is refused. */
export function placeOf(facts: readonly FactEntry[], to: StationCode, by: Register = register): EntryHash | undefined {
  const planned = (previous: EntryHash) => write('reassigned', COUNTY, previous, { to })
  return rulingPlace({ id: CASE, facts, state: fold(facts, by), register: by, to, planned })
}

/** Rules for a station; what the case is then. */
export function rule(facts: readonly FactEntry[], to: StationCode, by: Register = register): CaseState | undefined {
  const place = placeOf(facts, to, by)
  return place === undefined ? undefined : fold([...facts, write('reassigned', COUNTY, place, { to })], by)
}
