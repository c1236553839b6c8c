/** The edits of a section through the gate, kept and advanced: one more edit costs one more look, however long the case is. */
import { byTurn, inAuthorsOrder, type PlacedEdit, placed, type Turn } from './authors-order.ts'
import { type AuthoredUpdate, Gating, type Outlines } from './gate.ts'
import type { GateProblem } from './problems.ts'

/** An edit with everything that decides whether it takes effect. */
export type GatedEdit = AuthoredUpdate & Turn

/** The latest turns of an author. */
interface Latest {
  readonly written: PlacedEdit | undefined
  readonly deleted: PlacedEdit | undefined
}

const isDeletion = ({ start }: PlacedEdit): boolean => start === Number.POSITIVE_INFINITY

/**
 * Always in the state to which gating all edits anew would lead (rule G31). An edit that has its turn behind all others
 * of its author is gated alone; for any other, all are gated anew.
 */
export class GatedSection<Edit extends GatedEdit> {
  readonly #section: string
  /** Shared with copies: what the bytes of an edit say is the same in all of them. */
  readonly #outlines: Outlines<Edit>
  #gating: Gating<Edit>
  readonly #latest: Map<number, Latest>
  #taken: number
  #lineage: object

  /** @param from goes on from there; what it was made from stays as it is */
  constructor(section: string, from?: GatedSection<Edit>) {
    this.#section = section
    this.#outlines = from === undefined ? new WeakMap() : from.#outlines
    this.#gating = new Gating(section, this.#outlines, from === undefined ? undefined : from.#gating)
    this.#latest = new Map(from === undefined ? [] : from.#latest)
    this.#taken = from === undefined ? 0 : from.#taken
    this.#lineage = from === undefined ? {} : from.#lineage
  }

  /** The same object as long as what takes effect was only added to: of two lists with one lineage and one edit in one place all before it is the same. */
  get lineage(): object {
    return this.#lineage
  }

  /** Edits that take effect, in an order in which they apply. */
  get accepted(): readonly Edit[] {
    return this.#gating.accepted
  }

  /** Edits that take no effect, and why. */
  get refused(): ReadonlyMap<Edit, GateProblem> {
    return this.#gating.refused
  }

  /**
   * Takes what came in since.
   * @param edits all edits of the section in arrival order; the list only ever grows
   * @param inVain as for gateHistory: then all are gated anew
   */
  advance(edits: readonly Edit[], inVain: boolean): void {
    if (inVain || this.#taken === 0) return void this.#begin(edits, inVain)
    while (this.#taken < edits.length) {
      if (!this.#take(edits[this.#taken] as Edit)) return void this.#begin(edits, false)
      this.#taken += 1
    }
  }

  #begin(edits: readonly Edit[], inVain: boolean): void {
    this.#gating = new Gating(this.#section, this.#outlines)
    this.#lineage = {}
    this.#latest.clear()
    for (const edit of inAuthorsOrder(edits)) {
      this.#gating.arrive(edit)
      this.#note(placed(edit))
    }
    if (inVain) this.#gating.giveUpWaiting()
    this.#taken = edits.length
  }

  /** Gates one more edit; false when its outcome, or that of others, may be another than after gating all anew. */
  #take(edit: Edit): boolean {
    const turn = placed(edit)
    const { written, deleted } = this.#latest.get(edit.client) ?? {}
    const before = isDeletion(turn) ? deleted : written
    if (before && byTurn(turn, before) < 0) return false
    this.#gating.arrive(edit)
    this.#note(turn)
    // Deletions have their turn last: what their author writes comes before them, so none of either may have to wait.
    return deleted === undefined || isDeletion(turn) || !this.#gating.isWaiting(edit.client)
  }

  /** Edits come in the order of their turns. */
  #note(turn: PlacedEdit<Edit>): void {
    const { client } = turn.edit
    const known = this.#latest.get(client)
    const { written, deleted } = known ?? {}
    this.#latest.set(client, isDeletion(turn) ? { written, deleted: turn } : { written: turn, deleted })
  }
}
