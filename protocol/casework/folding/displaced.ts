/** What is without effect because of where it stands. */
import type { AsideReason } from '../rules/reasons.ts'
import type { Judged } from './gather.ts'

/** Reasons that hold for everything that follows as well. */
const INHERITED = ['superseded', 'fork', 'unread'] as const satisfies readonly AsideReason[]

/** Why it has no effect wherever it stands, which says more than where it does. */
export const ownReason = ({ writer, barred }: Judged): AsideReason | undefined =>
  writer.served ? barred : 'not-authorised'

/** What follows a displaced fact is displaced with it; what follows anything else without effect is an orphan. */
export function setDescendantsAside(all: readonly Judged[]): void {
  const pending = all.filter(({ verdict }) => typeof verdict === 'string')
  for (let judged = pending.pop(); judged !== undefined; judged = pending.pop()) {
    const inherited = INHERITED.find((reason) => reason === judged.verdict) ?? 'orphan'
    for (const follower of judged.followers) {
      if (follower.verdict !== undefined) continue
      follower.verdict = ownReason(follower) ?? inherited
      pending.push(follower)
    }
  }
  for (const judged of all) {
    if (judged.verdict === undefined) judged.verdict = ownReason(judged) ?? 'orphan'
  }
}
