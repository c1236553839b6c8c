/** Where the coordinator's ruling on a fork is written: behind the side that it is for, which takes effect with it (rule C15). */
import type { CaseState } from '#protocol/casework/case.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { DocumentId, EntryHash, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'

type Case = Pick<CaseFile, 'id' | 'facts'>

/** The case as it would stand if there were no other side than that which begins with a fact. */
function sideOf({ id, facts }: Case, register: Register, sides: ReadonlySet<EntryHash>, first: EntryHash) {
  return foldCase(
    id as DocumentId,
    facts.filter(({ hash }) => hash === first || !sides.has(hash)),
    register,
  )
}

/**
 * The fact that a ruling follows. At a fork the end of the one side at which the named station has the case: what both its
 * stations did there counts then, and the root upholds it. Where no side ends there, or several do, what came before the
 * fork: nothing of any side counts by itself.
 * @param mayRule whether the ruling can take effect in that state
 */
export function rulingPlace(
  file: Case,
  register: Register,
  state: CaseState,
  to: StationCode,
  mayRule: (side: CaseState) => boolean,
): EntryHash {
  const sides = new Set(state.forks.flatMap(({ facts }) => facts))
  if (sides.size === 0 || sides.size > LIMITS.shownAsides) return state.tip
  const ends = [...sides].flatMap((first) => {
    const side = sideOf(file, register, sides, first)
    const isIts = side?.holder === to && side.forks.length === 0 && side.unread.length === 0
    return isIts && side.tip !== state.tip && mayRule(side) ? [side.tip] : []
  })
  return ends.length === 1 ? (ends[0] as EntryHash) : state.tip
}
