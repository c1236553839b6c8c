/** What each machine says of its own disk: heads, acknowledgements, sums, and what rebuilding gives. */
import { isDeepStrictEqual } from 'node:util'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { type LogKey, logParts } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { readCase } from '../pen.ts'
import { type Machine, rootOf, type World } from '../world.ts'
import { allCases, grantsOf, holdsEndedVersion, holdsFormerVersion, registerOf } from './county.ts'

/** A head is the last entry, and claims nothing that is not so. */
export async function checkHeads(world: World, machine: Machine): Promise<void> {
  const { heads } = await machine.disk.storage.load()
  const status = await machine.running?.engine.office.status()
  for (const { key, height, parentHeight, rootHeight } of heads) {
    const held = machine.disk.held.get(key)?.length ?? 0
    if (held !== height) world.violation('M3', `${machine.name}: ${key} head ${height}, held ${held}`)
    const isAtRoot = Math.min(rootHeight, height) <= (rootOf(world).disk.held.get(key)?.length ?? 0)
    // What the root has written again lies there, whatever its own version of the log holds.
    if (parentHeight > height || !(isAtRoot || holdsEndedVersion(world, machine, key)))
      world.violation('M11', `${machine.name}: ${key} claims ${parentHeight}/${rootHeight} of ${height}`)
  }
  const open = heads.filter((head) => head.parentHeight < head.height || head.rootHeight < head.height)
  if (open.length > 0 && open.every(({ key }) => holdsFormerVersion(world, machine, key))) return
  if (status && (status.entriesOnlyHere > 0 || status.casesNotAtRoot > 0))
    world.violation(
      'M8',
      `${machine.name}: ${status.entriesOnlyHere} entries still only here, ${status.casesNotAtRoot} cases not known at the root: ${behind(world, heads)}`,
    )
}

const behind = (world: World, heads: readonly LogHead[]): string =>
  heads
    .filter((head) => head.parentHeight < head.height || head.rootHeight < head.height)
    .map(
      (head) =>
        `${world.machines.find(({ identity }) => head.key.startsWith(identity.node))?.name}/${head.key.slice(33)} ${head.height}:${head.parentHeight}:${head.rootHeight}`,
    )
    .join(' ')

/** Entries written = applied + set aside + quarantined, counted from the disk and not from the engine's receipts. */
export async function checkConservation(world: World, machine: Machine): Promise<void> {
  const office = machine.running?.engine.office
  if (!office) return
  const { conservation } = await office.status()
  let written = 0
  for (const [log, hashes] of machine.disk.held)
    if (logParts(log).node === machine.identity.node) written += hashes.length
  let setAside = 0
  for (const { id } of (await allCases(machine)).rows) {
    const { facts, where } = await readCase(machine, registerOf(world).authority, id)
    const own = (hash: string) => where.get(hash)?.startsWith(machine.identity.node) ?? false
    const state = foldCase(id, facts, registerOf(world))
    for (const line of state?.story ?? []) if (line.aside && own(line.hash)) setAside += 1
  }
  if (conservation.written !== written)
    world.violation('M13', `${machine.name}: says ${conservation.written} written, wrote ${written}`)
  if (conservation.setAside !== setAside)
    world.violation('M13', `${machine.name}: says ${conservation.setAside} set aside, ${setAside} are`)
}

/**
 * What the root quarantined of a machine's entries, the machine says as well: its people read there what
 * they have to write again. Of two versions of a log each side may mean its own; a county that was put back may have
 * forgotten what it said.
 */
export async function checkReceipts(world: World, machine: Machine): Promise<void> {
  const root = rootOf(world)
  if (machine === root || root.disk.restoredAt >= 0) return
  const granted = grantsOf(world, machine.station)
  for (const [log, hashes] of machine.disk.held) {
    if (logParts(log).node !== machine.identity.node || world.ledger.forkedLogs.has(log)) continue
    if (!granted.has(logParts(log).stream)) continue
    const [here, there] = await Promise.all([machine, root].map(({ disk }) => refusedIn(disk.storage, log)))
    for (const seq of there ?? [])
      if (seq <= hashes.length && !here?.has(seq))
        world.violation('M13', `${machine.name}: ${log.slice(33)} ${seq} is quarantined at the root only`)
    for (const seq of here ?? [])
      if (!there?.has(seq) && seq <= (root.disk.held.get(log)?.length ?? 0))
        world.violation('M13', `${machine.name}: ${log.slice(33)} ${seq} is quarantined, at the root it is not`)
  }
}

async function refusedIn(storage: Machine['disk']['storage'], log: LogKey): Promise<ReadonlySet<number>> {
  const receipts = await storage.receiptsIn(log, 10_000)
  return new Set(receipts.filter(({ outcome }) => outcome === 'quarantined').map(({ seq }) => seq))
}

/** The first column that differs, for whoever follows a failing seed. */
function difference(left: readonly object[], right: readonly object[]): string {
  if (left.length !== right.length) return `${left.length} rows and ${right.length}`
  for (const [index, row] of left.entries())
    for (const [name, value] of Object.entries(row)) {
      const other: unknown = Object.entries(right[index] ?? {}).find(([one]) => one === name)?.[1]
      if (!isDeepStrictEqual(value, other)) return `${name} ${JSON.stringify(value)} and ${JSON.stringify(other)}`
    }
  return 'nothing'
}

/** Dropping everything computed and folding again gives the same lists. */
export async function checkRebuild(world: World, machine: Machine): Promise<void> {
  const before = await allCases(machine)
  const counts = await machine.disk.storage.receiptCounts()
  await machine.running?.engine.rebuild()
  const order = (rows: readonly { readonly id: string }[]) =>
    [...rows].sort((left, right) => (left.id < right.id ? -1 : 1))
  if (!isDeepStrictEqual(order(before.rows), order((await allCases(machine)).rows)))
    world.violation(
      'M4',
      `${machine.name}: rebuilding changes the lists: ${difference(order(before.rows), order((await allCases(machine)).rows))}`,
    )
  const total = (list: typeof counts) => list.reduce((sum, { count }) => sum + count, 0)
  // What its parent told it of its own entries comes again with the next link.
  if (total(await machine.disk.storage.receiptCounts()) > total(counts))
    world.violation('M4', `${machine.name}: rebuilding changes the receipts`)
}
