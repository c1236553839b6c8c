/** Budgets of doors: whose address counts as whose, and that nobody uses up what belongs to others. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { createBudget, createMemory, createPlaces } from '#protocol/transport/budgets.ts'
import { callerAt, callerOf, UNKNOWN_CALLER } from '#protocol/transport/callers.ts'
import { createCrowd } from '#protocol/transport/crowd.ts'

const NOW = Date.UTC(2026, 10, 20, 1)

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::FFFF:10.1.2.3', '10.1.2.3'],
  ['::1', '127.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['fe80::a:b%eth0', 'fe80:0:0:0::/64'],
  ['fe80::a%vlan:1:2:3:4:5', 'fe80:0:0:0::/64'], // a name of an interface may have colons
  [undefined, UNKNOWN_CALLER],
  ['', UNKNOWN_CALLER],
])('E50 the address %s is the caller %s', (remote, caller) => {
  expect(callerAt(remote)).toBe(caller)
})

test('E50 a request is known by its socket; without one, and whatever its headers say, it is nobody’s', () => {
  expect(callerOf({ env: { incoming: { socket: { remoteAddress: '::ffff:10.0.0.7' } } } })).toBe('10.0.0.7')
  for (const env of [undefined, {}, { incoming: {} }, { headers: { 'x-forwarded-for': '10.0.0.8' } }])
    expect(callerOf({ env })).toBe(UNKNOWN_CALLER)
})

test('E50 a caller has a minute’s worth at once and as much a minute from then on; others are not touched', () => {
  const budget = createBudget({ each: 6, all: 60 })
  const taken = (caller: string, now: number) => budget.take(caller, now) !== undefined
  expect(Array.from({ length: 7 }, () => taken('one', NOW))).toEqual([true, true, true, true, true, true, false])
  expect([taken('other', NOW), taken('one', NOW + 9_999), taken('one', NOW + 10_000)]).toEqual([true, false, true])
  budget.giveBack('one')
  expect([taken('one', NOW + 10_000), taken('one', NOW + 10_000)]).toEqual([true, false])
  expect(taken('one', NOW - 3_600_000)).toBe(true) // a clock that is set back keeps nobody out
})

test('E50 a use that cost nothing is given back to its caller and to all', () => {
  const budget = createBudget({ each: 2, all: 3 })
  const take = (caller: string) => budget.take(caller, NOW) !== undefined
  expect(['one', 'one', 'other', 'third'].map(take)).toEqual([true, true, true, false])
  budget.giveBack('one')
  expect(['third', 'third'].map(take)).toEqual([true, false])
})

test('E50 no caller alone uses up what there is for all, and all together do not use up more', () => {
  const callers = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 200 })
  fc.assert(
    fc.property(callers, (calls) => {
      const budget = createBudget({ each: 5, all: 12 })
      const taken = new Map<string, number>()
      for (const caller of calls)
        if (budget.take(caller, NOW) !== undefined) taken.set(caller, (taken.get(caller) ?? 0) + 1)
      for (const caller of ['a', 'b', 'c']) expect(taken.get(caller) ?? 0).toBeLessThanOrEqual(5)
      expect([...taken.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(12)
      if (new Set(calls).size === 1) expect(budget.take('somebody else', NOW)).toBe(0)
    }),
  )
})

test('E50 of too many callers the one that has not been heard of for longest is forgotten', () => {
  const memory = createMemory<number>()
  for (let caller = 0; caller < LIMITS.callers; caller++) memory.keep(`${caller}`, caller)
  memory.keep('0', 0)
  memory.keep('one more', 1)
  expect([memory.of('0'), memory.of('1'), memory.of('2'), memory.of('one more')]).toEqual([0, undefined, 2, 1])
})

test('E50 places are taken by each and by all so far and no further, and come free again', () => {
  const places = createPlaces({ each: 2, all: 3 })
  const leave = places.enter('one')
  expect([places.enter('one'), places.enter('one')]).toEqual([expect.any(Function), undefined])
  expect([places.enter('other'), places.enter('third')]).toEqual([expect.any(Function), undefined])
  leave?.()
  expect([places.enter('third'), places.enter('third')]).toEqual([expect.any(Function), undefined])
})

/** A crowd that says whom it has ended. */
function crowdOf(each: number, all: number) {
  const ended: string[] = []
  return { ended, crowd: createCrowd<string>({ each, all }, (item) => ended.push(item)) }
}

