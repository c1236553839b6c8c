/** How much of one author the root carries for a case (rule R68): copies of a flood would be as many floods. */
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type CaseFile, stateOf } from '../cases/case-file.ts'
import { ENTRY_BYTES } from '../cases/spending.ts'
import type { Core } from '../core.ts'
import { registerOf } from '../register.ts'

/** An entry with the copies of it that the root has written. */
export interface Copied {
  readonly author: NodeId
  /** Of its record, which a copy has inside. */
  readonly length: number
  /** Bytes of the copies that there are. */
  readonly copied: number
}

export interface CarriedShares {
  /** Whether there is room for so many more copies of an entry; behind the first refusal the rest of its author waits too. */
  takes(entry: Copied, copies: number): boolean
  /** Authors of whom something is not carried. */
  readonly full: ReadonlySet<NodeId>
}

/** The shares of a case's authors as the disk has them. The root's own entries are carried always. */
export function carriedShares({ directory }: Core, held: readonly Copied[]): CarriedShares {
  const sums = new Map<NodeId, number>()
  const full = new Set<NodeId>()
  for (const { author, copied } of held) sums.set(author, (sums.get(author) ?? 0) + copied)
  return {
    full,
    takes({ author, length }, copies) {
      if (directory.authority.isRoot(author)) return true
      const sum = (sums.get(author) ?? 0) + copies * (ENTRY_BYTES + length)
      if (full.has(author) || sum > LIMITS.carriedCaseBytes) {
        full.add(author)
        return false
      }
      sums.set(author, sum)
      return true
    },
  }
}

/** People at the county read of whom something is not carried. */
export function tellFull(core: Core, file: CaseFile, full: ReadonlySet<NodeId>): void {
  const number = stateOf(file, registerOf(core))?.number ?? file.id
  for (const node of full)
    core.news.add({
      kind: 'refused',
      message: `节点“${core.directory.node(node)?.name ?? node}”在办件 ${number} 中写入的内容超过转送上限,多出的没有转送到其他站点;其他站点的内容照常转送`,
      next: '正常办理不会写这么多,请联系管理员检查或停用该节点。',
    })
}
