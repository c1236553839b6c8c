/** Machines from enrolment to scrap: how each starts, dies, goes back in time, is copied and replaced. */
import type { DirectoryRecord, NodeRecord, Station } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { openEngine } from '#protocol/engine/open.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import { type StationCode, toHex } from '#protocol/ids.ts'
import type { FileIdentity } from '#protocol/log/incarnation.ts'
import { nodeIdOf } from '#protocol/transport/node-host.ts'
import { confirmDay } from './actors.ts'
import { NEWER, OLDER } from './ages.ts'
import { callParent } from './calling.ts'
import type { Chance } from './chance.ts'
import { noteGone } from './ledger.ts'
import { createProcess, hostOf, type Process } from './process.ts'
import { type Begun, begin, checkRotation, followHeads } from './records.ts'
import { storageOf, unlessDisk } from './storage-faults.ts'
import { createDisk } from './witnessed-disk.ts'
import { type Backup, inUse, lineOf, type Machine, type Running, rootOf, type World } from './world.ts'

const wallClock = (world: World, machine: Machine) => () => world.now() + machine.clock

const newFile = (number: number): FileIdentity => ({ device: '1', inode: String(number), born: number, machine: null })

async function newMachine(world: World, name: string, station: StationCode, identity: Identity): Promise<Machine> {
  const chance = world.chance.branch(`machine ${name}`)
  const machine: Machine = {
    name,
    station,
    identity,
    disk: await world.timeline.hold(createDisk(name, identity.node, world.ledger, world.media)),
    chance,
    line: lineOf(world, chance.branch('line')),
    doubt: { doubled: false, imagedAt: -1, heardAt: new Map(), rotating: false, owed: false },
    backups: [],
    sidecar: undefined,
    file: newFile(world.machines.length),
    process: undefined,
    running: undefined,
    knowledge: NEWER,
    offline: false,
    scrapped: false,
    scrappedAt: -1,
    passing: false,
    revoked: false,
    isRevocationKnown: false,
    predecessors: 0,
    placed: 0,
    clock: 0,
    metAt: -1,
    rememberedAt: -1,
    writtenAt: -1,
    shown: new Map(),
  }
  world.machines.push(machine)
  world.ledger.root ??= identity.node
  return machine
}

/** A new machine for a station; it still has to be entered in the register. */
export async function enrol(world: World, name: string, station: Station): Promise<Machine> {
  const keys = world.keyring.generate(world.chance.branch(`keys ${name}`))
  const node = nodeIdOf(keys.publicKey)
  const above = world.machines.find((machine) => machine.station === station.parent && !machine.scrapped)
  const root = world.machines[0]?.identity
  const before = new Set(
    world.machines.filter((one) => one.station === station.id).map(({ identity }) => identity.node),
  )
  const machine = await newMachine(world, name, station.id, {
    node,
    keys,
    root: { node: root?.node ?? node, publicKey: root?.keys.publicKey ?? keys.publicKey },
    parent: above ? { node: above.identity.node, publicKey: above.identity.keys.publicKey, name: above.name } : null,
    lease: new Set(world.machines.map(({ identity }) => identity.node)).size + 1,
  })
  machine.predecessors = before.size
  return machine
}

/** A second machine of the county hall, which is granted every stream. */
export async function enrolStandby(world: World): Promise<void> {
  const root = rootOf(world)
  const hall = world.stations.find(({ id }) => id === root.station) as Station
  const machine = await enrol(world, 'standby', hall)
  const { node, keys } = root.identity
  machine.identity = { ...machine.identity, parent: { node, publicKey: keys.publicKey, name: root.name } }
}

/** What the register says of a machine. */
export const nodeRecord = (machine: Machine): NodeRecord => ({
  type: 'node',
  id: machine.identity.node,
  version: 1,
  name: machine.name,
  publicKey: toHex(machine.identity.keys.publicKey),
  stations: [machine.station],
  parent: machine.identity.parent?.node ?? null,
  lease: machine.identity.lease,
  predecessors: machine.predecessors,
  revoked: null,
  ...(machine.name === 'standby' ? { standby: true } : {}),
})

/** Publishes at the root; a full disk or a dead root is no violation, the administrator tries again. */
export async function publish(world: World, records: readonly DirectoryRecord[]): Promise<void> {
  const write = () => rootOf(world).running?.engine.office.publish(null, records)
  let published = await write()
  if (published?.ok === false && published.problem.code === 'day-in-doubt') {
    await confirmDay(world)
    published = await write()
  }
  if (!published || published.ok || published.problem.code.startsWith('storage')) return
  world.violation('M1', `publish: ${published.problem.code}`)
}

