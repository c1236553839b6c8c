/** What a copy of the county did and its version of the logs no longer says: it comes back, and counts. */
import { expect, test } from 'vitest'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import { type DocumentId, type StationCode, streamOf } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { MONDAY, morningOf, runningHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, callUntil, type Node, publish, receiptsAt, TOWNSHIP, until, VILLAGE } from './county.ts'
import { heldVersion } from './other-version.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { copyOf, restart } from './restoring.ts'
import {
  agent,
  cut,
  EAST,
  EAST_VILLAGE,
  eastAgent,
  entriesOf,
  hall,
  LANDS,
  link,
  place,
  sees,
  stateAt,
} from './wide-county.ts'

const kindsAt = async (node: Node, id: DocumentId) => (await stateAt(node, id))?.story.map(({ kind }) => kind)
const reassign = async ({ engine }: Node, id: DocumentId, to: StationCode) =>
  value(await engine.office.act(hall, id, 'reassigned', { to, reason: '就近办理' }))

/**
 * Two cases of the village, and the county with the east copied. The county gives the other case to the village in the
 * east: what the copy carries there lies under the same numbers, and ends.
 */
async function parted() {
  const county = await place()
  const { root, township, village, east, eastVillage, disk } = county
  const links = await link([township, root], [village, township], [east, root], [eastVillage, east])
  const { office } = village.engine
  const [id, other] = [
    value(await office.openCase(agent, 'SL0001')).id,
    value(await office.openCase(agent, 'SL0001')).id,
  ]
  await until('both are at the county', async () => (await office.safetyOf([other])).get(other) === 'root')
  await cut(links)
  const copy = await restart(root, copyOf(disk(COUNTY)), undefined, undefined, 1, runningHost(morningOf(MONDAY)))
  const copyEast = await restart(east, copyOf(disk(EAST)), copy, copy, 4)
  await reassign(root, other, EAST_VILLAGE)
  /** Links the village in the east to the copies until it sees the case as the copy has it. */
  const copied = async (what: Parameters<typeof sees>[2], about = id) => {
    const linked = await link([copyEast, copy], [eastVillage, copyEast])
    await sees(eastVillage, about, what)
    await cut(linked)
    await Promise.all([copy, copyEast].map(({ engine }) => engine.stop()))
  }
  /** Links everybody to the county until all show these lines, and the same. */
  const together = async (kinds: readonly string[], about = id) => {
    await link([east, root], [township, root], [village, township])
    await sees(east, other, ({ holder }) => holder === EAST_VILLAGE)
    const nodes = [root, township, village, east, eastVillage]
    const told = kinds.toSorted().join()
    await callUntil(eastVillage, east, 'everybody has it all', async () => {
      const stories = await Promise.all(nodes.map((node) => kindsAt(node, about)))
      return stories.every((story) => story?.toSorted().join() === told)
    })
    const [state, ...others] = await Promise.all(nodes.map((node) => stateAt(node, about)))
    for (const one of others) expect(one).toEqual(state)
    await until('nothing is left to carry', async () => (await root.storage.localAll('carrying')).length === 0)
    const receipts = await receiptsAt(root, about)
    expect(receipts.filter(({ outcome }) => outcome !== 'set-aside')).toEqual([])
    return state
  }
  return { ...county, id, copy, copied, together }
}

test.for([['did nothing'], ['gave it to another station']] as const)(
  'R67 what a copy of the county did for a village comes back from there and counts, with what was written on it, when the county meanwhile %s',
  async ([meanwhile]) => {
    const { root, eastVillage, id, copy, copied, together } = await parted()
    const isRuled = meanwhile !== 'did nothing'
    if (isRuled) await reassign(root, id, LANDS) // earlier than the copy, so that it counts (C13)
    await reassign(copy, id, EAST_VILLAGE)
    await copied(({ holder }) => holder === EAST_VILLAGE)
    value(await eastVillage.engine.office.act(eastAgent, id, 'noted', { text: '已联系申请人' }))
    const state = await together(['opened', 'reassigned', 'noted', ...(isRuled ? ['reassigned'] : [])])
    expect(state).toMatchObject({ holder: isRuled ? LANDS : EAST_VILLAGE, forks: [] })
  },
)

