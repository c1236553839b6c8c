/** The proof the gate stands on: whatever passes it, Yjs integrates completely and harms nobody else's content. */
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import type { SectionClocks } from '#protocol/documents/clocks.ts'
import { gateUpdate } from '#protocol/documents/gate.ts'
import { openSection } from '#protocol/documents/section.ts'
import {
  isSectionKey,
  type PlainValue,
  SECTIONS,
  type Section,
  type SectionName,
} from '#protocol/documents/sections.ts'
import { assertCovering } from '#test/covering.ts'
import { Author, sha256, valueIn, type Written } from './authors.ts'
import { type HandMadeDeletions, type HandMadeStruct, handMade, type Id, textContent } from './hostile.ts'

// Hundreds of stories each; a busy machine may take several times the second or two they need.
vi.setConfig({ testTimeout: 60_000 })

const CLIENTS = [20_000, 40_000, 60_000] as const
const KEYS = ['name', 'phone', 'address'] as const
const text = fc.string({ unit: fc.constantFrom('a', 'b', '字', '𠮷', '😀', '\ufffd'), maxLength: 8 })
const place = fc.nat({ max: CLIENTS.length - 1 })

interface Step {
  readonly author: number
  readonly from: number
  readonly key: string
  readonly text: string
  readonly removes: boolean
}
const steps = fc.array(
  fc.record<Step>({ author: place, from: place, key: fc.constantFrom(...KEYS), text, removes: fc.boolean() }),
  { minLength: 2, maxLength: 14 },
)
const sections = fc.constantFrom<SectionName>('application', 'materials', 'office-note')

/** Honest authors who work apart and meet now and then; returns them with what each holds. */
function live(section: SectionName, story: readonly Step[]): Author[] {
  const authors = CLIENTS.map((client) => new Author(section, client))
  for (const step of story) {
    const author = authors[step.author] as Author
    author.pull(authors[step.from] as Author)
    if (section === 'office-note') author.change({ text: step.text })
    else if (step.removes) author.change({ set: {}, remove: [step.key] })
    else if (section === 'application') author.change({ set: { [step.key]: step.text }, remove: [] })
    else
      author.change({ set: { [step.key]: { state: 'copy', copies: step.text.length, note: step.text } }, remove: [] })
  }
  return authors
}

function documentOf(section: Section, updates: readonly Uint8Array[]): Y.Doc {
  const document = new Y.Doc()
  document.clientID = 0
  if (section.shape === 'map') document.getMap(section.root)
  else document.getText(section.root)
  for (const update of updates) Y.applyUpdate(document, update)
  return document
}

/** Every living unit of content: `client:clock` → the character or value. */
function unitsOf(document: Y.Doc): Map<string, string> {
  const units = new Map<string, string>()
  for (const [client, structs] of document.store.clients) {
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || struct.deleted) continue
      for (const [index, unit] of struct.content.getContent().entries()) {
        units.set(`${client}:${struct.id.clock + index}`, JSON.stringify(unit))
      }
    }
  }
  return units
}

function expectSchema(document: Y.Doc, section: Section): void {
  expect([...document.share.keys()]).toEqual([section.root])
  if (section.shape === 'text') {
    expect(
      document
        .getText(section.root)
        .toDelta()
        .every(({ insert }: { insert?: unknown }) => typeof insert === 'string'),
    ).toBe(true)
    expect(document.getText(section.root).toString().isWellFormed()).toBe(true)
    return
  }
  for (const [key, value] of document.getMap<PlainValue>(section.root)) {
    expect(isSectionKey(key)).toBe(true)
    expect(section.accepts(value)).toBe(true)
  }
}

/** What must hold of an update that passed. */
function expectHarmless(
  section: Section,
  before: readonly Uint8Array[],
  update: Uint8Array,
  clocks: SectionClocks,
): void {
  const document = documentOf(section, before)
  const units = unitsOf(document)
  Y.applyUpdate(document, update)
  expect(document.store.pendingStructs).toBeNull()
  expect(document.store.pendingDs).toBeNull()
  expect(Y.decodeStateVector(Y.encodeStateVector(document))).toEqual(clocks.next)
  expectSchema(document, section)
  const after = unitsOf(document)
  for (const [unit, content] of units) expect([undefined, content]).toContain(after.get(unit))
  document.destroy()
}

