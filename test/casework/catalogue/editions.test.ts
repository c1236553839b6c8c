/** Editions follow each other. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkEditions, editionInForce, isEnd, nextEdition } from '#protocol/casework/catalogue/editions.ts'
import type { Item } from '#protocol/casework/item.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import { item } from './item.ts'

const day = (text: string) => text as Day
const FIRST = item({ effectiveFrom: day('2025-01-01') })
const ADJUSTED = { type: 'adjusted', basis: '安府发〔2026〕1号', from: day('2026-03-01') } as const

function adjust(current: Item, from: string, type: 'adjusted' | 'cancelled' = 'adjusted') {
  const made = nextEdition(current, { name: '改了名' }, { ...ADJUSTED, type, from: day(from) })
  if (!made.ok) throw new Error(made.problem.message)
  return made.value
}

test('B5 the next edition carries its change, and the one before ends the day before', () => {
  const { closed, next } = adjust(FIRST, '2026-03-01')
  expect(closed).toEqual({ ...FIRST, effectiveUntil: '2026-02-28' })
  expect(next).toMatchObject({
    id: 'A1',
    edition: 2,
    name: '改了名',
    effectiveFrom: '2026-03-01',
    effectiveUntil: null,
  })
  expect(next.change).toEqual({ type: 'adjusted', basis: '安府发〔2026〕1号' })
  expect(checkEditions([next, closed])).toEqual([])
  expect(editionInForce([closed, next], day('2026-02-28'))?.edition).toBe(1)
  expect(editionInForce([closed, next], day('2026-03-01'))?.edition).toBe(2)
  expect(editionInForce([closed, next], day('2024-12-31'))).toBeUndefined()
})

test('B5 an adjustment without basis, or one that would overlap, is refused', () => {
  expect(nextEdition(FIRST, {}, { ...ADJUSTED, basis: ' ' })).toMatchObject({ problem: { code: 'change-basis' } })
  const early = nextEdition(FIRST, {}, { ...ADJUSTED, from: FIRST.effectiveFrom })
  expect(early).toMatchObject({ problem: { code: 'edition-overlap' } })
})

test('B5 any row of adjustments leaves at most one edition in force on any day', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
      fc.integer({ min: 0, max: 400 }),
      (gaps, at) => {
        const editions = [FIRST]
        for (const gap of gaps) {
          const last = editions.at(-1) as Item
          const { closed, next } = adjust(last, plusDays(last.effectiveFrom, gap))
          editions.splice(-1, 1, closed, next)
        }
        expect(checkEditions(editions)).toEqual([])
        const then = plusDays(FIRST.effectiveFrom, at)
        const inForce = editions.filter((each) => editionInForce([each], then) !== undefined)
        expect(inForce).toHaveLength(1)
        expect(editionInForce(editions, then)).toBe(inForce[0])
      },
    ),
  )
})

test('B6 a cancelled item cannot be applied for any more, and nothing follows it', () => {
  const { closed, next } = adjust(FIRST, '2026-03-01', 'cancelled')
  expect(isEnd(next)).toBe(true)
  expect(checkEditions([closed, next])).toEqual([])
  expect(editionInForce([closed, next], day('2026-02-28'))?.edition).toBe(1)
  expect(editionInForce([closed, next], day('2026-03-01'))).toBeUndefined()
  expect(nextEdition(next, {}, { ...ADJUSTED, from: day('2027-01-01') })).toMatchObject({
    problem: { code: 'item-ended' },
  })
})

test('B7 what is wrong with a row of editions is said in words', () => {
  const { closed, next } = adjust(FIRST, '2026-03-01')
  const words = (...editions: Item[]) => checkEditions(editions).join(';')
  expect(words(FIRST, next)).toMatch(/版次 1 与版次 2 的生效时间重叠/)
  expect(words(closed, { ...next, edition: 3 })).toMatch(/缺少版次 2/)
  expect(words(next)).toMatch(/缺少版次 1/)
  expect(words(closed, { ...next, edition: 1 })).toMatch(/版次 1 出现两次/)
  expect(words(closed, { ...next, change: { type: 'new', basis: '某文件' } })).toMatch(/变更类型不能是“新增”/)
  expect(words(closed, { ...next, change: { type: 'adjusted', basis: '' } })).toMatch(/没有写明变更依据/)
  expect(words({ ...FIRST, effectiveUntil: day('2024-01-01') })).toMatch(/失效日期早于生效日期/)
})
