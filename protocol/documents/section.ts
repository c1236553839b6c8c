/** A section opened to be shown or edited: the only place where a Yjs document lives, and only while it is needed. */
import * as Y from 'yjs'
import { assert } from '#protocol/assert.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { applyChange, changeProblem, type SectionChange } from './change.ts'
import type { SectionClocks } from './clocks.ts'
import { type CheckedUpdate, checkUpdate } from './gate.ts'
import { canonicalOrder, replay } from './history.ts'
import { gateProblem } from './problems.ts'
import { type MaterialRecord, SECTIONS, type Section, type SectionName } from './sections.ts'

/** What each section shows. */
export interface SectionValues {
  readonly application: Readonly<Record<string, string>>
  readonly materials: Readonly<Record<string, MaterialRecord>>
  readonly 'office-note': string
}

/** A time source for the budget of opening, in milliseconds. */
export interface OpeningBudget {
  now(): number
  readonly milliseconds: number
}

export interface OpenSection<Name extends SectionName = SectionName> {
  readonly name: Name
  /** What is held, changes made here included. */
  clocks(): SectionClocks
  /** The value as plain data, in no way connected to the document. */
  value(): SectionValues[Name]
  /** Hex SHA-256 of the section's snapshot: equal on every node that holds the same edits. */
  digest(sha256: (bytes: Uint8Array) => Uint8Array): string
  /** Hex SHA-256 of what it says, keys in order: equal whoever wrote it, and in how many edits. */
  contentDigest(sha256: (bytes: Uint8Array) => Uint8Array): string
  /**
   * Makes one update (v1) by the author that takes the section from here to the change; undefined when nothing
   * changes. The open section then shows the change: when storing fails, close it and open it again.
   * Problems name the key in `field`; nothing is changed then.
   */
  change(client: number, change: SectionChange): Result<Uint8Array | undefined>
  /**
   * Goes on to the updates that take effect now. False when they do not begin with those that are shown, or when text
   * must be put together anew (rule G25): then close it and open another.
   * @param lineage of the list, as GatedSection gives it: with the one of the last time little has to be compared
   */
  follow(accepted: readonly Update[], lineage: object): boolean
  /** Bytes of the updates it shows. */
  readonly bytes: number
  /** Frees the document; nothing else may be called afterwards. */
  close(): void
}

/** No author has this id (leases start at 1), so Yjs never believes that somebody else writes under ours. */
const NOBODY = 0

/** Never leaves the process. Without it Yjs draws a random name, which costs more than reading a short section. */
const NAME = 'section'

/** Builds a document; undefined when it took longer than the budget allows. */
function load(section: Section, updates: readonly Uint8Array[], budget: OpeningBudget | undefined): Y.Doc | undefined {
  const document = new Y.Doc({ guid: NAME })
  document.clientID = NOBODY
  if (section.shape === 'map') document.getMap(section.root)
  else document.getText(section.root)
  const started = budget?.now() ?? 0
  let inTime = true
  // One transaction for all: a transaction of its own for each update costs several times the update.
  document.transact(() => {
    for (const update of updates) {
      Y.applyUpdate(document, update)
      inTime = budget === undefined || budget.now() - started <= budget.milliseconds
      if (!inTime) return
    }
  })
  if (inTime) return document
  document.destroy()
  return undefined
}

const isComplete = ({ store }: Y.Doc): boolean => store.pendingStructs === null && store.pendingDs === null

const KEPT = '所有编辑均已原样保存,没有丢失。'

/** Whether two updates are the same; mostly they are one object. */
const isSame = (left: Uint8Array, right: Uint8Array): boolean => left === right || equalBytes(left, right)

/** A value with its keys in the order of their code units, so that equal ones are equal as text. */
const inOrder = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, each]) => [key, inOrder(each)])
    : value

/** An update among what belongs to its edit. */
interface Update {
  readonly update: Uint8Array
}

/** What a document was built from. */
interface Built {
  /** In the order in which they were accepted. */
  readonly accepted: readonly Uint8Array[]
  /** In the order in which they were applied. */
  readonly applied: readonly Uint8Array[]
  readonly clocks: SectionClocks
}

/** A document that is open, with the updates it was built from. */
class LoadedSection<Name extends SectionName> implements OpenSection<Name> {
  readonly name: Name
  readonly #section: Section
  /** In the order in which they were applied; {@link #shown} is the order in which they were accepted. */
  readonly #updates: Uint8Array[]
  readonly #shown: Uint8Array[]
  #bytes: number
  #document: Y.Doc
  #clocks: SectionClocks
  #digest: string | undefined
  #lineage: object = {}
  /** Whether something was written here: not as the updates read when all are applied at one go. */
  #isChanged = false
  #closed = false

  constructor(name: Name, { accepted, applied, clocks }: Built, document: Y.Doc) {
    this.name = name
    this.#section = SECTIONS[name]
    this.#updates = [...applied]
    this.#shown = [...accepted]
    this.#bytes = accepted.reduce((sum, update) => sum + update.length, 0)
    this.#document = document
    this.#clocks = clocks
  }