test('E51 whoever fills a crowd pushes out its own oldest, whatever the others do', () => {
  const { ended, crowd } = crowdOf(5, 5)
  crowd.add('quiet 1', 'quiet')
  for (let item = 0; item < 20; item++) crowd.add(`flood ${item}`, 'flood')
  crowd.add('quiet 2', 'quiet')
  expect(ended).toEqual(Array.from({ length: 17 }, (_, item) => `flood ${item}`))
  expect([crowd.delete('quiet 1'), crowd.delete('quiet 1'), crowd.delete('flood 3')]).toEqual([true, false, false])
})

test('E51 what comes twice is counted once, and nothing is remembered of a caller that holds nothing', () => {
  const { ended, crowd } = crowdOf(2, 9)
  for (let time = 0; time < 3; time++) crowd.add('same', 'one')
  crowd.add('second', 'one')
  expect([ended, crowd.callers]).toEqual([[], 1])
  for (const item of ['same', 'second']) crowd.delete(item)
  expect(crowd.callers).toBe(0)
  for (let caller = 0; caller < 30; caller++) crowd.add(`of ${caller}`, `${caller}`)
  expect([ended.length, crowd.callers]).toEqual([21, 9])
})

test('E60 beyond its share a caller’s longest idle item ends, never one that is in use; the new one itself when all are', () => {
  const { ended, crowd } = crowdOf(3, 4)
  for (const item of ['a', 'b', 'c']) crowd.add(item, 'one')
  const leave = crowd.occupy('a')
  const leaveAgain = crowd.occupy('a')
  crowd.add('d', 'one')
  expect(ended).toEqual(['b'])
  for (const item of ['c', 'd']) crowd.occupy(item)
  crowd.add('e', 'one')
  expect(ended).toEqual(['b', 'e'])
  crowd.add('other 1', 'other')
  crowd.add('other 2', 'other') // all are full: nothing of the first is idle
  expect(ended).toEqual(['b', 'e', 'other 1'])
  leave?.()
  crowd.add('other 3', 'other')
  leaveAgain?.()
  crowd.add('other 4', 'other')
  expect(ended).toEqual(['b', 'e', 'other 1', 'other 2', 'a'])
  expect(crowd.occupy('a')).toBeUndefined()
})

test('E60 what has gone may be left afterwards: it comes back to nobody', () => {
  const { ended, crowd } = crowdOf(3, 9)
  for (const item of ['used', 'gone']) crowd.add(item, 'one')
  crowd.occupy('used')
  const leave = crowd.occupy('gone')
  crowd.delete('gone')
  leave?.()
  for (const item of ['b', 'c', 'd']) crowd.add(item, 'one')
  expect(ended).toEqual(['b'])
})

test('E60 where only callers with clearly less have idle items, the longest occupied slow one of who has most of them ends', () => {
  const ended: string[] = []
  const crowd = createCrowd<string>(
    { each: 5, all: 9 },
    (item) => ended.push(item),
    (item) => item.startsWith('slow'),
  )
  const occupy = (caller: string, ...added: string[]) => {
    for (const item of added) {
      crowd.add(item, caller)
      crowd.occupy(item)
    }
  }
  crowd.add('before', 'honest')
  occupy('busy', 'live 1', 'live 2', 'live 3', 'live 4')
  occupy('flood', 'slow 1', 'slow 2', 'slow 3', 'slow 4')
  crowd.add('new', 'other')
  expect(ended).toEqual(['slow 1'])
  crowd.add('newer', 'third')
  expect(ended).toEqual(['slow 1', 'slow 2']) // of three slow ones, where nobody with an idle one had more than one
  crowd.add('newest', 'fourth')
  expect(ended).toEqual(['slow 1', 'slow 2', 'before']) // two are not clearly more than one
  crowd.add('late', 'flood')
  expect(ended).toEqual(['slow 1', 'slow 2', 'before', 'late']) // and it has most of those with an idle one itself
})