/** Whether the root holds a record of what is published. */
function isPublished(known: DirectoryView, record: DirectoryRecord): boolean {
  if (record.type === 'item') return known.item(record.id) !== undefined
  if (record.type === 'calendar') return known.calendars().some(({ id }) => id === record.id)
  return record.type === 'letter' ? known.letters().some(({ id }) => id === record.id) : false
}

/** Enters stations, the catalogue and all machines that are missing in the register. */
export async function register(world: World): Promise<void> {
  const known = rootOf(world).running?.engine.office.directory
  if (!known) return
  const stations = world.stations.filter(({ id, parent }) => known.station(id)?.parent !== parent)
  const machines = world.machines.filter(({ identity }) => !known.node(identity.node)).map(nodeRecord)
  const catalogue = world.published.filter((record) => !isPublished(known, record))
  const accounts = [...world.accounts.values()].flatMap((told) => told.slice(-1)).filter(({ id }) => !known.person(id))
  const register = [...stations, ...machines, ...misplaced(world, known), ...unserved(world, known)]
  const records = [...register, ...catalogue, ...accounts]
  if (records.length > 0) await publish(world, records)
}

/**
 * Machines that the register has below one that is gone, or that is not of the station above theirs: a hub that was put
 * back, or whose disk was full, may not know where they belong, and its people say it again.
 */
function misplaced(world: World, known: DirectoryView): NodeRecord[] {
  return world.machines.flatMap((machine) => {
    const record = known.node(machine.identity.node)
    if (machine.scrapped || !record || record.parent === null) return []
    const station = world.stations.find(({ id }) => id === machine.station)?.parent
    const above = inUse(world).filter((other) => other.station === station)
    if (above.length === 0 || above.some(({ identity }) => identity.node === record.parent)) return []
    return [{ ...record, parent: above[0]?.identity.node ?? record.parent }]
  })
}

/** Machines that the register has for no station, because whoever was to put that right was refused. */
const unserved = (world: World, known: DirectoryView): NodeRecord[] =>
  world.machines.flatMap(({ identity, station }) => {
    const record = known.node(identity.node)
    return record && !record.stations.includes(station) ? [{ ...record, stations: [station] }] : []
  })

/** Starts a machine's program; does nothing when it runs already. */
export async function start(world: World, machine: Machine): Promise<void> {
  if (machine.process?.alive || machine.scrapped) return
  const process = createProcess(world.timeline)
  machine.process = process
  machine.shown.clear()
  process.onDeath = () => {
    machine.running = undefined
    machine.rememberedAt = lastWritten(machine, world.timeline.now)
    machine.writtenAt = machine.rememberedAt
  }
  const random = machine.chance.branch(`start ${world.timeline.now}`)
  const storage = storageOf(machine.disk, process, random.branch('disk'), () => world.timeline.now)
  try {
    await open(world, machine, process, { begun: await begin(world, machine, process, storage, random), random })
  } catch (problem) {
    unlessDisk(problem)
    process.die() // the program says so and ends; somebody starts it again
  }
}

interface Opening {
  readonly begun: Begun
  readonly random: Chance
}

async function open(world: World, machine: Machine, process: Process, { begun, random }: Opening): Promise<void> {
  const { storage, incarnation } = begun
  const { identity } = machine
  const knowledge = { ...machine.knowledge, closesForms: world.closesForms }
  const host = hostOf(process, world.timeline, random.branch('host'), world.keyring, wallClock(world, machine))
  // Whatever it ends, a bug is one.
  const bug = (problem: unknown) => world.violation('M0', String((problem as Error)?.stack ?? problem))
  const rotated = (next: number) => {
    checkRotation(world, machine, machine.running?.engine.incarnation ?? incarnation)
    return begun.rotated(next)
  }
  const opened = await openEngine({ storage, host, identity, incarnation, rotated, version: 'sim', knowledge, bug })
  if (!opened.ok) {
    process.die() // said in words; a full disk can keep a rebuild from ending
    return
  }
  const running: Running = { process, engine: opened.value }
  machine.running = running
  followHeads(world, running, begun.remember)
  if (identity.parent) callParent(world, machine, running)
}

/** A machine has an older program until it is upgraded, both in its folder. */
export async function useProgram(world: World, machine: Machine, age: 'older' | 'newer'): Promise<void> {
  const knowledge = age === 'older' ? OLDER : NEWER
  if (machine.scrapped || machine.knowledge === knowledge) return
  stop(world, machine, 'reset')
  machine.knowledge = knowledge
  await start(world, machine)
}

/** Ends a process; `power` leaves its links hanging, otherwise the peers hear of it. */
export function stop(world: World, machine: Machine, how: 'power' | 'reset'): void {
  const { name } = machine
  const wires = [...world.network.wires].filter(({ child, parent }) => child === name || parent === name)
  machine.process?.die()
  for (const wire of wires) how === 'power' ? wire.hang() : wire.cut()
}

