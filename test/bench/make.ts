/** What the making process makes: databases of nodes with cases, and the payloads for the floor. */
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { CaseRow, Change } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { encodeRecord } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import { type Node, person } from '#test/engine/county.ts'
import { casesAsChanges, generatorOf, openBenchCounty } from './county.ts'
import { openSaved, type SavedNode, saveNode, writePayload } from './databases.ts'
import { oneMoreFact, value } from './workload.ts'

/** What the floor stores, and how small deflate makes it. */
export interface Payload {
  readonly file: string
  readonly entries: number
  readonly bytes: number
  readonly deflatedBytes: number
}

/** A case as a list shows it after its last fact. */
export type LastCase = Pick<CaseRow, 'id' | 'number' | 'changedAt'>

/** A child that holds cases its parent lacks. */
export interface Behind {
  readonly parent: SavedNode
  readonly child: SavedNode
  readonly payload: Payload
  /** The child's log and its height. */
  readonly log: LogKey
  readonly height: number
  readonly lastCase: LastCase
}

/** The record bytes of packs. */
export const recordsOf = (packs: Change['packs']): Uint8Array[] =>
  packs.flatMap(({ bytes }) => decodePack(bytes) ?? []).map(({ record }) => encodeRecord(record))

/** Writes a payload and weighs it. */
export async function makePayload(file: string, records: readonly Uint8Array[]): Promise<Payload> {
  const bytes = records.reduce((sum, record) => sum + record.length, 0)
  await writePayload(file, records)
  return { file, entries: records.length, bytes, deflatedBytes: deflateSync(Buffer.concat(records)).length }
}

/** Databases name their newest arrival; generated packs continue behind it. */
export const arrivalOf = async ({ storage }: Node): Promise<number> => (await storage.load()).arrival

/** A village with cases written offline, entry by entry, and a township that has none of them. */
export async function makeOffline({
  folder,
  cases,
}: {
  folder: string
  cases: number
}): Promise<Behind & { fresh: SavedNode }> {
  const { township, villages, fresh } = await openBenchCounty(1)
  const village = villages[0] as Node
  const generator = generatorOf(village, await arrivalOf(village), { packing: 'written', signed: true, safe: false })
  const changes = [...casesAsChanges(generator, 0, cases)]
  return {
    parent: await saveNode(township, join(folder, 'parent.db')),
    child: await saveNode(village, join(folder, 'child.db'), changes),
    fresh: await saveNode(fresh, join(folder, 'fresh.db')),
    payload: await makePayload(join(folder, 'payload.bin'), recordsOf(changes.flatMap(({ packs }) => packs))),
    log: generator.log,
    height: generator.height,
    lastCase: changes.at(-1)?.cases.at(-1) as CaseRow,
  }
}

export interface Settled {
  readonly parent: SavedNode
  readonly child: SavedNode
}

/** A township and a village that hold the same cases, known to be at the county. */
async function settle(folder: string, cases: number, signed: boolean): Promise<Settled> {
  const { township, villages } = await openBenchCounty(1)
  const village = villages[0] as Node
  const arrival = Math.max(await arrivalOf(township), await arrivalOf(village))
  const generator = generatorOf(village, arrival, { packing: 'received', signed, safe: true })
  const changes = [...casesAsChanges(generator, 0, cases)]
  return {
    parent: await saveNode(township, join(folder, `parent-${cases}.db`), changes),
    child: await saveNode(village, join(folder, `child-${cases}.db`), changes),
  }
}

/** The same, for links on which nothing will be sent: signatures are never looked at. */
export const makeSettled = ({ folder, cases }: { folder: string; cases: number }): Promise<Settled> =>
  settle(folder, cases, false)

/** A village in which some of many cases got one fact each since the last link, through its office. */
export async function makeFewChanged(asked: { folder: string; cases: number; changed: number }): Promise<Behind> {
  const { folder, cases, changed } = asked
  const { parent, child } = await settle(folder, cases, true)
  const { engine, storage } = await openSaved(child)
  const [station] = engine.office.stations
  if (!station) throw new Error('the village serves a station')
  const agent = person(station.id, ['agent'])
  const { arrival } = await storage.load()
  const ids: DocumentId[] = []
  for (let after: string | undefined; ids.length < cases; ) {
    const { rows, next } = await engine.office.find({ after })
    ids.push(...rows.map(({ id }) => id))
    if (next === null) break
    after = next
  }
  const chosen = Array.from(
    { length: changed },
    (_, place) => ids[Math.floor((place * ids.length) / changed)] as DocumentId,
  )
  for (const [index, id] of chosen.entries()) {
    const { kind, fields } = oneMoreFact(index)
    value(await engine.office.act(agent, id, kind, fields))
  }
  const last = value(await engine.office.view(agent, chosen.at(-1) as DocumentId)).state
  const row = (await engine.office.byNumber(last.number))[0] as CaseRow
  const { heads } = await storage.load()
  const head = heads.find(({ key }) => key.endsWith(`/${station.id}`)) as (typeof heads)[number]
  const packs = await storage.packsAfter(arrival, Number.MAX_SAFE_INTEGER)
  await engine.stop()
  await storage.close()
  const payload = await makePayload(join(folder, 'payload.bin'), recordsOf(packs))
  return { parent, child, payload, log: head.key, height: head.height, lastCase: row }
}