test('E68 what weighs more makes more give way, the longest idle first, of who holds most', () => {
  const { ended, crowd } = crowdOf(10, 16)
  for (const [item, weight] of Object.entries({ a: 4, b: 4, c: 2 })) crowd.add(item, 'one', weight)
  expect(ended).toEqual([])
  crowd.add('d', 'one', 5)
  expect(ended).toEqual(['a', 'b'])
  crowd.add('e', 'other', 9)
  expect(ended).toEqual(['a', 'b'])
  crowd.add('f', 'third', 3)
  expect(ended).toEqual(['a', 'b', 'e'])
  crowd.add('g', 'third', 11) // none of its size has room: it goes last, when nothing else of its own is left
  expect(ended).toEqual(['a', 'b', 'e', 'f', 'g'])
  crowd.delete('c')
  crowd.delete('d')
  expect(crowd.callers).toBe(0)
})

test('E68 what weighs nothing hides nobody: all that its caller holds beside it is counted, and can go', () => {
  const { ended, crowd } = crowdOf(10, 30)
  for (const item of ['empty 1', 'empty 2']) crowd.add(item, 'one', 0)
  crowd.delete('empty 1')
  crowd.add('a', 'one', 6)
  crowd.delete('empty 2')
  crowd.add('b', 'one', 6)
  expect([ended, crowd.callers]).toEqual([['a'], 1])
  crowd.delete('b')
  expect(crowd.callers).toBe(0)
})

/** Some items weigh nothing, some twice as much as others, one more than anybody may hold. */
const weightOf = (item: number) => (item === 11 ? 4 : Math.ceil(item / 6))
const sumOf = (held: readonly number[]) => held.reduce((sum, item) => sum + weightOf(item), 0)

test('E60 E68 whatever comes, is used and goes, a crowd is never larger than its shares, and empties again', () => {
  const step = fc.tuple(fc.constantFrom('add', 'use', 'leave', 'delete'), fc.nat(11))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const held = new Set<number>()
      const used = new Map<number, () => void>()
      const late: (() => void)[] = []
      const gone = (item: number) => {
        held.delete(item)
        const leave = used.get(item)
        if (leave) late.push(leave)
        used.delete(item)
      }
      const isSlow = (item: number) => item % 2 === 1
      const end = (item: number) => {
        expect(used.has(item) && !isSlow(item)).toBe(false)
        gone(item)
      }
      const crowd = createCrowd<number>({ each: 3, all: 5 }, end, isSlow)
      for (const [what, item] of steps) {
        if (what === 'add') {
          held.add(item)
          crowd.add(item, `${item % 3}`, weightOf(item))
        } else if (what === 'use' && !used.has(item)) {
          const leave = crowd.occupy(item)
          if (leave) used.set(item, leave)
        } else if (what === 'leave') {
          used.get(item)?.()
          used.delete(item)
          late.shift()?.() // what is not there any more may be left as well
        } else if (what === 'delete') {
          expect(crowd.delete(item)).toBe(held.has(item))
          gone(item)
        }
        const sizes = [0, 1, 2].map((caller) => sumOf([...held].filter((one) => one % 3 === caller)))
        expect([Math.max(...sizes) <= 3, sumOf([...held]) <= 5]).toEqual([true, true])
        expect(crowd.callers).toBe(new Set([...held].map((one) => one % 3)).size)
      }
    }),
  )
})
