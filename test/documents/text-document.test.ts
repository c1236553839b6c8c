/** An office note that is open: what Yjs makes of the same updates, in time that grows with them, whatever they name. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { gateHistory } from '#protocol/documents/gate.ts'
import { canonicalOrder, replay } from '#protocol/documents/history.ts'
import { type OpenSection, openSection } from '#protocol/documents/section.ts'
import { LIMITS } from '#protocol/limits.ts'
import { sha256, valueIn } from './authors.ts'
import { type HandMadeStruct, handMade, type Id, textContent } from './hostile.ts'
import { invented } from './invented.ts'

// Hundreds of stories; a busy machine may take several times the seconds they need.
vi.setConfig({ testTimeout: 60_000 })

const AUTHORS = [20_000, 40_000, 60_000] as const
const who = fc.nat({ max: 2 })
/** Mostly few places, so that much meets at one. */
const unit = fc.option(fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 9 }), fc.nat({ max: 1_000 })))
const text = fc.string({ unit: fc.constantFrom('a', 'b', '字', '𠮷'), minLength: 1, maxLength: 4 })

/** Pieces between any two units there are, or at either end; deletions of anything. */
const steps = fc.array(
  fc.record({
    author: who,
    pieces: fc.array(fc.record({ origin: unit, right: unit, text }), { maxLength: 4 }),
    deleted: fc.option(fc.record({ author: who, from: fc.nat({ max: 50 }), length: fc.integer({ min: 1, max: 9 }) })),
  }),
  { minLength: 1, maxLength: 14 },
)
type Steps = typeof steps extends fc.Arbitrary<infer Of> ? Of : never

interface Unit extends Id {
  /** Number of the piece. */
  readonly piece: number
}

/** The updates of a story, as far as the gate lets them pass. */
function madeOf(story: Steps): Uint8Array[] {
  const units: Unit[] = []
  const clocks = new Map<number, number>()
  let count = 0
  const made = story.flatMap(({ author, pieces, deleted }) => {
    const client = AUTHORS[author] as number
    const clock = clocks.get(client) ?? 0
    let next = clock
    const structs = pieces.map(({ origin, right, text }): HandMadeStruct => {
      const behind = origin === null ? undefined : units[origin % Math.max(1, units.length)]
      const before = right === null ? undefined : units[right % Math.max(1, units.length)]
      // Where the right one stands first in one piece, what Yjs makes of it depends on how it has cut that piece before.
      const isTurned = behind && before?.piece === behind.piece && before.clock <= behind.clock
      count += 1
      for (const _ of Array.from({ length: text.length })) units.push({ client, clock: next++, piece: count })
      return {
        kind: 4,
        root: 'text',
        ...(behind ? { origin: { client: behind.client, clock: behind.clock } } : {}),
        ...(before && !isTurned ? { rightOrigin: { client: before.client, clock: before.clock } } : {}),
        content: textContent(text),
      }
    })
    clocks.set(client, next)
    const of = AUTHORS[deleted?.author ?? 0] as number
    const held = clocks.get(of) ?? 0
    const from = deleted && held > 0 ? deleted.from % held : 0
    const range = [from, Math.min(deleted?.length ?? 0, held - from)] as const
    const deletions = range[1] > 0 ? [{ client: of, ranges: [range] }] : []
    if (structs.length + deletions.length === 0) return []
    return { client, update: handMade(structs.length > 0 ? [{ client, clock, structs }] : [], deletions) }
  })
  const { accepted } = gateHistory(
    'office-note',
    made.map((one) => ({ ...one, tier: 'county' as const })),
  )
  return accepted.map((place) => made[place]?.update as Uint8Array)
}

function byYjs(updates: readonly Uint8Array[]): Y.Doc {
  const replayed = valueIn(replay('office-note', updates))
  const document = new Y.Doc()
  document.getText('text')
  document.transact(() => {
    for (const parsed of canonicalOrder(replayed.checked))
      Y.applyUpdate(document, updates[replayed.checked.indexOf(parsed)] as Uint8Array)
  })
  return document
}

const shown = (open: OpenSection<'office-note'>) => ({ value: open.value(), digest: open.digest(sha256) })
const shownByYjs = (document: Y.Doc) => ({
  value: document.getText('text').toString(),
  digest: Buffer.from(sha256(Y.encodeSnapshot(Y.snapshot(document)))).toString('hex'),
})
const opened = (updates: readonly Uint8Array[]) => valueIn(openSection('office-note', updates))

test('G37 a text says what Yjs makes of its updates, whatever neighbours they name', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const updates = madeOf(story)
      expect(shown(opened(updates))).toEqual(shownByYjs(byYjs(updates)))
    }),
    { numRuns: 3_000 },
  )
})

