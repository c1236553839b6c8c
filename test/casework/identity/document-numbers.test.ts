/** Document numbers that nodes give offline. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type DocumentNumberParts,
  mintDocumentNumber,
  readDocumentNumber,
  seriesOf,
} from '#protocol/casework/identity/document-numbers.ts'
import { MAXIMUM_LANE } from '#protocol/casework/identity/lanes.ts'
import { PAPERS, type PaperCode } from '#protocol/casework/papers.ts'
import type { StationCode } from '#protocol/ids.ts'

const PARTS: DocumentNumberParts = {
  organ: '安政务',
  paper: 'D03',
  year: 2026,
  station: '510724100' as StationCode,
  lane: 5541,
  running: 7,
}
const minted = (parts: DocumentNumberParts): string => {
  const result = mintDocumentNumber(parts)
  if (!result.ok) throw new Error(result.problem.message)
  return result.value
}

test('Q70 a number names organ, kind, year, station, lane and running number', () => {
  expect(minted(PARTS)).toBe('安政务受〔2026〕510724100KQX0007号')
  expect(minted({ ...PARTS, paper: 'D06', running: 12345 })).toBe('安政务不受〔2026〕510724100KQX12345号')
})

const anyParts: fc.Arbitrary<DocumentNumberParts> = fc.record({
  organ: fc
    .array(fc.constantFrom(...'安县民政人社局收受联办补不号〇'), { minLength: 1, maxLength: 20 })
    .map((all) => all.join('')),
  paper: fc.constantFrom(...(Object.keys(PAPERS) as PaperCode[])),
  year: fc.integer({ min: 2000, max: 2099 }),
  station: fc.stringMatching(/^[0-9]{6,15}$/).map((digits) => digits as StationCode),
  lane: fc.integer({ min: 1, max: MAXIMUM_LANE }),
  running: fc.integer({ min: 1, max: 99_999_999 }),
})

test('Q71 reading gives back what was minted, so no two nodes give the same number', () => {
  fc.assert(
    fc.property(anyParts, (parts) => {
      const number = mintDocumentNumber(parts)
      expect(number.ok).toBe(!/[不补]$/.test(parts.organ))
      if (number.ok) expect(readDocumentNumber(number.value)).toEqual({ ok: true, value: parts })
    }),
    { numRuns: 1000 },
  )
  expect(new Set(Object.values(PAPERS).map(({ mark }) => mark)).size).toBe(Object.keys(PAPERS).length)
})

test('Q72 numbers run within one series: organ, kind, year, station and lane', () => {
  const series = seriesOf(PARTS)
  expect(minted(PARTS).startsWith(series)).toBe(true)
  const others: Partial<DocumentNumberParts>[] = [
    { organ: '安人社' },
    { paper: 'D04' },
    { year: 2027 },
    { station: '510724101' as StationCode },
    { lane: 5542 },
  ]
  for (const other of others) expect(seriesOf({ ...PARTS, ...other })).not.toBe(series)
  expect(seriesOf({ ...PARTS, ...{ running: 8 } })).toBe(series)
})

test('Q73 a number is read as people type it', () => {
  const typings = [
    '安政务受[2026]510724100kqx0007',
    '安政务受(2026) 510724100KQX 0007 号',
    '安政务受【2026】510724100KQX0007号',
    ' 安政务受〔2026〕510724100KQX0007号',
  ]
  for (const typed of typings) expect(readDocumentNumber(typed), typed).toEqual({ ok: true, value: PARTS })
})

test('Q74 what is no document number is refused with what to do', () => {
  const wrong = [
    '',
    '安政务受〔2026〕7号',
    '安政务字〔2026〕510724100KQX0007号',
    '受〔2026〕510724100KQX0007号',
    '安政务受〔1926〕510724100KQX0007号',
    '安政务受〔2026〕510724100KIX0007号',
    '安政务受〔2026〕510724100AAA0007号',
    '安政务受〔2026〕510724100KQX0000号',
    'ABC受〔2026〕510724100KQX0007号',
    `${'安'.repeat(200)}受〔2026〕510724100KQX0007号`,
  ]
  for (const text of wrong) {
    const read = readDocumentNumber(text)
    expect(read, text).toMatchObject({ ok: false, problem: { code: 'document-number' } })
    expect(read.ok ? '' : read.problem.next).toMatch(/\p{Script=Han}/u)
  }
  for (const organ of ['', 'MZ', '民政 局', '民'.repeat(21), '安不']) {
    expect(mintDocumentNumber({ ...PARTS, organ }), organ).toMatchObject({ ok: false })
  }
})
