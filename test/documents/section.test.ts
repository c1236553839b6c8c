/** Opening a section: what people see, what a change writes, what is never shown. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { gateUpdate } from '#protocol/documents/gate.ts'
import { type OpenSection, openSection } from '#protocol/documents/section.ts'
import { LIMITS } from '#protocol/limits.ts'
import { Author, codeOf, sha256, valueIn } from './authors.ts'
import { anyContent, handMade } from './hostile.ts'

// A busy machine may take several times the moment a property needs.
vi.setConfig({ testTimeout: 60_000 })

const CLIENT = 16_385
const OTHER = 32_770

/** Uses an open section and closes it. */
function using<Result>(author: Author, use: (open: OpenSection) => Result): Result {
  const open = valueIn(openSection(author.section, author.updates()))
  const result = use(open)
  return result
}

test('G24 an open section shows plain data that is not connected to it', () => {
  const author = new Author('materials', CLIENT)
  const card = { state: 'original', copies: 1, name: '身份证' } as const
  author.change({ set: { 'id-card': card, photo: { state: 'missing', copies: 0 } }, remove: [] })
  author.change({ set: {}, remove: ['photo'] })
  using(author, (open) => {
    const shown = open.value() as Record<string, { copies: number }>
    expect(shown).toEqual({ 'id-card': card })
    ;(shown['id-card'] as { copies: number }).copies = 9
    expect(open.value()).toEqual({ 'id-card': card })
  })
})

test('G24 an untouched section is empty', () => {
  expect(new Author('application', CLIENT).shown().value).toEqual({})
  expect(new Author('office-note', CLIENT).shown().value).toBe('')
})

test('G24 the last of two edits in sight of each other wins, key by key', () => {
  const [village, township] = [new Author('application', CLIENT), new Author('application', OTHER)]
  village.change({ set: { name: '王', phone: '1' }, remove: [] })
  township.pull(village)
  township.change({ set: { phone: '2' }, remove: [] })
  village.pull(township)
  village.change({ set: { phone: '3' }, remove: [] })
  township.pull(village)
  expect(township.shown().value).toEqual({ name: '王', phone: '3' })
})

test('G25 the digest tells apart what state vectors cannot: a deletion', () => {
  const author = new Author('application', CLIENT)
  author.change({ set: { phone: '1' }, remove: [] })
  const before = author.shown().digest
  author.change({ set: {}, remove: ['phone'] })
  expect(author.clocks.next.get(CLIENT)).toBe(1)
  expect(author.shown().digest).not.toBe(before)
  expect(before).toMatch(/^[0-9a-f]{64}$/)
})

test('G26 a change that changes nothing makes no update', () => {
  const form = new Author('application', CLIENT)
  form.change({ set: { phone: '1' }, remove: [] })
  expect(form.change({ set: { phone: '1' }, remove: ['never'] })).toBeUndefined()
  const list = new Author('materials', CLIENT)
  list.change({ set: { card: { state: 'copy', copies: 1 } }, remove: [] })
  expect(list.change({ set: { card: { copies: 1, state: 'copy', note: undefined } }, remove: [] })).toBeUndefined()
  const note = new Author('office-note', CLIENT)
  note.change({ text: '同意' })
  expect(note.change({ text: '同意' })).toBeUndefined()
})

test('G26 an update carries only what changed', () => {
  const form = new Author('application', CLIENT)
  form.change({ set: { address: '齐心村'.repeat(300), phone: '1' }, remove: [] })
  expect(form.change({ set: { address: '齐心村'.repeat(300), phone: '2' }, remove: [] })?.length).toBeLessThan(40)
  const note = new Author('office-note', CLIENT)
  note.change({ text: `${'前'.repeat(500)}旧${'后'.repeat(500)}` })
  expect(note.change({ text: `${'前'.repeat(500)}新${'后'.repeat(500)}` })?.length).toBeLessThan(40)
})

test('G26 any text becomes any other text, and concurrent insertions both stay', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '字', '𠮷', '😀', '𠮶', '𠾷'), maxLength: 12 })
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
      const author = new Author('office-note', CLIENT)
      for (const wanted of texts) {
        author.change({ text: wanted })
        expect(author.shown().value).toBe(wanted)
      }
    }),
    { numRuns: 60 },
  )
  const [left, right] = [new Author('office-note', CLIENT), new Author('office-note', OTHER)]
  left.change({ text: '材料齐全' })
  right.pull(left)
  left.change({ text: '经查,材料齐全' })
  right.change({ text: '材料齐全,同意' })
  left.pull(right)
  expect(left.shown().value).toBe('经查,材料齐全,同意')
})

