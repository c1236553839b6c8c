/** How a mark names the edits that somebody looked at: by the last link of a chain over them (rule C141). */
import { type EntryHash, toHex } from '#protocol/ids.ts'
import type { Sha256 } from '#protocol/log/chain.ts'

type Hashed = { readonly hash: EntryHash }

/** The link of a chain over no edits: as long as every other one. */
const NOTHING = '0'.repeat(64)

const encoder = new TextEncoder()

/** The chain over no edit, the first, the first two and so on: whoever knows a link knows which edits it is over. */
function linksOf(edits: readonly Hashed[], sha256: Sha256): readonly string[] {
  const links = [NOTHING]
  for (const { hash } of edits) links.push(toHex(sha256(encoder.encode(`${links.at(-1)}${hash}`))))
  return links
}

/** Names some edits of each of several sections. */
export const markOf = (sections: readonly (readonly Hashed[])[], sha256: Sha256): string =>
  sections.map((edits) => linksOf(edits, sha256).at(-1)).join('')

/**
 * The edits that a mark names, of those that are there now; undefined where it names any other. What came since stands
 * behind them, because edits take effect one after the other.
 */
export function seenOf<Edit extends Hashed>(
  sections: readonly (readonly Edit[])[],
  mark: string,
  sha256: Sha256,
): ReadonlySet<Edit> | undefined {
  const seen = new Set<Edit>()
  if (mark.length !== sections.length * NOTHING.length) return undefined
  for (const [at, edits] of sections.entries()) {
    const link = mark.slice(at * NOTHING.length, (at + 1) * NOTHING.length)
    const length = linksOf(edits, sha256).indexOf(link)
    if (length === -1) return undefined
    for (const edit of edits.slice(0, length)) seen.add(edit)
  }
  return seen
}
