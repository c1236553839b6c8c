/** Findings that ask for something to be checked: who may say that it has been. */
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { mayWrite } from '#edge-node/commands/roles.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { failure, type Result } from '#protocol/result.ts'

/** Ends a kept finding on behalf of a person: whoever works at the node's own computer has the paper beside it. */
export async function markChecked(actor: Actor, office: Office, kept: string): Promise<Result<void>> {
  if (!mayWrite(actor)) return failure(READS_ONLY)
  return office.findingDone(kept)
}
