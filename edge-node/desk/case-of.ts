/** The case that the address of a page names, as far as the visitor may read it; `asOf`: as a fact had it. */
import { readCase } from '#edge-node/commands/cases/cases.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { EntryHash } from '#protocol/ids.ts'
import type { Result } from '#protocol/result.ts'
import type { Desk, DeskContext } from './visit.ts'

export const caseOf = (context: DeskContext, desk: Desk, asOf?: EntryHash): Promise<Result<CaseView>> =>
  readCase(desk.office, context.get('visit').actor, context.req.param('id') ?? '', asOf)
