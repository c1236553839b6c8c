/** Disks that refuse, lines that never fall silent and counts, while something is stored and not listed yet. */
import { expect, test } from 'vitest'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { type Change, NO_CHANGE, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, type EntryHash, type LogKey, streamOf, toHex } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { COUNTY, callUntil, type Node, openCounty, openNode, person, TOWNSHIP, until, VILLAGE } from './county.ts'
import {
  bring,
  cut,
  framesStored,
  heldRoot,
  heldTownship,
  lists,
  opened,
  rowsOf,
  startAgain,
  untilJudged,
} from './held-listing.ts'
import { draft, factPayload, frameOf } from './raw-node.ts'

const handler = person(COUNTY, ['handler', 'clerk', 'chief', 'coordinator'])
const clerk = person(TOWNSHIP, ['clerk', 'handler'])
const agent = person(VILLAGE, ['agent'])

/** A year later than everything else is written. */
const LATER = testHost.now() + 365 * 86_400_000

/** What no other case has. */
const BAD_NUMBER = mintNumber({ station: TOWNSHIP, day: '2026-03-02', lane: 1, running: 7 })

const damaged = () => new StorageFailure('damaged', '数据页损坏')
test('S163 a list that the disk took and answered with a failure hides nothing that is stored after it', async () => {
  const { root, member, storage, hold, release } = await heldRoot()
  const first = await bring(member, 2)
  const commit = storage.commit
  let isLost = false
  storage.commit = async (change) => {
    await commit(change)
    if (isLost || !lists(change)) return
    isLost = true
    hold()
    throw new StorageFailure('other', '写盘的结果不明')
  }
  release()
  await until('the answer is lost', () => isLost)
  expect(await storage.local('engine', 'unlisted')).toBeUndefined()
  const more = await bring(member, 3)
  const again = await startAgain(root, cut(storage))
  await until('all are listed', async () => (await rowsOf(again)).length === 5)
  expect((await rowsOf(again)).sort()).toEqual([...first, ...more].sort())
})

test('S163 after a power cut behind any commit of a township rows, receipts and the note are as a rebuild makes them', {
  timeout: 60_000,
}, async () => {
  withLimits({ listedCases: 2, groupEntries: 3, unlistedCases: 6 })
  const shots: ReturnType<MemoryStorage['snapshot']>[] = []
  const { root, township, village } = await openCounty((station) => {
    const storage = new MemoryStorage()
    if (station !== TOWNSHIP) return storage
    const commit = storage.commit.bind(storage)
    storage.commit = async (change) => {
      await commit(change)
      shots.push(structuredClone(storage.snapshot()))
    }
    return storage
  })
  const knows = ({ engine }: Node) => engine.office.stations.length === 1
  await callUntil(township, root, 'the township knows its station', () => knows(township))
  const up = await callUntil(village, township, 'the village knows its station', () => knows(village))
  await untilJudged(township)
  up.cut()
  await up.ended
  const { office } = village.engine
  const ids: DocumentId[] = []
  for (let index = 0; index < 12; index++) {
    const { id } = value(await office.openCase(agent, 'SL0001'))
    ids.push(id)
    value(await office.act(agent, id, 'captured', { applicant: `王${index}`, materials: 1 }))
    value(await office.act(agent, id, 'offered', { to: TOWNSHIP, materials: 1 }))
  }
  const before = shots.length
  await callUntil(village, township, 'all is stored', async () => (await office.status()).casesOnlyHere === 0)
  for (const id of ids.slice(0, 4)) value(await township.engine.office.act(clerk, id, 'taken', { materials: 1 }))
  await until('all is listed', async () => (await township.engine.office.status()).unlisted === 0)
  const { keys } = township.identity
  const startedOver = async (shot: (typeof shots)[number], rebuilds: boolean) => {
    const storage = new MemoryStorage()
    storage.restore(structuredClone(shot))
    if (rebuilds) await storage.commit({ ...NO_CHANGE, local: [{ space: 'engine', key: 'rebuilding', value: 'true' }] })
    const node = await openNode({ station: TOWNSHIP, keys, parent: root, root, lease: 2, storage })
    await until('at rest', async () => (await node.engine.office.status()).unlisted === 0)
    await untilJudged(node)
    const { rows } = await node.engine.office.find({})
    const answer = [
      [...rows].sort((left, right) => (left.id < right.id ? -1 : 1)),
      await storage.receiptCounts(),
      await storage.local('engine', 'unlisted'),
    ]
    await node.engine.stop()
    return answer
  }
  expect(shots.length).toBeGreaterThan(before + 5)
  for (const shot of shots.slice(before)) expect(await startedOver(shot, false)).toEqual(await startedOver(shot, true))
})

