/** What a disk says lies elsewhere, looked at with every commit: it lay there once, and is not said less often than it does. */
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { Ledger } from '../ledger.ts'
import type { Disk } from '../witnessed-disk.ts'
import type { Machine, World } from '../world.ts'
import { grantsOf } from './county.ts'

/** Heights of one log that a disk says lie at the parent and at the root. */
export type Claim = Pick<LogHead, 'parentHeight' | 'rootHeight'>

const STEPS = ['parentHeight', 'rootHeight'] as const

/** Of a version of a log nothing is said to lie where it never lay; `proved`: what was looked at with an earlier commit. */
export function checkNeverClaimed(ledger: Ledger, disk: Disk, log: LogKey, now: Claim, proved: Claim): void {
  if (disk.node === ledger.root) return // nothing is above it
  const held = disk.held.get(log) ?? []
  for (const step of STEPS) {
    for (let place = proved[step]; place < Math.min(now[step], held.length); place++) {
      if (layElsewhere(ledger, disk, { log, hash: held[place] as string, step })) continue
      ledger.violation('M33', `${disk.name}: ${step} ${now[step]} of ${log}, where ${place + 1} never lay`)
      break
    }
  }
}

function layElsewhere(
  { lain, copied, root, forkedLogs }: Ledger,
  { node, restoredAt }: Disk,
  { log, hash, step }: { log: LogKey; hash: string; step: (typeof STEPS)[number] },
): boolean {
  if (step === 'parentHeight') return [...lain].some(([other, hashes]) => other !== node && hashes.has(hash))
  // Heights at the root come without a hash: until two versions are found out, one hears what is there of the other,
  // whoever was put back or copied, this node or the author whose log it holds.
  return copied.has(node) || restoredAt >= 0 || forkedLogs.has(log) || (lain.get(root as NodeId)?.has(hash) ?? false)
}

/**
 * What a parent acknowledged is said not to lie there any more only when something was put back, has two versions or
 * another parent: an answer that is older takes nothing back.
 */
export function checkNotTakenBack(world: World, disk: Disk, log: LogKey, before: Claim, now: Claim): void {
  const machine = world.machines.find((one) => one.disk === disk)
  if (!machine?.running || world.ledger.forkedLogs.has(log) || now.parentHeight >= before.parentHeight) return
  const [parent, ...copies] = world.machines.filter(({ identity }) => identity.node === machine.identity.parent?.node)
  if (!parent || copies.length > 0 || machine.placed > 1 || world.ledger.copied.has(disk.node)) return
  // Of what it only delivers nothing is said to lie there before the parent has named it anew (S72).
  if (!grantsOf(world, machine.station).has(logParts(log).stream)) return
  // Over a second link what was said may be older than what came over the first.
  if ([...world.network.wires].some(({ child, doubled }) => child === machine.name && doubled)) return
  if ([machine, parent].some((one) => one.disk.restoredAt >= 0 || one.scrapped)) return
  const held = disk.held.get(log)?.slice(0, before.parentHeight) ?? []
  if (held.every((hash) => parent.disk.holds(hash)))
    world.violation(
      'M34',
      `${machine.name}: ${log.slice(33)} is at the parent up to ${now.parentHeight}, it was ${before.parentHeight} and is`,
    )
}

/** What a parent said it holds is compared with the disk, and written down, within this time. */
const SHOWN_MILLISECONDS = 5_000

/** Once a parent has said what it holds, nothing more is said to be there than it has, or has got since. */
export async function checkShown(world: World, machine: Machine): Promise<void> {
  const { disk, shown, running, identity } = machine
  const { ailments, troubles } = disk
  const [parent, ...copies] = world.machines.filter((other) => other.identity.node === identity.parent?.node)
  const isIll = ailments.full || ailments.slow + ailments.slowReads + ailments.failingReads > 0
  if (!running || !parent || copies.length > 0 || isIll || world.ledger.copied.has(disk.node)) return
  const { heads } = await disk.storage.load()
  for (const { key, parentHeight } of heads) {
    const said = shown.get(logParts(key).stream)
    if (
      said?.by !== parent.identity.node ||
      said.troubles !== troubles ||
      world.timeline.now - said.at < SHOWN_MILLISECONDS
    )
      continue
    const held = parent.disk.held.get(key)?.length ?? 0
    // What it said before it was put back may be heard only after: what it lacks since, its next word tells.
    if (parent.disk.restoredAt < said.sentAt && parentHeight > held && !world.ledger.forkedLogs.has(key))
      world.violation(
        'M11',
        `${machine.name}: ${key.slice(33)} is at the parent up to ${parentHeight}, which holds ${held}`,
      )
  }
}

/** Follows what one disk says, commit by commit. */
export function followClaims(ledger: Ledger, disk: Disk) {
  const known = new Map<LogKey, Claim>()
  const none: Claim = { parentHeight: 0, rootHeight: 0 }
  return {
    forget: () => known.clear(),
    cut(log: LogKey, height: number) {
      const { parentHeight, rootHeight } = known.get(log) ?? none
      known.set(log, { parentHeight: Math.min(parentHeight, height), rootHeight: Math.min(rootHeight, height) })
    },
    committed(heads: readonly LogHead[]) {
      for (const { key, parentHeight, rootHeight, height } of heads) {
        const before = known.get(key) ?? none
        const now = { parentHeight: Math.min(parentHeight, height), rootHeight: Math.min(rootHeight, height) }
        checkNeverClaimed(ledger, disk, key, now, before)
        if (now.parentHeight < before.parentHeight || now.rootHeight < before.rootHeight)
          ledger.fell(disk, key, before, now)
        known.set(key, now)
      }
    },
  }
}
