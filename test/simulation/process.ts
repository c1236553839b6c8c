/** A program run that can die at any await: what is asked of a dead one is never answered. */
import type { Host } from '#protocol/engine/ports/host.ts'
import type { Chance } from './chance.ts'
import { asItIs, type Keyring } from './stand-in.ts'
import type { Timeline } from './timeline.ts'

export interface Process {
  readonly alive: boolean
  /** Dies now: nothing it waits for comes back, nothing it sends leaves. */
  die(): void
  /** Dies at the given number of awaits from now. */
  dieAfter(awaits: number): void
  /** Something the process waits for: it may die before it begins and before it hears the answer. */
  gate<Of>(work: () => Of | Promise<Of>, before?: number): Promise<Of>
  /** Called once when the process dies. */
  onDeath: () => void
}

const never = <Of>() => new Promise<Of>(() => {})

/** A running process. */
export function createProcess(timeline: Timeline): Process {
  let alive = true
  let left = Number.POSITIVE_INFINITY
  const step = () => {
    left -= 1
    if (alive && left <= 0) process.die()
    return alive
  }
  const process: Process = {
    get alive() {
      return alive
    },
    die() {
      if (!alive) return
      alive = false
      process.onDeath()
    },
    dieAfter: (awaits) => {
      left = awaits
    },
    async gate(work, before = 0) {
      if (!step()) return never()
      if (before > 0) await new Promise<void>((resolve) => timeline.after(before, resolve))
      if (!alive) return never()
      const answer = await work()
      return step() ? answer : never()
    },
    onDeath: () => {},
  }
  return process
}

/** The host a process sees. */
export function hostOf(
  process: Process,
  timeline: Timeline,
  chance: Chance,
  keyring: Keyring,
  wallClock: () => number,
): Host {
  return {
    now: wallClock,
    elapsed: () => timeline.now,
    random: (count) => chance.bytes(count),
    after: (milliseconds, callback) =>
      timeline.after(milliseconds, () => {
        if (process.alive) callback()
      }),
    cryptography: keyring.cryptography((work) => process.gate(work)),
    compression: asItIs,
  }
}