test('G26 text that is no well-formed Unicode is repaired before it is written', () => {
  const note = new Author('office-note', CLIENT)
  note.change({ text: 'a\ud842b' })
  expect(note.shown().value).toBe('a\ufffdb')
  const form = new Author('application', CLIENT)
  form.change({ set: { name: '\udfb7' }, remove: [] })
  expect(form.shown().value).toEqual({ name: '\ufffd' })
})

test('G26 the open section shows the change at once, and its update passes the gate', () => {
  const open = valueIn(openSection('application', []))
  const clocks = open.clocks()
  const update = valueIn(open.change(CLIENT, { set: { phone: '1' }, remove: [] })) as Uint8Array
  const gated = gateUpdate({ section: 'application', client: CLIENT, tier: 'village', clocks }, update)
  expect(valueIn(gated).clocks).toEqual(open.clocks())
  expect(open.value()).toEqual({ phone: '1' })
})

test.each([
  ['application', { set: { phone: 'x'.repeat(LIMITS.fieldCharacters + 1) }, remove: [] }, 'bad-value', 'phone'],
  ['application', { set: { phone: 1 }, remove: [] }, 'bad-value', 'phone'],
  ['application', { set: { 电话: '1' }, remove: [] }, 'bad-key', '电话'],
  ['application', { set: { phone: '1' }, remove: ['phone'] }, 'bad-key', 'phone'],
  ['application', { set: {}, remove: ['constructor'] }, 'bad-key', 'constructor'],
  ['application', { text: '一段文字' }, 'bad-value', undefined],
  ['materials', { set: { card: { state: 'lost', copies: 1 } }, remove: [] }, 'bad-value', 'card'],
  ['office-note', { text: 'x'.repeat(LIMITS.noteCharacters + 1) }, 'bad-value', 'text'],
  ['office-note', { set: { a: '1' }, remove: [] }, 'bad-value', undefined],
] as const)(
  'G27 a change to %s that no gate would pass is refused with its field (%#)',
  (name, change, code, field) => {
    const open = valueIn(openSection(name, []))
    const before = open.digest(sha256)
    const changed = open.change(CLIENT, change)
    expect(changed).toMatchObject({ ok: false, problem: { code } })
    if (!changed.ok) expect(changed.problem.field).toBe(field)
    expect(open.digest(sha256)).toBe(before)
  },
)

test('G27 a change with too many keys, or too big as a whole, leaves the section as it was', () => {
  const open = valueIn(openSection('application', []))
  valueIn(open.change(CLIENT, { set: { phone: '1' }, remove: [] }))
  const keys = (count: number, value: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, value]))
  expect(codeOf(open.change(CLIENT, { set: keys(LIMITS.sectionKeys + 1, 'x'), remove: [] }))).toBe('too-many-parts')
  expect(codeOf(open.change(CLIENT, { set: keys(100, '字'.repeat(1_000)), remove: [] }))).toBe('too-large')
  expect(open.value()).toEqual({ phone: '1' })
  valueIn(open.change(CLIENT, { set: { phone: '2' }, remove: [] }))
  expect(open.value()).toEqual({ phone: '2' })
  expect(open.clocks().next.get(CLIENT)).toBe(2)
})

test('G28 a section with a gap is not shown, whatever is added to it', () => {
  const author = new Author('application', CLIENT)
  for (const phone of ['1', '2', '3']) author.change({ set: { phone }, remove: [] })
  const [first, , third] = author.updates() as [Uint8Array, Uint8Array, Uint8Array]
  expect(codeOf(openSection('application', [first, third]))).toBe('clock-gap')
  const origin = { client: OTHER, clock: 7 }
  const dangling = { kind: 8, keyed: true, origin, content: anyContent('x') }
  const hostile = handMade([{ client: CLIENT, clock: 3, structs: [dangling] }])
  expect(codeOf(openSection('application', [...author.updates(), hostile]))).toBe('unheld-origin')
})
