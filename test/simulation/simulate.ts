/** One run: a county at work, faults, healing, rest; a function of its seed alone. */
import { civilDay } from '#protocol/casework/time/days.ts'
import type { LogKey } from '#protocol/ids.ts'
import { openAccounts } from './accounts.ts'
import { confirmDay, createStaff } from './actors.ts'
import { heal } from './faults/all-faults.ts'
import { checkAtRest } from './invariants/at-rest.ts'
import { grantsOf, isAcknowledged, isConverged } from './invariants/county.ts'
import { checkVersionTold } from './invariants/secrets.ts'
import { enrol, enrolStandby, register, start } from './machines.ts'
import { drawLimits } from './small-limits.ts'
import { createStationDesk } from './station-desk.ts'
import { unlessDisk } from './storage-faults.ts'
import { encore, storm } from './storm.ts'
import type { Disk, Media } from './witnessed-disk.ts'
import { createWorld, inUse, type Observer, rootOf, type World } from './world.ts'

const SECOND = 1_000
/** Progress must resume within this virtual time after the last fault: two long pauses after a refusal and a bit. */
const REST_BOUND = 25 * 60 * SECOND
/** Beside it lines may take their time for what their readers lack, but who sends for ever does not rest either. */
const CARRYING_BOUND = 3 * REST_BOUND
/** Acknowledgements and reports settle within this time after the entries have. */
const SETTLE = 40 * SECOND

export interface Outcome {
  readonly seed: number
  readonly entries: number
  readonly faults: Readonly<Record<string, number>>
  readonly violations: World['violations']
  readonly trace: string
}

export interface Options {
  readonly observe?: Observer
  /** Where disks keep what they are given; memory without it. */
  readonly media?: Media
  /** Kinds of faults left out: what remains shows which of them a failing seed needs. */
  readonly without?: readonly string[]
}

/** Runs one seed. */
export async function simulate(seed: number, { observe, media, without = [] }: Options = {}): Promise<Outcome> {
  const world = createWorld(seed, observe, media ? { media } : {})
  const usual = drawLimits(world.chance.branch('limits'))
  const { timeline, chance } = world
  world.network.versionTold = (...told) => checkVersionTold(world, ...told)
  const staff = createStaff(world, chance.branch('staff'))
  const desk = createStationDesk(world, chance.branch('station desk'))
  world.people = { ...staff, keep: desk.keep }
  const bugs = (problem: unknown) => world.violation('M0', String((problem as Error)?.stack ?? problem))
  process.on('unhandledRejection', bugs)
  try {
    for (const station of world.stations) await enrol(world, station.id.slice(6) || 'hub', station)
    if (chance.branch('standby').happens(0.15)) await enrolStandby(world)
    await timeline.until(start(world, rootOf(world)))
    await timeline.until(register(world))
    await timeline.until(openAccounts(world))
    for (const machine of world.machines) void start(world, machine)
    await timeline.run(15 * SECOND)
    const working = { work: staff.workOnce, records: desk.workOnce, without }
    await storm(world, working)
    heal(world)
    await comeToRest(world)
    if (isConverged(world) && (await encore(world, working))) {
      heal(world)
      await comeToRest(world)
    }
    if (isConverged(world)) await timeline.until(checkAtRest(world, staff, desk.told))
    else world.violation('M8', `no progress: ${unlike(world)}`)
  } finally {
    for (const { process: one } of world.machines) one?.die()
    for (const { disk } of world.machines) await disk.storage.close()
    usual()
    process.off('unhandledRejection', bugs)
  }
  const { violations, faults } = world
  return { seed, entries: world.ledger.entries.size, faults, violations, trace: world.traceHash() }
}

async function comeToRest(world: World): Promise<void> {
  const { timeline, network } = world
  const began = { at: timeline.now, carrying: new Map(network.carrying) }
  // The largest lies of the door fill the slowest line for two minutes each; what a village lies passes two lines.
  const carrying = () => {
    const since = [...network.carrying].map(([line, spent]) => spent - (began.carrying.get(line) ?? 0))
    const [first = 0, second = 0] = since.sort((left, right) => right - left)
    return first + second
  }
  const bound = () => began.at + REST_BOUND + Math.min(CARRYING_BOUND, carrying())
  let isOver = false
  // What was killed at the very end is started by its people; nothing is published any more while the rest is looked at.
  const revive = () => {
    if (isOver) return
    void register(world)
    for (const machine of world.machines) if (!machine.scrapped && !machine.process?.alive) void start(world, machine)
    void confirmDay(world).catch(unlessDisk)
    if (timeline.now < bound()) timeline.after(10 * SECOND, revive)
  }
  revive()
  for (let quiet = 0; timeline.now < bound() && quiet < 2; ) {
    await timeline.run(timeline.now + SETTLE / 2)
    const isCalm = isConverged(world) && knowsDay(world) && (await hasRead(world)) && (await isAcknowledged(world))
    quiet = isCalm ? quiet + 1 : 0
  }
  isOver = true
}

/** Whether every machine has heard what day it is at the county since its clock was last set. */
function knowsDay(world: World): boolean {
  const today = civilDay(world.now() + rootOf(world).clock)
  return inUse(world).every(({ running }) => running?.engine.office.today() === today)
}

/** Whether every program has read again what another one wrote: where the disk was full it tries that after a minute. */
async function hasRead(world: World): Promise<boolean> {
  const readers = inUse(world).map(async ({ disk, knowledge }) => {
    const reader = await disk.storage.local('engine', 'reader')
    return reader === undefined || reader.endsWith(`${knowledge.fingerprint}"`)
  })
  return (await Promise.all(readers)).every(Boolean)
}

/** Whether a disk holds of a log what the root does not: a former subscriber has to deliver it. */
const isAhead = (world: World, { held }: Disk, log: LogKey): boolean =>
  held.get(log)?.some((hash, place) => rootOf(world).disk.held.get(log)?.[place] !== hash) ?? false

/** What keeps the county from rest, for whoever reads a failing seed. */
function unlike(world: World): string {
  const down = world.machines.filter(({ running, scrapped }) => !running && !scrapped).map(({ name }) => name)
  if (down.length > 0) return `not running: ${down.join(' ')}`
  const using = inUse(world)
  const logs = new Set(using.flatMap(({ disk }) => [...disk.held.keys()]))
  // A revoked machine that lives on has to deliver what it wrote, and nothing else.
  const delivering = world.machines.filter(({ revoked, scrapped }) => revoked && !scrapped)
  for (const { disk, identity } of delivering)
    for (const log of disk.held.keys()) if (log.startsWith(identity.node)) logs.add(log)
  const lines = [...logs].flatMap((log) => {
    const [node, incarnation, stream] = log.split('/') as [string, string, string]
    const subscribers = [
      ...using.filter(({ station, disk }) => grantsOf(world, station).has(stream) || isAhead(world, disk, log)),
      ...delivering.filter(({ identity }) => identity.node === node),
    ]
    const ends = subscribers.map(({ name, disk }) => {
      const held = disk.held.get(log) ?? []
      return { name, end: `${held.length}:${held.at(-1)?.slice(0, 4) ?? ''}` }
    })
    if (new Set(ends.map(({ end }) => end)).size === 1) return []
    const author = world.machines.find(({ identity }) => identity.node === node)?.name
    return [`${author}/${incarnation}/${stream} = ${ends.map(({ name, end }) => `${name}:${end}`).join(' ')}`]
  })
  return lines.join('; ').slice(0, 600)
}
