/** The database of a data folder, compared with its sidecar before anything is written (DESIGN.md section 5). */
import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { writeFirst } from '#edge-node/first-write.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Finding } from '#protocol/engine/office.ts'
import { NO_CHANGE, type Storage, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import {
  type DatabaseClaim,
  type DatabaseVerdict,
  judgeDatabase,
  nextIncarnation,
  type OwnHead,
} from '#protocol/log/incarnation.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { fileIdentityOf, readSidecar, writeSidecar } from '#protocol/storage/sidecar.ts'

const DATABASE_FILE = 'county.db'
const SIDECAR_FILE = 'sidecar.json'
const SPACE = 'node'
const INCARNATION = 'incarnation'

type Heads = Engine['ownHeads']

/** An open database with the incarnation to write under. */
export interface Database {
  readonly storage: Storage
  readonly incarnation: number
  /** `new` for a database that has never written and that no record knows. */
  readonly verdict: DatabaseVerdict['verdict'] | 'new'
  /** Makes a new incarnation durable, outside the database first. */
  rotated(incarnation: number): Promise<void>
  /** Writes the sidecar; called after commits, so it may lag behind the database and never leads it. */
  remember(heads: ReturnType<Heads>): Promise<void>
  /** Whether the program was killed, or its machine lost power, while it had the database open. */
  readonly unclean: boolean
}

/**
 * Opens the database of a folder and makes its incarnation durable, or, on a disk that takes nothing, sees to it that
 * nothing else is written before that. Says in words why it cannot be opened.
 */
export async function openDatabase(folder: string, node: NodeId): Promise<Result<Database>> {
  const path = join(folder, DATABASE_FILE)
  const unclean = existsSync(`${path}-wal`)
  let storage: Storage | undefined
  try {
    storage = await openLibsql(path)
    return success({ ...(await compare(storage, path, join(folder, SIDECAR_FILE), node)), unclean })
  } catch (error) {
    await storage?.close()
    if (!(error instanceof StorageFailure)) throw error
    return fail(`storage-${error.fault}`, error.message, '数据没有改动', `数据目录:${folder}`)
  }
}

async function compare(
  storage: Storage,
  path: string,
  sidecarPath: string,
  node: NodeId,
): Promise<Omit<Database, 'unclean'>> {
  const identity = await fileIdentityOf(path)
  const reading = await readSidecar(sidecarPath)
  const claim = await claimOf(storage, node, identity)
  const { verdict, rotate } = judgeDatabase(reading, claim)
  const known = new Set(Object.keys(claim.ownHeads).map((key) => logParts(key as LogKey).incarnation))
  if (reading.state === 'present') known.add(reading.sidecar.incarnation)
  const isNew = claim.incarnation === null && reading.state === 'missing'
  let incarnation =
    claim.incarnation === null || rotate ? nextIncarnation(known, (bound) => randomInt(bound)) : claim.incarnation
  const boots = (reading.state === 'present' ? reading.sidecar.boots : 0) + 1

  const remember = (ownHeads: ReturnType<Heads>) =>
    writeSidecar(sidecarPath, { node, incarnation, boots, ownHeads: ownHeads as DatabaseClaim['ownHeads'], identity })
  const rotated = async (next: number) => {
    incarnation = next
    await remember({}) // the old logs end here; what matters from now on is the new number
    const row = { space: SPACE, key: INCARNATION, value: JSON.stringify(next) }
    await storage.commit({ ...NO_CHANGE, local: [row] })
  }
  // Under the incarnation that stands the record may lag behind; under a new one nothing may be written before it does.
  const stays = incarnation === claim.incarnation
  const first = writeFirst(storage, () => (stays ? Promise.resolve() : rotated(incarnation)))
  await (stays ? remember(claim.ownHeads) : first.attempt()).catch(whenRefused)
  return { storage: first.storage, incarnation, verdict: isNew ? 'new' : verdict, rotated, remember }
}

/** The disk refuses: what was to be written is tried again with the next write, and the health says why that fails. */
function whenRefused(error: unknown): void {
  if (!(error instanceof StorageFailure)) throw error
}

async function claimOf(storage: Storage, node: NodeId, identity: DatabaseClaim['identity']): Promise<DatabaseClaim> {
  const { heads } = await storage.load()
  const own = heads.filter(({ key }) => logParts(key).node === node)
  const ownHeads: Record<LogKey, OwnHead> = {}
  for (const { key, height, hash } of own) ownHeads[key] = { seq: height, hash: toHex(hash) }
  const kept = await storage.local(SPACE, INCARNATION)
  const incarnation = kept === undefined ? null : Number(JSON.parse(kept))
  return { node, incarnation, ownHeads, identity }
}

const PAPER = '请核对最近的纸质存根是否都能查到;查不到的请补录。'
const VERDICTS: Readonly<Record<DatabaseVerdict['verdict'], Omit<Finding, 'time' | 'kind'> | null>> = {
  same: null,
  behind: {
    message: '数据库比本机的记录旧(可能恢复过备份)。已启用新的批次号,缺少的条目会从其他节点取回。',
    next: PAPER,
  },
  moved: {
    message: '数据库是复制来的,或换了机器。已启用新的批次号。',
    next: '请确认原来的那一份不再运行:两份同时运行,同一办件会出现两条后续记录。',
  },
  unknown: { message: '数据库旁的记录文件丢失或损坏,无法确认数据库是最新的。已启用新的批次号。', next: PAPER },
}

/** What people should know about the comparison. */
export function findingsOf(verdict: Database['verdict'], time: number): readonly Finding[] {
  const words = verdict === 'new' ? null : VERDICTS[verdict]
  return words ? [{ kind: 'sidecar', time, ...words }] : []
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
