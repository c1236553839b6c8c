/** The hostile list of the sync design, section 7, first half: bytes and authors at the gate. */
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { NOTHING_HELD } from '#protocol/documents/clocks.ts'
import { gateUpdate } from '#protocol/documents/gate.ts'
import { LIMITS } from '#protocol/limits.ts'
import { Author, valueIn } from './authors.ts'
import { byYjs, CLIENT, context, held, honest, OTHER, refusal } from './door.ts'
import { anyContent, field, handMade } from './hostile.ts'

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

test('G18 a refusal says what happened, what was kept and what to do, in Chinese', () => {
  const gated = gateUpdate(context('nowhere'), honest)
  if (gated.ok) throw new Error('expected a refusal')
  for (const text of [gated.problem.message, gated.problem.kept, gated.problem.next])
    expect(text).toMatch(/[一-鿿].*。$/)
})
