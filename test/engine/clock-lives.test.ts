/** Lives of machines: clocks that are off, that sleep, are switched off, put right, set wrong and mended; people answer honestly when asked. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { civilDay, civilTime } from '#protocol/casework/time/days.ts'
import { createClock, type NodeClock, readClock } from '#protocol/engine/clock.ts'
import { isDayInDoubt } from '#protocol/engine/clock-doubt.ts'
import { person, TOWNSHIP } from './county.ts'
import { DAY, MET } from './parted-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const clerk = person(TOWNSHIP, ['clerk'])

/** A machine that met its county at MET, when its clock was so far ahead. */
class Machine {
  /** The time, and what the clock shows. */
  time = MET
  #shown: number
  #elapsed = 0
  /** Somebody set it ahead to a wrong time: how far it was off before. */
  #unnoticed: number | undefined
  /** A slow one was mended by a part: what mends the rest while it is off is a night for all that can be known. */
  #isHalf = false
  #clock: NodeClock

  readonly #isRoot: boolean

  constructor(ahead: number, isRoot: boolean) {
    this.#shown = MET + ahead
    this.#isRoot = isRoot
    this.#clock = createClock(this.#host, isRoot)
    if (!isRoot) this.#clock.heardRoot(MET)
  }

  get #host() {
    return { now: () => this.#shown, elapsed: () => this.#elapsed }
  }

  /** Time passes; the program sees it pass, or sleeps. It looks at the clock each minute that it sees. */
  passes(by: number, isAsleep = false) {
    this.#clock.passed(0)
    this.time += by
    this.#shown += by
    if (!isAsleep) this.#elapsed += by
    this.#clock.passed(0)
  }

  sets(to: number) {
    const [before, after] = [this.#shown - this.time, to - this.time]
    // The county is asked about what a node may have slept.
    const isAhead = after > before && !(this.#isRoot && after > before + DAY)
    this.#isHalf ||= isAhead && after <= -DAY
    if (isAhead) this.#unnoticed ??= before
    if (after === 0 || (this.#unnoticed !== undefined && after <= this.#unnoticed)) this.#unnoticed = undefined
    this.#shown = to
    this.#clock.passed(0)
  }

  slips(by: number) {
    this.sets(this.#shown + by)
  }

  /** Off for so long; somebody may put it right meanwhile. */
  off(by: number, isPutRight = false) {
    this.#clock.passed(0)
    const disk = JSON.stringify(this.#clock.mark(null))
    this.time += by
    this.#shown = isPutRight ? this.time : this.#shown + by
    if (isPutRight) this.#unnoticed = undefined
    this.#elapsed = 0
    this.#clock = createClock(this.#host, this.#isRoot, readClock(JSON.parse(disk)))
  }

  hears() {
    if (this.#isRoot) return
    this.#clock.heardRoot(this.time)
    this.#isSaid()
  }

  /** What was set ahead and not noticed looks like a machine that slept. */
  get isMistaken() {
    return this.#unnoticed !== undefined || this.#isHalf
  }

  get asks() {
    return isDayInDoubt(this.#clock.doubt(0))
  }

  /** An honest answer, by a watch that is two minutes off; the county's clock is put right before. */
  answers() {
    if (this.#isRoot) this.sets(this.time)
    const said = civilTime(this.time + 2 * MINUTE)
    const minutes = Number(said.slice(11, 13)) * 60 + Number(said.slice(14, 16))
    this.#clock.confirm(civilDay(this.time + 2 * MINUTE), clerk.person, minutes)
    this.#isSaid()
  }

  #isSaid() {
    this.#unnoticed = undefined
    this.#isHalf = false
  }

  /** Whether it would give a wrong day away, now or in the office hours of the next day. */
  get isWrong() {
    const [time, shown, elapsed] = [this.time, this.#shown, this.#elapsed]
    const from = this.#clock
    let wrong = false
    for (let later = 0; later < DAY; later += HOUR) {
      this.time = time + later
      this.#shown = shown + later
      this.#elapsed = elapsed + later
      const hour = Number(civilTime(this.time).slice(11, 13))
      const isOpen = hour >= 8 && hour < 18
      wrong ||= isOpen && !this.asks && civilDay(from.time()) !== civilDay(this.time)
    }
    this.time = time
    this.#shown = shown
    this.#elapsed = elapsed
    return wrong
  }
}

const EVENTS: Readonly<Record<string, (machine: Machine) => void>> = {
  works: (machine) => machine.passes(2 * HOUR),
  sleeps: (machine) => machine.passes(14 * HOUR, true),
  off: (machine) => machine.off(14 * HOUR),
  'off for a weekend': (machine) => machine.off(62 * HOUR),
  'starts again': (machine) => machine.off(5 * MINUTE),
  'put right': (machine) => machine.sets(machine.time),
  'put right while off': (machine) => machine.off(14 * HOUR, true),
  'set back by a day': (machine) => machine.slips(-DAY),
  'set back by hours': (machine) => machine.slips(-8 * HOUR),
  'set back by minutes': (machine) => machine.slips(-10 * MINUTE),
  'set ahead by a day': (machine) => machine.slips(DAY),
  'set ahead by days': (machine) => machine.slips(3 * DAY),
  hears: (machine) => machine.hears(),
}
const NAMES = Object.keys(EVENTS)
const AHEAD = [0, 5 * MINUTE, -5 * MINUTE, 8 * HOUR, -8 * HOUR, DAY, -DAY, 3 * DAY, -3 * DAY, 40 * DAY, -40 * DAY]

/** Lives a life and names where it gave a wrong day away. */
function live(ahead: number, names: readonly string[], isRoot = false): string | undefined {
  const machine = new Machine(ahead, isRoot)
  for (const [place, name] of names.entries()) {
    EVENTS[name]?.(machine)
    if (machine.asks) machine.answers()
    if (machine.asks) return `${ahead / HOUR} h: ${names.slice(0, place + 1).join(', ')}: asks again`
    if (!machine.isMistaken && machine.isWrong) return `${ahead / HOUR} h: ${names.slice(0, place + 1).join(', ')}`
  }
  return undefined
}

/** All sequences of so many events. */
const sequences = (length: number): readonly (readonly string[])[] =>
  length === 0 ? [[]] : sequences(length - 1).flatMap((start) => NAMES.map((name) => [...start, name]))

test('S151 S157 S159 no life of three events gives a wrong day away, but where a clock was set ahead and nobody has noticed', () => {
  const wrong = sequences(3).flatMap((names) => AHEAD.flatMap((ahead) => live(ahead, names) ?? []))
  expect([...new Set(wrong)]).toEqual([])
})

test('S151 S157 no life of three events of a county whose clock was right tells a wrong day', () => {
  const near = AHEAD.filter((ahead) => Math.abs(ahead) <= 5 * MINUTE)
  const wrong = sequences(3).flatMap((names) => near.flatMap((ahead) => live(ahead, names, true) ?? []))
  expect([...new Set(wrong)]).toEqual([])
})

test('S151 S157 S159 nor does a long one', () => {
  const events = fc.array(fc.constantFrom(...NAMES), { minLength: 4, maxLength: 12 })
  fc.assert(
    fc.property(fc.constantFrom(...AHEAD), events, (ahead, names) => {
      expect(live(ahead, names)).toBeUndefined()
    }),
    { numRuns: 5_000 },
  )
})
