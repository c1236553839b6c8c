/** A section opened to be shown or edited: the only place where what it says is put together, and only while it is needed. */
import { toHex } from '#protocol/ids.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { changeProblem, type SectionChange } from './change.ts'
import { type OwnClocks, ownClocks, type SectionClocks } from './clocks.ts'
import { checkUpdate } from './gate.ts'
import { canonicalOrder, type Replay, replay } from './history.ts'
import { KeyedDocument } from './keyed-document.ts'
import type { ParsedUpdate } from './parse.ts'
import { gateProblem } from './problems.ts'
import type { SectionDocument } from './section-document.ts'
import { type MaterialRecord, SECTIONS, type Section, type SectionName } from './sections.ts'
import { TextDocument } from './text-document.ts'

/** What each section shows. */
export interface SectionValues {
  readonly application: Readonly<Record<string, string>>
  readonly materials: Readonly<Record<string, MaterialRecord>>
  readonly 'office-note': string
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
   * changes. The open section then shows the change: when storing fails, open it again.
   * Problems name the key in `field`; nothing is changed then.
   */
  change(client: number, change: SectionChange): Result<Uint8Array | undefined>
  /**
   * Goes on to the updates that take effect now. False when they do not begin with those that are shown, or when text
   * must be put together anew (rule G25): then open another.
   * @param lineage of the list, as GatedSection gives it: with the one of the last time little has to be compared
   */
  follow(accepted: readonly Update[], lineage: object): boolean
  /** Bytes of the updates it shows. */
  readonly bytes: number
}

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

/** A document that is open, with the updates it was built from. */
class LoadedSection<Name extends SectionName> implements OpenSection<Name> {
  readonly name: Name
  readonly #section: Section
  /** In the order in which they were accepted. */
  readonly #shown: Uint8Array[]
  readonly #document: SectionDocument
  #bytes: number
  readonly #clocks: OwnClocks
  #digest: string | undefined
  #lineage: object = {}
  /** Whether something was written here: behind all others, which need not be its place in their order (rule G25). */
  #isChanged = false

  constructor(name: Name, accepted: readonly Uint8Array[], clocks: SectionClocks, document: SectionDocument) {
    this.name = name
    this.#section = SECTIONS[name]
    this.#shown = [...accepted]
    this.#bytes = accepted.reduce((sum, update) => sum + update.length, 0)
    this.#document = document
    this.#clocks = ownClocks(clocks)
  }

  get bytes(): number {
    return this.#bytes
  }

  clocks(): SectionClocks {
    return ownClocks(this.#clocks)
  }

  value(): SectionValues[Name] {
    return this.#document.value() as SectionValues[Name]
  }

  digest(sha256: (bytes: Uint8Array) => Uint8Array): string {
    this.#digest ??= toHex(sha256(this.#document.snapshot()))
    return this.#digest
  }

  contentDigest(sha256: (bytes: Uint8Array) => Uint8Array): string {
    return toHex(sha256(new TextEncoder().encode(JSON.stringify(inOrder(this.value())))))
  }

  change(client: number, change: SectionChange): Result<Uint8Array | undefined> {
    const document = this.#document
    const problem = changeProblem(this.#section, change)
    if (problem) return problem
    const update = document.write(client, change)
    if (update === undefined) return success(undefined)
    const checked = checkUpdate(this.#section, client, this.#clocks, update)
    if (!checked.ok) {
      const { message } = gateProblem(checked.problem)
      return fail(checked.problem, message, '刚才的修改没有保存,原有内容不变。', '请分几次修改后保存。')
    }
    this.#shows(update, checked.value)
    this.#isChanged = true
    return success(update)
  }

  follow(accepted: readonly Update[], lineage: object): boolean {
    if (!this.#isBeginningOf(accepted, lineage)) return false
    // Where neighbours were invented, text depends on the order of the updates.
    if (this.#section.shape === 'text' && (this.#isChanged || accepted.length > this.#shown.length)) return false
    this.#lineage = lineage
    for (const { update } of accepted.slice(this.#shown.length)) {
      const checked = checkUpdate(this.#section, undefined, this.#clocks, update)
      if (!checked.ok) return false
      this.#shows(update, checked.value)
    }
    return true
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

  #shows(update: Uint8Array, checked: ParsedUpdate): void {
    this.#document.take(checked)
    this.#shown.push(update)
    this.#bytes += update.length
    this.#digest = undefined
  }
}

/**
 * What updates make together, in an order in which they were accepted; a text in one that does not depend on that, see
 * canonicalOrder.
 */
function documentOf({ shape, root }: Section, { checked }: Replay): SectionDocument {
  const document = shape === 'map' ? new KeyedDocument(root) : new TextDocument(root)
  for (const parsed of shape === 'map' ? checked : canonicalOrder(checked)) document.take(parsed)
  return document
}

/**
 * Opens a section from its accepted updates, in an order in which they were accepted (gateHistory gives one).
 * Everything passes the strict parser again first; a section of which edits are missing is not shown.
 */
export function openSection<Name extends SectionName>(
  name: Name,
  updates: readonly Uint8Array[],
): Result<OpenSection<Name>> {
  const replayed = replay(name, updates)
  if (!replayed.ok) return replayed
  return success(new LoadedSection(name, updates, replayed.value.clocks, documentOf(SECTIONS[name], replayed.value)))
}