test('G20 every honest update passes, applies without pending parts and yields the schema', () => {
  fc.assert(
    fc.property(sections, steps, (name, story) => {
      for (const author of live(name, story)) {
        const document = documentOf(SECTIONS[name], author.updates())
        expect(document.store.pendingStructs).toBeNull()
        expect(Y.decodeStateVector(Y.encodeStateVector(document))).toEqual(author.clocks.next)
        expectSchema(document, SECTIONS[name])
      }
    }),
    { numRuns: 60 },
  )
})

type Mutation = (update: Uint8Array, other: Uint8Array) => Uint8Array
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const at = (share: number, bytes: Uint8Array): number => Math.floor(share * bytes.length)

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(position, fc.nat({ max: 7 })).map(
    ([share, bit]): Mutation =>
      (update) => {
        const mutated = update.slice()
        mutated[at(share, mutated)] = (mutated[at(share, mutated)] as number) ^ (1 << bit)
        return mutated
      },
  ),
  position.map(
    (share): Mutation =>
      (update) =>
        update.slice(0, at(share, update)),
  ),
  fc.tuple(position, fc.uint8Array({ minLength: 1, maxLength: 4 })).map(
    ([share, bytes]): Mutation =>
      (update) =>
        Uint8Array.from([...update.slice(0, at(share, update)), ...bytes, ...update.slice(at(share, update))]),
  ),
  fc.tuple(position, position).map(
    ([share, otherShare]): Mutation =>
      (update, other) =>
        Uint8Array.from([...update.slice(0, at(share, update)), ...other.slice(at(otherShare, other))]),
  ),
)

test('G21 a mutated update is refused, or applies cleanly and leaves others’ content as it was', () => {
  const seen = { passed: 0, refused: 0 }
  assertCovering(
    fc.property(sections, steps, fc.array(mutations, { minLength: 1, maxLength: 20 }), (name, story, changes) => {
      const held = (live(name, story)[0] as Author).held
      const last = held.at(-1)
      if (last === undefined) return
      const earlier = new Author(name, 0)
      for (const written of held.slice(0, -1)) earlier.take(written)
      const other = (held[0] as Written).update
      for (const change of changes) {
        const mutated = change(last.update, other)
        const given = { section: name, client: last.client, tier: 'county', clocks: earlier.clocks } as const
        const gated = gateUpdate(given, mutated)
        seen[gated.ok ? 'passed' : 'refused'] += 1
        if (gated.ok) expectHarmless(SECTIONS[name], earlier.updates(), mutated, gated.value.clocks)
      }
    }),
    150,
    () => {
      expect(seen.passed).toBeGreaterThan(20)
      expect(seen.refused).toBeGreaterThan(20)
    },
  )
})

interface Draw {
  readonly origin: readonly [number, number] | undefined
  readonly rightOrigin: readonly [number, number] | undefined
  readonly key: string
  readonly text: string
}
const reference = fc.option(fc.tuple(place, fc.nat({ max: 40 })), { nil: undefined })
const draws = fc.array(
  fc.record<Draw>({ origin: reference, rightOrigin: reference, key: fc.constantFrom(...KEYS), text }),
  { maxLength: 4 },
)
const deletions = fc.array(fc.tuple(place, fc.nat({ max: 40 }), fc.integer({ min: 1, max: 3 })), { maxLength: 1 })

/** Somewhere in what is held, now and then one clock behind its end. */
function idOf(clocks: SectionClocks, [who, where]: readonly [number, number]): Id {
  const clients = [...clocks.next.keys()]
  const client = clients[who % Math.max(clients.length, 1)] ?? CLIENTS[0]
  const end = (clocks.next.get(client) ?? 0) + (where % 8 === 0 ? 1 : 0)
  return { client, clock: where % Math.max(end, 1) }
}

function structOf(name: SectionName, clocks: SectionClocks, draw: Draw): HandMadeStruct {
  const origin = draw.origin && idOf(clocks, draw.origin)
  if (name === 'office-note') {
    const rightOrigin = draw.rightOrigin && idOf(clocks, draw.rightOrigin)
    return { kind: 4, root: 'text', origin, rightOrigin, content: textContent(draw.text || 'x') }
  }
  const value = name === 'application' ? draw.text : { state: 'missing', copies: 0 }
  const content = (encoder: encoding.Encoder): void => {
    encoding.writeVarUint(encoder, 1)
    encoding.writeAny(encoder, value)
  }
  return { kind: 8, root: SECTIONS[name].root, key: draw.key, origin, content }
}

