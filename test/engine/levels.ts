/** Programs of two ages: the same tables, of which the older one does not know one kind of fact. */
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { FIRST_LEVEL, KNOWN, type Knowledge, RULES_LEVEL } from '#protocol/casework/rules/level.ts'

/** The kind that came with the later level: a guarded fact of the holder that changes no stage. */
export const LATER_KIND = 'prioritised' satisfies FactKind
export const LATER_LEVEL = RULES_LEVEL + 1

const since = (kind: FactKind): number => (kind === LATER_KIND ? LATER_LEVEL : FIRST_LEVEL)

export const NEWER: Knowledge = { level: LATER_LEVEL, fingerprint: 'newer', since }
export const OLDER: Knowledge = { level: RULES_LEVEL, fingerprint: 'older', since }

/** A program of the first level: among other things it lets any station write in any form (C131). */
export const FIRST: Knowledge = { ...KNOWN, level: FIRST_LEVEL, fingerprint: 'first' }
