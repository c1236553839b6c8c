/** A section before a cut, where somebody has taken back already what others here had gone on from. */
import { differenceOf, sameValue } from '#protocol/documents/change.ts'
import type { PlainValue } from '#protocol/documents/sections.ts'
import type { SectionEdit } from '../cases/case-file.ts'

/** What edits make of a section, and which of them take effect; without a value when it cannot be opened. */
export interface SectionReading {
  readonly value: unknown
  readonly accepted: readonly SectionEdit[]
}

/** A section as it was before edits of it were taken back. */
export interface Beside {
  /** Undefined when the section could not be opened. */
  readonly value: unknown
  /** Edits of which the value is made. */
  readonly inEffect: readonly SectionEdit[]
  /** Keys that say what was taken back: whoever took it back has written them again, or did not have to. */
  readonly settled: ReadonlySet<string>
  /** Edits that were made on top of what was taken back: they wait already, though nothing is cut yet. */
  readonly onTop: readonly SectionEdit[]
}

/** A section of keys. */
export type KeyedValues = Readonly<Record<string, PlainValue>>

/**
 * Reads edits beside those that were taken back. Two nodes cut the same edits at different times: what the first one
 * withdraws, and the other had gone on from, comes to the other before its own cut does.
 */
export function besideTakenBack(
  read: (edits: readonly SectionEdit[]) => SectionReading,
  edits: readonly SectionEdit[],
  takenBack: readonly SectionEdit[],
): Beside {
  const now = read(edits)
  const whole = takenBack.length > 0 ? read([...edits, ...takenBack]) : now
  const nothing = { value: now.value, inEffect: now.accepted, settled: new Set<string>(), onTop: [] }
  // What they stood on themselves is not here any more, or has not come.
  if (!whole.accepted.some((edit) => takenBack.includes(edit))) return nothing
  const known = new Set([...now.accepted, ...takenBack])
  const onTop = whole.accepted.filter((edit) => !known.has(edit))
  const before = onTop.length > 0 ? read([...edits.filter((edit) => !onTop.includes(edit)), ...takenBack]) : whole
  if ([now, whole, before].some(({ value }) => value === undefined)) return nothing
  if (typeof now.value === 'string') {
    const { inserted } = differenceOf(before.value as string, whole.value as string)
    return { ...nothing, value: `${now.value}${inserted}`, inEffect: whole.accepted, onTop }
  }
  const [without, taken, wanted] = [now.value, before.value, whole.value] as [KeyedValues, KeyedValues, KeyedValues]
  const settled = [...new Set([without, taken].flatMap(Object.keys))].filter(
    (key) => !isSame(without, taken, key) && isSame(taken, wanted, key),
  )
  return { value: wanted, inEffect: whole.accepted, settled: new Set(settled), onTop }
}

/** Whether a key says the same in both, or is in neither. */
export function isSame(left: KeyedValues, right: KeyedValues, key: string): boolean {
  if (!Object.hasOwn(left, key) || !Object.hasOwn(right, key))
    return Object.hasOwn(left, key) === Object.hasOwn(right, key)
  return sameValue(left[key], right[key] as PlainValue)
}
