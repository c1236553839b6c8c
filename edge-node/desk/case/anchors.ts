/** Where a fact stands on the page. */
import type { EntryHash } from '#protocol/ids.ts'

export const anchorOf = (hash: EntryHash): string => `fact-${hash.slice(0, 12)}`
