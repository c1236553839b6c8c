/** Programs of two ages: the same tables, of which the older one does not know one kind of fact. */
import type { EnabledLevel } from '#protocol/casework/directory.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { FIRST_LEVEL, KNOWN, type Knowledge, RULES_LEVEL } from '#protocol/casework/rules/level.ts'

export const LATER_LEVEL = RULES_LEVEL + 1

/** What a program of the next level knows, which brings a kind, and what one of this level knows of the same tables. */
export function agesBy(laterKind: FactKind): { readonly newer: Knowledge; readonly older: Knowledge } {
  const since = (kind: FactKind): number => (kind === laterKind ? LATER_LEVEL : FIRST_LEVEL)
  return {
    newer: { level: LATER_LEVEL, fingerprint: `with ${laterKind}`, since, closesForms: true },
    older: { level: RULES_LEVEL, fingerprint: `before ${laterKind}`, since, closesForms: true },
  }
}

/** A program of the first level: among other things it lets any station write in any form (C131). */
export const FIRST: Knowledge = { ...KNOWN, level: FIRST_LEVEL, fingerprint: 'first', closesForms: false }
/** A guarded fact of the holder that changes no stage. */
export const LATER_KIND = 'prioritised' satisfies FactKind
export const { newer: NEWER, older: OLDER } = agesBy(LATER_KIND)

/** What the root writes when every node in use knows this program's level: from then on it keeps public records of people. */
export const ENABLED: EnabledLevel = { type: 'level', id: 'rules', version: RULES_LEVEL }
