/** A form that is open: what Yjs makes of the same updates, without asking Yjs and without walking along its values. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { type OpenSection, openSection } from '#protocol/documents/section.ts'
import type { PlainValue } from '#protocol/documents/sections.ts'
import { sha256, valueIn } from './authors.ts'
import { anyContent, field, type HandMadeStruct, handMade, type Id } from './hostile.ts'

// The real Yjs; what is added counts how often it is asked.
vi.mock(import('yjs'), async (original) => {
  const real = await original()
  return { ...real, applyUpdate: vi.fn(real.applyUpdate) }
})
// Hundreds of stories; a busy machine may take several times the seconds they need.
vi.setConfig({ testTimeout: 60_000 })

const AUTHORS = [20_000, 40_000, 60_000] as const
const KEYS = ['name', 'phone'] as const
const who = fc.nat({ max: 2 })
const key = fc.constantFrom(...KEYS)

/** Values that name any earlier value, or none though there are some; deletions of anything. */
const steps = fc.array(
  fc.record({
    author: who,
    values: fc.array(fc.record({ key, under: fc.option(fc.nat({ max: 1_000 })), text: fc.string({ maxLength: 3 }) }), {
      maxLength: 4,
    }),
    deleted: fc.option(fc.record({ author: who, from: fc.nat({ max: 50 }), length: fc.integer({ min: 1, max: 9 }) })),
  }),
  { minLength: 1, maxLength: 14 },
)
type Steps = typeof steps extends fc.Arbitrary<infer Of> ? Of : never

interface Made {
  readonly client: number
  readonly update: Uint8Array
}

/** The updates of a story, in the order in which they were made: each names only what is there. */
function madeOf(story: Steps): Made[] {
  const ids: Id[] = []
  const clocks = new Map<number, number>()
  return story.flatMap(({ author, values, deleted }) => {
    const client = AUTHORS[author] as number
    const clock = clocks.get(client) ?? 0
    const structs = values.map(({ key, under, text }, place): HandMadeStruct => {
      const origin = under === null ? undefined : ids[under % Math.max(1, ids.length)]
      ids.push({ client, clock: clock + place })
      return origin ? { kind: 8, keyed: true, origin, content: anyContent(text) } : field(key, text)
    })
    clocks.set(client, clock + structs.length)
    const held = clocks.get(AUTHORS[deleted?.author ?? 0] as number) ?? 0
    const from = deleted && held > 0 ? deleted.from % held : 0
    const range = [from, Math.min(deleted?.length ?? 0, held - from)] as const
    const deletions = range[1] > 0 ? [{ client: AUTHORS[deleted?.author ?? 0] as number, ranges: [range] }] : []
    if (structs.length + deletions.length === 0) return []
    return { client, update: handMade(structs.length > 0 ? [{ client, clock, structs }] : [], deletions) }
  })
}

function byYjs(updates: readonly Uint8Array[]): Y.Doc {
  const document = new Y.Doc()
  document.clientID = 0
  document.getMap('fields')
  for (const update of updates) Y.applyUpdate(document, update)
  return document
}

const shown = (open: OpenSection<'application'>) => ({ value: open.value(), digest: open.digest(sha256) })
const shownByYjs = (document: Y.Doc) => ({
  value: document.getMap('fields').toJSON(),
  digest: Buffer.from(sha256(Y.encodeSnapshot(Y.snapshot(document)))).toString('hex'),
})

const opened = (made: readonly Made[]) =>
  valueIn(
    openSection(
      'application',
      made.map(({ update }) => update),
    ),
  )

test('G36 a form says what Yjs makes of its updates, whatever they name, opened anew or kept open', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const made = madeOf(story)
      const kept = opened([])
      for (let end = 1; end <= made.length; end++) {
        const some = made.slice(0, end)
        const expected = shownByYjs(byYjs(some.map(({ update }) => update)))
        const open = opened(some)
        expect(shown(open)).toEqual(expected)
        // Keys stand in the order in which they came to be, as before.
        expect(Object.keys(open.value())).toEqual(Object.keys(expected.value))
        expect(kept.follow(some, AUTHORS)).toBe(true)
        expect(shown(kept)).toEqual(expected)
      }
    }),
    { numRuns: 300 },
  )
})

const change = fc.record({
  set: fc.dictionary(fc.constantFrom(...KEYS, 'address'), fc.string({ maxLength: 3 }), { maxKeys: 3 }),
  remove: fc.subarray(['name', 'phone', 'address', 'note']),
})

test('G36 a change of a form is byte for byte the update that Yjs would write', () => {
  fc.assert(
    fc.property(steps, who, fc.array(change, { minLength: 1, maxLength: 4 }), (story, author, changes) => {
      const made = madeOf(story)
      const open = opened(made)
      const document = byYjs(made.map(({ update }) => update))
      document.clientID = AUTHORS[author] as number
      let update: Uint8Array | undefined
      document.on('update', (bytes: Uint8Array) => {
        update = bytes
      })
      for (const { set, remove } of changes) {
        const gone = remove.filter((one) => !Object.hasOwn(set, one))
        update = undefined
        document.transact(() => {
          const map = document.getMap<PlainValue>('fields')
          for (const [one, value] of Object.entries(set)) if (map.get(one) !== value) map.set(one, value)
          for (const one of gone) if (map.has(one)) map.delete(one)
        })
        expect(valueIn(open.change(document.clientID, { set, remove: gone }))).toEqual(update)
        expect(shown(open)).toEqual(shownByYjs(document))
      }
    }),
    { numRuns: 300 },
  )
})

test('G36 a form of 40,000 values of one key that name none, or all the same one, is opened without Yjs', () => {
  const many = (client: number, structOf: (place: number) => HandMadeStruct): Made[] =>
    Array.from({ length: 100 }, (_, edit) => {
      const structs = Array.from({ length: 200 }, (_, place) => structOf(edit * 200 + place))
      return { client, update: handMade([{ client, clock: edit * 200, structs }]) }
    })
  const origin = { client: 20_000, clock: 0 }
  const same: HandMadeStruct = { kind: 8, keyed: true, origin, content: anyContent('同') }
  const made = [
    ...many(20_000, (place) => field('name', `${place}`)),
    ...many(40_000, (place) => (place % 2 === 0 ? same : field('name', `${place}`))),
  ]
  vi.mocked(Y.applyUpdate).mockClear()
  // What counts is what the highest author wrote first in sight of none.
  expect(opened(made).value()).toEqual({ name: '1' })
  expect(Y.applyUpdate).not.toHaveBeenCalled()
})