  get bytes(): number {
    return this.#bytes
  }

  clocks(): SectionClocks {
    return this.#clocks
  }

  value(): SectionValues[Name] {
    const document = this.#opened()
    const { shape, root } = this.#section
    const value = shape === 'map' ? structuredClone(document.getMap(root).toJSON()) : document.getText(root).toString()
    return value as SectionValues[Name]
  }

  digest(sha256: (bytes: Uint8Array) => Uint8Array): string {
    this.#digest ??= toHex(sha256(Y.encodeSnapshot(Y.snapshot(this.#opened()))))
    return this.#digest
  }

  contentDigest(sha256: (bytes: Uint8Array) => Uint8Array): string {
    return toHex(sha256(new TextEncoder().encode(JSON.stringify(inOrder(this.value())))))
  }

  change(client: number, change: SectionChange): Result<Uint8Array | undefined> {
    const document = this.#opened()
    const problem = changeProblem(this.#section, change)
    if (problem) return problem
    document.clientID = client
    const update = applyChange(document, this.#section, change)
    document.clientID = NOBODY
    if (update === undefined) return success(undefined)
    this.#digest = undefined
    const checked = checkUpdate(this.#section, client, this.#clocks, update)
    if (!checked.ok) {
      this.#reload()
      const { message } = gateProblem(checked.problem)
      return fail(checked.problem, message, '刚才的修改没有保存,原有内容不变。', '请分几次修改后保存。')
    }
    this.#shows(update, checked.value)
    this.#isChanged = true
    return success(update)
  }

  follow(accepted: readonly Update[], lineage: object): boolean {
    if (!this.#isBeginningOf(accepted, lineage)) return false
    // Where neighbours were invented, text depends on the order of the updates and on how many are applied at one go.
    if (this.#section.shape === 'text' && (this.#isChanged || accepted.length > this.#shown.length)) return false
    this.#lineage = lineage
    for (const { update } of accepted.slice(this.#shown.length)) {
      const checked = checkUpdate(this.#section, undefined, this.#clocks, update)
      if (!checked.ok) return false
      Y.applyUpdate(this.#opened(), update)
      this.#digest = undefined
      this.#shows(update, checked.value)
    }
    return isComplete(this.#document)
  }

  /** From the end: what was written here stands there as another object, what both have as one has the same before it. */
  #isBeginningOf(accepted: readonly Update[], lineage: object): boolean {
    if (accepted.length < this.#shown.length) return false
    for (let place = this.#shown.length - 1; place >= 0; place--) {
      const update = accepted[place]?.update
      if (update === this.#shown[place] && lineage === this.#lineage) return true
      if (!update || !isSame(update, this.#shown[place] as Uint8Array)) return false
      this.#shown[place] = update
    }
    return true
  }

  #shows(update: Uint8Array, { clocks }: CheckedUpdate): void {
    this.#updates.push(update)
    this.#shown.push(update)
    this.#bytes += update.length
    this.#clocks = clocks
  }

  close(): void {
    this.#opened().destroy()
    this.#closed = true
  }

  #opened(): Y.Doc {
    assert(!this.#closed, 'a closed section is not used')
    return this.#document
  }

  /** Takes back a change that may not leave this machine. */
  #reload(): void {
    this.#document.destroy()
    const document = load(this.#section, this.#updates, undefined)
    assert(document !== undefined, 'a section without a budget opens')
    this.#document = document
  }
}

/**
 * Opens a section from its accepted updates, in an order in which they were accepted (gateHistory gives one).
 * Everything passes the strict parser again before Yjs sees it; a document with pending parts, or one that
 * takes longer than the budget, is not shown.
 */
export function openSection<Name extends SectionName>(
  name: Name,
  updates: readonly Uint8Array[],
  budget?: OpeningBudget,
): Result<OpenSection<Name>> {
  const replayed = replay(name, updates)
  if (!replayed.ok) return replayed
  const section: Section = SECTIONS[name]
  const ordered = section.shape === 'text' ? canonicalOrder(updates, replayed.value) : updates
  const document = load(section, ordered, budget)
  if (document === undefined) {
    const next = `请稍后重新打开;如仍出现,请联系县中心管理员检查“${section.title}”的编辑记录。`
    return fail('section-too-slow', `打开“${section.title}”超过允许的时间。`, KEPT, next)
  }
  if (!isComplete(document)) {
    document.destroy()
    const next = '请等待同步完成后再打开;如仍出现,请联系县中心管理员。'
    return fail('section-pending', `“${section.title}”缺少前面的编辑,暂不能显示。`, KEPT, next)
  }
  const { clocks } = replayed.value
  return success(new LoadedSection(name, { accepted: updates, applied: ordered, clocks }, document))
}

/** The budget of a section opened on a host's clock. */
export const openingBudget = (now: () => number): OpeningBudget => ({ now, milliseconds: LIMITS.gateMilliseconds })