test('R67 a village that signed for what only a copy of the county had carried to it has signed, although the offer was taken back', async () => {
  const { township, village, eastVillage, id, disk, copy, copied, together } = await parted()
  const { office } = village.engine
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST_VILLAGE, materials: 1 }))
  const copyTown = await restart(township, copyOf(disk(TOWNSHIP)), copy, copy, 2)
  const links = await link([copyTown, copy], [village, copyTown])
  await copied(({ offer }) => offer?.to === EAST_VILLAGE)
  await cut(links)
  value(await office.act(agent, id, 'retracted', { reason: '申请人改主意' }))
  value(await eastVillage.engine.office.act(eastAgent, id, 'taken', { materials: 1 }))
  const state = await together(['opened', 'captured', 'offered', 'retracted', 'taken'])
  expect(state?.holder).toBe(EAST_VILLAGE)
})

test.for([['the rest of the case is'], ['nothing else of the case is']] as const)(
  'R67 what a copy of the county had carried to a village comes back, whoever did it, when elsewhere %s left',
  async ([left]) => {
    const { township, village, eastVillage, id: known, disk, copy, copied, together } = await parted()
    const copyTown = await restart(township, copyOf(disk(TOWNSHIP)), copy, copy, 2)
    const copyVillage = await restart(village, copyOf(disk(VILLAGE)), copyTown, copy, 3)
    const links = await link([copyTown, copy], [copyVillage, copyTown])
    const { office } = copyVillage.engine
    const id = left === 'the rest of the case is' ? known : value(await office.openCase(agent, 'SL0001')).id
    value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
    value(await office.act(agent, id, 'offered', { to: EAST_VILLAGE, materials: 1 }))
    await copied(({ offer }) => offer?.to === EAST_VILLAGE, id)
    await cut(links)
    value(await eastVillage.engine.office.act(eastAgent, id, 'taken', { materials: 1 }))
    const state = await together(['opened', 'captured', 'offered', 'taken'], id)
    expect(state).toMatchObject({ holder: EAST_VILLAGE, forks: [] })
  },
)

test('R67 nobody makes up an act of the county, nor writes in a stream it never had, and a genuine act brings a case nowhere but to the station it names', async () => {
  const { root, township, village, east, disk } = await place()
  const raw = new RawNode(EAST_VILLAGE)
  await publish(root, [raw.record(east.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the east knows it', () => east.engine.office.directory.node(raw.node) !== undefined)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await stateAt(root, id)) !== undefined)
  await raw.link(east)
  const stream = streamOf(EAST_VILLAGE)
  const carrier = (payload: Uint8Array) => draft(EAST_VILLAGE, { kind: KIND.carried, document: id, payload })

  // In the county's name, but not with its key.
  const fact: Fact = { kind: 'reassigned', previous: null, fields: { to: EAST_VILLAGE, reason: '冒名' } }
  const about = draft(COUNTY, { document: id, payload: factPayload(fact) })
  const author = root.identity.node
  const [made] = (await raw.write(streamOf(VILLAGE), [about], { author, incarnation: 7 })) as [Packable]
  const forged = encodeCarried(made.log, GENESIS, readRecord(made.bytes) as EntryRecord)
  raw.send(frameOf(await raw.write(stream, [carrier(forged)], { incarnation: 2 })))
  expect(await raw.refusal()).toBe('bad-signature')

  // By its own hand, but in a stream that it never had.
  const noted: Fact = { kind: 'noted', previous: null, fields: { text: '旁人的话' } }
  const aside = [draft(EAST_VILLAGE, { document: id, payload: factPayload(noted) })]
  const [strange] = (await raw.write(streamOf(VILLAGE), aside, { incarnation: 7 })) as [Packable]
  const told = encodeCarried(strange.log, GENESIS, readRecord(strange.bytes) as EntryRecord)

  // What a copy of the county did for another station.
  const copy = await restart(root, copyOf(disk(COUNTY)), undefined, undefined, 1)
  await reassign(copy, id, LANDS)
  const { entry } = (await entriesOf(copy.storage, id)).find(({ node }) => node === author) ?? expect.fail('no act')
  const { hashes, records } = await heldVersion(copy, entry.log)
  const [before, record] = [hashes[entry.seq - 1], records[entry.seq - 1]]
  if (!before || !record) throw new Error('the copy holds it')
  await raw.link(east)
  raw.send(frameOf(await raw.write(stream, [carrier(told), carrier(encodeCarried(entry.log, before, record))])))
  await sees(root, id, ({ holder }) => holder === LANDS)
  await until('nothing is left to carry', async () => (await root.storage.localAll('carrying')).length === 0)
  const carriedTo = (await entriesOf(root.storage, id)).flatMap((one) => (one.node === author ? [one.stream] : []))
  expect(new Set(carriedTo)).toEqual(new Set([streamOf(VILLAGE), streamOf(LANDS)]))
  expect(await kindsAt(root, id)).toEqual(['opened', 'reassigned'])
  expect(await stateAt(east, id)).toBeUndefined()
})