test('G37 a change of a text is byte for byte the update that Yjs would write, and shown as Yjs shows it', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '字', '𠮷'), maxLength: 12 }), { minLength: 1 })
  fc.assert(
    fc.property(steps, who, texts, (story, author, texts) => {
      const updates = madeOf(story)
      const client = AUTHORS[author] as number
      for (const wanted of texts) {
        const open = opened(updates)
        const [document, current] = [byYjs(updates), open.value()]
        document.clientID = client
        let made: Uint8Array | undefined
        document.on('update', (bytes: Uint8Array) => {
          made = bytes
        })
        const written = valueIn(open.change(client, { text: wanted }))
        let [start, end] = [0, 0]
        const shorter = Math.min(current.length, wanted.length)
        while (start < shorter && current[start] === wanted[start]) start++
        if (/[\ud800-\udbff]/.test(current[start - 1] ?? '')) start--
        while (end < shorter - start && current.at(-1 - end) === wanted.at(-1 - end)) end++
        if (/[\udc00-\udfff]/.test(current.at(-end) ?? '') && end > 0) end--
        document.transact(() => {
          const shared = document.getText('text')
          shared.delete(start, current.length - start - end)
          shared.insert(start, wanted.slice(start, wanted.length - end))
        })
        expect(written).toEqual(made)
        expect(shown(open)).toEqual(shownByYjs(document))
        if (written) updates.push(written)
      }
    }),
    { numRuns: 300 },
  )
})

test('G37 whatever is invented, an open text is the same in whatever order its authors’ edits arrive', () => {
  const turns = fc.infiniteStream(fc.nat({ max: 9 }))
  fc.assert(
    fc.property(invented('office-note'), turns, (edits, turns) => {
      const queues = [...Map.groupBy(edits, ({ client }) => client).values()].map((own) => [...own])
      const arrived = edits.map(() => {
        const waiting = queues.filter((queue) => queue.length > 0)
        return waiting[turns.next().value % waiting.length]?.shift() as (typeof edits)[number]
      })
      const [one, other] = [edits, arrived].map((all) =>
        gateHistory('office-note', all).accepted.map((place) => all[place]?.update as Uint8Array),
      ) as [Uint8Array[], Uint8Array[]]
      expect(shown(opened(other))).toEqual(shown(opened(one)))
    }),
    { numRuns: 300 },
  )
})

test('G37 walks are bounded: a text of 40,000 pieces without neighbours shows all of them and can be changed', () => {
  const many = (client: number, text: string): Uint8Array[] =>
    Array.from({ length: 100 }, (_, edit) => {
      const structs = Array.from({ length: 200 }, () => ({ kind: 4, root: 'text', content: textContent(text) }))
      return handMade([{ client, clock: edit * 200, structs }])
    })
  const updates = [...many(20_000, '甲'), ...many(40_000, '乙')]
  const open = opened(updates)
  // Each of the second author's pieces walks along all of the first one's, until the walks are used up.
  const runs =
    open
      .value()
      .match(/甲+|乙+/g)
      ?.map(({ length }) => length) ?? []
  // In numbers: all programs of a level read the same text.
  expect([LIMITS.textSteps, ...runs]).toEqual([2_000_000, 19_902, 20_000, 98])
  expect(opened([...updates.slice(100), ...updates.slice(0, 100)]).value() === open.value()).toBe(true)
  expect(valueIn(open.change(60_000, { text: '重写' }))).toBeDefined()
  expect(open.value()).toBe('重写')
})

test('G37 a note of which every second unit is deleted can be written anew by one change, and in part', () => {
  const [author, writing] = [20_000, 60_000]
  const structs = Array.from({ length: 10 }, (_, piece) => piece * 2_000).map((clock) => ({
    kind: 4,
    ...(clock > 0 ? { origin: { client: author, clock: clock - 1 } } : { root: 'text' }),
    content: textContent('甲'.repeat(2_000)),
  }))
  const holes = (from: number): Uint8Array => {
    const ranges = Array.from({ length: 2_500 }, (_, index) => [from + 2 * index, 1] as const)
    return handMade([], [{ client: author, ranges }])
  }
  const updates = [handMade([{ client: author, clock: 0, structs }]), ...[0, 5_000, 10_000, 15_000].map(holes)]
  for (const text of ['重写', `重写${'甲'.repeat(10)}`, '']) {
    const open = opened(updates)
    expect(open.value()).toBe('甲'.repeat(10_000))
    const update = valueIn(open.change(writing, { text })) as Uint8Array
    expect(open.value()).toBe(text)
    expect(opened([...updates, update]).value()).toBe(text)
    expect(shown(open)).toEqual(shownByYjs(byYjs([...updates, update])))
  }
})
