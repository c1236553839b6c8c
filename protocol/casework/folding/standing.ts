/** Who applies and what of the form counts, as the facts say it one after the other. */
import type { EntryHash } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseState, StoryLine } from '../case.ts'
import type { Fields, GuardedKind, Seal } from '../facts/facts.ts'
import { textOf } from '../facts/values.ts'

/** Acts with which another fact takes effect: an adoption (rule C17), a second signature (rule C154). */
export const letsIn = (kind: StoryLine['kind']): kind is 'adopted' | 'countersigned' =>
  kind === 'adopted' || kind === 'countersigned'

/** What an act, or a line of the story, says: what lets another fact in counts as that. */
export const saidBy = (
  { story }: Pick<CaseState, 'story'>,
  said: Pick<StoryLine, 'kind' | 'fields'>,
): Pick<StoryLine, 'kind' | 'fields'> =>
  (letsIn(said.kind) && story.find(({ hash }) => hash === said.fields.fact)) || said

const TAKING_IN: ReadonlySet<string> = new Set<GuardedKind>(['captured', 'submitted', 'received'])
const SEALING_AGAIN: ReadonlySet<string> = new Set<GuardedKind>(['supplemented', 'accepted', 'settled'])

/** Who applies after a fact: taking in says it whole, whatever seals again says what was put right since (rule C140). */
export function applicantAfter(before: CaseState['applicant'], kind: string, fields: Fields): CaseState['applicant'] {
  if (!TAKING_IN.has(kind) && !SEALING_AGAIN.has(kind)) return before
  const known = TAKING_IN.has(kind) ? { name: '', idNumber: '', phone: '' } : before
  return {
    name: textOf(fields.applicant) || known.name,
    idNumber: textOf(fields.idNumber) || known.idNumber,
    phone: textOf(fields.phone) || known.phone,
  }
}

/** The last seal of each section after a fact, by the hash under which it counts. */
export function sealsAfter(before: CaseState['seals'], fact: EntryHash, { seals }: Fields): CaseState['seals'] {
  if (!Array.isArray(seals)) return before
  const after = new Map(Object.entries(before))
  for (const seal of seals as readonly (Seal | null)[]) {
    if (typeof seal?.section !== 'string') continue // what another program wrote may hold anything
    // A case has a few sections; whoever seals ever new ones would make each further fact dearer.
    if (after.has(seal.section) || after.size < LIMITS.sealedSections) after.set(seal.section, { ...seal, fact })
  }
  // Entries define own properties, so a section called __proto__ stays plain data.
  return Object.fromEntries(after)
}
