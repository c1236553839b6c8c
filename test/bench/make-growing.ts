/** A township that grows between measurements, and villages that each bring their cases once. */
import { join } from 'node:path'
import type { CaseRow } from '#protocol/engine/storage.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import type { Node } from '#test/engine/county.ts'
import { casesAsChanges, generatorOf, openBenchCounty } from './county.ts'
import { type SavedNode, saveNode } from './databases.ts'
import type { Generator } from './generate.ts'
import { arrivalOf, type Behind } from './make.ts'
import type { Commands } from './worker-port.ts'

export type Newcomer = Pick<Behind, 'child' | 'log' | 'height' | 'lastCase'>

export interface Growing {
  readonly parent: SavedNode
  readonly newcomers: readonly Newcomer[]
  readonly entriesEach: number
}

/** Questions about the growing township; the first village is the one whose cases are there already. */
export function growingRole(): Commands {
  let filler: Generator | undefined
  let stored = 0
  return {
    async growing({ folder, villages, cases }: { folder: string; villages: number; cases: number }): Promise<Growing> {
      const county = await openBenchCounty(villages + 1)
      const [first, ...others] = county.villages as [Node, ...Node[]]
      filler = generatorOf(first, 0, { packing: 'received', signed: false, safe: true })
      const newcomers: Newcomer[] = []
      for (const [place, village] of others.entries()) {
        newcomers.push(await newcomer(village, join(folder, `child-${place}.db`), place * cases, cases))
      }
      const parent = await saveNode(county.township, join(folder, 'parent.db'))
      return { parent, newcomers, entriesEach: newcomers[0]?.height ?? 0 }
    },
    async grow({ file, cases }: { file: string; cases: number }): Promise<void> {
      if (!filler) throw new Error('nothing grows yet')
      const storage = await openLibsql(file)
      filler.arrival = (await storage.load()).arrival
      for (const change of casesAsChanges(filler, 1_000_000 + stored, cases - stored)) await storage.commit(change)
      stored = cases
      await storage.close()
    },
  }
}

async function newcomer(village: Node, file: string, first: number, cases: number): Promise<Newcomer> {
  const generator = generatorOf(village, await arrivalOf(village), { packing: 'written', signed: true, safe: false })
  const changes = [...casesAsChanges(generator, first, cases)]
  const child = await saveNode(village, file, changes)
  return { child, log: generator.log, height: generator.height, lastCase: changes.at(-1)?.cases.at(-1) as CaseRow }
}