test.each([
  ['whose receipts the disk cannot give', 'receiptsOf'],
  ['whose number the disk cannot look for', 'casesByNumber'],
] as const)('S163 S122 a case %s holds up no other', async (_, method) => {
  const { root, member, storage, release } = await heldRoot()
  await bring(member, 3)
  const bad = opened(TOWNSHIP, '安县-坏')
  member.send(frameOf(await member.write(streamOf(TOWNSHIP), [bad])))
  await member.stored(2)
  if (method === 'receiptsOf') {
    const receiptsOf = storage.receiptsOf.bind(storage)
    storage.receiptsOf = async (id) => (id === bad.document ? Promise.reject(damaged()) : receiptsOf(id))
  } else {
    const casesByNumber = storage.casesByNumber.bind(storage)
    storage.casesByNumber = async (numbers) =>
      numbers.includes('安县-坏') ? Promise.reject(damaged()) : casesByNumber(numbers)
  }
  release()
  await until('the others are listed', async () => (await rowsOf(root)).length >= 3)
  await until('nothing waits', async () => (await root.engine.office.status()).unlisted === 0)
})

test('S163 a case that was set apart counts among what is only here', async () => {
  const { township, village, upwards, storage, release } = await heldTownship()
  upwards.cut()
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('it is at the township', async () => (await township.engine.office.status()).unlisted === 1)
  const recordsOf = storage.recordsOf.bind(storage)
  storage.recordsOf = async (ids) => {
    if (ids.includes(id)) throw new TypeError('a bug of the test')
    return recordsOf(ids)
  }
  release()
  await until('it is set apart', async () => (await storage.local('unread-cases', id)) !== undefined)
  expect(await township.engine.office.status()).toMatchObject({ casesOnlyHere: 1, casesNotAtRoot: 1, unlisted: 0 })
})

test.each([
  ['damage', () => new StorageFailure('damaged', '数据库已损坏')],
  ['a fault', () => new TypeError('a bug of the test')],
])(
  'S122 S163 a case that %s keeps from its list, and that a page has in memory, keeps nothing behind it from being stored',
  async (_what, problem) => {
    const { root, member, storage, release } = await heldRoot()
    release()
    const bad = opened(TOWNSHIP, BAD_NUMBER)
    const casesByNumber = storage.casesByNumber.bind(storage)
    storage.casesByNumber = async (numbers) =>
      numbers.includes(BAD_NUMBER) ? Promise.reject(problem()) : casesByNumber(numbers)
    member.send(frameOf(await member.write(streamOf(TOWNSHIP), [bad])))
    await member.stored()
    await until('it is set apart', async () => (await storage.local('unread-cases', bad.document)) !== undefined)
    value(await root.engine.office.state(bad.document))
    const note = factPayload({ kind: 'noted', previous: null, fields: { text: '下午再来' } })
    member.send(
      frameOf(await member.write(streamOf(TOWNSHIP), [draft(TOWNSHIP, { document: bad.document, payload: note })])),
    )
    await member.stored(2)
    const [other] = await bring(member, 1)
    await until('another one is listed', async () => (await rowsOf(root)).includes(other as DocumentId))
    storage.casesByNumber = casesByNumber
    const again = await startAgain(root, cut(storage))
    await until('the next start lists it', async () => (await rowsOf(again)).includes(bad.document))
  },
)

