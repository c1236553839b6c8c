/** The gate's state and an open section, kept and advanced: always what gating and opening everything anew would give. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { GatedSection } from '#protocol/documents/gated-section.ts'
import { type OpenSection, openSection } from '#protocol/documents/section.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { Author, sha256, valueIn } from './authors.ts'
import { field, handMade } from './hostile.ts'

// A busy machine may take several times the moment a property needs.
vi.setConfig({ testTimeout: 60_000 })

interface Edit {
  readonly client: number
  readonly tier: 'county' | 'village'
  readonly seq: number
  readonly hash: string
  readonly update: Uint8Array
}

/** What one of three people does: write a key or a word, take one away, look at what another wrote, or lie. */
const deed = fc.record({
  who: fc.nat({ max: 2 }),
  what: fc.constantFrom('write', 'write', 'write', 'remove', 'pull', 'lie', 'skip'),
  key: fc.nat({ max: 2 }),
})
type Deed = typeof deed extends fc.Arbitrary<infer Of> ? Of : never

/** The edits of three authors by deeds, in the order in which they were made. */
function written(section: SectionName, deeds: readonly Deed[]): Edit[] {
  const authors = [20_000, 40_000, 60_000].map((client) => new Author(section, client))
  const edits: Edit[] = []
  const add = (client: number, update: Uint8Array, tier: Edit['tier'] = 'county') =>
    edits.push({ client, tier, seq: edits.length + 1, hash: edits.length.toString(16).padStart(64, '0'), update })
  for (const [turn, { who, what, key }] of deeds.entries()) {
    const author = authors[who] as Author
    if (what === 'pull') author.pull(authors[(who + 1 + key) % 3] as Author)
    else if (what === 'lie')
      add(author.client, handMade([{ client: author.client, clock: 900 + turn, structs: [field('late', 'x')] }]))
    else {
      const note = author.shown().value as string
      const remove = what === 'remove'
      const change =
        section === 'office-note'
          ? { text: remove ? note.slice(1) : `${note.slice(0, key)}字${turn}𠮷${note.slice(key)}` }
          : { set: remove ? {} : { [`key${key}`]: `值${turn}` }, remove: remove ? [`key${key}`] : [] }
      const update = author.change(change)
      // One that is skipped never arrives: what its author writes on top of it waits for ever.
      if (update && what !== 'skip') add(author.client, update, turn % 11 === 10 ? 'village' : 'county')
    }
  }
  return edits
}

const outcome = (gated: GatedSection<Edit>) => ({
  accepted: new Set(gated.accepted),
  refused: new Map([...gated.refused].map(([edit, { code }]) => [edit, code])),
})

function fresh(section: SectionName, edits: readonly Edit[]): GatedSection<Edit> {
  const gated = new GatedSection<Edit>(section)
  gated.advance(edits, false)
  return gated
}

function shown(section: SectionName, open: OpenSection) {
  return { section, value: open.value(), digest: open.digest(sha256) }
}

/** An arrival order: mostly as written, with some that come over another stream earlier or later. */
const story = fc.record({
  section: fc.constantFrom<SectionName>('application', 'office-note'),
  deeds: fc.array(deed, { minLength: 1, maxLength: 28 }),
  swaps: fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 40 })), { maxLength: 6 }),
  batches: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 28, maxLength: 40 }),
  lost: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
})

function arrived({
  section,
  deeds,
  swaps,
}: {
  section: SectionName
  deeds: readonly Deed[]
  swaps: readonly [number, number][]
}): Edit[] {
  const edits = written(section, deeds)
  for (const [from, to] of swaps) {
    const [one] = edits.splice(from % Math.max(1, edits.length), 1)
    if (one) edits.splice(to % (edits.length + 1), 0, one)
  }
  return edits
}

test('G31 a gate that is advanced edit by edit stands as one that gates all edits anew, whatever arrives when', () => {
  let advancedAlone = 0
  fc.assert(
    fc.property(story, (told) => {
      const edits = arrived(told)
      let gated = new GatedSection<Edit>(told.section)
      let held: Edit[] = []
      for (const [turn, size] of told.batches.entries()) {
        const before = held
        const { lineage } = gated
        const next = edits.slice(held.length, held.length + size)
        if (next.length === 0) break
        const copy = new GatedSection(told.section, gated)
        held = [...held, ...next]
        copy.advance(held, false)
        expect(outcome(copy)).toEqual(outcome(fresh(told.section, held)))
        // A commit that fails throws the copy away; what it was made from stands where it stood.
        expect(outcome(gated)).toEqual(outcome(fresh(told.section, before)))
        if (told.lost[turn]) held = before
        else gated = copy
        if (copy.lineage === lineage) advancedAlone += 1
      }
    }),
    { numRuns: 400 },
  )
  expect(advancedAlone).toBeGreaterThan(150)
})

test('G32 an open section that follows what takes effect shows what one that is opened anew shows, or says that it cannot', () => {
  const followed = { yes: 0, no: 0 }
  fc.assert(
    fc.property(story, (told) => {
      const edits = arrived(told)
      const { section } = told
      const gated = new GatedSection<Edit>(section)
      let open: OpenSection = valueIn(openSection(section, []))
      for (let end = 1; end <= edits.length; end += told.batches[end % 28] ?? 1) {
        gated.advance(edits.slice(0, end), false)
        const anew = valueIn(
          openSection(
            section,
            gated.accepted.map(({ update }) => update),
          ),
        )
        if (open.follow(gated.accepted, gated.lineage)) {
          followed.yes += 1
          expect(shown(section, open)).toEqual(shown(section, anew))
          expect(open.clocks()).toEqual(anew.clocks())
        } else {
          followed.no += 1
          open = anew
        }
      }
    }),
    { numRuns: 300 },
  )
  expect(followed.yes).toBeGreaterThan(followed.no)
})

test('G32 a change that was never stored is not what an open section goes on from', () => {
  const author = new Author('application', 20_000)
  author.change({ set: { phone: '1' }, remove: [] })
  const stored: Edit[] = author
    .updates()
    .map((update, place) => ({ client: 20_000, tier: 'county', seq: place + 1, hash: `${place}`, update }))
  const gated = fresh('application', stored)
  const open = valueIn(
    openSection(
      'application',
      gated.accepted.map(({ update }) => update),
    ),
  )
  expect(open.follow(gated.accepted, gated.lineage)).toBe(true)
  const before = open.digest(sha256)
  valueIn(open.change(20_000, { set: { phone: '2' }, remove: [] }))
  expect(open.digest(sha256)).not.toBe(before)
  expect(open.follow(gated.accepted, gated.lineage)).toBe(false)
  // Nor is another change of the same length in its place.
  const other = valueIn(openSection('application', author.updates()))
  const update = valueIn(other.change(20_000, { set: { phone: '3' }, remove: [] })) as Uint8Array
  const next: Edit[] = [...stored, { client: 20_000, tier: 'county', seq: 2, hash: 'f', update }]
  gated.advance(next, false)
  expect(open.follow(gated.accepted, gated.lineage)).toBe(false)
})
