/** What a clock is believed after a start, a fall, or a hand that set it. */
import { expect, test } from 'vitest'
import { createClock, type NodeClock } from '#protocol/engine/clock.ts'
import { isDayInDoubt } from '#protocol/engine/clock-doubt.ts'
import { DAY, MET, toldClock } from './parted-clock.ts'

const HOUR = 60 * 60_000

/** The clock after a start with what was kept, on a machine whose clock shows that. */
function restarted(clock: NodeClock, shows: number, isRoot = false) {
  let elapsed = 0
  const next = createClock({ now: () => shows + elapsed, elapsed: () => elapsed }, isRoot, clock.mark(null))
  const passes = (by: number) => {
    elapsed += by
    return next
  }
  return { clock: next, passes }
}

test('S159 a clock that is put right by hand, early by minutes or by half a day, is asked about', () => {
  for (const early of [3 * 60_000, 10 * 60_000, 12 * HOUR]) {
    const slow = toldClock(-3 * DAY)
    expect(
      slow
        .passes(HOUR)
        .moves(3 * DAY - early)
        .clock.doubt(0),
      `${early}`,
    ).toMatchObject({ is: 'set' })
    const off = restarted(toldClock(-3 * DAY).passes(HOUR).clock, MET + 2 * HOUR - early)
    expect(off.clock.doubt(0), `${early} while off`).toMatchObject({ is: 'set' })
  }
  // A fast one that goes back by a part of it while the machine is off.
  const partly = restarted(toldClock(3 * DAY).passes(HOUR).clock, MET + DAY)
  expect(partly.clock.doubt(0)).toBeNull() // about the whole: put right
  const less = restarted(toldClock(3 * DAY).passes(HOUR).clock, MET + 3 * DAY - 6 * HOUR)
  expect(less.clock.doubt(0)).toMatchObject({ is: 'set' })
})

test('S151 S159 a clock that is off by minutes is followed like any other: nights are no question, a fall is one', () => {
  for (const skew of [-3, 0, 3]) {
    const node = toldClock(skew * 60_000)
    for (let night = 0; night < 60; night++) {
      node.passes(9 * HOUR)
      node.clock.passed(0)
      expect(node.clock.doubt(0), `${skew} ${night}`).toBeNull()
      node.moves(15 * HOUR)
      node.clock.passed(0)
      expect(node.clock.doubt(0), `${skew} ${night}`).toBeNull()
    }
    const fallen = restarted(node.clock, node.clock.now() - 5 * DAY)
    expect(fallen.clock.doubt(0), `${skew}`).toMatchObject({ is: 'behind', fell: expect.any(Number) })
  }
})

test('S157 whatever fell while nobody watched has no day, however little it fell, and a dead clock has none after any start', () => {
  for (const isRoot of [false, true]) {
    const right = createClock({ now: () => MET + 8 * HOUR, elapsed: () => 0 }, isRoot)
    if (!isRoot) right.heardRoot(MET + 8 * HOUR)
    right.passed(0)
    const next = restarted(right, MET + 8 * HOUR - 5 * 60_000, isRoot)
    expect(isDayInDoubt(next.clock.doubt(0))).toBe(true)
    next.clock.passed(0)
    // It does not heal by running on, nor by another start of the program.
    expect(isDayInDoubt(next.passes(3 * HOUR).doubt(0))).toBe(true)
    next.clock.passed(0)
    const again = restarted(next.clock, next.clock.now() + 60_000, isRoot)
    expect(isDayInDoubt(again.clock.doubt(0))).toBe(true)
    expect(again.clock.rootTime(0)).toBeNull()
  }
  const boot = Date.parse('2009-01-01T08:00+08:00')
  const dead = createClock({ now: () => boot, elapsed: () => 0 }, false)
  dead.heardRoot(MET)
  for (const later of [0, 10 * 60_000, 9 * HOUR])
    expect(restarted(dead, boot + later).clock.doubt(0)).toMatchObject({
      is: 'behind',
      since: MET,
      fell: expect.any(Number),
    })
})

test('L6 an offset stays a whole number of milliseconds, whatever the machine counts what passes in', () => {
  let [shown, elapsed] = [MET, 0.25]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, false)
  clock.heardRoot(MET)
  shown -= 5 * HOUR
  elapsed += 1_000.7
  clock.passed(0)
  expect(Number.isInteger(clock.offset())).toBe(true)
})