/** An update in the right format whose references point wherever chance says. */
function invented(
  name: SectionName,
  client: number,
  clocks: SectionClocks,
  made: readonly Draw[],
  removed: Deletion[],
) {
  const structs = made.map((draw) => structOf(name, clocks, draw))
  const clock = clocks.next.get(client) ?? 0
  const removals: HandMadeDeletions[] = removed.map(([who, where, length]) => {
    const from = idOf(clocks, [who, where])
    return { client: from.client, ranges: [[from.clock, length]] }
  })
  return handMade(structs.length > 0 ? [{ client, clock, structs }] : [], removals)
}
type Deletion = [number, number, number]

test('G21 an invented update is refused, or applies cleanly and leaves others’ content as it was', () => {
  const seen = { passed: 0, refused: 0 }
  assertCovering(
    fc.property(sections, steps, fc.array(fc.tuple(draws, deletions), { maxLength: 10 }), (name, story, inventions) => {
      const author = live(name, story)[0] as Author
      for (const [made, removed] of inventions) {
        const update = invented(name, author.client, author.clocks, made, removed)
        const { client, clocks } = author
        const gated = gateUpdate({ section: name, client, tier: 'county', clocks }, update)
        seen[gated.ok ? 'passed' : 'refused'] += 1
        if (!gated.ok) continue
        expectHarmless(SECTIONS[name], author.updates(), update, gated.value.clocks)
        author.take({ client: author.client, update })
      }
    }),
    120,
    () => {
      expect(seen.passed).toBeGreaterThan(100)
      expect(seen.refused).toBeGreaterThan(100)
    },
  )
})

test('G18 no bytes make the gate throw', () => {
  fc.assert(
    fc.property(sections, fc.uint8Array({ maxLength: 60 }), (section, update) => {
      const clocks = { next: new Map([[1, 3]]), halves: new Map() }
      const gated = gateUpdate({ section, client: 1, tier: 'county', clocks }, update)
      expect(typeof gated.ok).toBe('boolean')
    }),
    { numRuns: 2_000 },
  )
})

const inventionsOf = fc.array(fc.tuple(place, draws, deletions), { maxLength: 8 })

/** Authors who told each other everything, among it what was made by hand and passed the gate. */
function inventive(
  section: SectionName,
  story: readonly Step[],
  inventions: typeof inventionsOf extends fc.Arbitrary<infer Drawn> ? Drawn : never,
) {
  const authors = live(section, story)
  let passed = 0
  for (const [who, made, removed] of inventions) {
    const author = authors[who] as Author
    const { client, clocks } = author
    const update = invented(section, client, clocks, made, removed)
    if (!gateUpdate({ section, client, tier: 'county', clocks }, update).ok) continue
    author.take({ client, update })
    passed += 1
  }
  for (const author of authors) for (const other of authors) author.pull(other)
  return { authors, passed }
}

test('G25 nodes that hold the same edits agree, even where references were invented', () => {
  const seen = { passed: 0 }
  assertCovering(
    fc.property(sections, steps, inventionsOf, (name, story, inventions) => {
      const { authors, passed } = inventive(name, story, inventions)
      seen.passed += passed
      const shown = authors.map((author) => author.shown())
      for (const one of shown) expect(one).toEqual(shown[0])
    }),
    100,
    () => {
      expect(seen.passed).toBeGreaterThan(50)
    },
  )
})

test('G32 a section that stays open agrees with others, even where references were invented', () => {
  const seen = { followed: 0, anew: 0, passed: 0 }
  assertCovering(
    fc.property(sections, steps, inventionsOf, (name, story, inventions) => {
      const { authors, passed } = inventive(name, story, inventions)
      seen.passed += passed
      for (const author of authors) {
        let open = valueIn(openSection(name, []))
        for (let end = 1; end <= author.held.length; end++) {
          if (open.follow(author.held.slice(0, end), {})) seen.followed += 1
          else {
            open = valueIn(openSection(name, author.updates().slice(0, end)))
            seen.anew += 1
          }
        }
        expect({ value: open.value(), digest: open.digest(sha256) }).toEqual(authors[0]?.shown())
      }
    }),
    100,
    () => {
      expect(seen.passed).toBeGreaterThan(50)
      expect(seen.followed).toBeGreaterThan(50)
      expect(seen.anew).toBeGreaterThan(50)
    },
  )
})

test('G25 nodes that hold the same edits agree on value and digest, whatever the order of arrival', () => {
  fc.assert(
    fc.property(sections, steps, (name, story) => {
      const authors = live(name, story)
      for (const author of authors) for (const other of authors) author.pull(other)
      const shown = authors.map((author) => author.shown())
      for (const one of shown) expect(one).toEqual(shown[0])
    }),
    { numRuns: 60 },
  )
})
