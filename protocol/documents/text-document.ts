/** A section of text while it is open: a Yjs document. */
import * as Y from 'yjs'
import { assert } from '#protocol/assert.ts'
import { differenceOf, type SectionChange } from './change.ts'
import type { SectionDocument } from './section-document.ts'

/** No author has this id (leases start at 1), so Yjs never believes that somebody else writes under ours. */
const NOBODY = 0

/** Never leaves the process. Without it Yjs draws a random name, which costs more than reading a short section. */
const NAME = 'section'

/** Builds a document. */
function load(root: string, updates: readonly Uint8Array[]): Y.Doc {
  const document = new Y.Doc({ guid: NAME })
  document.clientID = NOBODY
  document.getText(root)
  // One transaction for all: a transaction of its own for each update costs several times the update.
  document.transact(() => {
    for (const update of updates) Y.applyUpdate(document, update)
  })
  return document
}

export class TextDocument implements SectionDocument {
  readonly #root: string
  /** In the order in which they were applied. */
  readonly #updates: Uint8Array[]
  #document: Y.Doc

  /** @param updates in the order in which they are applied, see canonicalOrder */
  constructor(root: string, updates: readonly Uint8Array[]) {
    this.#root = root
    this.#updates = [...updates]
    this.#document = load(root, updates)
  }

  /** Whether Yjs took all of it. */
  get isComplete(): boolean {
    const { pendingStructs, pendingDs } = this.#document.store
    return pendingStructs === null && pendingDs === null
  }

  value(): string {
    return this.#document.getText(this.#root).toString()
  }

  snapshot(): Uint8Array {
    return Y.encodeSnapshot(Y.snapshot(this.#document))
  }

  write(client: number, change: SectionChange): Uint8Array | undefined {
    assert('text' in change, 'a text is changed as a whole')
    const document = this.#document
    let made: Uint8Array | undefined
    const keep = (update: Uint8Array): void => {
      made = update
    }
    document.clientID = client
    document.on('update', keep)
    document.transact(() => {
      const text = document.getText(this.#root)
      const { start, removed, inserted } = differenceOf(text.toString(), change.text.toWellFormed())
      if (removed > 0) text.delete(start, removed)
      if (inserted.length > 0) text.insert(start, inserted)
    })
    document.off('update', keep)
    document.clientID = NOBODY
    return made
  }

  /** Only what was written here: what others write is put together anew (rule G25). */
  take(update: Uint8Array): void {
    this.#updates.push(update)
  }

  takeBack(): void {
    this.#document.destroy()
    this.#document = load(this.#root, this.#updates)
  }

  close(): void {
    this.#document.destroy()
  }
}
