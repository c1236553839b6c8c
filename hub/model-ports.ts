/** Ports of the model county: remembered, because people come back to an address, and given up when another program has one. */
import { createServer } from 'node:net'
import * as z from 'zod'
import { readIfThere, writtenOrNot } from '#protocol/storage/durable-file.ts'

const FIRST_PORT = 8080
const LAST_PORT = 8179
/** The system chooses. */
const ANY_PORT = 0
const Kept = z.record(z.string(), z.int().min(1).max(65_535))

export interface Ports {
  /** Where a program ran before. */
  remembered(name: string): number | undefined
  /**
   * A port to try: the remembered one, else the next of a hundred that looks free, else any. Looking proves nothing,
   * because another program may be faster; those that were tried in vain are left out.
   */
  propose(name: string, tried: readonly number[]): Promise<number>
  /** Keeps the port on which a program runs. */
  remember(name: string, port: number): void
}

/** The ports kept in a file; one that cannot be read remembers nothing. */
export function openPorts(file: string): Ports {
  const kept = readKept(file)
  const isOthers = (name: string, port: number) => Object.entries(kept).some(([of, own]) => own === port && of !== name)
  return {
    remembered: (name) => kept[name],
    async propose(name, tried) {
      const range = Array.from({ length: LAST_PORT - FIRST_PORT + 1 }, (_, place) => FIRST_PORT + place)
      for (const port of [kept[name] ?? FIRST_PORT, ...range])
        if (!tried.includes(port) && !isOthers(name, port) && (await isFree(port))) return port
      return ANY_PORT
    },
    remember(name, port) {
      if (kept[name] === port) return
      kept[name] = port
      writtenOrNot(file, JSON.stringify(kept)) // forgotten with this run on a disk that takes nothing
    },
  }
}

function readKept(file: string): Record<string, number> {
  try {
    return Kept.parse(JSON.parse(readIfThere(file) ?? '{}'))
  } catch {
    return {} // nothing is lost: every node is told at its start where its parent is
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
