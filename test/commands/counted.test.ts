/** What of the form counts on pages and paper. */
import { expect, test } from 'vitest'
import { countedOf, isSealLost, materialsLine, SEAL_LOST } from '#edge-node/commands/cases/form.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { SectionView } from '#protocol/engine/section-view.ts'

const item = SAMPLE_ITEMS.find(({ materials }) => materials.length > 0)
const id = item?.materials[0]?.id ?? ''
const now = { [id]: { state: 'original', copies: 77 } }
const sealed = { [id]: { state: 'original', copies: 1 } }
const section = (change: Partial<SectionView>): readonly SectionView[] => [
  {
    name: 'materials',
    title: '材料',
    value: now,
    writable: false,
    changedAfterSeal: false,
    sealed: null,
    changes: [],
    unlisted: 0,
    ...change,
  } as SectionView,
]
const words = ({ state, copies }: { readonly state: string; readonly copies: number }) => `${state} ${copies}`

test('C130 pages and paper bear what was sealed, and where that cannot be put together any more nothing that was written since', () => {
  expect(countedOf(section({}), 'materials')).toEqual(now)
  expect(countedOf(section({ changedAfterSeal: true, sealed }), 'materials')).toEqual(sealed)
  const lost = section({ changedAfterSeal: true })
  expect([isSealLost(lost, 'materials'), countedOf(lost, 'materials')]).toEqual([true, {}])
  expect(materialsLine(lost, item, words)).toBe(SEAL_LOST)
  expect(materialsLine(section({ changedAfterSeal: true, sealed }), item, words)).toContain('original 1')
  expect(materialsLine(lost, undefined, words)).toBe('')
})
