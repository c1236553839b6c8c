/** Taking in the upper level's answer from a file. */
import { editorProblem, reachCase } from '#edge-node/commands/cases/cases.ts'
import { readDay } from '#protocol/casework/exchange/dates.ts'
import { type Reply, replyStep } from '#protocol/casework/exchange/reply.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { fail, failure, type Result, success } from '#protocol/result.ts'

/** The upper level's answer as its file has it: the day in any common way. */
export type ReplyFile = Omit<Reply, 'report' | 'decided'> & { readonly report?: string; readonly decided: string }

/** What an import of a reply did. */
export interface Replied {
  readonly hash: EntryHash
  /** The same reply had been taken in before; nothing was written. */
  readonly already: boolean
}

/** Writes the reply as the `replied` fact of the case a person names, once however often the file comes. */
export async function takeReply(office: Office, actor: Actor, text: string, file: ReplyFile): Promise<Result<Replied>> {
  const problem = editorProblem(actor)
  if (problem) return failure(problem)
  const found = await reachCase(office, actor, text)
  if (!found.ok) return found
  const state = found.value
  const decided = readDay(file.decided)
  if (decided === undefined)
    return fail(
      'field',
      `批复日期“${file.decided}”不是日期`,
      '办件没有变化',
      '请写成 20261121 或 2026-11-21',
      'decided',
    )
  const { number, report, organ, result, reference, content } = file
  const reply: Reply = { number, report, organ, result, reference, content, decided }
  const step = replyStep(state, reply, office.today())
  if (!step.ok) return step
  if ('already' in step.value) return success({ hash: step.value.already, already: true })
  // The tip keeps two imports of one file at the same moment from becoming two facts.
  const written = await office.act({ ...actor, transcribes: true }, state.id, 'replied', step.value.fields, state.tip)
  if (!written.ok) return written
  await office.audit(actor, 'import', { subject: `上级回复 ${state.number}`, details: number })
  return success({ hash: written.value.hash, already: false })
}
