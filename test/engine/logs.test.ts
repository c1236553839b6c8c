/** The owner of the logs, alone over a real database: what was appended, cut and put away is what it says of them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readAbove, readInPacks, signedHeight } from '#protocol/engine/logs/log-reading.ts'
import { createLogs, type Logs } from '#protocol/engine/logs/logs.ts'
import {
  appendEntry,
  cutLog,
  packAuthored,
  type StagedLogs,
  stagedHash,
  stagedHead,
  stageLogs,
} from '#protocol/engine/logs/staged-logs.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import { NO_CHANGE, type Storage, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { logParts, type PersonId, type StationCode, type StreamId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type Draft, type Entry, encodeContent, KIND } from '#protocol/log/entry.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'
import { testHost } from '#test/clock/host.ts'
import { caseId } from '#test/storage/fixtures.ts'

const STREAM = '510724101' as StreamId
const keys = generateKeys()
const node = nodeIdOf(keys.publicKey)
const identity: Identity = { node, keys, root: { node, publicKey: keys.publicKey }, parent: null, lease: 1 }

let folder: string
let storage: Storage
let rotations: number[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'))
  storage = await openLibsql(join(folder, 'node.db'))
  rotations = []
})
afterEach(async () => {
  await storage.close()
  rmSync(folder, { recursive: true, force: true })
})

const openLogs = async (
  rotated = async (incarnation: number) => void rotations.push(incarnation),
  host = testHost,
): Promise<Logs> => createLogs({ storage, host, identity, incarnation: 7, loaded: await storage.load(), rotated })

const draft = (kind: Draft['kind'], payload: Uint8Array): Draft => ({
  kind,
  document: caseId(1),
  person: 'p' as PersonId,
  station: '510724101' as StationCode,
  time: 1,
  clockOffset: null,
  catalogueVersion: 0,
  calendarVersion: 0,
  payload,
})

/** Appends edits of the given sizes in one group, and makes them durable. */
async function write(logs: Logs, sizes: readonly number[], inGroup: (staged: StagedLogs) => unknown = () => {}) {
  const staged = stageLogs(logs)
  const entries = sizes.map(
    (size) => appendEntry(staged, STREAM, draft(KIND.edit, new Uint8Array(size)), false) as Entry,
  )
  await inGroup(staged)
  await settle(logs, staged)
  return entries
}

async function settle(logs: Logs, staged: StagedLogs): Promise<void> {
  await packAuthored(staged, testHost.cryptography, keys)
  const { cuts, packs, places } = staged
  const change = { ...NO_CHANGE, cuts, packs, places, heads: [...staged.heads.values()] }
  await storage.commit(change)
  logs.adopt(change, staged)
}

test('L9 the hash at every height is that of the entry there, in the group, after the commit and after a restart', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 30 }), {
        minLength: 1,
        maxLength: 4,
      }),
      async (groups) => {
        const path = join(folder, `${toHex(testHost.random(8))}.db`)
        await storage.close()
        storage = await openLibsql(path)
        const logs = await openLogs()
        const hashes: Uint8Array[] = [GENESIS]
        for (const sizes of groups) {
          const entries = await write(logs, sizes, async (staged) => {
            const head = stagedHead(staged, logs.ownLog(STREAM))
            expect(head.height).toBe(hashes.length - 1 + sizes.length)
            expect(await stagedHash(staged, head.key, head.height)).toEqual(head.hash)
          })
          hashes.push(...entries.map(({ hash }) => hash))
        }
        for (const each of [logs, await openLogs()]) {
          const log = each.ownLog(STREAM)
          for (const [height, hash] of hashes.entries()) expect(await each.hashAt(log, height)).toEqual(hash)
          expect(await each.hashAt(log, hashes.length)).toBeUndefined()
          expect((await readAbove(each, log, 0)).map(({ entry }) => entry.hash)).toEqual(hashes.slice(1))
        }
      },
    ),
    { numRuns: 12 },
  )
})

test('L9 a log is read pack by pack: what comes first is given before the next is read, and nothing above a cut', async () => {
  const logs = await openLogs()
  for (let group = 0; group < 5; group++) await write(logs, [1, 1])
  const log = logs.ownLog(STREAM)
  let reads = 0
  const counting: Logs = {
    ...logs,
    packHolding: (...where) => {
      reads += 1
      return logs.packHolding(...where)
    },
  }
  const found: [number[], number][] = []
  for await (const entries of readInPacks(counting, log, 3)) found.push([entries.map(({ entry }) => entry.seq), reads])
  expect(found).toEqual([
    [[4], 1],
    [[5, 6], 2],
    [[7, 8], 3],
    [[9, 10], 4],
  ])
})

