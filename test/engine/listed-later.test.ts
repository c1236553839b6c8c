/** What a link brings is acknowledged when it is durable, and listed behind that: nothing is hidden, lost or shown wrongly between. */
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import { checkNumber, mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { lettersOf, MAXIMUM_LANE } from '#protocol/casework/identity/lanes.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, type EntryHash, isCase, type LogKey, streamOf, toHex } from '#protocol/ids.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { COUNTY, person, publish, TOWNSHIP, until, VILLAGE } from './county.ts'
import { bring, cut, heldRoot, heldTownship, listedCase, lists, opened, rowsOf, startAgain } from './held-listing.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

const handler = person(COUNTY, ['handler', 'clerk', 'chief'])
const clerk = person(TOWNSHIP, ['clerk', 'handler'])
const agent = person(VILLAGE, ['agent'])

test('S163 a frame is acknowledged when it is durable; its cases are listed behind that', async () => {
  const { root, member, commits, release } = await heldRoot()
  const ids = await bring(member, 3)
  expect(await rowsOf(root)).toEqual([])
  expect(await root.engine.office.status()).toMatchObject({ unlisted: 3 })
  const stored = commits.find(({ packs }) => packs.length > 0)
  expect(stored).toMatchObject({ cases: [], unopened: [] })
  release()
  await until('they are listed', async () => (await rowsOf(root)).length === 3)
  expect((await rowsOf(root)).sort()).toEqual([...ids].sort())
  expect(await root.engine.office.status()).toMatchObject({ unlisted: 0 })
  expect(await root.storage.local('engine', 'unlisted')).toBeUndefined()
})

test('S163 a frame that comes while another is being stored goes before the list', async () => {
  const { root, member, storage, commits, release } = await heldRoot()
  release()
  const written = async () => frameOf(await member.write(streamOf(TOWNSHIP), [opened()]))
  const [first, second] = [await written(), await written()]
  const { commit } = storage
  storage.commit = async (change) => {
    storage.commit = commit
    await commit(change)
    // As what lies at a socket when the turn has looked at its sockets already: the next turn finds it.
    setImmediate(() => setImmediate(() => member.send(second)))
  }
  const before = commits.length
  member.send(first)
  await until('both are listed', async () => (await rowsOf(root)).length === 2)
  const kinds = commits.slice(before).map((change) => (lists(change) ? 'list' : 'frame'))
  expect(kinds.slice(0, 3)).toEqual(['frame', 'frame', 'list'])
})

test('S160 S163 lists of short cases give everybody else a turn between them', async () => {
  withLimits({ listedCases: 2 })
  const { root, member, commits, release } = await heldRoot()
  await bring(member, 40)
  let turns = 0
  const count = () => {
    turns += 1
    if (turns < 100_000 && commits.filter(lists).length < 20) setImmediate(count)
  }
  setImmediate(count)
  release()
  await until('all are listed', async () => (await rowsOf(root)).length === 40)
  expect(turns).toBeGreaterThanOrEqual(commits.filter(lists).length)
})

test('S163 the page of a case shows what is stored before it is listed', async () => {
  const { root, member } = await heldRoot()
  const [id] = await bring(member, 2)
  expect(value(await root.engine.office.state(id as DocumentId))).toMatchObject({ id, stage: '00' })
  expect(value(await root.engine.office.view(handler, id as DocumentId)).state.story).toHaveLength(1)
})

test('S163 a case in memory is folded and listed with its commit, and not read anew', async () => {
  const held = await heldRoot()
  const { id, captured } = await listedCase(held)
  const reads = vi.spyOn(held.storage, 'recordsOf')
  held.member.send(await captured())
  await held.member.stored(2)
  expect(held.commits.at(-1)).toMatchObject({ packs: [expect.anything()], cases: [{ id }] })
  expect(value(await held.root.engine.office.view(handler, id)).state.story).toHaveLength(2)
  expect(reads).not.toHaveBeenCalled()
})

test('S163 a page that is looked at during the commit shows what came since, although it is not listed', async () => {
  withLimits({ cachedDocuments: 1 })
  const held = await heldRoot()
  const { id, captured } = await listedCase(held)
  const story = async () => value(await held.root.engine.office.view(handler, id)).state.story.length
  const { commit } = held.storage
  held.storage.commit = async (change) => {
    if (change.packs.length > 0) expect(await story()).toBe(1)
    await commit(change)
  }
  await listedCase(held)
  held.hold()
  held.member.send(await captured())
  await held.member.stored(3)
  expect(held.commits.at(-1)?.cases).toEqual([])
  expect(await story()).toBe(2)
})

test('S163 a page that is looked at between two frames of a group takes nothing of the first from the list', async () => {
  withLimits({ cachedDocuments: 1 })
  const held = await heldRoot()
  const { root, member, host, commits, storage } = held
  const second = new RawNode(TOWNSHIP)
  await publish(root, [second.record(root.identity.node, 10)])
  await second.link(root)
  const { id, captured } = await listedCase(held)
  await listedCase(held)
  // While an act is written, frames of two links come into one group.
  const unpacked = vi.spyOn(host.compression, 'unpack')
  const { commit } = storage
  storage.commit = async (change) => {
    await until('both are waited for', () => unpacked.mock.calls.length >= 2)
    for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => void host.after(0, resolve))
    storage.commit = commit
    await commit(change)
  }
  // The page is looked at when the first frame is staged and the second one is being checked.
  const { verify } = host.cryptography
  host.cryptography.verify = async (key, ...rest) => {
    if (Buffer.from(key).equals(second.keys.publicKey)) value(await root.engine.office.state(id))
    return verify(key, ...rest)
  }
  onTestFinished(() => void Object.assign(host.cryptography, { verify }))
  const act = root.engine.office.openCase(handler, 'SL0001')
  member.send(await captured())
  const note = draft(TOWNSHIP, {
    document: id,
    payload: factPayload({ kind: 'noted', previous: null, fields: { text: '下午再来' } }),
  })
  second.send(frameOf(await second.write(streamOf(TOWNSHIP), [note])))
  value(await act)
  await second.stored(1)
  const places = commits.map((change) => change.places.filter((one) => one.document === id).length)
  expect(Math.max(...places)).toBe(2)
  await until('all is listed', async () => (await storage.local('engine', 'unlisted')) === undefined)
  const rows = commits.flatMap(({ packs, cases }) => cases.filter((row) => row.id === id).map(() => packs.length))
  expect(rows).toEqual([0, 0])
})

