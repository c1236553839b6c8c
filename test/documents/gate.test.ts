/** The hostile list of the sync design, section 7: each attack meets the gate. */
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { NOTHING_HELD, type SectionClocks } from '#protocol/documents/clocks.ts'
import { type GateContext, gateUpdate } from '#protocol/documents/gate.ts'
import type { SectionTier } from '#protocol/documents/sections.ts'
import { LIMITS } from '#protocol/limits.ts'
import { Author, codeOf, valueIn } from './authors.ts'
import { anyContent, field, handMade, textContent } from './hostile.ts'

const CLIENT = 16_385
const OTHER = 32_770

const context = (section = 'application', clocks = NOTHING_HELD, tier: SectionTier = 'county'): GateContext => ({
  section,
  client: CLIENT,
  tier,
  clocks,
})

const held = (next: Record<number, number>): SectionClocks => ({
  next: new Map(Object.entries(next).map(([client, clock]) => [Number(client), clock])),
  halves: new Set(),
})

const refusal = (update: Uint8Array, given = context()): string => codeOf(gateUpdate(given, update))

/** The v1 update of one transaction by the author on a fresh Yjs document. */
function byYjs(write: (document: Y.Doc) => void, client = CLIENT): Uint8Array {
  const document = new Y.Doc()
  document.clientID = client
  document.transact(() => write(document))
  return Y.encodeStateAsUpdate(document)
}

const honest = byYjs((document) => document.getMap('fields').set('phone', '13800000000'))

describe('what an edit is about', () => {
  test('G1 each section passes what it is made for', () => {
    const material = { state: 'original', copies: 1, sha256: 'a'.repeat(64), name: '身份证', note: '' }
    const updates = {
      application: honest,
      materials: byYjs((document) => document.getMap('materials').set('id-card', material)),
      'office-note': byYjs((document) => document.getText('text').insert(0, '请补签名')),
    }
    for (const [section, update] of Object.entries(updates)) {
      const passed = valueIn(gateUpdate(context(section), update))
      expect(passed.update).toBe(update)
      expect(passed.clocks.next.get(CLIENT)).toBeGreaterThan(0)
    }
  })

  test('G2 a village writes application and materials, and no office note', () => {
    const note = byYjs((document) => document.getText('text').insert(0, '同意'))
    expect(gateUpdate(context('application', NOTHING_HELD, 'village'), honest).ok).toBe(true)
    expect(refusal(note, context('office-note', NOTHING_HELD, 'village'))).toBe('not-a-writer')
    expect(gateUpdate(context('office-note', NOTHING_HELD, 'township'), note).ok).toBe(true)
    expect(gateUpdate(context('office-note', NOTHING_HELD, 'county'), note).ok).toBe(true)
  })

  test.each(['', 'secret', '__proto__', 'constructor', 'toString'])('G4 section %j is unknown', (section) => {
    expect(refusal(honest, context(section))).toBe('unknown-section')
  })
})