test('L9 a log is signed where a group ended, and within one that is longer than a run', async () => {
  const logs = await openLogs()
  await write(logs, [1, 1, 1])
  await write(logs, new Array(LIMITS.runEntries + 5).fill(1))
  const log = logs.ownLog(STREAM)
  const ends = [3, 3 + LIMITS.runEntries, 8 + LIMITS.runEntries]
  for (let height = 1; height <= (ends.at(-1) as number); height++) {
    const before = ends.findLast((end) => end <= height) ?? 0
    expect(await signedHeight(logs, log, height)).toBe(before)
  }
})

test('S96 the highest signed entry at or below a height is found within a run too', async () => {
  const logs = await openLogs()
  await write(logs, [1])
  const staged = stageLogs(logs)
  for (const kind of [KIND.fact, KIND.edit, KIND.fact, KIND.edit, KIND.edit]) {
    appendEntry(staged, STREAM, draft(kind, new Uint8Array(3)), false)
  }
  await settle(logs, staged)
  const log = logs.ownLog(STREAM)
  const found = await Promise.all([0, 1, 2, 3, 4, 5, 6].map((height) => signedHeight(logs, log, height)))
  expect(found).toEqual([0, 1, 2, 2, 4, 4, 6])
})

test('S73 a cut log ends at its new height, is read only up to there, and goes on from there', async () => {
  const logs = await openLogs()
  const first = await write(logs, [5, 5])
  await write(logs, [5, 5, 5])
  const log = logs.ownLog(STREAM)
  logs.noteSafety(log, { parentHeight: 4, rootHeight: 1 })
  const staged = stageLogs(logs)
  cutLog(staged, log, 2, (await logs.hashAt(log, 2)) as Uint8Array)
  await settle(logs, staged)
  for (const each of [logs, await openLogs()]) {
    expect(each.head(log)).toMatchObject({ height: 2, hash: first[1]?.hash, parentHeight: 2, rootHeight: 1 })
    expect(await each.hashAt(log, 3)).toBeUndefined()
    expect(await readAbove(each, log, 0)).toHaveLength(2)
    // The bytes stay in their packs; what is passed on says that they count no longer.
    expect((await each.packsAfter(0, 1e9)).flatMap(({ runs }) => runs.map(({ last }) => last))).toEqual([2])
  }
  const [next] = await write(logs, [9])
  expect(next).toMatchObject({ seq: 3 })
  expect((await readAbove(logs, log, 2)).map(({ entry }) => entry.payload.length)).toEqual([9])
})

test('S73 what parent and root held of the version that ended does not count for what is written behind the cut', async () => {
  const logs = await openLogs()
  await write(logs, [1, 1, 1, 1])
  const log = logs.ownLog(STREAM)
  logs.noteSafety(log, { parentHeight: 4, rootHeight: 4 })
  const cut = async (meanwhile: () => void) => {
    const staged = stageLogs(logs)
    cutLog(staged, log, 2, (await logs.hashAt(log, 2)) as Uint8Array)
    meanwhile()
    await settle(logs, staged)
  }
  await cut(() => {})
  expect(logs.head(log)).toMatchObject({ height: 2, parentHeight: 2, rootHeight: 2 })
  await write(logs, [1, 1])
  for (const each of [logs, await openLogs()]) {
    expect(each.head(log)).toMatchObject({ height: 4, parentHeight: 2, rootHeight: 2 })
  }
  // Nor what is acknowledged of it while the cut is being made durable.
  logs.noteSafety(log, { parentHeight: 3, rootHeight: 3 })
  await cut(() => logs.noteSafety(log, { parentHeight: 4, rootHeight: 4 }))
  expect(logs.head(log)).toMatchObject({ height: 2, parentHeight: 2, rootHeight: 2 })
})

