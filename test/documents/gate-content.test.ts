/** The hostile list of the sync design, section 7, second half: structures, values and references at the gate. */
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { gateUpdate } from '#protocol/documents/gate.ts'
import { LIMITS } from '#protocol/limits.ts'
import { Author, codeOf } from './authors.ts'
import { byYjs, CLIENT, context, held, OTHER, refusal } from './door.ts'
import { anyContent, field, handMade, textContent } from './hostile.ts'

describe('structures', () => {
  const foreign: Record<string, (document: Y.Doc) => void> = {
    'a map in a map': (document) => document.getMap('fields').set('phone', new Y.Map()),
    'a list in a map': (document) => document.getMap('fields').set('phone', new Y.Array()),
    'an XML element': (document) => document.getMap('fields').set('phone', new Y.XmlElement('script')),
    'a subdocument': (document) => document.getMap('fields').set('phone', new Y.Doc()),
    'binary content': (document) => document.getMap('fields').set('phone', Uint8Array.of(1, 2)),
    'a list as root': (document) => document.getArray('fields').insert(0, ['x']),
    'a text as root of a map': (document) => document.getText('fields').insert(0, 'x'),
    'an XML fragment as root': (document) => document.getXmlFragment('fields').insert(0, [new Y.XmlElement('p')]),
  }
  test.each(Object.entries(foreign))('G11 %s is refused in a map', (_, write) => {
    expect(refusal(byYjs(write))).toBe('foreign-structure')
  })

  const foreignInText: Record<string, (document: Y.Doc) => void> = {
    'an embed': (document) => document.getText('text').insertEmbed(0, { image: 'x' }),
    'formatted text': (document) => document.getText('text').insert(0, 'x', { bold: true }),
    'a subdocument': (document) => document.getArray('text').insert(0, [new Y.Doc()]),
    'plain values': (document) => document.getArray('text').insert(0, ['x']),
    'a text under a key': (document) => document.getMap('text').set('phone', 'x'),
  }
  test.each(Object.entries(foreignInText))('G11 %s is refused in a text', (_, write) => {
    expect(refusal(byYjs(write), context('office-note'))).toBe('foreign-structure')
  })

  test.each([0, 1, 2, 3, 5, 6, 7, 9, 10, 11, 31])('G11 content kind %i is refused everywhere', (kind) => {
    const struct = (root: string) => ({ kind, root, content: anyContent('x') })
    const update = handMade([{ client: CLIENT, clock: 0, structs: [{ ...struct('fields'), key: 'phone' }] }])
    expect(refusal(update)).toBe('foreign-structure')
    const note = handMade([{ client: CLIENT, clock: 0, structs: [struct('text')] }])
    expect(refusal(note, context('office-note'))).toBe('foreign-structure')
  })

  test('G11 structs without length, several values in one item and right neighbours in maps are refused', () => {
    const one = (struct: object) =>
      handMade([{ client: CLIENT, clock: 0, structs: [{ ...field('phone', '1'), ...struct }] }])
    expect(refusal(one({ content: anyContent() }))).toBe('foreign-structure')
    expect(refusal(one({ content: anyContent('1', '2') }))).toBe('foreign-structure')
    const clocks = held({ [OTHER]: 1 })
    const neighbour = one({ rightOrigin: { client: OTHER, clock: 0 } })
    expect(refusal(neighbour, context('application', clocks))).toBe('foreign-structure')
    const empty = handMade([
      { client: CLIENT, clock: 0, structs: [{ kind: 4, root: 'text', content: textContent('') }] },
    ])
    expect(refusal(empty, context('office-note'))).toBe('foreign-structure')
  })

  test('G12 a root that is not the section’s is refused', () => {
    expect(refusal(byYjs((document) => document.getMap('materials').set('phone', '1')))).toBe('wrong-root')
    expect(refusal(byYjs((document) => document.getMap('field').set('phone', '1')))).toBe('wrong-root')
    expect(refusal(byYjs((document) => document.getMap('fieldx').set('phone', '1')))).toBe('wrong-root')
    // A parent given by id instead of by name: the inside of a nested type.
    const nested = handMade([{ client: CLIENT, clock: 0, structs: [field('phone', '1')] }])
    nested[nested.indexOf(0x28) + 1] = 0
    expect(refusal(nested)).toBe('wrong-root')
  })

  test.each([
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'toString',
    '',
    '1a',
    '姓名',
    'a b',
    'a'.repeat(41),
  ])('G3 G13 key %j is refused', (key) => {
    expect(refusal(handMade([{ client: CLIENT, clock: 0, structs: [field(key, '1')] }]))).toBe('bad-key')
    const material = Object.fromEntries([
      ['state', 'copy'],
      ['copies', 1],
      [key, 'x'],
    ])
    const structs = [field('id-card', material, 'materials')]
    expect(refusal(handMade([{ client: CLIENT, clock: 0, structs }]), context('materials'))).toBe('bad-key')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('values', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 'x' : { a: deep(levels - 1) })

  test('G14 deep nesting is refused at the second level, however deep', () => {
    const content = (encoder: encoding.Encoder) => {
      encoding.writeVarUint(encoder, 1)
      for (let level = 0; level < 20_000; level++) {
        encoding.writeUint8(encoder, 118)
        encoding.writeVarUint(encoder, 1)
      }
    }
    const bomb = handMade([{ client: CLIENT, clock: 0, structs: [{ kind: 8, key: 'phone', content }] }])
    expect(refusal(bomb)).not.toBe('malformed')
    for (const levels of [2, 3, 50]) {
      const structs = [field('id-card', deep(levels), 'materials')]
      expect(refusal(handMade([{ client: CLIENT, clock: 0, structs }]), context('materials'))).toBe('bad-value')
    }
  })

  test.each([[null], [undefined], [true], [1], [-1], [1.5], [2n], [['x']], [{}], [{ state: 'copy', copies: 1 }]])(
    'G14 %s is no value of a form field',
    (value) => {
      expect(refusal(handMade([{ client: CLIENT, clock: 0, structs: [field('phone', value)] }]))).toBe('bad-value')
    },
  )

  test('G14 an oversized text is refused, the longest allowed passes', () => {
    const written = (length: number) =>
      handMade([{ client: CLIENT, clock: 0, structs: [field('phone', '字'.repeat(length))] }])
    expect(gateUpdate(context(), written(LIMITS.fieldCharacters)).ok).toBe(true)
    expect(refusal(written(LIMITS.fieldCharacters + 1))).toBe('bad-value')
    const note = (length: number) =>
      handMade([
        { client: CLIENT, clock: 0, structs: [{ kind: 4, root: 'text', content: textContent('x'.repeat(length)) }] },
      ])
    expect(gateUpdate(context('office-note'), note(LIMITS.noteCharacters)).ok).toBe(true)
    expect(refusal(note(LIMITS.noteCharacters + 1), context('office-note'))).toBe('bad-value')
  })

  test.each([
    ['x'],
    [{ state: 'copy' }],
    [{ copies: 1 }],
    [{ state: 'lost', copies: 1 }],
    [{ state: 'copy', copies: '1' }],
    [{ state: 'copy', copies: -1 }],
    [{ state: 'copy', copies: 1.5 }],
    [{ state: 'copy', copies: 1_000 }],
    [{ state: 'copy', copies: 1, sha256: 'A'.repeat(64) }],
    [{ state: 'copy', copies: 1, name: 3 }],
    [{ state: 'copy', copies: 1, owner: 'x' }],
    [{ state: 'copy', copies: 1, note: { a: 'x' } }],
  ])('G14 %j is no material', (value) => {
    const structs = [field('id-card', value, 'materials')]
    expect(refusal(handMade([{ client: CLIENT, clock: 0, structs }]), context('materials'))).toBe('bad-value')
  })

  test('G14 minus nought is no number of copies', () => {
    const update = handMade([
      { client: CLIENT, clock: 0, structs: [field('id-card', { state: 'copy', copies: 0 }, 'materials')] },
    ])
    expect(gateUpdate(context('materials'), update).ok).toBe(true)
    update[update.lastIndexOf(125) + 1] = 0x40
    expect(refusal(update, context('materials'))).toBe('bad-value')
  })

  test('G14 a field given twice in one record is refused', () => {
    const content = (encoder: encoding.Encoder) => {
      encoding.writeVarUint(encoder, 1)
      encoding.writeUint8(encoder, 118)
      encoding.writeVarUint(encoder, 3)
      for (const [key, value] of [
        ['state', 'copy'],
        ['copies', 1],
        ['copies', 2],
      ] as const) {
        encoding.writeVarString(encoder, key)
        encoding.writeAny(encoder, value)
      }
    }
    const structs = [{ kind: 8, root: 'materials', key: 'id-card', content }]
    expect(refusal(handMade([{ client: CLIENT, clock: 0, structs }]), context('materials'))).toBe('bad-value')
  })
})

describe('references', () => {
  const after = (client: number, clock: number) =>
    handMade([
      {
        client: CLIENT,
        clock: 2,
        structs: [{ kind: 8, keyed: true, origin: { client, clock }, content: anyContent('1') }],
      },
    ])
  const clocks = held({ [CLIENT]: 2, [OTHER]: 5 })

  test('G15 an origin is held or stands earlier in the same update', () => {
    expect(gateUpdate(context('application', clocks), after(OTHER, 4)).ok).toBe(true)
    expect(gateUpdate(context('application', clocks), after(CLIENT, 1)).ok).toBe(true)
    for (const [client, clock] of [
      [OTHER, 5],
      [CLIENT, 2],
      [77, 0],
    ] as const) {
      const problem = gateUpdate(context('application', clocks), after(client, clock))
      expect(problem).toMatchObject({ ok: false, problem: { code: 'unheld-origin', waits: true } })
    }
    const chain = [
      field('phone', '1'),
      { kind: 8, keyed: true, origin: { client: CLIENT, clock: 0 }, content: anyContent('2') },
    ]
    expect(gateUpdate(context(), handMade([{ client: CLIENT, clock: 0, structs: chain }])).ok).toBe(true)
  })

  test('G16 deletions stay within what is held, also of other authors', () => {
    const passes = (...ranges: [number, number][]) =>
      gateUpdate(context('application', clocks), handMade([], [{ client: OTHER, ranges }]))
    expect(passes([0, 5]).ok).toBe(true)
    expect(passes([0, 1], [2, 1]).ok).toBe(true)
    expect(passes([4, 2])).toMatchObject({ ok: false, problem: { code: 'unheld-deletion', waits: true } })
    expect(codeOf(passes([5, 1]))).toBe('unheld-deletion')
    expect(codeOf(passes([0, 2 ** 52]))).toBe('unheld-deletion')
    expect(codeOf(passes([0, 0]))).toBe('bad-deletion')
    expect(codeOf(passes([2, 1], [0, 1]))).toBe('bad-deletion')
    expect(codeOf(passes([0, 3], [1, 1]))).toBe('bad-deletion')
    expect(codeOf(passes())).toBe('bad-deletion')
  })

  test('G16 one update deletes a bounded number of ranges', () => {
    const ranges = Array.from({ length: LIMITS.deletedRanges + 1 }, (_, index) => [index * 2, 1] as const)
    const many = context('application', held({ [OTHER]: 20_000 }))
    expect(gateUpdate(many, handMade([], [{ client: OTHER, ranges: ranges.slice(1) }])).ok).toBe(true)
    expect(refusal(handMade([], [{ client: OTHER, ranges }]), many)).toBe('bad-deletion')
  })

  test('G16 the bound on ranges counts all authors together', () => {
    const half = LIMITS.deletedRanges / 2
    const ranges = (count: number) => Array.from({ length: count }, (_, index) => [index * 2, 1] as const)
    const many = context('application', held({ [OTHER]: 20_000, [CLIENT]: 20_000 }))
    const deleting = (second: number) =>
      handMade(
        [],
        [OTHER, CLIENT].map((client, place) => ({ client, ranges: ranges(place === 0 ? half : second) })),
      )
    expect(gateUpdate(many, deleting(half)).ok).toBe(true)
    expect(refusal(deleting(half + 1), many)).toBe('bad-deletion')
  })

  test('G17 no update splits a character of two units', () => {
    const author = new Author('office-note', OTHER)
    author.change({ text: '李𠮷安' }) // clocks 0, 1–2, 3
    const given = context('office-note', author.clocks)
    const between = (origin: number, rightOrigin: number) =>
      handMade([
        {
          client: CLIENT,
          clock: 0,
          structs: [
            {
              kind: 4,
              origin: { client: OTHER, clock: origin },
              rightOrigin: { client: OTHER, clock: rightOrigin },
              content: textContent('x'),
            },
          ],
        },
      ])
    expect(gateUpdate(given, between(0, 1)).ok).toBe(true)
    expect(gateUpdate(given, between(2, 3)).ok).toBe(true)
    expect(refusal(between(1, 3), given)).toBe('split-character')
    expect(refusal(between(0, 2), given)).toBe('split-character')
    const removing = (clock: number, length: number) => handMade([], [{ client: OTHER, ranges: [[clock, length]] }])
    expect(gateUpdate(given, removing(1, 2)).ok).toBe(true)
    expect(refusal(removing(1, 1), given)).toBe('split-character')
    expect(refusal(removing(2, 2), given)).toBe('split-character')
  })
})

test('G17 characters are guarded wherever they stand, across updates and within one', () => {
  const author = new Author('office-note', CLIENT)
  for (const text of ['𠮷', '𠮷安', '𠮷安𠮷', '𠮷安𠮷李😀']) author.change({ text })
  // Clocks: 0–1 a character, 2, 3–4 a character, 5, 6–7 a character.
  const deleting = (from: number, length: number) => handMade([], [{ client: CLIENT, ranges: [[from, length]] }])
  for (let from = 0; from < 8; from++) {
    const given = context('office-note', author.clocks)
    const inside = [1, 4, 7].includes(from)
    expect(gateUpdate(given, deleting(from, 8 - from)).ok, `from ${from}`).toBe(!inside)
    if (from > 0) expect(gateUpdate(given, deleting(0, from)).ok, `to ${from}`).toBe(!inside)
  }
  const own = (clock: number) => ({ kind: 4, origin: { client: CLIENT, clock }, content: textContent('x') })
  const root = { kind: 4, root: 'text', content: textContent('字😀') }
  const given = context('office-note')
  expect(gateUpdate(given, handMade([{ client: CLIENT, clock: 0, structs: [root, own(0)] }])).ok).toBe(true)
  expect(refusal(handMade([{ client: CLIENT, clock: 0, structs: [root, own(1)] }]), given)).toBe('split-character')
})
