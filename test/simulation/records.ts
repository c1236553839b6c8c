/** The record outside a machine's database, and the incarnation that follows from both: as edge-node/restored-database.ts has it. */
import { type FirstWrite, writeFirst } from '#edge-node/first-write.ts'
import { type LocalRow, NO_CHANGE, type Storage, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logParts, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { judgeDatabase, nextIncarnation, type OwnHead } from '#protocol/log/incarnation.ts'
import type { Chance } from './chance.ts'
import type { Process } from './process.ts'
import type { Machine, Running, World } from './world.ts'

/** Until everybody has started for the first time nothing goes wrong. */
const FIRST_MILLISECONDS = 15_000

type Heads = Readonly<Record<LogKey, OwnHead>>

/** The incarnation a start writes under. */
export interface Begun extends FirstWrite {
  readonly incarnation: number
  /** Makes a new one durable, in the database and then outside it. */
  rotated(incarnation: number): Promise<void>
  /** Writes the record: it may lag behind the database and never leads it. */
  remember(incarnation: number, heads: Heads): void
}

const localRow = (key: string, value: unknown): LocalRow => ({ space: 'node', key, value: JSON.stringify(value) })

/** Compares the database with the record; what must be durable before anything is written is tried at once. */
export async function begin(
  world: World,
  machine: Machine,
  process: Process,
  storage: Storage,
  random: Chance,
): Promise<Begun> {
  const { heads, left: before, claimed } = await claimOf(machine, storage)
  const { sidecar, identity, file } = machine
  const { rotate } = judgeDatabase(sidecar ? { state: 'present', sidecar } : { state: 'missing' }, {
    ...{ node: identity.node, incarnation: claimed, left: before, ownHeads: heads, identity: file },
  })
  const keys = [heads, sidecar?.ownHeads ?? {}].flatMap(Object.keys) as LogKey[]
  const known = new Set([...keys.map((key) => logParts(key).incarnation), ...before])
  if (sidecar) known.add(sidecar.incarnation)
  const incarnation =
    claimed === null || rotate ? nextIncarnation(known, (bound) => random.below(bound)) : (claimed as number)
  let [stands, left, last] = [claimed, before, heads]
  const remember = (under: number, ownHeads: Heads) => {
    last = ownHeads
    if (machine.disk.ailments.record) throw new StorageFailure('other', '旁车写不进去')
    Object.assign(machine.doubt, { rotating: false, owed: false })
    machine.sidecar = { node: identity.node, incarnation: under, boots: 0, ownHeads, identity: file }
  }
  const rotated = async (next: number) => {
    left = [...new Set([...left, ...(stands === null ? [] : [stands])])].filter((one) => one !== next)
    await storage.commit({ ...NO_CHANGE, local: [localRow('incarnation', next), localRow('left-incarnations', left)] })
    stands = next
    machine.doubt.rotating = true
    // A new incarnation that is needed holds everything up; one that is not, nothing.
    if (machine.disk.ailments.record && !isPristine(world, machine)) machine.disk.failed(world.timeline.now)
    if (world.timeline.now > FIRST_MILLISECONDS && !world.healed && random.branch(`record ${next}`).happens(0.1))
      process.die() // power goes in between
    if (process.alive) remember(next, last)
    else await new Promise(() => {})
  }
  const stays = sidecar?.incarnation === incarnation
  machine.doubt.owed = !stays
  const first = writeFirst(storage, () => (stays ? Promise.resolve() : rotated(incarnation)))
  try {
    await (stays ? remember(incarnation, heads) : first.attempt())
  } catch (problem) {
    // The record is tried again with the next write; a database that takes nothing ends this start.
    if (!(problem instanceof StorageFailure) || !machine.disk.ailments.record) throw problem
  }
  return { ...first, incarnation, rotated, remember }
}

async function claimOf({ identity, disk }: Machine, storage: Storage) {
  const { heads: all } = await storage.load()
  const own = all.filter(({ key, height }) => logParts(key).node === identity.node && height > 0)
  const heads: Record<LogKey, OwnHead> = {}
  for (const { key, height, hash } of own) heads[key] = { seq: height, hash: toHex(hash) }
  const kept = await storage.local('node', 'incarnation')
  const left = JSON.parse((await disk.storage.local('node', 'left-incarnations')) ?? '[]') as number[]
  return { heads, left, claimed: kept === undefined ? null : Number(kept) }
}

/** The record follows the heads at once, then at most once in this time. */
export function followHeads(world: World, { process, engine }: Running, remember: Begun['remember']): void {
  let pausing = false
  let moved = false
  let failed = false
  const write = () => {
    if (!process.alive) return
    try {
      remember(engine.incarnation, engine.ownHeads())
      if (failed) engine.sidecarFailed(undefined)
      failed = false
    } catch (problem) {
      if (!(problem instanceof StorageFailure)) throw problem
      if (!failed) world.timeline.after(LIMITS.sidecarRetryMilliseconds, write)
      failed = true
      engine.sidecarFailed(problem)
    }
  }
  const follow = () => {
    moved = pausing
    if (moved) return
    write()
    pausing = true
    world.timeline.after(LIMITS.sidecarMilliseconds, () => {
      pausing = false
      if (moved) follow()
    })
  }
  engine.office.watch(follow)
}

/** Whether a machine was never put back, has no twin, and nobody wrote another version of what it wrote. */
export function isPristine(world: World, machine: Machine): boolean {
  const { disk, identity, doubt } = machine
  const { node } = identity
  const isShared = world.machines.some((other) => other !== machine && other.identity.node === node)
  const isForked = [...world.ledger.forkedLogs].some((log) => log.startsWith(node))
  return disk.restoredAt < 0 && !doubt.doubled && !doubt.owed && !isShared && !isForked
}

/**
 * Nothing but a backlog lets a machine begin anew that was never put back and has no twin; and then its present logs hold
 * so many entries.
 */
export function checkRotation(world: World, machine: Machine, present: number): void {
  if (!isPristine(world, machine)) return
  // Who cuts off another's version withdraws what of its own had built on it, and then begins anew as well (S73).
  if ([...world.ledger.forkedLogs].some((log) => machine.disk.held.has(log))) return
  const logs = [...machine.disk.held].filter(([log]) => log.startsWith(`${machine.identity.node}/${present}/`))
  const entries = logs.reduce((sum, [, hashes]) => sum + hashes.length, 0)
  if (entries < LIMITS.overtakenEntries)
    world.violation('M26', `${machine.name} begins anew behind ${entries} entries of incarnation ${present}`)
}
