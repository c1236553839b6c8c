/** Edits that came over two ways are gated in the order in which their author made them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inAuthorsOrder } from '#protocol/documents/authors-order.ts'
import { gateHistory } from '#protocol/documents/gate.ts'
import { openSection } from '#protocol/documents/section.ts'
import { Author, valueIn } from './authors.ts'

/** Edits of two authors who see each other's, as entries: their seq says nothing across two logs of one author. */
function history() {
  const first = new Author('application', 11)
  const second = new Author('application', 22)
  const edits: { client: number; update: Uint8Array }[] = []
  for (let round = 0; round < 6; round++) {
    for (const [author, other] of [
      [first, second],
      [second, first],
    ] as const) {
      author.pull(other)
      const update = author.change(
        round === 4 ? { set: {}, remove: ['k1'] } : { set: { [`k${round}`]: `v${author.client}` }, remove: [] },
      )
      if (update) edits.push({ client: author.client, update })
    }
  }
  first.pull(second)
  const wanted = valueIn(openSection('application', first.updates())).value()
  return { edits: edits.map((edit, at) => ({ ...edit, seq: at, hash: String(at), tier: 'county' as const })), wanted }
}

test('R51 whichever way an author’s edits came first, all of them apply and the section is the same', () => {
  const { edits, wanted } = history()
  fc.assert(
    fc.property(fc.shuffledSubarray(edits, { minLength: edits.length }), (arrived) => {
      const ordered = inAuthorsOrder(arrived)
      const { accepted, refused } = gateHistory('application', ordered)
      expect(refused.size).toBe(0)
      const updates = accepted.map((place) => (ordered[place] as (typeof ordered)[number]).update)
      expect(valueIn(openSection('application', updates)).value()).toEqual(wanted)
    }),
  )
})

test('R51 what arrived in order stays as it was, and what cannot be read keeps its place among its author’s', () => {
  const { edits } = history()
  const writing = edits.filter(({ update }) => update[0] !== 0)
  expect(inAuthorsOrder(writing)).toEqual(writing)
  const cut = { client: 11, seq: 99, hash: 'x', tier: 'county' as const, update: new Uint8Array([0x80]) }
  expect(
    inAuthorsOrder([cut, ...writing])
      .filter(({ client }) => client === 11)
      .at(-1),
  ).toBe(cut)
})
