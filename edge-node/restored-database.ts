/** The database of a data folder, compared with its sidecar before anything is written (DESIGN.md section 5). */
import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFirst } from '#edge-node/first-write.ts'
import { DATABASE_FILE, ENROLMENT_FILE, enrolmentMissing, SIDECAR_FILE } from '#edge-node/identity.ts'
import { BACK_FROM_BELOW, findingsOf, lackOf, type Restored } from '#edge-node/restored-findings.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import { keptRows } from '#protocol/engine/kept-findings.ts'
import { endsInWords, ownEnds } from '#protocol/engine/logs/own-ends.ts'
import type { EndWords, Finding } from '#protocol/engine/office.ts'
import { type LocalRow, NO_CHANGE, type Storage, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logParts, type NodeId, type StreamId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import {
  type DatabaseClaim,
  type DatabaseVerdict,
  judgeDatabase,
  nextIncarnation,
  type OwnHead,
  type SidecarReading,
} from '#protocol/log/incarnation.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { storageFailure } from '#protocol/storage/faults.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { fileIdentityOf, readSidecar, writeSidecar } from '#protocol/storage/sidecar.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'

const SPACE = 'node'
const INCARNATION = 'incarnation'
/** Key of the incarnations that this database has left. */
const LEFT = 'left-incarnations'

type Heads = Engine['ownHeads']

/** An open database with the incarnation to write under. */
export interface Database {
  readonly storage: Storage
  readonly incarnation: number
  /** `new` for a database that has never written and that no record knows. */
  readonly verdict: DatabaseVerdict['verdict'] | 'new'
  /** What people need to know when the database is not the one this node last wrote. */
  readonly restored: Restored
  /** The same in words; on the disk, too, with the first write under the new incarnation. */
  readonly findings: readonly Finding[]
  /** Makes a new incarnation durable, in the database and then outside it; what throws leaves the present one in use. */
  rotated(incarnation: number): Promise<void>
  /** Writes the sidecar; called after commits, so it may lag behind the database and never leads it. */
  remember(heads: ReturnType<Heads>): Promise<void>
  /** Whether the program was killed, or its machine lost power, while it had the database open. */
  readonly unclean: boolean
}

/** How a database is opened. */
export interface Opening {
  /** Whether this machine is known to have had a database, besides by its record. */
  readonly hadOne: boolean
  /** A person wants to go on without what was in the database. */
  readonly startEmpty: boolean
  /** Whether an enrolment was kept; a root that has none has not written yet, or has lost it. */
  readonly enrolled: boolean
  /** The root that the enrolment names; this node itself at the county, where nobody gives the directory back. */
  readonly root: NodeId
}

/**
 * Opens the database of a folder and makes its incarnation durable, or, on a disk that takes nothing, sees to it that
 * nothing else is written before that. Says in words why it cannot be opened; a database that is gone is never silently
 * begun anew.
 */
export async function openDatabase(folder: string, node: NodeId, opening: Opening): Promise<Result<Database>> {
  const path = join(folder, DATABASE_FILE)
  const sidecarPath = join(folder, SIDECAR_FILE)
  const unclean = existsSync(`${path}-wal`)
  let storage: Storage | undefined
  try {
    const reading = await readSidecar(sidecarPath)
    if (!opening.enrolled && knowsEntries(reading)) return enrolmentMissing(folder)
    const had = opening.hadOne || reading.state !== 'missing'
    if (!opening.startEmpty && had && (await isAbsent(path))) return gone(folder, opening.root === node)
    storage = await openLibsql(path)
    const foreign = await foreignTo(storage, folder, opening)
    if (foreign) {
      await storage.close()
      return foreign
    }
    const claim = await claimOf(storage, node, await fileIdentityOf(path))
    if (!opening.startEmpty && claim.incarnation === null && knowsEntries(reading)) {
      await storage.close()
      return gone(folder, opening.root === node)
    }
    return success({ ...(await compare(storage, sidecarPath, reading, claim, opening)), unclean })
  } catch (error) {
    await storage?.close()
    if (!(error instanceof StorageFailure)) throw error
    return fail(`storage-${error.fault}`, error.message, '数据没有改动', `数据目录:${folder}`)
  }
}

const gone = (folder: string, isRoot: boolean) =>
  fail(
    'database-gone',
    `数据库文件 ${DATABASE_FILE} 不见了或是空的,但本机以前写过数据`,
    `没有新建数据库,没有改动任何文件;密钥、入网资料和旁车记录都在(数据目录:${folder})`,
    `请先找回原来的数据库文件,或按 README“备份与恢复”恢复备份。确实都没有了、决定从空数据库重新开始的,${
      isRoot
        ? `在启动命令后加 start-empty 运行一次:${BACK_FROM_BELOW}`
        : '在启动命令后加 start-empty 运行一次:别的节点手里有的记录会自动取回,只存在本机的没有了,须按纸质存根补录'
    }`,
  )

/** What is said of a database that is another county's, or that nobody who is enrolled here has written. */
async function foreignTo(storage: Storage, folder: string, { enrolled, root }: Opening) {
  const { heads, directory } = await storage.load()
  if (!enrolled && heads.length > 0) return enrolmentMissing(folder)
  const roots = directory
    .map(({ json }) => JSON.parse(json) as { type?: string; id?: string; parent?: string | null })
    .filter(({ type, parent }) => type === 'node' && parent === null)
  if (roots.length === 0 || roots.some(({ id }) => id === root)) return undefined
  return fail(
    'other-root',
    `数据库 ${DATABASE_FILE} 属于另一个县中心(${roots[0]?.id?.slice(0, 8)}),与 ${ENROLMENT_FILE} 不符`,
    `没有改动数据(数据目录:${folder})`,
    `请核对 DATA_FOLDER,并从同一份备份里一起恢复 ${DATABASE_FILE}、node-key.pem 和 ${ENROLMENT_FILE}`,
  )
}

/** Whether there is no database file, or nothing in it. */
async function isAbsent(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size === 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true
    throw storageFailure(error)
  }
}

