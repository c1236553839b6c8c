/** What the facts of a case sealed one after the other: how the case stood at one of them, and what each took over. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { Seal } from '#protocol/casework/facts/facts.ts'
import { applicantAfter, saidBy, sealsAfter } from '#protocol/casework/folding/standing.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { changesBetweenSeals } from '../cases/sealed-section.ts'
import type { Core } from '../core.ts'
import type { TakenOver } from '../section-view.ts'
import { SEALED_SECTIONS } from './section-right.ts'

/** The case as a fact had it: what it sealed, or else what was sealed before it, and the applicant of that time. */
export function standingAt(state: CaseState, asOf: EntryHash): CaseState {
  const upTo = state.story.slice(0, state.story.findIndex(({ hash }) => hash === asOf) + 1)
  let { seals, applicant } = state
  for (const line of upTo) {
    if (line.aside !== null && line.hash !== asOf) continue
    const { kind, fields } = saidBy(state, line)
    seals = sealsAfter(seals, line.hash, fields)
    applicant = applicantAfter(applicant, kind, fields)
  }
  return { ...state, seals, applicant }
}

/** A section that was sealed again. */
interface Resealing {
  readonly fact: EntryHash
  readonly section: (typeof SEALED_SECTIONS)[number]
  readonly before: Seal
  readonly after: Seal
}

/** Whether both say the same, be it in other edits. */
const isSame = ({ content }: Seal, other: Seal): boolean => content !== undefined && content === other.content

/** Where the story sealed a section again into which something was written since. */
function resealings(state: CaseState): readonly Resealing[] {
  const found: Resealing[] = []
  let seals: CaseState['seals'] = {}
  for (const line of state.story) {
    if (line.aside !== null) continue
    const next = sealsAfter(seals, line.hash, saidBy(state, line).fields)
    for (const section of SEALED_SECTIONS) {
      const [before, after] = [seals[section], next[section]]
      if (before && after && before.digest !== after.digest) found.push({ fact: line.hash, section, before, after })
    }
    seals = next
  }
  return found
}

/** What the last facts that sealed the form again took over since the seal before each (rule C142). */
export function takenOver({ directory, host }: Core, file: CaseFile, state: CaseState): readonly TakenOver[] {
  const last = resealings(state).slice(-LIMITS.shownResealings)
  const sealed = { file, authority: directory.authority, sha256: host.cryptography.sha256 }
  return last.flatMap(({ fact, section, before, after }) => {
    const walked = changesBetweenSeals(sealed, section, { before, after, among: last.length })
    const { changes = [], unlisted = [] } = walked ?? {}
    // What was written back and forth is shown where it can be told; the same in other edits, as after a fork, is nothing.
    if (isSame(before, after) && changes.length + unlisted.length === 0) return []
    return [{ fact, section, changes, unlisted: unlisted.length, isLost: walked === undefined }]
  })
}