test('S163 what was said of an entry is taken back with the list of what it had waited for', async () => {
  const { root, member, storage, hold, release } = await heldRoot()
  release()
  const stream = streamOf(TOWNSHIP)
  const [id] = (await bring(member, 1)) as [DocumentId]
  const { tip } = value(await root.engine.office.view(handler, id)).state
  const of = (kind: 'offered' | 'retracted', previous: EntryHash) => {
    const fields: Fact['fields'] = kind === 'offered' ? { to: COUNTY, materials: 1 } : { reason: '申请人要求更正' }
    return draft(TOWNSHIP, { document: id, payload: factPayload({ kind, previous, fields }) })
  }
  // The second of two facts comes first, in another log.
  const offered = await member.write(stream, [of('offered', tip)])
  const first = toHex(member.heads.get(offered[0]?.log as LogKey)?.hash as Uint8Array) as EntryHash
  member.send(frameOf(await member.write(stream, [of('retracted', first)], { incarnation: 2 })))
  await until('it is set aside', async () => (await storage.receiptsOf(id)).length === 1)
  hold()
  member.send(frameOf(offered))
  await member.stored(3)
  release()
  await until('nothing is said of it any more', async () => (await storage.receiptsOf(id)).length === 0)
  expect(value(await root.engine.office.state(id)).story.map(({ aside }) => aside)).toEqual([null, null, null])
})

