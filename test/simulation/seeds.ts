/** Seeds that found something once: tried before all others, in every run. */
import { readdirSync, readFileSync } from 'node:fs'

export interface KeptSeed {
  readonly seed: number
  /** What was wrong when it was kept, with the rule. */
  readonly found: string
  readonly date: string
}

const FOLDER = new URL('./seeds/', import.meta.url)

/** The kept seeds, in the order of their files. */
export const keptSeeds = (): KeptSeed[] =>
  readdirSync(FOLDER).map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as KeptSeed)
