/** Programs of two ages in a county: the later kind is one with which most cases begin, so that many meet it. */
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { agesBy } from '#test/engine/levels.ts'

export const LATER_KIND = 'captured' satisfies FactKind
export const { newer: NEWER, older: OLDER } = agesBy(LATER_KIND)