test('S163 a power cut between a commit and its list loses nothing: the next start lists it', async () => {
  const { root, member, storage } = await heldRoot()
  const ids = await bring(member, 5)
  const again = await startAgain(root, cut(storage))
  await until('they are listed', async () => (await rowsOf(again)).length === 5)
  expect((await rowsOf(again)).sort()).toEqual([...ids].sort())
  await until('the note is gone', async () => (await again.storage.local('engine', 'unlisted')) === undefined)
})

test('S163 the note on the disk moves with the list: what is listed is not listed again after a power cut', async () => {
  withLimits({ listedCases: 2 })
  const { root, member, storage, release, commits } = await heldRoot()
  await bring(member, 4)
  const before = Number(await storage.local('engine', 'unlisted'))
  const [later] = await bring(member, 1)
  release()
  await until('the first are listed', async () => commits.filter(lists).length >= 2)
  await until('all are listed', async () => (await rowsOf(root)).length === 5)
  const marks = commits.flatMap(({ local }) => local.filter(({ key }) => key === 'unlisted').map(({ value }) => value))
  expect(marks).toEqual([String(before), expect.anything(), null])
  expect(Number(marks[1])).toBeGreaterThan(before)
  expect(
    commits
      .filter(lists)
      .at(-1)
      ?.cases.map(({ id }) => id),
  ).toContain(later)
})

test('S163 a node that is told to stop lists no more than what it is at, and the next start lists the rest', async () => {
  withLimits({ listedCases: 2 })
  const { root, member, storage, release, commits } = await heldRoot()
  await bring(member, 8)
  const { commit } = storage
  let stopped: Promise<void> | undefined
  storage.commit = async (change) => {
    await commit(change)
    if (lists(change)) stopped ??= root.engine.stop()
  }
  release()
  await until('the first are listed', () => stopped !== undefined)
  await stopped
  expect(commits.filter(lists).length).toBeLessThanOrEqual(2)
  storage.commit = commit
  const again = await startAgain(root, cut(storage))
  await until('the next start lists the rest', async () => (await rowsOf(again)).length === 8)
})

test('S163 an act on a case that is not listed yet is judged by all that is stored, and lists it', async () => {
  const { township, village, storage, release } = await heldTownship()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: TOWNSHIP, materials: 1 }))
  await until('the village hears that it is stored', async () => (await office.safetyOf([id])).get(id) !== 'here')
  await until('the township reads it', async () => (await township.engine.office.state(id)).ok)
  expect(await rowsOf(township)).toEqual([])
  value(await township.engine.office.act(clerk, id, 'taken', { materials: 1 }))
  expect((await township.engine.office.find({})).rows).toMatchObject([{ id, holder: TOWNSHIP, applicant: '王芳' }])
  release()
  await until('nothing is left', async () => (await storage.local('engine', 'unlisted')) === undefined)
  expect((await township.engine.office.find({})).rows).toMatchObject([{ id, holder: TOWNSHIP }])
})

test('S163 what is not listed is counted among what is not at the parent yet', async () => {
  const { township, village, upwards } = await heldTownship()
  upwards.cut()
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('it is at the township', async () => (await township.engine.office.state(id)).ok)
  expect(await rowsOf(township)).toEqual([])
  expect(await township.engine.office.status()).toMatchObject({ casesOnlyHere: 1, casesNotAtRoot: 1 })
})

test('S163 links wait for the list when too much is left, people do not', async () => {
  withLimits({ unlistedCases: 10, listedCases: 5, groupEntries: 1 })
  const { root, member, commits, hold, release, storage } = await heldRoot()
  release()
  const most: number[] = []
  const commit = storage.commit
  storage.commit = async (change) => {
    await commit(change)
    const stored = commits.flatMap(({ places }) => places.map(({ document }) => document)).filter(isCase)
    most.push(new Set(stored).size - (await storage.cases({ limit: 1_000 } as never)).rows.length)
  }
  for (let frame = 0; frame < 8; frame++)
    member.send(
      frameOf(
        await member.write(
          streamOf(TOWNSHIP),
          Array.from({ length: 5 }, () => opened()),
        ),
      ),
    )
  await member.stored(8)
  await until('all are listed', async () => (await rowsOf(root)).length === 40)
  expect(Math.max(...most)).toBe(10)
  hold()
  await bring(member, 10)
  value(await root.engine.office.openCase(handler, 'SL0001'))
})

