/** How a step ends: staying, or ending with a typed refusal. */
import { REFUSALS, type RefusalCode } from '#protocol/wire/refusals.ts'
import type { Effect, Session, Step } from './state.ts'

/** A step without a further transition. */
export const stay = (session: Session, effects: readonly Effect[] = []): Step => ({ session, effects })

/** Ends a session with a typed refusal: said to the peer, and told to whoever keeps the link. */
export function refuseLink(code: RefusalCode, detail: string): Step {
  return stay({ is: 'ended' }, [
    { type: 'send', message: { type: 'refuse', code, detail } },
    { type: 'end', reason: code, retry: REFUSALS[code].retry, retryAfterSeconds: null },
  ])
}