describe('the bytes', () => {
  test('G5 an update over the limit is refused unread', () => {
    expect(refusal(new Uint8Array(LIMITS.updateBytes + 1))).toBe('too-large')
  })

  test('G6 an update cut anywhere is refused', () => {
    const update = byYjs((document) => {
      for (const key of ['name', 'phone', 'address']) document.getMap('fields').set(key, `内容 ${key}`)
    })
    for (let length = 0; length < update.length; length++) {
      expect(gateUpdate(context(), update.slice(0, length)).ok, `${length} bytes`).toBe(false)
    }
  })

  test('G6 bytes behind the end are refused', () => {
    expect(refusal(Uint8Array.from([...honest, 0]))).toBe('trailing-bytes')
  })

  test('G6 the v2 format is refused', () => {
    const document = new Y.Doc()
    document.getMap('fields').set('phone', '13800000000')
    expect(gateUpdate(context(), Y.encodeStateAsUpdateV2(document)).ok).toBe(false)
    expect(gateUpdate(context(), Y.encodeStateAsUpdateV2(new Y.Doc())).ok).toBe(false)
  })

  test('G6 an update that changes nothing is refused', () => {
    expect(refusal(Uint8Array.of(0, 0))).toBe('empty')
    expect(refusal(new Uint8Array(0))).toBe('malformed')
  })

  test('G6 ill-formed UTF-8 is refused', () => {
    const broken = (bytes: number[]) => (encoder: encoding.Encoder) => {
      encoding.writeVarUint(encoder, bytes.length)
      for (const byte of bytes) encoding.writeUint8(encoder, byte)
    }
    const loneHalf = [0xed, 0xa0, 0x80]
    const structs = [{ kind: 4, root: 'text', content: broken(loneHalf) }]
    expect(refusal(handMade([{ client: CLIENT, clock: 0, structs }]), context('office-note'))).toBe('malformed')
  })

  test('G9 a 13-byte update with a giant length is refused and costs nothing', () => {
    // A GC struct that claims almost all clocks of another author; Yjs would believe it and go blind for them.
    const encoder = encoding.createEncoder()
    for (const number of [1, 1, OTHER, 0, 0, 2 ** 40]) encoding.writeVarUint(encoder, number)
    encoding.writeVarUint(encoder, 0)
    const update = encoding.toUint8Array(encoder)
    expect(update.length).toBeLessThanOrEqual(14)
    expect(refusal(update)).toBe('wrong-author')
    expect(refusal(update, { ...context(), client: OTHER })).toBe('foreign-structure')
  })

  test('G9 giant counts are refused before anything is read or made', () => {
    const giant = 2 ** 45
    const block = { client: CLIENT, clock: 0, structs: [field('phone', '1')] }
    expect(refusal(handMade([{ ...block, count: giant }]))).toBe('too-many-parts')
    const values = (encoder: encoding.Encoder) => encoding.writeVarUint(encoder, giant)
    expect(refusal(handMade([{ ...block, structs: [{ kind: 8, key: 'phone', content: values }] }]))).toBe(
      'foreign-structure',
    )
    const text = (encoder: encoding.Encoder) => {
      encoding.writeVarUint(encoder, 1)
      encoding.writeUint8(encoder, 119)
      encoding.writeVarUint(encoder, giant)
    }
    expect(refusal(handMade([{ ...block, structs: [{ kind: 8, key: 'phone', content: text }] }]))).toBe('bad-value')
    const encoder = encoding.createEncoder()
    for (const number of [0, 1, CLIENT, giant]) encoding.writeVarUint(encoder, number)
    expect(refusal(encoding.toUint8Array(encoder))).toBe('bad-deletion')
  })

  test('G10 impossible clocks by the thousand are refused at the first', () => {
    const origins = Array.from({ length: 5_000 }, (_, index) => ({
      kind: 8,
      keyed: true,
      origin: { client: OTHER + index, clock: 2 ** 30 + index },
      content: anyContent('x'),
    }))
    const structs = origins.slice(0, LIMITS.sectionKeys)
    expect(refusal(handMade([{ client: CLIENT, clock: 0, structs: origins }]))).not.toBe('unheld-origin')
    expect(refusal(handMade([{ client: CLIENT, clock: 0, structs }]))).toBe('unheld-origin')
    const blocks = origins.map((_, index) => ({ client: index, clock: 2 ** 30, structs: [field('phone', '1')] }))
    expect(refusal(handMade(blocks).slice(0, LIMITS.updateBytes))).toBe('several-authors')
    const deletions = origins.map(({ origin }) => ({ client: origin.client, ranges: [[origin.clock, 1]] as const }))
    expect(refusal(handMade([], deletions))).toBe('unheld-deletion')
  })
})

describe('the author', () => {
  test('G7 content of another author is refused', () => {
    expect(refusal(byYjs((document) => document.getMap('fields').set('phone', '1'), OTHER))).toBe('wrong-author')
  })

  test('G7 two authors in one update are refused', () => {
    const block = (client: number) => ({ client, clock: 0, structs: [field('phone', '1')] })
    expect(refusal(handMade([block(CLIENT), block(OTHER)]))).toBe('several-authors')
    expect(refusal(handMade([block(CLIENT), block(CLIENT)]))).toBe('several-authors')
  })

  test('G7 what mergeUpdates makes of two authors, or of updates with a gap, is refused', () => {
    const author = new Author('application', CLIENT)
    const [first, , third] = ['1', '2', '3'].map((phone) => author.change({ set: { phone }, remove: [] }))
    const other = byYjs((document) => document.getMap('fields').set('name', '王'), OTHER)
    expect(refusal(Y.mergeUpdates([honest, other]))).toBe('several-authors')
    expect(refusal(Y.mergeUpdates([first as Uint8Array, third as Uint8Array]))).toBe('foreign-structure')
  })

  test('G7 what mergeUpdates makes of one author is refused where it differs from what the author could write', () => {
    const author = new Author('application', CLIENT)
    author.change({ set: { phone: '1' }, remove: [] })
    author.change({ set: { name: '王' }, remove: [] })
    const passed = valueIn(gateUpdate(context(), Y.mergeUpdates(author.updates())))
    expect(passed.clocks).toEqual(author.clocks)
    author.change({ set: { phone: '2' }, remove: [] })
    // Merging forgets that an item with an origin has a key.
    expect(refusal(Y.mergeUpdates(author.updates()))).toBe('foreign-structure')
  })

  test('G8 a start clock below what is held is refused for good', () => {
    const problem = gateUpdate(context('application', held({ [CLIENT]: 1 })), honest)
    expect(problem).toMatchObject({ ok: false, problem: { code: 'clock-behind', waits: false } })
  })

  test('G8 a start clock above what is held waits', () => {
    const update = handMade([{ client: CLIENT, clock: 3, structs: [field('phone', '1')] }])
    const problem = gateUpdate(context('application', held({ [CLIENT]: 2 })), update)
    expect(problem).toMatchObject({ ok: false, problem: { code: 'clock-gap', waits: true } })
    expect(gateUpdate(context('application', held({ [CLIENT]: 3 })), update).ok).toBe(true)
  })
})

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

test('G18 a refusal says what happened, what was kept and what to do, in Chinese', () => {
  const gated = gateUpdate(context('nowhere'), honest)
  if (gated.ok) throw new Error('expected a refusal')
  for (const text of [gated.problem.message, gated.problem.kept, gated.problem.next])
    expect(text).toMatch(/[一-鿿].*。$/)
})
