/** Clocks and histories: gating many edits of one section. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { begunAnew } from '#protocol/documents/authors-order.ts'
import { clientIdOf, MAXIMUM_LEASE } from '#protocol/documents/clocks.ts'
import { type AuthoredUpdate, gateHistory } from '#protocol/documents/gate.ts'
import { clocksOfSection } from '#protocol/documents/history.ts'
import { openSection } from '#protocol/documents/section.ts'
import { MAXIMUM_INCARNATION } from '#protocol/ids.ts'
import { Author, codeOf, valueIn } from './authors.ts'
import { field, handMade } from './hostile.ts'

// A busy machine may take several times the moment a property needs.
vi.setConfig({ testTimeout: 60_000 })

const edit = (client: number, update: Uint8Array | undefined): AuthoredUpdate => ({
  client,
  tier: 'county',
  update: update as Uint8Array,
})

/** Two authors who build on each other, and one update that can never pass. */
function story(): AuthoredUpdate[] {
  const [anna, bo] = [new Author('application', 20_000), new Author('application', 40_000)]
  const first = edit(anna.client, anna.change({ set: { name: '王', phone: '1' }, remove: [] }))
  bo.pull(anna)
  const second = edit(bo.client, bo.change({ set: { phone: '2' }, remove: ['name'] }))
  anna.pull(bo)
  const third = edit(anna.client, anna.change({ set: { phone: '3', note: '补' }, remove: [] }))
  const hostile = edit(60_000, handMade([{ client: 60_000, clock: 0, structs: [field('__proto__', 'x')] }]))
  const behind = edit(60_000, handMade([{ client: 60_000, clock: 1, structs: [field('late', 'x')] }]))
  return [first, second, third, hostile, behind]
}

test('G19 clocks computed from accepted updates equal those the gate handed on', () => {
  const author = new Author('office-note', 20_000)
  for (const text of ['甲', '甲𠮷乙', '甲乙']) author.change({ text })
  expect(valueIn(clocksOfSection('office-note', author.updates()))).toEqual(author.clocks)
})

test('G19 updates in an impossible order have no clocks', () => {
  const author = new Author('application', 20_000)
  for (const phone of ['1', '2']) author.change({ set: { phone }, remove: [] })
  expect(codeOf(clocksOfSection('application', author.updates().reverse()))).toBe('clock-gap')
})

test('G22 what takes effect does not depend on the order in which authors’ edits arrive', () => {
  const edits = story()
  const expected = new Set(edits.slice(0, 3))
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 0, 1, 2, 2], { minLength: 5 }), (turns) => {
      // Each author's own edits keep their order; the turns say whose is next.
      const queues = [[edits[0], edits[2]], [edits[1]], [edits[3], edits[4]]]
      const arrived = turns.map((turn) => queues[turn]?.shift() as AuthoredUpdate)
      const history = gateHistory('application', arrived)
      const accepted = history.accepted.map((place) => arrived[place] as AuthoredUpdate)
      expect(new Set(accepted)).toEqual(expected)
      expect([...history.refused.values()].map(({ code }) => code)).toEqual(['bad-key', 'clock-gap'])
      const open = valueIn(
        openSection(
          'application',
          accepted.map(({ update }) => update),
        ),
      )
      expect(open.value()).toEqual({ phone: '3', note: '补' })
      expect(open.clocks()).toEqual(history.clocks)
    }),
    { numRuns: 60 },
  )
})

test('G22 a chain of authors that arrives backwards takes effect as soon as its beginning is there', () => {
  const authors = [20_000, 40_000, 60_000].map((client) => new Author('office-note', client))
  let text = ''
  const edits = authors.map((author, place) => {
    for (const earlier of authors.slice(0, place)) author.pull(earlier)
    text += '字'
    return edit(author.client, author.change({ text }))
  })
  const backwards = gateHistory('office-note', edits.toReversed())
  expect(backwards.accepted).toEqual([2, 1, 0])
  expect(backwards.refused.size).toBe(0)
  const incomplete = gateHistory('office-note', edits.slice(1).toReversed())
  expect(incomplete.accepted).toEqual([])
  expect([...incomplete.refused.values()].every(({ waits }) => waits)).toBe(true)
})

test('G22 an edit by a station that may not write the section blocks nobody', () => {
  const author = new Author('office-note', 20_000)
  const edits = ['甲', '甲乙'].map((text) => edit(author.client, author.change({ text })))
  const village = new Author('office-note', 40_000)
  const foreign: AuthoredUpdate = { ...edit(village.client, village.change({ text: '丙' })), tier: 'village' }
  const history = gateHistory('office-note', [edits[0] as AuthoredUpdate, foreign, edits[1] as AuthoredUpdate])
  expect(history.accepted).toEqual([0, 2])
  expect(history.refused.get(1)?.code).toBe('not-a-writer')
})

test('S113 what builds on edits that never count holds up no later edit of its authors, in whatever order all arrives', () => {
  const [late, anna, bo] = [20_000, 40_000, 60_000].map((client) => new Author('office-note', client))
  if (!late || !anna || !bo) throw new Error('three authors')
  late.change({ text: '停用之后才到' })
  anna.pull(late)
  const inVain = [edit(anna.client, anna.change({ text: '停用之后才到了' }))]
  const behind = edit(anna.client, anna.change({ text: '停用之后才到了呢' }))
  bo.pull(anna)
  inVain.push(edit(bo.client, bo.change({ text: '停用之后才到了吗' })))
  // Both go on from what counts: nothing.
  const [again, too] = [new Author('office-note', 40_000), new Author('office-note', 60_000)]
  const first = edit(again.client, again.change({ text: '重' }))
  too.pull(again)
  const second = edit(too.client, too.change({ text: '重新' }))
  const third = edit(again.client, again.change({ text: '重写' }))
  const written = [inVain[0], behind, first, third].map(
    (one, seq) => ({ ...one, seq, hash: `${seq}`, log: 'a' }) as never,
  )
  expect([...begunAnew(written)].map(({ seq }) => seq).sort()).toEqual([0, 1])
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 0, 0, 1, 1], { minLength: 5 }), (turns) => {
      const queues = [
        [inVain[0], first, third],
        [inVain[1], second],
      ]
      const arrived = turns.map((turn) => queues[turn]?.shift() as AuthoredUpdate)
      const { accepted, refused } = gateHistory('office-note', arrived, true)
      const counts = accepted.map((place) => arrived[place] as AuthoredUpdate)
      expect(new Set(counts)).toEqual(new Set([first, second, third]))
      expect([...refused.keys()].map((place) => arrived[place]).every((one) => one && inVain.includes(one))).toBe(true)
      expect([...refused.values()].every(({ waits }) => waits)).toBe(true)
      expect(gateHistory('office-note', arrived).accepted).toEqual([])
    }),
    { numRuns: 60 },
  )
})

test('G29 client ids are unsigned 32-bit numbers, one per lease and incarnation', () => {
  expect(clientIdOf(1, 1)).toBe(16_385)
  expect(clientIdOf(MAXIMUM_LEASE, MAXIMUM_INCARNATION)).toBeLessThan(2 ** 32)
  expect(clientIdOf(1, MAXIMUM_INCARNATION)).toBeLessThan(clientIdOf(2, 1))
})
