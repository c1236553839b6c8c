/** Townships of different sizes, and villages that each bring their cases once. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import type { Node } from '#test/engine/county.ts'
import { casesAsChanges, generatorOf, openBenchCounty } from './county.ts'
import { type SavedNode, saveNode } from './databases.ts'
import { arrivalOf, type Behind } from './make.ts'

export type Newcomer = Pick<Behind, 'child' | 'log' | 'height' | 'lastCase'>

export interface Growing {
  /** The same township with different numbers of cases, all of its first village. */
  readonly townships: readonly SavedNode[]
  readonly newcomers: readonly Newcomer[]
}

export interface GrowingAsked {
  readonly folder: string
  readonly villages: number
  /** Cases of each newcomer. */
  readonly cases: number
  /** Cases of each township, rising. */
  readonly levels: readonly number[]
}

/** Makes everything; the township is copied whenever it has reached a size. */
export async function makeGrowing({ folder, villages, cases, levels }: GrowingAsked): Promise<Growing> {
  const county = await openBenchCounty(villages + 1)
  const [first, ...others] = county.villages as [Node, ...Node[]]
  const newcomers: Newcomer[] = []
  for (const [place, village] of others.entries()) {
    newcomers.push(await newcomer(village, join(folder, `child-${place}.db`), place * cases, cases))
  }
  const parent = await saveNode(county.township, join(folder, 'parent.db'))
  const arrival = await arrivalOf(county.township)
  const filler = generatorOf(first, arrival, { packing: 'received', signed: false, safe: true })
  const townships: SavedNode[] = []
  let stored = 0
  for (const level of levels) {
    const storage = await openLibsql(parent.file)
    for (const change of casesAsChanges(filler, stored, level - stored)) await storage.commit(change)
    await storage.close()
    stored = level
    const file = join(folder, `parent-${level}.db`)
    await copyFile(parent.file, file)
    townships.push({ ...parent, file })
  }
  return { townships, newcomers }
}

async function newcomer(village: Node, file: string, first: number, cases: number): Promise<Newcomer> {
  const generator = generatorOf(village, await arrivalOf(village), { packing: 'written', signed: true, safe: false })
  const changes = [...casesAsChanges(generator, first, cases)]
  const child = await saveNode(village, file, changes)
  return { child, log: generator.log, height: generator.height, lastCase: changes.at(-1)?.cases.at(-1) as CaseRow }
}
