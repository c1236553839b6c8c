/** Region codes in their time: renamed, re-issued, merged. */
import { expect, test } from 'vitest'
import type { Region } from '#protocol/casework/directory.ts'
import { mergedInto, presentRegion, regionOn, regionPath } from '#protocol/casework/identity/regions.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'

const day = (text: string) => text as Day
const region = (
  id: string,
  name: string,
  given: Partial<Omit<Region, 'from' | 'until'>> & { from?: string; until?: string } = {},
): Region => ({
  type: 'region',
  id,
  version: 1,
  name,
  successor: given.successor ?? null,
  from: day(given.from ?? '1990-01-01'),
  until: given.until === undefined ? null : day(given.until),
})

// 安县 became 安州区 with a new code; two villages became one.
const REGIONS = [
  region('510724', '安县', { until: '2016-03-31', successor: '510705' }),
  region('510705', '安州区', { from: '2016-04-01' }),
  region('510724103', '桑枣镇', { until: '2016-03-31', successor: '510705103' }),
  region('510705103', '桑枣镇', { from: '2016-04-01' }),
  region('510705103201', '甲村', { from: '2016-04-01', until: '2020-06-30', successor: '510705103203' }),
  region('510705103202', '乙村', { from: '2016-04-01', until: '2019-12-31', successor: '510705103203' }),
  region('510705103203', '丙村', { from: '2016-04-01', until: '2020-06-30' }),
  region('510705103203', '新丙村', { from: '2020-07-01' }),
]

test('Q60 a code has the name it had on the day, and none when it was not in use', () => {
  expect(regionOn(REGIONS, '510724', day('2016-03-31'))?.name).toBe('安县')
  expect(regionOn(REGIONS, '510724', day('2016-04-01'))).toBeUndefined()
  expect(regionOn(REGIONS, '510705', day('2016-03-31'))).toBeUndefined()
  expect(regionOn(REGIONS, '510705103203', day('2020-06-30'))?.name).toBe('丙村')
  expect(regionOn(REGIONS, '510705103203', day('2020-07-01'))?.name).toBe('新丙村')
  expect(regionOn(REGIONS, '999999', day('2020-07-01'))).toBeUndefined()
})

test('Q61 county, township and village are named from the highest, as far as they are known', () => {
  const names = (code: string, date: string) => regionPath(REGIONS, code, day(date)).map(({ name }) => name)
  expect(names('510705103201', '2018-01-01')).toEqual(['安州区', '桑枣镇', '甲村'])
  expect(names('510705103201', '2021-01-01')).toEqual(['安州区', '桑枣镇'])
  expect(names('510724103', '2010-01-01')).toEqual(['安县', '桑枣镇'])
  expect(names('51', '2021-01-01')).toEqual([])
})

test('Q62 an abolished code leads to the one that took its place', () => {
  expect(presentRegion(REGIONS, '510724', day('2026-01-01'))?.name).toBe('安州区')
  expect(presentRegion(REGIONS, '510724', day('2016-01-01'))?.name).toBe('安县')
  expect(presentRegion(REGIONS, '510705103202', day('2026-01-01'))?.name).toBe('新丙村')
  expect(presentRegion(REGIONS, '510705103202', day('2020-03-01'))?.name).toBe('丙村')
  expect(presentRegion(REGIONS, '510705', day('2010-01-01'))).toBeUndefined()
})

test('Q63 a chain of successors that runs in a circle or is too long ends without an answer', () => {
  const ended = (id: string, successor: string) => region(id, id, { until: '2000-01-01', successor })
  const circle = [ended('100000', '100001'), ended('100001', '100000')]
  expect(presentRegion(circle, '100000', day('2026-01-01'))).toBeUndefined()
  const long = Array.from({ length: LIMITS.regionSteps + 1 }, (_, at) =>
    ended(String(100000 + at), String(100001 + at)),
  )
  const present = region(String(100001 + LIMITS.regionSteps), '今')
  expect(presentRegion([...long, present], '100001', day('2026-01-01'))?.name).toBe('今')
  expect(presentRegion([...long, present], '100000', day('2026-01-01'))).toBeUndefined()
})

test('Q64 a region knows which ones were merged into it', () => {
  expect(mergedInto(REGIONS, '510705103203').map(({ name }) => name)).toEqual(['乙村', '甲村'])
  expect(mergedInto(REGIONS, '510705103201')).toEqual([])
})