/** What is held above has been told, and is written down, so long after a link began, on the weakest line too. */
export const HEARD_MILLISECONDS = 30_000

/** The last link of which the disk knows what was heard on it: the program lived, and nothing was refused, for so long since. */
export const lastWritten = ({ rememberedAt, writtenAt, disk }: Machine, now: number): number =>
  now - Math.max(rememberedAt, disk.failedAt) > HEARD_MILLISECONDS ? rememberedAt : writtenAt

/** Puts a stopped machine back to a backup; its sidecar stays, is lost, or goes back with it. */
export async function restore(
  world: World,
  machine: Machine,
  backup: Backup,
  sidecar: 'survives' | 'lost' | 'image',
): Promise<void> {
  const { disk, backups, doubt } = machine
  if (sidecar === 'image' || (sidecar === 'survives' && isSidecarBehind(machine))) doubt.imagedAt = world.timeline.now
  disk.restoredAt = world.timeline.now
  machine.rememberedAt = backup.writtenAt
  machine.writtenAt = backup.writtenAt
  await world.timeline.hold(disk.restore(backup.snapshot))
  if (sidecar !== 'survives') machine.sidecar = sidecar === 'image' ? backup.sidecar : undefined
  backups.splice(0, backups.length, ...backups.filter(({ at }) => at <= backup.at))
}

/** Whether the record outside the database had not yet followed what was written. */
const isSidecarBehind = ({ sidecar, disk, identity, doubt }: Machine): boolean =>
  doubt.rotating ||
  [...disk.held].some(
    ([log, hashes]) =>
      log.startsWith(identity.node) &&
      Number(log.split('/')[1]) === sidecar?.incarnation &&
      hashes.length > (sidecar.ownHeads[log]?.seq ?? 0),
  )

/** A second machine under the same identity: an image of the whole machine, or only of its files. */
export async function copy(world: World, machine: Machine, how: 'image' | 'files'): Promise<Machine> {
  const snapshot = machine.disk.snapshot()
  const twin = await newMachine(world, `${machine.name}'`, machine.station, machine.identity)
  await world.timeline.hold(twin.disk.restore(snapshot))
  twin.sidecar = machine.sidecar
  twin.revoked = machine.revoked
  twin.predecessors = machine.predecessors
  twin.clock = machine.clock
  twin.knowledge = machine.knowledge
  if (how === 'image') {
    twin.file = machine.file
    twin.doubt.doubled = true
    machine.doubt.doubled = true
  }
  return twin
}

/** A machine is lost; what only it held is gone. */
export function scrap(world: World, machine: Machine): void {
  if (machine.scrapped) return
  stop(world, machine, 'power')
  machine.scrapped = true
  machine.scrappedAt = world.timeline.now
  world.ledger.disks.delete(machine.disk)
  noteGone(world.ledger, [...machine.disk.held.values()].flat())
}

/** The record of a machine as the register has it now, or as it will be entered. */
const recorded = (world: World, machine: Machine): NodeRecord =>
  rootOf(world).running?.engine.office.directory.node(machine.identity.node) ?? nodeRecord(machine)

/** A machine is replaced by a new one under a new identity, and whoever was below it belongs below the new one. */
export async function replace(world: World, machine: Machine, how: Replaced): Promise<Machine> {
  const station = world.stations.find(({ id }) => id === machine.station) as Station
  if (how.machine === 'lost') scrap(world, machine)
  // Whoever has its key is revoked with it, copies too.
  else for (const one of world.machines) if (one.identity.node === machine.identity.node) one.revoked = true
  const others = world.machines.filter((one) => one.station === station.id && one.name.includes('+'))
  const fresh = await enrol(world, `${station.id.slice(6)}+${others.length + 1}`, station)
  const revoked = { time: wallClock(world, machine)(), reason: '更换', ...(how.trusted ? { held: null } : {}) }
  const below = world.machines.filter((child) => recorded(world, child).parent === machine.identity.node)
  await publish(world, [
    { ...recorded(world, machine), revoked },
    nodeRecord(fresh),
    ...below.map((child) => ({ ...recorded(world, child), parent: fresh.identity.node })),
  ])
  return fresh
}

/** What became of a machine that is replaced, and whether what it wrote and nobody has seen is believed. */
export interface Replaced {
  readonly machine: 'lost' | 'lives on'
  readonly trusted: boolean
}

/** A station comes below another township; its machine goes along. */
export async function moveStation(world: World, machine: Machine, township: Machine): Promise<void> {
  const station = world.stations.find(({ id }) => id === machine.station) as Station
  const left = station.parent as StationCode
  world.former.set(left, (world.former.get(left) ?? new Set()).add(station.id))
  const moved = { ...station, parent: township.station }
  world.stations.splice(world.stations.indexOf(station), 1, moved)
  await publish(world, [moved, { ...recorded(world, machine), parent: township.identity.node }])
}