/** Whether the record has seen entries of ours, or cannot say: a first start that was cut short leaves one without any. */
const knowsEntries = (reading: SidecarReading): boolean =>
  reading.state === 'damaged' || (reading.state === 'present' && Object.keys(reading.sidecar.ownHeads).length > 0)

async function compare(
  storage: Storage,
  sidecarPath: string,
  reading: SidecarReading,
  claim: DatabaseClaim,
  { startEmpty, root }: Opening,
): Promise<Omit<Database, 'unclean'>> {
  const { node, identity } = claim
  const { verdict, rotate } = judgeDatabase(reading, claim)
  const own = [claim.ownHeads, reading.state === 'present' ? reading.sidecar.ownHeads : {}]
  const known = new Set(own.flatMap(Object.keys).map((key) => logParts(key as LogKey).incarnation))
  for (const left of claim.left ?? []) known.add(left)
  if (reading.state === 'present') known.add(reading.sidecar.incarnation)
  const isEmpty = claim.incarnation === null && startEmpty
  const isNew = claim.incarnation === null && reading.state === 'missing' && !startEmpty
  let incarnation =
    claim.incarnation === null || rotate ? nextIncarnation(known, (bound) => randomInt(bound)) : claim.incarnation
  const boots = (reading.state === 'present' ? reading.sidecar.boots : 0) + 1

  let heads = claim.ownHeads
  const write = (under: number) =>
    writeSidecar(sidecarPath, { node, incarnation: under, boots, ownHeads: heads, identity })
  const remember = (ownHeads: ReturnType<Heads>) => {
    heads = ownHeads as DatabaseClaim['ownHeads']
    return write(incarnation)
  }
  const restored = { ...lackOf(reading, claim), isEmpty, ends: await endsOf(storage, node) }
  const told = { verdict: isNew ? ('new' as const) : verdict, restored }
  const findings = findingsOf(told, root === node, nodeHost.now())
  let stands = claim.incarnation
  let left = claim.left ?? []
  // The database first: were the record first and the commit refused, the next start would take the database for an old one.
  const rotatedWith = async (next: number, kept: readonly LocalRow[]) => {
    left = [...new Set([...left, ...(stands === null ? [] : [stands])])].filter((one) => one !== next)
    const rows = [localRow(INCARNATION, next), localRow(LEFT, left)]
    await storage.commit({ ...NO_CHANGE, local: [...rows, ...kept] })
    stands = next
    const written = write(next)
    const before = incarnation
    incarnation = next // at once: heads that are remembered meanwhile must not put the former number back
    await written.catch((error: unknown) => {
      incarnation = before
      throw error
    })
  }
  const rotated = (next: number) => rotatedWith(next, [])
  // Under the incarnation that stands the record may lag behind; under a new one nothing may be written before it does.
  const stays = reading.state === 'present' && reading.sidecar.incarnation === incarnation
  const first = writeFirst(storage, () =>
    stays ? Promise.resolve() : rotatedWith(incarnation, findings.flatMap(keptRows)),
  )
  await (stays ? remember(claim.ownHeads) : first.attempt()).catch(whenRefused)
  return { storage: first.storage, incarnation, ...told, findings, rotated, remember }
}

