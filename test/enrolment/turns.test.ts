/** Who has the next turn of a program: whoever has had least of its time, by a clock that the test moves. */
import { expect, test } from 'vitest'
import { createTurns } from '#edge-node/turns.ts'
import { LIMITS } from '#protocol/limits.ts'
import { untilTrue } from '#test/programs/process.ts'

/** Turns in which each piece of work takes as long as it says. */
function openTurns() {
  let now = 0
  const order: string[] = []
  const { inTurnOf, noteArrival } = createTurns(() => now)
  const ask = (caller: string, milliseconds: number, then = () => {}) =>
    inTurnOf(caller, () => {
      now += milliseconds
      order.push(caller)
      then()
    })
  const done = (count: number) => untilTrue(() => expect(order).toHaveLength(count))
  /** Somebody is let in, which takes a millisecond of everybody's time. */
  const knock = () => {
    now += 1
    noteArrival()
  }
  return { order, ask, done, knock, noteArrival }
}

test('E66 who asks for little does not wait for a round of all that ask for much', async () => {
  const { order, ask } = openTurns()
  const pages = () => order.filter((caller) => caller === 'page').length
  const page = () => ask('page', 1, () => void (pages() < 4 && page()))
  const again = (caller: string) =>
    ask(caller, 20, () => {
      if (order.length === 300) page()
      if (order.length < 900) again(caller)
    })
  for (let caller = 0; caller < 200; caller++) again(`flood ${caller}`)
  await untilTrue(() => expect(pages()).toBe(4))
  // Four of a millisecond are less than one piece of the others counts: nobody of them comes in between.
  expect(order.lastIndexOf('page')).toBe(303)
})

test('E66 callers that ask alike take turns, and a caller’s own pieces stay in their order', async () => {
  const { order, ask, done } = openTurns()
  const seen: number[] = []
  for (let piece = 0; piece < 5; piece++) ask('one', 3, () => seen.push(piece))
  for (let piece = 0; piece < 5; piece++) ask('other', 3)
  await done(10)
  expect(seen).toEqual([0, 1, 2, 3, 4])
  expect(order).toEqual(Array.from({ length: 10 }, (_, turn) => (turn % 2 === 0 ? 'one' : 'other')))
})

test('E66 who comes after a rest has saved up nothing, and who worked much before owes no more than one piece', async () => {
  const { order, ask, done } = openTurns()
  for (let piece = 0; piece < 50; piece++) ask('busy', 20)
  await done(50)
  for (let piece = 0; piece < 10; piece++) for (const caller of ['rested', 'busy']) ask(caller, 20)
  await done(70)
  const of = (caller: string) => order.slice(50, 60).filter((one) => one === caller).length
  expect(Math.abs(of('rested') - of('busy'))).toBeLessThanOrEqual(2)
})

test('E66 who has asked for much once waits for some rounds of the others, not for as much of each', async () => {
  const { order, ask } = openTurns()
  const again = (caller: string) =>
    ask(caller, 2, () => {
      if (order.length === 100) ask('upload', 400, () => ask('page', 2))
      if (order.length === 100) ask('page', 300, () => ask('page', 2))
      if (order.length < 2_000) again(caller)
    })
  for (let caller = 0; caller < 50; caller++) again(`flood ${caller}`)
  await untilTrue(() => expect(order.filter((caller) => caller === 'page')).toHaveLength(3))
  expect(order.lastIndexOf('page') - 100).toBeLessThan(50 * LIMITS.turnMilliseconds * 2)
})

test('E66 who knocks again and again holds up the next piece of work for so many looks and no longer', async () => {
  const { ask, done, noteArrival } = openTurns()
  let looks = 0
  let isOver = false
  const knock = () => {
    looks += 1
    noteArrival()
    if (!isOver) setImmediate(knock)
  }
  ask('one', 1, knock)
  let between = 0
  ask('other', 1, () => {
    between = looks
    isOver = true
  })
  await done(2)
  expect(between).toBeGreaterThanOrEqual(LIMITS.arrivalsPerTurn)
  expect(between).toBeLessThan(LIMITS.arrivalsPerTurn * 2)
})

test('E66 what letting others in takes is on nobody’s account: a page waits for no round because somebody knocks', async () => {
  const { order, ask, knock } = openTurns()
  const pages = () => order.filter((caller) => caller === 'page').length
  let isOver = false
  const knocking = () => {
    knock()
    if (!isOver) setImmediate(knocking)
  }
  const page = () => ask('page', 1, () => void (pages() < 5 && page()))
  const again = (caller: string) =>
    ask(caller, 3, () => {
      if (order.length === 100) page()
      if (order.length < 400) again(caller)
    })
  for (let caller = 0; caller < 50; caller++) again(`flood ${caller}`)
  knocking()
  await untilTrue(() => expect(pages()).toBe(5))
  isOver = true
  // Once what a page takes is known, five of them come before anybody who takes as much at once.
  expect(order.lastIndexOf('page') - order.indexOf('page')).toBeLessThan(50)
})
