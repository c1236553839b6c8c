/** Whose act a paper is. */
import { expect, test } from 'vitest'
import type { Department, Region } from '#protocol/casework/directory.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { type OrganSources, organOf } from '#protocol/casework/rules/organ.ts'
import type { StationCode } from '#protocol/ids.ts'

const county: OrganSources = {
  regions: () => [
    { id: '510724', name: '安县' } as Region,
    { id: '510724100', name: '安昌镇' } as Region,
    { id: '510724001', name: '花荄街道' } as Region,
  ],
  department: (id) => (id === 'XZ' ? ({ id, name: '乡镇人民政府', shortName: '乡镇政府' } as Department) : undefined),
}
const item = (level: Item['level'], department = 'XZ') => completeItem({ id: 'SL1', name: '示范', level, department })
const at = (station: string, of: Item | undefined) => organOf(county, of, station as StationCode)?.name

test('P272 a township’s item is decided by its government, a street’s by its office; villages below act for it', () => {
  expect(at('510724100', item('5'))).toBe('安昌镇人民政府')
  expect(at('510724100201', item('5'))).toBe('安昌镇人民政府')
  expect(at('510724001', item('5'))).toBe('花荄街道办事处')
  expect(organOf(county, item('5'), '510724100' as StationCode)?.shortName).toBe('安昌镇政府')
})

test('P272 anything else is its department’s, also where no place is published', () => {
  expect(at('510724100', item('4'))).toBe('乡镇人民政府')
  expect(at('510724199', item('5'))).toBe('乡镇人民政府')
  // The county's own code is no township.
  expect(at('510724', item('5'))).toBe('乡镇人民政府')
  expect(at('510724100', item('4', 'NN'))).toBeUndefined()
  expect(at('510724100', undefined)).toBeUndefined()
})
