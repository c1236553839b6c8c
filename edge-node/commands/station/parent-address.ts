/** Where this node's parent is, and going to another address of it: what people at the node may see and do. */
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { mayWrite } from '#edge-node/commands/roles.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { type Failure, failure, type Result } from '#protocol/result.ts'

export interface ParentPlaces {
  readonly name: string
  /** The last good one first; what went wrong at the last try, if anything. */
  readonly addresses: readonly { readonly address: string; readonly problem: Failure | undefined }[]
  /** Why the parent that the county names is not taken yet; undefined when it is. */
  readonly notTaken: Failure | undefined
}

/** The program's side of it. */
export interface ParentDoor {
  places(): ParentPlaces
  /** Goes to an address when the parent, or the one the county has named, proves to be there. `known`: nothing had to change. */
  moveTo(address: string): Promise<Result<'moved' | 'known'>>
  /** Calls the parent at once instead of after the present pause. */
  callNow(): void
}

/** Moves to an address on behalf of a person: whoever works at the node's own computer, for a small station has no chief. */
export async function moveParent(
  office: Office,
  actor: Actor,
  door: ParentDoor,
  address: string,
): Promise<Result<'moved' | 'known'>> {
  if (!mayWrite(actor)) return failure(READS_ONLY)
  const moved = await door.moveTo(address)
  if (moved.ok) await office.audit(actor, 'settings', { subject: '上级地址', details: address })
  return moved.ok ? moved : failure({ ...moved.problem, field: 'address' })
}
