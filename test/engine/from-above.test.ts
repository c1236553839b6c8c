/** Which entries of nodes below came from above, over cuts of their log. */
import { expect, test } from 'vitest'
import { type SeqRange, upTo, withMore } from '#protocol/engine/carrying/from-above.ts'
import { createChance } from '#test/simulation/chance.ts'

const seqsOf = (stretches: readonly SeqRange[]): number[] =>
  stretches.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at))

test('S73 what came from above is known over any cuts: what they took off no more, what came in its place anew', () => {
  const chance = createChance('from above')
  for (let round = 0; round < 500; round++) {
    let stretches: SeqRange[] = []
    let height = 0
    const wanted = new Set<number>()
    for (let step = 0; step < 12; step++) {
      if (chance.happens(0.3)) {
        height = chance.below(height + 1)
        stretches = upTo(stretches, height)
        for (const seq of wanted) if (seq > height) wanted.delete(seq)
        continue
      }
      const more = height + chance.between(1, 5)
      const isFromAbove = chance.happens(0.5)
      if (isFromAbove) {
        stretches = withMore(stretches, height, more)
        for (let seq = height + 1; seq <= more; seq++) wanted.add(seq)
        expect(seqsOf(stretches)).toEqual([...wanted].sort((left, right) => left - right))
      }
      height = more
    }
  }
})
