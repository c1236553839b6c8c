/** A change as statements, in the order in which they are committed. */
import type { Change } from '#protocol/engine/ports/storage.ts'
import { type LastingColumns, writeCases } from './cases.ts'
import { forgetRecords, writeDirectory } from './directory.ts'
import { writePlaces } from './documents.ts'
import { writeLocal } from './local.ts'
import type { LogNumbers } from './log-numbers.ts'
import { writeHeads, writeNewLogs } from './logs.ts'
import { writePacks } from './packs.ts'
import { writeReceipts } from './receipts.ts'
import type { Statement } from './statements.ts'

/**
 * All statements of a change but its cuts (cutting.ts); new logs are numbered on the way and written first.
 * @param known rows of its cases that are there, where they were asked for
 */
export function statementsOf(
  change: Change,
  parameters: number,
  numbers: LogNumbers,
  known: readonly LastingColumns[] = [],
): Statement[] {
  const written = [
    ...writePacks(parameters, change.packs, numbers),
    ...writePlaces(parameters, change.places, numbers),
    ...writeReceipts(parameters, change.receipts, numbers),
    ...writeHeads(parameters, change.heads, numbers),
    ...writeCases(parameters, change, known),
    ...(change.forgotten.length > 0 ? [forgetRecords({ documents: change.forgotten })] : []),
    ...writeDirectory(parameters, change.directory),
    ...writeLocal(change.local),
  ]
  return [...writeNewLogs(parameters, numbers), ...written]
}
