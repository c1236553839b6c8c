/** Edits as nobody honest writes them: neighbours, deletions and clocks drawn at random, many of them not held yet. */
import fc from 'fast-check'
import type { AuthoredUpdate } from '#protocol/documents/gate.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { anyContent, type HandMadeStruct, handMade, textContent } from './hostile.ts'

export const AUTHORS = [20_000, 40_000, 60_000, 80_000] as const
const KEYS = ['name', 'phone', '__proto__'] as const

const who = fc.nat({ max: AUTHORS.length - 1 })
/** Mostly what comes early, so that a good part of it is held at some time. */
const id = fc.tuple(who, fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 6, 9))
const noneOf = fc.constant(undefined)

const struct = fc.record({
  origin: fc.oneof(noneOf, id),
  rightOrigin: fc.oneof(noneOf, noneOf, noneOf, id),
  key: fc.nat({ max: 40 }),
  text: fc.string({ unit: fc.constantFrom('a', '字', '𠮷'), minLength: 1, maxLength: 3 }),
})
type Struct = typeof struct extends fc.Arbitrary<infer Of> ? Of : never

const range = fc.tuple(who, fc.constantFrom(0, 0, 0, 1, 1, 2, 5), fc.constantFrom(1, 1, 1, 2, 3))

const drawn = fc.record({
  author: who,
  /** Added to the clock at which the author's next edit would begin if all before it took effect. */
  shift: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1),
  structs: fc.array(struct, { maxLength: 3 }),
  deletions: fc.oneof(fc.array(range, { maxLength: 0 }), fc.array(range, { maxLength: 2 })),
  isWriter: fc.constantFrom(true, true, true, true, true, true, true, false),
})

export interface Invented extends AuthoredUpdate {
  readonly seq: number
  readonly hash: string
}

const idOf = (reference: readonly [number, number] | undefined) =>
  reference && { origin: { client: AUTHORS[reference[0]] as number, clock: reference[1] } }

function structOf(section: SectionName, { origin, rightOrigin, key, text }: Struct): HandMadeStruct {
  if (section === 'application') {
    const name = KEYS[key % 16 === 15 ? 2 : key % 2] as string
    return {
      kind: 8,
      root: 'fields',
      ...(idOf(origin) ? { keyed: true } : { key: name }),
      ...idOf(origin),
      content: anyContent(text),
    }
  }
  const right = idOf(rightOrigin)?.origin
  return { kind: 4, root: 'text', ...idOf(origin), ...(right && { rightOrigin: right }), content: textContent(text) }
}

/** Edits of four authors in some order of arrival. */
export const invented = (section: SectionName): fc.Arbitrary<Invented[]> =>
  fc.array(drawn, { minLength: 1, maxLength: 24 }).map((all) => {
    const next = new Map<number, number>()
    return all.map(({ author, shift, structs, deletions, isWriter }, place) => {
      const client = AUTHORS[author] as number
      const clock = Math.max(0, (next.get(client) ?? 0) + shift)
      const made = structs.map((one) => structOf(section, one))
      const length = section === 'application' ? made.length : structs.reduce((sum, { text }) => sum + text.length, 0)
      if (isWriter) next.set(client, clock + length)
      const blocks = made.length > 0 ? [{ client, clock, structs: made }] : []
      const ranges = deletions.map(([of, from, many]) => ({
        client: AUTHORS[of] as number,
        ranges: [[from, many]] as const,
      }))
      const tier = isWriter || section === 'application' ? 'county' : 'village'
      return {
        client,
        tier,
        seq: place + 1,
        hash: place.toString(16).padStart(64, '0'),
        update: handMade(blocks, ranges),
      }
    })
  })