test.each(['x', 'nul', '1e400', '12garbage', '0', '-3'])(
  'S163 a note that the disk has changed to %s lists everything again',
  async (text) => {
    const { root, member, storage } = await heldRoot()
    const ids = await bring(member, 2)
    await storage.commit({ ...NO_CHANGE, local: [{ space: 'engine', key: 'unlisted', value: text }] })
    const again = await startAgain(root, cut(storage))
    await until('they are listed', async () => (await rowsOf(again)).length === ids.length)
  },
)

test('S163 a pack that the disk has changed before its cases are listed stands in the health', async () => {
  const { root, member, storage } = await heldRoot()
  await bring(member, 2)
  const packsAfter = MemoryStorage.prototype.packsAfter
  class Changed extends MemoryStorage {
    override async packsAfter(...asked: Parameters<typeof packsAfter>) {
      const packs = await super.packsAfter(...asked)
      return packs.map((pack) => ({ ...pack, bytes: pack.bytes.fill(0) }))
    }
  }
  const disk = new Changed()
  disk.restore(storage.snapshot())
  const again = await startAgain(root, disk)
  expect((await again.engine.office.status()).health.problem).toContain('损坏')
})

test('S163 a case that is listed while it is counted is counted', async () => {
  const { township, village, upwards, storage, release } = await heldTownship()
  upwards.cut()
  value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('it is at the township', async () => (await township.engine.office.status()).unlisted === 1)
  const casesSince = storage.casesSince.bind(storage)
  const asked = Promise.withResolvers<void>()
  storage.casesSince = async (arrival, limit) => {
    const answer = await casesSince(arrival, limit)
    asked.resolve()
    await until('it is listed meanwhile', async () => (await rowsOf(township)).length === 1)
    return answer
  }
  const status = township.engine.office.status()
  await asked.promise
  release()
  expect(await status).toMatchObject({ casesOnlyHere: 1 })
})

test('S163 never more is left than the bound and one frame, however slow the disk is', async () => {
  withLimits({ unlistedCases: 10, listedCases: 1, groupEntries: 1 })
  const { root, member, release, storage } = await heldRoot()
  release()
  let most = 0
  const commit = storage.commit
  storage.commit = async (change) => {
    await new Promise((resolve) => setImmediate(resolve))
    await commit(change)
    most = Math.max(most, (await root.engine.office.status()).unlisted)
  }
  for (let frame = 0; frame < 40; frame++) {
    await until('there is room', () => frame - framesStored(member) < 12)
    member.send(
      frameOf(
        await member.write(
          streamOf(TOWNSHIP),
          Array.from({ length: 5 }, () => opened()),
        ),
      ),
    )
  }
  await until('all is stored', () => framesStored(member) === 40)
  await until('all is listed', async () => (await root.engine.office.status()).unlisted === 0)
  expect(most).toBeGreaterThan(5)
  expect(most).toBeLessThanOrEqual(15)
})

test('S163 people have every second turn where links wait for the list', async () => {
  withLimits({ unlistedCases: 2, listedCases: 1 })
  const { root, member, release, storage } = await heldRoot()
  await bring(member, 60)
  const commits: Change[] = []
  const commit = storage.commit
  storage.commit = async (change) => {
    await new Promise((resolve) => setImmediate(resolve))
    await commit(change)
    commits.push(change)
  }
  release()
  await until('some are listed', () => commits.length >= 3)
  for (let act = 0; act < 3; act++) {
    const before = commits.length
    value(await root.engine.office.openCase(handler, 'SL0001'))
    expect(commits.slice(before).filter(lists).length).toBeLessThanOrEqual(2)
  }
  expect((await root.engine.office.status()).unlisted).toBeGreaterThan(0)
})