const localRow = (key: string, value: unknown): LocalRow => ({ space: SPACE, key, value: JSON.stringify(value) })

/** The disk refuses: what was to be written is tried again with the next write, and the health says why that fails. */
function whenRefused(error: unknown): void {
  if (!(error instanceof StorageFailure)) throw error
}

async function endsOf(storage: Storage, node: NodeId): Promise<EndWords> {
  const { heads, directory } = await storage.load()
  const nameOf = (stream: StreamId) => {
    const row = directory.find(({ document }) => document === `station/${stream}`)
    return row && (JSON.parse(row.json) as { name?: string }).name
  }
  return endsInWords(await ownEnds(storage, heads, node), nameOf)
}

async function claimOf(storage: Storage, node: NodeId, identity: DatabaseClaim['identity']): Promise<DatabaseClaim> {
  const { heads } = await storage.load()
  const own = heads.filter(({ key }) => logParts(key).node === node)
  const ownHeads: Record<LogKey, OwnHead> = {}
  for (const { key, height, hash } of own) ownHeads[key] = { seq: height, hash: toHex(hash) }
  const kept = await storage.local(SPACE, INCARNATION)
  const incarnation = kept === undefined ? null : Number(JSON.parse(kept))
  const left = JSON.parse((await storage.local(SPACE, LEFT)) ?? '[]') as number[]
  return { node, incarnation, left, ownHeads, identity }
}

/**
 * Follows an engine's heads with the sidecar: at once after a rest, then at most once a LIMITS.sidecarMilliseconds,
 * and once more at the end. A person's single act is thus in the sidecar within milliseconds: were the database put
 * back to just before it, the number on its receipt would not be given again.
 */
export function followHeads(
  engine: Engine,
  database: Database,
  after: (milliseconds: number, callback: () => void) => () => void,
  failed: (error: unknown) => void,
): { stop(): Promise<void> } {
  let pause: (() => void) | undefined
  let retry: (() => void) | undefined
  let moved = false
  let remembered = ''
  let writing: Promise<void> = Promise.resolve()
  const write = () => {
    const heads = engine.ownHeads()
    const text = JSON.stringify(heads)
    if (text === remembered) return writing
    remembered = text
    writing = writing.then(async () => {
      try {
        await database.remember(heads)
        engine.sidecarFailed(undefined)
      } catch (error) {
        if (!(error instanceof StorageFailure)) throw error
        remembered = '' // with the next write, and after a while without one
        engine.sidecarFailed(error)
        retry ??= after(LIMITS.sidecarRetryMilliseconds, () => {
          retry = undefined
          void write().catch(failed)
        })
      }
    })
    return writing
  }
  const follow = () => {
    moved = pause !== undefined
    // Much of what is watched writes nothing, and starts no pause that the next write would have to wait for.
    if (moved || JSON.stringify(engine.ownHeads()) === remembered) return
    void write().catch(failed)
    pause = after(LIMITS.sidecarMilliseconds, () => {
      pause = undefined
      if (moved) follow()
    })
  }
  const unwatch = engine.office.watch(follow)
  void write().catch(failed)
  return {
    async stop() {
      unwatch()
      pause?.()
      await write()
      retry?.()
    },
  }
}
