/** One thing that is wrong with an item, for people. */

export interface ItemProblem {
  /** Key of the item's field. */
  readonly field: string
  readonly message: string
  /** False for a warning. */
  readonly blocks: boolean
}

/** A problem for which the item may not be published. */
export const problem = (field: string, message: string): ItemProblem => ({ field, message, blocks: true })

/** Something that people should look at, and may leave. */
export const warning = (field: string, message: string): ItemProblem => ({ field, message, blocks: false })

/** The entries that stand in a list more than once. */
export const repeated = (entries: readonly string[]): readonly string[] => [
  ...new Set(entries.filter((entry, at) => entries.indexOf(entry) !== at)),
]