test('S135 what is written now lies nowhere else, whatever parent and root hold of the log above it', async () => {
  const logs = await openLogs()
  await write(logs, [1, 1])
  const log = logs.ownLog(STREAM)
  // A copy of this machine has written on: the root holds more than we, of another version.
  logs.noteSafety(log, { parentHeight: 2, rootHeight: 5 })
  await write(logs, [1])
  for (const each of [logs, await openLogs()])
    expect(each.head(log)).toMatchObject({ height: 3, parentHeight: 2, rootHeight: 2 })
  // Nor what is heard of that version while ours is being made durable.
  await write(logs, [1, 1], () => logs.noteSafety(log, { parentHeight: 5, rootHeight: 5 }))
  expect(logs.head(log)).toMatchObject({ height: 5, parentHeight: 3, rootHeight: 3 })
})

test('S30 what was acknowledged while a group was being written is kept with its heads', async () => {
  const logs = await openLogs()
  await write(logs, [1, 1])
  const log = logs.ownLog(STREAM)
  await write(logs, [1], () => logs.noteSafety(log, { parentHeight: 2, rootHeight: 1 }))
  expect(logs.head(log)).toMatchObject({ height: 3, parentHeight: 2, rootHeight: 1 })
})

test('S30 so it is where the group raised them as well, and where they fell meanwhile', async () => {
  const logs = await openLogs()
  await write(logs, [1, 1, 1])
  const log = logs.ownLog(STREAM)
  const raised = async (parentHeight: number, meanwhile: number) => {
    const staged = stageLogs(logs)
    staged.heads.set(log, { ...stagedHead(staged, log), parentHeight })
    logs.noteSafety(log, { parentHeight: meanwhile })
    await settle(logs, staged)
    return logs.head(log).parentHeight
  }
  expect(await raised(2, 3)).toBe(3)
  expect(await raised(3, 1)).toBe(1)
})

test('L13 what is too long for an entry is not appended, and nothing else changes', async () => {
  const empty = encodeContent(draft(KIND.edit, new Uint8Array())).length
  // The payload's own length takes two bytes more once it is long.
  const largest = LIMITS.writtenBytes - empty - 2
  const logs = await openLogs()
  const staged = stageLogs(logs)
  const log = logs.ownLog(STREAM)
  expect(appendEntry(staged, STREAM, draft(KIND.edit, new Uint8Array(largest + 1)), false)).toBeUndefined()
  expect(stagedHead(staged, log).height).toBe(0)
  expect(staged.authored).toEqual([])
  expect(appendEntry(staged, STREAM, draft(KIND.edit, new Uint8Array(largest)), false)?.seq).toBe(1)
  await settle(logs, staged)
  expect(await readAbove(logs, log, 0)).toHaveLength(1)
})

test('S70 a new incarnation is durable outside the database before it is written under, and never one that was used', async () => {
  const logs = await openLogs()
  await write(logs, [1])
  const before = logs.ownLog(STREAM)
  await logs.rotate()
  expect(rotations).toEqual([logs.incarnation])
  expect(logs.ownLog(STREAM)).not.toBe(before)
  await write(logs, [1])
  expect(logs.head(logs.ownLog(STREAM)).height).toBe(1)
  expect(logs.head(before).height).toBe(1)

  // A machine whose chance repeats itself: what was drawn once is used, also when it is only on the disk.
  const repeating = { ...testHost, random: (bytes: number) => new Uint8Array(bytes) }
  const stubborn = await openLogs(undefined, repeating)
  const drawn = new Set([before, logs.ownLog(STREAM)].map((log) => logParts(log).incarnation))
  for (let round = 0; round < 5; round++) {
    await stubborn.rotate()
    expect(drawn).not.toContain(stubborn.incarnation)
    drawn.add(stubborn.incarnation)
    await write(stubborn, [1])
  }

  const failing = await openLogs(async () => {
    throw new Error('the disk beside the database refuses')
  })
  await expect(failing.rotate()).rejects.toThrow('refuses')
  expect(failing.incarnation).toBe(7)
})

test('S70 a rotation that the disk refused is owed until it takes it, and done once', async () => {
  let room = false
  const logs = await openLogs(async (incarnation) => {
    if (!room) throw new StorageFailure('full', '磁盘已满')
    rotations.push(incarnation)
  })
  await logs.rotateIfOwed() // nothing is owed
  await expect(logs.rotate()).rejects.toThrow('磁盘已满')
  await expect(logs.rotateIfOwed()).rejects.toThrow('磁盘已满')
  room = true
  await logs.rotateIfOwed()
  expect(logs.incarnation).not.toBe(7)
  await logs.rotateIfOwed()
  expect(rotations).toEqual([logs.incarnation])
})
