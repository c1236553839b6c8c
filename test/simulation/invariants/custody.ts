/** One case, one owner: found by walking its story, held by a station that has it at hand; and every act is in it. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Remembered } from '../actors.ts'
import { inUse, type Machine, type World } from '../world.ts'
import { isLeftInFormerVersions } from './county.ts'

/** The holder is whoever took the case last, and a machine of that station can show it. */
export function checkCustody(world: World, machine: Machine, state: CaseState): void {
  let holder: StationCode | undefined
  for (const line of state.story) {
    if (line.epoch === null) continue
    if (line.kind === 'opened' || line.kind === 'taken') holder = line.station
    if (line.kind === 'reassigned') holder = line.fields.to as StationCode
  }
  if (state.holder !== holder)
    world.violation(
      'M16',
      `${machine.name}: ${state.id.slice(0, 8)} is held by ${state.holder}, its story says ${holder}`,
    )
  const there = inUse(world).filter(({ station }) => station === state.holder)
  if (there.length === 0)
    world.violation('M16', `${state.id.slice(0, 8)} is held by ${state.holder}, which is no station`)
}

/** A machine that has nothing of a case serves no station that the case names. */
export function checkAtHand(world: World, machine: Machine, { id, holder, offer, invitations }: CaseState): void {
  const named = [holder, offer?.to, ...invitations.map(({ to }) => to)]
  if (named.includes(machine.station))
    world.violation('M16', `${machine.name}: ${id.slice(0, 8)} names its station and is not there`)
}

/** What a person was told is done is one line of the story, with effect or with a reason. */
export function checkTold(world: World, { told, refused }: Remembered, state: CaseState): void {
  for (const { fields, hash } of state.story)
    if (refused.has(String(fields.content)))
      world.violation('M17', `${hash.slice(0, 8)} was refused and is a line of its case`)
  const lines = new Map<string, number>()
  for (const { hash } of state.story) lines.set(hash, (lines.get(hash) ?? 0) + 1)
  for (const { machine, hash, document } of told) {
    if (document !== state.id || machine.revoked || world.ledger.gone.has(hash)) continue
    if (isLeftInFormerVersions(world, hash)) continue
    const times = lines.get(hash) ?? 0
    if (times !== 1)
      world.violation('M17', `${machine.name} did ${hash.slice(0, 8)}, which is ${times} lines of its case`)
  }
}
