/** The upper level's answer (批复): whether a reply file fits the case, and the fact it becomes. */
import { type Failure, fail, type Result, success } from '#protocol/result.ts'
import type { CaseState, StoryLine } from '../case.ts'
import type { ReplyResult } from '../codes.ts'
import { STAGES } from '../course/stages.ts'
import type { FieldValue } from '../facts/facts.ts'
import type { Day } from '../time/days.ts'

export const REPLY_FORMAT = 'county-reply'

/** A reply as it was read from a file. */
export interface Reply {
  /** 办件编号 of the case it answers. */
  readonly number: string
  /** The `reported` fact it answers, as the package named it; undefined when the other system does not keep it. */
  readonly report: string | undefined
  readonly organ: string
  readonly result: ReplyResult
  /** 批复文号. */
  readonly reference: string
  readonly content: string
  readonly decided: Day
}

/** What becomes of a reply: a fact to be written, or the fact that an earlier import of it has written. */
export type ReplyStep =
  | { readonly already: StoryLine['hash'] }
  | { readonly fields: Readonly<Record<string, FieldValue>> }

const KEPT = '办件没有变化。'
const refuse = (code: string, message: string, next: string, field?: string): Result<never, Failure> =>
  fail(code, message, KEPT, next, field)

/** The reply with the same reference that took effect before. */
const earlier = ({ story }: CaseState, { reference }: Reply): StoryLine | undefined =>
  story.find(({ kind, fields, aside }) => kind === 'replied' && aside === null && fields.reference === reference)

function mismatch(state: CaseState, reply: Reply, today: Day): Result<never, Failure> | undefined {
  const { report } = state
  if (reply.number !== state.number)
    return refuse(
      'reply-other-case',
      `回复文件是办件 ${reply.number} 的,不是本件`,
      '请到该办件导入,或核对文件。',
      'number',
    )
  if (state.stage !== '46' || report === null)
    return refuse(
      'reply-wrong-stage',
      `办件现在是“${STAGES[state.stage]}”,没有在等上级批复`,
      '请先核对办件的经过;已经登记的批复不能替换。',
    )
  if (reply.organ !== report.organ)
    return refuse(
      'reply-other-organ',
      `回复的机关“${reply.organ}”不是上报的机关“${report.organ}”`,
      '请核对文件;机关改名的,请手工登记批复并说明。',
      'organ',
    )
  const reported = state.story.findLast(({ kind, aside }) => kind === 'reported' && aside === null)
  if (reply.report !== undefined && reply.report !== reported?.hash)
    return refuse(
      'reply-other-report',
      '回复的不是最近一次上报',
      '请向上级机关核对;以最近一次上报的批复为准。',
      'report',
    )
  if (reply.decided > today) return refuse('reply-day', '批复日期晚于今天', '请核对批复日期。', 'decided')
  if (reply.decided < report.day) return refuse('reply-day', '批复日期早于上报日期', '请核对批复日期。', 'decided')
  return undefined
}

/**
 * What to write for a reply. Importing the same reply again writes nothing and names the fact that stands;
 * another answer under the same reference is refused, because a decision is not replaced by a file.
 */
export function replyStep(state: CaseState, reply: Reply, today: Day): Result<ReplyStep, Failure> {
  const { result, reference, content, decided } = reply
  const known = earlier(state, reply)
  if (known && reply.number === state.number) {
    if (known.fields.result === result) return success({ already: known.hash })
    return refuse(
      'reply-differs',
      `文号 ${reference} 的批复已经登记,结果不同`,
      '请向上级机关核对;更正须另有文号。',
      'result',
    )
  }
  const wrong = mismatch(state, reply, today)
  if (wrong) return wrong
  const late: Record<string, FieldValue> =
    decided === today ? {} : { occurredOn: decided, occurredWhy: '由上级回复文件导入' }
  return success({ fields: { result, reference, content, ...late } })
}
