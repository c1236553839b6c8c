/** When what goes wrong: a storm of many faults at once, and an encore of one situation in a county that is well. */

import { hasAccounts } from './accounts.ts'
import type { Chance } from './chance.ts'
import { FAULTS, FURTHER_FAULTS, LISTING_FAULTS, LONELY, RECORD_FAULTS, SIGNER_FAULTS } from './faults/all-faults.ts'
import { backupOf } from './faults/fault.ts'
import { checkAlways } from './invariants/always.ts'
import { createProgress } from './invariants/progress.ts'
import { keepsRecords } from './station-desk.ts'
import { unlessDisk } from './storage-faults.ts'
import type { World } from './world.ts'

const SECOND = 1_000
/** While faults happen. */
const STORM = 180 * SECOND
const ENCORE = 70 * SECOND

/** What goes on in a county besides faults. */
export interface Work {
  /** Somebody does something somewhere. */
  readonly work: () => void
  /** Somebody writes what a station keeps of itself. */
  readonly records: () => void
  /** Kinds of faults left out. */
  readonly without: readonly string[]
}

type Again = (longest: number, what: () => void) => void

/** Does something again and again until a time. */
const againUntil =
  ({ timeline }: World, die: Chance, end: number): Again =>
  (longest, what) => {
    const once = () => {
      if (timeline.now >= end) return
      what()
      timeline.after(die.between(1, longest), once)
    }
    timeline.after(die.between(1, longest), once)
  }

/** What stations keep of themselves, in half of the counties; in some of these something goes wrong with it. */
function keeping(world: World, { records, without }: Work, end: number): void {
  if (!keepsRecords(world)) return
  const die = world.chance.branch(`records until ${end}`)
  const again = againUntil(world, die, end)
  again(die.pick([12, 5, 2]) * SECOND, records)
  if (die.happens(0.4)) again(60 * SECOND, () => meet(world, die, Object.keys(RECORD_FAULTS), without))
}

/** Who signs, in counties that publish who works where. */
function signing(world: World, { without }: Work, end: number): void {
  if (!hasAccounts(world)) return
  const die = world.chance.branch(`signers until ${end}`)
  againUntil(world, die, end)(40 * SECOND, () => meet(world, die, Object.keys(SIGNER_FAULTS), without))
}

/** What is stored and not listed yet, in some counties. */
function listing(world: World, { without }: Work, end: number): void {
  const die = world.chance.branch(`listing until ${end}`)
  if (die.happens(0.4))
    againUntil(world, die, end)(30 * SECOND, () => meet(world, die, Object.keys(LISTING_FAULTS), without))
}

const look = (world: World, again: Again) => {
  const progress = createProgress(world)
  again(8 * SECOND, () => void checkAlways(world).then(progress).catch(unlessDisk))
}

/** Every seed has its own selection of faults, so that rare ones are not always drowned by common ones. */
export async function storm(world: World, doing: Work): Promise<void> {
  const { work, without } = doing
  const { timeline, chance } = world
  const dice = chance.branch('storm')
  const calm = dice.happens(0.05)
  const all = Object.keys(FAULTS)
  // Half of the counties meet a few kinds of faults again and again, the others many kinds at once.
  const theme = dice.happens(0.5) ? Array.from({ length: dice.between(1, 3) }, () => dice.pick(all)) : undefined
  const kinds = all.filter((kind) => !calm && (theme ? theme.includes(kind) : dice.happens(0.45)))
  const end = timeline.now + STORM
  const again = againUntil(world, dice, end)
  // In some counties much is written, so that logs grow long before something happens to them.
  again(dice.pick([5, 5, 2, 0.6]) * SECOND, work)
  again(40 * SECOND, () => {
    const machine = dice.pick(world.machines)
    if (!machine.scrapped) machine.backups.push(backupOf(machine, timeline.now))
  })
  if (kinds.length > 0)
    again((theme ? 10 : 16) * SECOND, () => {
      const kind = dice.pick(kinds)
      if (without.includes(kind)) return
      if (kind !== 'restore') world.fault(kind)
      FAULTS[kind]?.(world, dice)
    })
  const further = chance.branch('further')
  const meeting = calm || !further.happens(0.4) ? [] : [1, 2].map(() => further.pick(Object.keys(FURTHER_FAULTS)))
  if (meeting.length > 0) againUntil(world, further, end)(25 * SECOND, () => meet(world, further, meeting, without))
  keeping(world, doing, end)
  signing(world, doing, end)
  listing(world, doing, end)
  look(world, again)
  await timeline.run(end)
}

/** One of some kinds of situations. */
function meet(world: World, dice: Chance, kinds: readonly string[], without: readonly string[]): void {
  const kind = dice.pick(kinds)
  if (without.includes(kind)) return
  world.fault(kind)
  const faults = { ...FURTHER_FAULTS, ...LISTING_FAULTS, ...LONELY, ...RECORD_FAULTS, ...SIGNER_FAULTS }
  faults[kind]?.(world, dice)
}

/**
 * Once more, in a county that has come to rest, one situation and nothing else: what it leaves behind no other fault
 * hides or cures. Some counties are spared.
 */
export async function encore(world: World, doing: Work): Promise<boolean> {
  const { work, without } = doing
  const { timeline, chance } = world
  const dice = chance.branch('encore')
  if (!dice.happens(0.5)) return false
  world.healed = false
  const end = timeline.now + ENCORE
  const again = againUntil(world, dice, end)
  again(dice.pick([5, 2, 0.6]) * SECOND, work)
  const kinds = [dice.pick(Object.keys({ ...FURTHER_FAULTS, ...LONELY }))]
  const first = timeline.now + dice.between(5 * SECOND, 20 * SECOND)
  timeline.after(first - timeline.now, () => meet(world, dice, kinds, without))
  if (dice.happens(0.5)) timeline.after(first - timeline.now + 25 * SECOND, () => meet(world, dice, kinds, without))
  keeping(world, doing, end)
  signing(world, doing, end)
  listing(world, doing, end)
  look(world, again)
  await timeline.run(end)
  return true
}
