/** What a scenario is given, what it measures, and how figures are summed up. */
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Worker } from './worker-port.ts'

/** What a scenario works with. */
export interface Bench {
  /** An empty folder of the scenario's own. */
  readonly folder: string
  /** How often a figure is measured, at least three. */
  readonly repeats: number
  start(role: string): Worker
}

/** Named figures; the unit stands at the end of the name. */
export type Figures = Readonly<Record<string, number>>

export interface Scenario {
  readonly name: string
  /** What is measured, in a sentence for the results. */
  readonly what: string
  /** Limits that figures must not exceed. */
  readonly goals: Readonly<Record<string, number>>
  run(bench: Bench): Promise<Figures>
}

export interface Outcome {
  readonly scenario: string
  readonly figures: Readonly<Record<string, number>>
  readonly goals: Readonly<Record<string, number>>
  readonly met: boolean
  readonly machine: string
  readonly repeats: number
}

/** The value in the middle; of an even number the lower one of both. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  if (middle === undefined) throw new Error('a median needs at least one value')
  return middle
}

/** The value below which a share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  const found = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
  if (found === undefined) throw new Error('a quantile needs at least one value')
  return found
}

/** Whether every goal has its figure and no figure exceeds its goal. */
export const isMet = (figures: Outcome['figures'], goals: Outcome['goals']): boolean =>
  Object.entries(goals).every(([name, limit]) => (figures[name] ?? Number.POSITIVE_INFINITY) <= limit)

/** Figures as they are printed: four digits say more than a shared machine can promise. */
export const rounded = (figures: Outcome['figures']): Record<string, number> =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toPrecision(4))]))

/** A copy of a made database for one repeat. */
export async function freshCopy(file: string, folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  const copy = join(folder, name)
  await copyFile(file, copy)
  return copy
}

/** Starts workers for one step and stops them afterwards, whatever happens. */
export async function withWorkers<Value>(
  bench: Bench,
  roles: readonly [string, string?],
  use: (first: Worker, second: Worker) => Promise<Value>,
): Promise<Value> {
  const workers = roles.flatMap((role) => (role === undefined ? [] : bench.start(role)))
  try {
    return await use(workers[0] as Worker, workers[1] as Worker)
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}

/** Processor milliseconds that some work costs each of two processes. */
export async function processorTimes(
  workers: readonly [Worker, Worker],
  work: () => Promise<void>,
): Promise<readonly [number, number]> {
  const all = () => Promise.all(workers.map((worker) => worker.ask<number>('processor')))
  const before = await all()
  await work()
  const after = await all()
  const spent = (place: number) => (after[place] ?? 0) - (before[place] ?? 0)
  return [spent(0), spent(1)]
}
