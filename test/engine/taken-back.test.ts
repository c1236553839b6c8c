/** What a section says before a cut, where somebody has taken back already what others had gone on from. */
import { expect, test } from 'vitest'
import { besideTakenBack } from '#protocol/engine/carrying/taken-back.ts'
import type { SectionEdit } from '#protocol/engine/cases/case-file.ts'

interface Written {
  readonly says: string
  readonly on: SectionEdit | undefined
}

/** Edits that each say one word and wait for the one they stand on; they apply in the order of their words. */
function writer() {
  const words = new Map<SectionEdit, Written>()
  const edit = (says: string, on?: SectionEdit) => {
    const made = { hash: says, update: new Uint8Array() } as unknown as SectionEdit
    words.set(made, { says, on })
    return made
  }
  const applied = (edits: readonly SectionEdit[]) => {
    const counts = (one: SectionEdit): boolean => {
      const on = words.get(one)?.on
      return edits.includes(one) && (on === undefined || counts(on))
    }
    return edits.filter(counts).sort((left, right) => (left.hash < right.hash ? -1 : 1))
  }
  const wordsOf = (edits: readonly SectionEdit[]) => edits.map((one) => words.get(one)?.says ?? '')
  return { edit, applied, wordsOf }
}

test('S73 of a text what stands on an edit that was taken back is part of what is written again, that edit is not', () => {
  const { edit, applied, wordsOf } = writer()
  const read = (edits: readonly SectionEdit[]) => {
    const accepted = applied(edits)
    return { accepted, value: wordsOf(accepted).join('') }
  }
  const first = edit('一')
  const second = edit('二', first)
  const third = edit('三', second)
  expect(besideTakenBack(read, [first, third], [second])).toMatchObject({ value: '一三', onTop: [third] })
  expect(besideTakenBack(read, [first], [second])).toMatchObject({ value: '一', onTop: [] })
  // What it stood on is not here any more: nothing of it can be read.
  expect(besideTakenBack(read, [third], [second])).toMatchObject({ value: '', onTop: [] })
})

test('S73 of a form a field is left to who took its last edit back, unless somebody has written on top of it', () => {
  const { edit, applied, wordsOf } = writer()
  const read = (edits: readonly SectionEdit[]) => {
    const accepted = applied(edits)
    return { accepted, value: Object.fromEntries(wordsOf(accepted).map((says) => says.split('='))) }
  }
  const first = edit('a=1')
  const other = edit('b=1')
  const second = edit('a=2', first)
  const third = edit('a=3', second)
  const left = besideTakenBack(read, [first, other], [second])
  expect([left.value, [...left.settled], left.onTop]).toEqual([{ a: '2', b: '1' }, ['a'], []])
  const owed = besideTakenBack(read, [first, other, third], [second])
  expect([owed.value, [...owed.settled], owed.onTop]).toEqual([{ a: '3', b: '1' }, [], [third]])
})
