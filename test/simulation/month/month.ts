/** A county's month: office hours, links that come and go, outages, thousands of cases; then rest and a look at everything. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import { type Day, dayAt, dayNumber } from '#protocol/casework/time/days.ts'
import { createChance } from '../chance.ts'
import { createIntents } from '../intents.ts'
import { checkAtRest } from '../invariants/at-rest.ts'
import { isAcknowledged, isConverged } from '../invariants/county.ts'
import { enrol, register, start, stop } from '../machines.ts'
import { createWorld, type Machine, rootOf, type World } from '../world.ts'
import { checkMonth } from './checks.ts'
import { countyPlan } from './county.ts'
import { createErrands, type Errand, isDone, isRipe, placeOf, work } from './staff.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** World time begins at eight in the morning of this day. */
const FIRST_DAY = '2026-09-21' as Day

export interface MonthOptions {
  readonly cases: number
  readonly towns?: number
  /** Working days on which people come; the rest of the month finishes what was begun. */
  readonly opening?: number
  /** Working days altogether. */
  readonly days?: number
}

export interface MonthOutcome {
  readonly cases: number
  readonly entries: number
  readonly outages: Readonly<Record<string, number>>
  readonly stages: Readonly<Record<string, number>>
  readonly unfinished: readonly string[]
  readonly deadlines: number
  readonly violations: World['violations']
}

/** When machines can reach their parent, in minutes after eight. */
const WINDOWS = {
  township: [
    [60, 75],
    [180, 195],
    [360, 375],
    [500, 520],
  ],
  village: [
    [63, 73],
    [364, 374],
    [503, 513],
  ],
} as const
const TICK = 10 * MINUTE
const CLOSES = 9 * HOUR

/** Lives a month. */
export async function liveMonth(seed: number, options: MonthOptions): Promise<MonthOutcome> {
  const world = createWorld(seed, undefined, { plan: countyPlan(options.towns) })
  const { timeline } = world
  const chance = createChance(`month ${seed}`)
  const bugs = (problem: unknown) => world.violation('M0', String((problem as Error)?.stack ?? problem))
  process.on('unhandledRejection', bugs)
  try {
    for (const station of world.stations) await enrol(world, station.id.slice(6) || 'hub', station)
    await timeline.until(start(world, rootOf(world)))
    await timeline.until(register(world))
    const errands = createErrands(world, chance.branch('errands'), options.cases, options.opening ?? 12)
    await firstMorning(world)
    const days = workingDays(options.days ?? 23)
    for (const [index, offset] of days.entries()) await liveDay(world, chance, errands, index + 1, offset * 24 * HOUR)
    await comeToRest(world)
    const { stages, deadlines } = await timeline.until(checkMonth(world, errands))
    await timeline.until(checkAtRest(world, { told: [], intents: createIntents(world), refused: new Set() }))
    const unfinished = errands
      .filter((errand) => !isDone(errand))
      .map(({ script, stuck }) => `${script.name}: ${stuck}`)
    const { faults: outages, violations, ledger } = world
    return { cases: errands.length, entries: ledger.entries.size, outages, stages, unfinished, deadlines, violations }
  } finally {
    for (const { process: one } of world.machines) one?.die()
    process.off('unhandledRejection', bugs)
  }
}

/** Calendar days behind the first one that are worked. */
function workingDays(count: number): number[] {
  const calendar = workCalendar(SAMPLE_CALENDARS)
  const first = dayNumber(FIRST_DAY)
  const days: number[] = []
  for (let offset = 1; days.length < count; offset++) if (calendar.isWorking(dayAt(first + offset))) days.push(offset)
  return days
}

/** Everybody joins and hears of the catalogue before the first case. */
async function firstMorning(world: World): Promise<void> {
  for (const machine of world.machines) void start(world, machine)
  await world.timeline.run(world.timeline.now + 3 * MINUTE)
}

/** A machine is out of the network, now and then for days. */
function plan(world: World, chance: Chance, day: number): Set<Machine> {
  const out = new Set<Machine>()
  for (const machine of world.machines) {
    if (machine === rootOf(world)) continue
    const isRemote = machine.name.endsWith('01') && day % 9 < 5 && machine.name.startsWith('101')
    if (isRemote || chance.happens(0.04)) out.add(machine)
  }
  for (let count = out.size; count > 0; count--) world.fault('day without network')
  return out
}
type Chance = ReturnType<typeof createChance>

async function liveDay(world: World, chance: Chance, errands: Errand[], day: number, morning: number): Promise<void> {
  const { timeline } = world
  await timeline.run(Math.max(timeline.now, morning))
  const dice = chance.branch(`day ${day}`)
  const out = plan(world, dice, day)
  for (const machine of world.machines) {
    machine.offline = machine !== rootOf(world)
    void start(world, machine)
  }
  const busy = new Set<Machine>()
  for (let at = 0; at <= CLOSES; at += TICK) {
    setLinks(world, out, at / MINUTE)
    if (dice.happens(0.02)) powerCut(world, dice)
    startWork(world, errands, day, busy)
    await timeline.run(morning + at + TICK)
  }
  for (const machine of world.machines) stop(world, machine, 'reset')
  await timeline.run(timeline.now + MINUTE)
}

/** Links open and close with the windows of the day. */
function setLinks(world: World, out: ReadonlySet<Machine>, minute: number): void {
  for (const machine of world.machines) {
    const tier = world.stations.find(({ id }) => id === machine.station)?.tier
    if (tier === 'county' || tier === undefined) continue
    const isOpen = !out.has(machine) && WINDOWS[tier].some(([from, until]) => minute + 10 > from && minute < until)
    if (machine.offline === !isOpen) continue
    machine.offline = !isOpen
    if (!isOpen) for (const wire of world.network.wires) if (wire.child === machine.name) wire.cut()
  }
}

function powerCut(world: World, dice: Chance): void {
  const machine = dice.pick(world.machines)
  world.fault('power cut')
  stop(world, machine, 'power')
  world.timeline.after(dice.between(1, 20) * MINUTE, () => void start(world, machine))
}

/** At every machine somebody does what lies there, one thing after the other. */
function startWork(world: World, errands: readonly Errand[], day: number, busy: Set<Machine>): void {
  for (const machine of world.machines) {
    if (!machine.running || busy.has(machine)) continue
    const mine = errands.filter((errand) => placeOf(errand) === machine.station && isRipe(errand, day))
    if (mine.length === 0) continue
    busy.add(machine)
    void (async () => {
      for (const errand of mine) await work(world, machine, errand, day)
    })()
      .catch((problem: unknown) => world.violation('M0', String((problem as Error).stack)))
      .finally(() => busy.delete(machine))
    // Whoever dies in the middle never answers: the next start finds the desk free again.
    if (machine.process) machine.process.onDeath = afterDeath(machine, busy)
  }
}

const afterDeath = (machine: Machine, busy: Set<Machine>) => () => {
  machine.running = undefined
  busy.delete(machine)
}

async function comeToRest(world: World): Promise<void> {
  const { timeline } = world
  for (const machine of world.machines) {
    machine.offline = false
    void start(world, machine)
  }
  for (let quiet = 0, tries = 0; quiet < 2 && tries < 90; tries++) {
    await timeline.run(timeline.now + 20_000)
    quiet = isConverged(world) && (await isAcknowledged(world)) ? quiet + 1 : 0
  }
  if (!isConverged(world)) world.violation('M8', 'the county does not come to rest')
}