test('S163 C114 no lane is drawn that a number has which is stored and not listed yet', async () => {
  const { root, member, storage, release } = await heldRoot(COUNTY)
  const today = root.engine.office.today()
  const space = `number-lane ${COUNTY} ${today.slice(0, 4)}`
  // A machine without predecessors draws odd lanes: a hundred of them have numbers that are not listed, one is free.
  const stored = Array.from({ length: 100 }, (_, index) => 2 * index + 1)
  const free = 201
  const marked = Array.from({ length: MAXIMUM_LANE }, (_, index) => index + 1).filter((lane) => lane > free)
  await storage.commit({ ...NO_CHANGE, local: marked.map((lane) => ({ space, key: lettersOf(lane), value: 'true' })) })
  const numbered = stored.map((lane) => opened(COUNTY, mintNumber({ station: COUNTY, day: today, lane, running: 1 })))
  member.send(frameOf(await member.write(streamOf(COUNTY), numbered)))
  await member.stored()
  const { number } = value(await root.engine.office.openCase(handler, 'SL0001'))
  expect(value(checkNumber(number)).lane).toBe(free)
  release()
  await until('the lanes are marked with the list', async () => {
    const marks = (await storage.localAll(space)).map(({ key }) => key)
    return stored.every((lane) => marks.includes(lettersOf(lane)))
  })
})

test('S163 a case that a fault keeps from being listed holds up no other', async () => {
  const { root, member, storage, release } = await heldRoot()
  const [bad, ...others] = (await bring(member, 4)) as [DocumentId, ...DocumentId[]]
  const recordsOf = storage.recordsOf.bind(storage)
  storage.recordsOf = async (ids) => {
    if (ids.includes(bad)) throw new TypeError('a bug of the test')
    return recordsOf(ids)
  }
  release()
  await until('the others are listed', async () => (await rowsOf(root)).length === 3)
  expect((await rowsOf(root)).sort()).toEqual([...others].sort())
  await until('it is noted', async () => (await storage.local('unread-cases', bad)) !== undefined)
  expect((await root.engine.office.status()).findings.map(({ kind }) => kind)).toContain('bug')
  storage.recordsOf = recordsOf
  const again = await startAgain(root, cut(storage))
  await until('the next start lists it', async () => (await rowsOf(again)).length === 4)
})

test('S163 a child hears what became of its entries when they are listed', async () => {
  const { member, release } = await heldRoot()
  const unknown = draft(TOWNSHIP, { kind: 1_000_000 })
  member.send(frameOf(await member.write(streamOf(TOWNSHIP), [opened(), unknown])))
  await member.stored()
  expect(member.received.some(({ type }) => type === 'receipts')).toBe(false)
  release()
  await until('it hears', () => member.received.some(({ type }) => type === 'receipts'))
})

test('S163 R81 at the root a frame with a doubtful day is listed with its commit, and people hear of which case', async () => {
  const { root, member, commits } = await heldRoot()
  const ahead = { ...opened(), time: root.engine.office.now() + 3 * 86_400_000 }
  member.send(frameOf(await member.write(streamOf(TOWNSHIP), [ahead, opened()])))
  await member.stored()
  expect(commits.at(-1)?.cases.map(({ id }) => id)).toContain(ahead.document)
  const { findings } = await root.engine.office.status()
  expect(findings.map(({ message }) => message).join()).toContain(`暂无编号的办件(标识 ${ahead.document.slice(0, 8)}`)
})
