/** Who signed what has effect, and whose number a case has: found in what the register was ever told, no engine is asked. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { Machine, World } from '../world.ts'

/** Nothing has effect by a person who never belonged to its station, and no case has the number of another station. */
export function checkSigners(world: World, { name }: Machine, state: CaseState): void {
  const isStation = (person: string, station: string) =>
    world.accounts.get(person)?.some((account) => account.station === station) ?? false
  for (const { hash, kind, person, station, aside, marks } of state.story) {
    if (world.accounts.size === 0 || person === '' || aside !== null || isStation(person, station)) continue
    if (kind === 'opened' && marks.some(({ mark }) => mark === 'foreign-person')) continue
    world.violation('M37', `${name}: ${kind} ${hash.slice(0, 8)} by ${person} for ${station} has effect`)
  }
  const gives = state.story.filter(({ fields, aside }) => aside === null && fields.number === state.number)
  if (state.number === '' || gives.some(({ station }) => state.number.startsWith(`${station}-`))) return
  world.violation('M37', `${name}: ${state.id.slice(0, 8)} has ${state.number}, which no station of its own gave`)
}