test('S163 a case is listed although others write without a pause', async () => {
  withLimits({ groupEntries: 1 })
  const { root, member, release, storage } = await heldRoot()
  release()
  const stream = streamOf(TOWNSHIP)
  const long = opened(TOWNSHIP, '安县-9')
  const drafts = [
    long,
    ...Array.from({ length: 60 }, (_, index) => draft(TOWNSHIP, { kind: 1_000_000 + index, document: long.document })),
  ]
  const frames: ReturnType<typeof frameOf>[] = []
  for (const one of drafts) frames.push(frameOf(await member.write(stream, [one])))
  let sent = 0
  const groups: Change[] = []
  const commit = storage.commit
  storage.commit = async (change) => {
    // Two further frames are always there before the next turn.
    for (let more = 0; more < 2 && sent < frames.length && sent - framesStored(member) < 8; more++)
      member.send(frames[sent++] as (typeof frames)[number])
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    await commit(change)
    groups.push(change)
  }
  member.send(frames[sent++] as (typeof frames)[number])
  await until('all is stored', () => framesStored(member) === frames.length)
  await until('it is listed', async () => (await rowsOf(root)).length === 1)
  expect(groups.findIndex(({ cases }) => cases.length > 0)).toBeLessThan(20)
})

test('S163 a disk that takes no list is tried again by one timer, whatever else is committed', async () => {
  const { root, member, retries } = await heldRoot()
  await bring(member, 1)
  for (let act = 0; act < 20; act++) value(await root.engine.office.openCase(handler, 'SL0001'))
  await until('it waits', () => retries() > 0)
  expect(retries()).toBe(1)
})

test('S163 the note stays at the first entry of a case although it gets more', async () => {
  const { root, member, storage } = await heldRoot()
  const [first] = (await bring(member, 1)) as [DocumentId]
  const [second] = (await bring(member, 1)) as [DocumentId]
  const { tip } = value(await root.engine.office.view(handler, first)).state
  const captured = factPayload({ kind: 'captured', previous: tip, fields: { materials: 1 } })
  member.send(
    frameOf(await member.write(streamOf(TOWNSHIP), [draft(TOWNSHIP, { document: first, payload: captured })])),
  )
  await member.stored(3)
  const again = await startAgain(root, cut(storage))
  await until('at rest', async () => (await again.engine.office.status()).unlisted === 0)
  expect((await rowsOf(again)).sort()).toEqual([first, second].sort())
})

test('S163 R81 where a frame of a group bears a doubtful day, an earlier one of the group hides nothing of the case', async () => {
  const { root, member, storage, release } = await heldRoot()
  release()
  const stream = streamOf(TOWNSHIP)
  const number = mintNumber({ station: TOWNSHIP, day: root.engine.office.today(), lane: 77, running: 1 })
  const opening = opened(TOWNSHIP, number)
  const one = await member.write(stream, [opening])
  const tip = toHex(member.heads.get(one[0]?.log as LogKey)?.hash as Uint8Array) as EntryHash
  const captured = factPayload({ kind: 'captured', previous: tip, fields: { materials: 1 } })
  const two = await member.write(stream, [
    draft(TOWNSHIP, { document: opening.document, payload: captured, time: LATER }),
  ])
  const gate = Promise.withResolvers<void>()
  const commit = storage.commit
  let commits = 0
  storage.commit = async (change) => {
    commits += 1
    if (commits === 1) await gate.promise
    await commit(change)
  }
  member.send(frameOf(await member.write(stream, [opened(TOWNSHIP, '安县-78')], { incarnation: 3 })))
  await until('the commit is held', () => commits === 1)
  member.send(frameOf(one))
  member.send(frameOf(two))
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  gate.resolve()
  await member.stored(3)
  expect(value(await root.engine.office.state(opening.document)).story).toHaveLength(2)
  await until('all is listed', async () => (await root.engine.office.status()).unlisted === 0)
  expect((await root.engine.office.find({})).rows.find(({ id }) => id === opening.document)).toMatchObject({ number })
  const { findings } = await root.engine.office.status()
  expect(findings.filter(({ message }) => message.includes('日期要核对'))).toHaveLength(1)
})
