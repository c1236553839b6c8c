/** Writes with an Idempotency-Key happen at most once, also when the answer was lost or the node stopped in between. */
import * as z from 'zod'
import { appendAll } from '#protocol/append-all.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'

const SPACE = 'kept-answers'
const HOURS = LIMITS.keptAnswerHours * 3_600_000
/** `answer` is null from before the write until its outcome is known. */
const Kept = z.object({ request: z.string(), time: z.number(), answer: z.record(z.string(), z.unknown()).nullable() })
type Kept = z.infer<typeof Kept>

/** A request that must not write twice. */
export interface KeyedRequest {
  readonly actor: Actor
  /** The caller's key; without one the write simply runs. */
  readonly key: string | undefined
  /** What is asked, as text; the same key may not be used for another request. */
  readonly request: string
}

/** Runs writes once per key; one per node. */
export type Once = <Answer extends Readonly<Record<string, unknown>>>(
  keyed: KeyedRequest,
  write: () => Promise<Result<Answer>>,
) => Promise<Result<Answer>>

const encoder = new TextEncoder()
const digest = (office: Office, text: string): string => toHex(office.sha256(encoder.encode(text)))

const isLive = (kept: Kept, now: number) => Math.abs(now - kept.time) < HOURS

/** Drops answers that are too old, then the oldest beyond the limit. */
async function sweep(office: Office): Promise<void> {
  const live: { key: string; time: number }[] = []
  const dropped: string[] = []
  for (const { key, value } of await office.localAll(SPACE)) {
    const parsed = Kept.safeParse(value)
    if (parsed.success && isLive(parsed.data, office.now())) live.push({ key, time: parsed.data.time })
    else dropped.push(key)
  }
  live.sort((left, right) => right.time - left.time)
  appendAll(
    dropped,
    live.slice(LIMITS.keptAnswers).map(({ key }) => key),
  )
  await Promise.all(dropped.map((key) => office.setLocal(SPACE, key, null)))
}

const PENDING = () =>
  fail('answer-pending', '同一个请求正在办理', '结果出来后会记住', '请等几秒后用同一个 Idempotency-Key 再问一次')

/** What a key already known has to say. */
function recall(kept: Kept, request: string) {
  if (kept.request !== request)
    return fail('key-reused', '这个 Idempotency-Key 已用于另一个请求', '没有写入任何数据', '请为新的请求换一个新的键')
  if (kept.answer !== null) return success(kept.answer)
  return fail(
    'outcome-unknown',
    '上次用这个 Idempotency-Key 的请求中途断了,不能确定是否已写入',
    '已写入的内容都在',
    '请先查询办件确认;确实没有写入时,换一个新的键再提交',
  )
}

/** Makes the guard. The mark before the write is what makes a crash in between safe: it is then asked, not repeated. */
export function createOnce(office: Office): Once {
  const running = new Set<string>()
  let untilSweep = 0

  return async (keyed, write) => {
    if (keyed.key === undefined) return write()
    const key = digest(office, `${keyed.actor.person}\n${keyed.key}`)
    if (running.has(key)) return PENDING()
    running.add(key)
    try {
      const request = digest(office, keyed.request)
      const known = Kept.safeParse(await office.local(SPACE, key))
      // What is recalled was stored for the same request, so it has the same shape.
      if (known.success && isLive(known.data, office.now()))
        return recall(known.data, request) as Awaited<ReturnType<typeof write>>
      if (untilSweep-- <= 0) {
        await sweep(office)
        untilSweep = 100
      }
      const mark: Kept = { request, time: office.now(), answer: null }
      const marked = await office.setLocal(SPACE, key, mark)
      if (!marked.ok) return marked
      const result = await write()
      // A refusal wrote nothing, so the key is free again. If storing the answer fails the mark stays, and a retry is told.
      await office.setLocal(SPACE, key, result.ok ? { ...mark, answer: result.value } : null)
      return result
    } finally {
      running.delete(key)
    }
  }
}
