/** Findings that ask for something to be checked: who may say that it has been. */
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { hasRole, mayWrite } from '#edge-node/commands/roles.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { fail, failure, type Result } from '#protocol/result.ts'

/** Whoever answers for the node or for the county. */
export const mayMarkChecked = (actor: Actor): boolean =>
  mayWrite(actor) && hasRole(actor, 'agent', 'chief', 'administrator', 'coordinator')

/** Ends a kept finding on behalf of a person. */
export async function markChecked(actor: Actor, office: Office, kept: string): Promise<Result<void>> {
  if (!mayWrite(actor)) return failure(READS_ONLY)
  if (!mayMarkChecked(actor))
    return fail(
      'not-authorised',
      '您的岗位不能标记“已核对”',
      '这件事还在,没有改动',
      '请由代办员、首席代表、协调员或管理员核对后标记',
    )
  return office.findingDone(kept)
}
