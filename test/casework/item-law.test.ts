/** What the type of an item means in law: 行政许可法 binds licences alone. */
import { expect, test } from 'vitest'
import { ITEM_TYPES } from '#protocol/casework/codes.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { groundOf, isLicence, rulingOf, sealOf, sourceFor } from '#protocol/casework/item-law.ts'

const TYPES = Object.keys(ITEM_TYPES) as Item['itemType'][]
const item = (itemType: Item['itemType'], basis = '《示范办法》') =>
  completeItem({ id: 'SL1', name: '示范', itemType, basis })

test('C158 P270 only a licence is under the licensing law: its seal, its articles, its words', () => {
  const licences = TYPES.filter((type) => isLicence(item(type)))
  expect(licences).toEqual(['01'])
  for (const type of TYPES) {
    const said = [
      ...(['granted', 'refused'] as const).flatMap((result) => Object.values(rulingOf(item(type), result))),
      sealOf(item(type)),
      groundOf(item(type), '第四十二条'),
    ].join()
    expect([type, said.includes('许可')]).toEqual([type, type === '01'])
  }
})

test('C158 a source of the licensing law is an example elsewhere; any other source stands, and so does one of an unknown item', () => {
  const source = '《行政许可法》第四十二条'
  expect(sourceFor(item('01'), source)).toBe(source)
  expect(sourceFor(item('05'), source)).toBe(`参照${source}`)
  expect(sourceFor(item('05'), '本地规则:移交签收期限')).toBe('本地规则:移交签收期限')
  expect(sourceFor(undefined, source)).toBe(source)
})

test('P270 a paper of what is not known here, or has no published basis, rests on the guide', () => {
  expect(groundOf(item('05', ' '), '第四十二条')).toBe('按照公布的办事指南')
  expect(groundOf(undefined, '第四十二条')).toBe('按照公布的办事指南')
  expect(rulingOf(undefined, 'refused').title).toBe('不予办理决定书')
})
