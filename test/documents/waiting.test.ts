/** Edits that wait: read once, looked at again as far as what they name was missing, with the outcome of reading them anew. */
import fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { NOTHING_HELD } from '#protocol/documents/clocks.ts'
import { type GateContext, Gating, gateHistory, gateUpdate } from '#protocol/documents/gate.ts'
import { GatedSection } from '#protocol/documents/gated-section.ts'
import * as parse from '#protocol/documents/parse.ts'
import { openSection } from '#protocol/documents/section.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { assertCovering } from '#test/covering.ts'
import { Author, valueIn } from './authors.ts'
import { anyContent, field, handMade } from './hostile.ts'
import { type Invented, invented } from './invented.ts'

// The real parser; what is added counts how often it is asked.
vi.mock(import('#protocol/documents/parse.ts'), async (original) => {
  const real = await original()
  return { ...real, parseUpdate: vi.fn(real.parseUpdate) }
})
// Hundreds of stories; a busy machine may take several times the second they need.
vi.setConfig({ testTimeout: 60_000 })

const parsed = (): number => vi.mocked(parse.parseUpdate).mock.calls.length
beforeEach(() => void vi.mocked(parse.parseUpdate).mockClear())

/** What becomes of edits when each that waits is read anew after every one that takes effect: as rule G22 has it. */
function readAnew(section: SectionName, edits: readonly Invented[], inVain: boolean) {
  const queues = new Map<number, Invented[]>()
  const codes = new Map<Invented, string>()
  let clocks: GateContext['clocks'] = NOTHING_HELD
  const accepted: Invented[] = []
  const tries = (queue: Invented[]): boolean => {
    const before = accepted.length
    for (let edit = queue[0]; edit; edit = queue[0]) {
      const gated = gateUpdate({ section, clocks, client: edit.client, tier: edit.tier }, edit.update)
      if (gated.ok) {
        clocks = gated.value.clocks
        codes.delete(edit)
        accepted.push(edit)
      } else codes.set(edit, gated.problem.code)
      if (!gated.ok && gated.problem.waits) break
      queue.shift()
    }
    return accepted.length > before
  }
  const all = () => [...queues.values()]
  for (const edit of edits) {
    const queue = queues.get(edit.client) ?? []
    queues.set(edit.client, queue)
    if (queue.push(edit) > 1) codes.set(edit, 'clock-gap')
    else while (all().some(tries));
  }
  while (inVain && all().some((queue) => queue.length > 0)) {
    for (const queue of all()) queue.shift()
    while (all().some(tries));
  }
  return { accepted: new Set(accepted), codes, clocks }
}

test.each(['application', 'office-note'] as const)(
  'G35 what waits in %s ends as if it were read anew after everything that takes effect',
  (section) => {
    const seen = new Map<string, number>()
    assertCovering(
      fc.property(invented(section), fc.boolean(), (edits, inVain) => {
        const { accepted, refused, clocks } = gateHistory(section, edits, inVain)
        const codes = new Map([...refused].map(([place, { code }]) => [edits[place], code]))
        const anew = readAnew(section, edits, inVain)
        expect({ accepted: new Set(accepted.map((place) => edits[place])), codes, clocks }).toEqual(anew)
        for (const code of codes.values()) seen.set(code, (seen.get(code) ?? 0) + 1)
        seen.set('accepted', (seen.get('accepted') ?? 0) + accepted.length)
      }),
      400,
      () => {
        const met = ['accepted', 'unheld-origin', 'unheld-deletion', 'clock-gap']
        for (const code of [...met, section === 'application' ? 'bad-key' : 'split-character'])
          expect(seen.get(code) ?? 0, code).toBeGreaterThan(10)
      },
    )
  },
)

const FIRST = 20_000
const HEADS = 40
const STEPS = 30

const made = (client: number, seq: number, update: Uint8Array): Invented => ({
  client,
  tier: 'county',
  seq,
  hash: `${client}-${seq}`,
  update,
})

/** An edit that names one value after the other of the first author, the last of them never held. */
const ladder = (client: number, clock = 0): Uint8Array =>
  handMade([
    {
      client,
      clock,
      structs: [...Array(STEPS).keys(), 4_000_000].map((step) => ({
        kind: 8,
        keyed: true,
        origin: { client: FIRST, clock: step },
        content: anyContent('等'),
      })),
    },
  ])

/** Many authors who wait for one, then he writes value by value. */
const story = (): Invented[] => [
  ...Array.from({ length: HEADS }, (_, head) => made(40_000 + head, 1, ladder(40_000 + head))),
  ...Array.from({ length: STEPS }, (_, clock) =>
    made(FIRST, clock + 1, handMade([{ client: FIRST, clock, structs: [field(`key${clock}`, '填')] }])),
  ),
]

test('G35 each edit is read once, however many wait for the next one and for how many in turn', () => {
  const gating = new Gating<Invented>('application')
  for (const edit of story()) gating.arrive(edit)
  expect(gating.accepted.length).toBe(STEPS)
  expect([...gating.refused.values()].map(({ code }) => code)).toEqual(Array(HEADS).fill('unheld-origin'))
  expect(parsed()).toBe(HEADS + STEPS)
})

test('G35 edits out of turn, after which all are gated anew, and copies of a case have no edit read again', () => {
  const edits = story()
  const held: Invented[] = []
  let gated = new GatedSection<Invented>('application')
  const add = (edit: Invented) => {
    held.push(edit)
    gated = new GatedSection('application', gated)
    gated.advance(held, false)
  }
  for (const edit of edits) add(edit)
  // One author waits at ever lower clocks: each edit has its turn before all that he wrote so far.
  for (let clock = 20; clock > 0; clock--) add(made(90_000, 100 - clock, ladder(90_000, clock)))
  gated.advance(held, true)
  expect(gated.accepted.length).toBe(STEPS)
  expect(parsed()).toBe(held.length)
})

test('G35 opening a note reads each of its edits once, in whatever order its authors wait for each other', () => {
  // Each writes behind the one with the next higher id: in the order of ids only one of them has his turn at a time.
  const authors = Array.from({ length: 30 }, (_, place) => new Author('office-note', 90_000 - place))
  let text = ''
  for (const [place, author] of authors.entries()) {
    if (place > 0) author.pull(authors[place - 1] as Author)
    text += '字'
    author.change({ text })
  }
  const updates = (authors.at(-1) as Author).updates()
  vi.mocked(parse.parseUpdate).mockClear()
  const open = valueIn(openSection('office-note', updates))
  expect(open.value()).toBe(text)
  expect(parsed()).toBe(updates.length)
})

test('G35 what is held grows in place, and who goes on from it has its own', () => {
  const written = (client: number): Invented => ({
    client,
    tier: 'county',
    update: handMade([{ client, clock: 0, structs: [field('applicant', `${client}`)] }]),
    seq: 1,
    hash: `${client}`,
  })
  const gating = new Gating<Invented>('application')
  const { clocks } = gating
  for (let client = 1; client <= 40; client++) gating.arrive(written(client))
  // A copy of what 40 authors wrote, for each of their edits, is what made a case of 800 cost a township seconds.
  expect(gating.clocks).toBe(clocks)
  const copy = new Gating<Invented>('application', undefined, gating)
  copy.arrive(written(99))
  expect([copy.clocks.next.size, clocks.next.size]).toEqual([41, 40])
})
