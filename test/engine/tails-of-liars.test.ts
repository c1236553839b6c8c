/** What a member signs so that it works in another's name, or in nobody's: words about others' edits, facts without a signature, forks without end. */
import { afterEach, expect, test } from 'vitest'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { type DocumentId, type EntryHash, type LogKey, logKey, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { KIND, readRecord } from '#protocol/log/entry.ts'
import { type Packable, packable } from '#protocol/log/pack.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { connect, type Node, openCounty, person, publish, SECOND_VILLAGE, TOWNSHIP, until, VILLAGE } from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { EAST, eastClerk, entriesOf, link, place } from './wide-county.ts'

const STREAM = streamOf(SECOND_VILLAGE)
const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk', 'handler'])

const changeable = LIMITS as { -readonly [Name in keyof typeof LIMITS]: number }
const usual = LIMITS.logsOfNode
afterEach(() => {
  changeable.logsOfNode = usual
})

/** A member with a valid key, known to its township. */
async function member(root: Node, township: Node): Promise<RawNode> {
  const raw = new RawNode(SECOND_VILLAGE)
  raw.versions = [1, 2]
  await publish(root, [raw.record(township.identity.node, 9)])
  await until('the township knows it', () => township.engine.office.directory.node(raw.node) !== undefined)
  return raw
}

async function deliver(raw: RawNode, to: Node, records: readonly Packable[]): Promise<void> {
  await raw.link(to)
  raw.send(frameOf(records))
  await raw.stored()
  raw.cut()
}

/** The member's case, captured and offered to a station. */
async function offeredCase(raw: RawNode, to: Node, station: string): Promise<DocumentId> {
  const head = draft(SECOND_VILLAGE)
  const log = logKey({ node: raw.node, incarnation: 1, stream: STREAM })
  const itemVersion = to.engine.office.directory.items().find(({ id }) => id === 'SL0001')?.version ?? 1
  const facts: readonly (readonly [FactKind, object])[] = [
    ['opened', { number: '510724100202-261120-AAB-0001-X', item: 'SL0001', itemVersion }],
    ['captured', { applicant: '王芳', materials: 1, seals: [] }],
    ['offered', { to: station, materials: 1 }],
  ]
  const records: Packable[] = []
  for (const [kind, fields] of facts) {
    const tip = raw.heads.get(log)?.hash
    const previous = tip ? (toHex(tip) as EntryHash) : null
    const payload = factPayload({ kind, previous, fields } as Parameters<typeof factPayload>[0])
    records.push(...(await raw.write(STREAM, [{ ...head, payload }])))
  }
  await deliver(raw, to, records)
  return head.document
}

const form = async (node: Node, id: DocumentId) => {
  const viewed = await node.engine.office.view(clerk, id)
  return viewed.ok ? viewed.value.sections.find(({ name }) => name === 'application')?.value : undefined
}
const FILLED = { applicant: '王芳', phone: '13800001111' }
const filled = (nodes: readonly Node[], id: DocumentId) =>
  until('filled everywhere', async () => {
    for (const node of nodes) if (JSON.stringify(await form(node, id)) !== JSON.stringify(FILLED)) return false
    return true
  })

test('R41 S73 nobody takes back another’s edit, also where the county carries his word into other streams', async () => {
  const { root, township, east } = await place()
  await link([township, root], [east, root])
  const raw = await member(root, township)
  const id = await offeredCase(raw, township, EAST)
  await until('in the east', async () => {
    const state = await east.engine.office.state(id)
    return state.ok && state.value.offer?.to === EAST
  })
  value(await east.engine.office.act(eastClerk, id, 'taken', { materials: 1 }))
  value(await east.engine.office.edit(eastClerk, id, 'application', { set: FILLED }))
  const nodes = [root, township, east]
  await filled(nodes, id)
  const carriers = (await entriesOf(township.storage, id)).filter(
    ({ kind, stream }) => kind === KIND.carried && stream === STREAM,
  )
  for (const { entry } of carriers)
    await deliver(
      raw,
      township,
      await raw.write(STREAM, [
        { ...draft(SECOND_VILLAGE), document: id, kind: KIND.withdrawn, payload: entry.payload },
      ]),
    )
  // Something later comes everywhere, so the words before it have done what they can.
  value(await township.engine.office.act(clerk, id, 'noted', { text: '之后' }))
  await until('later', async () => {
    const state = await east.engine.office.state(id)
    return state.ok && state.value.story.some(({ kind }) => kind === 'noted')
  })
  expect(carriers.length).toBeGreaterThan(0)
  for (const node of nodes) expect(await form(node, id)).toEqual(FILLED)
})

test('S73 nor when a fork makes the township carry his word on in its own name', async () => {
  const { root, township } = await openCounty()
  const upper = connect(township, root)
  const raw = await member(root, township)
  const id = await offeredCase(raw, township, TOWNSHIP)
  value(await township.engine.office.act(clerk, id, 'taken', { materials: 1 }))
  value(await township.engine.office.edit(clerk, id, 'application', { set: FILLED }))
  await filled([root, township], id)
  const [edit] = (await entriesOf(township.storage, id)).filter(({ kind }) => kind === KIND.edit)
  if (!edit) throw new Error('the edit is there')
  const placed = ((await township.storage.recordsOf([id])).get(id) ?? []).find(
    ({ seq, log }) => log === edit.entry.log && seq === edit.entry.seq,
  )
  const record = placed && readRecord(placed.bytes)
  const before = (await township.storage.packHolding(edit.entry.log, edit.entry.seq))?.runs.find(
    ({ log }) => log === edit.entry.log,
  )?.before
  if (!record || !before) throw new Error('its bytes are there')
  // The edit stands first in its pack, so that the hash before its run is the one before it.
  const word = {
    ...draft(SECOND_VILLAGE),
    document: id,
    kind: KIND.withdrawn,
    payload: encodeCarried(edit.entry.log, before, record),
  }
  upper.cut()
  await upper.ended
  await deliver(raw, root, await raw.write(STREAM, [draft(SECOND_VILLAGE)], { incarnation: 5 }))
  raw.heads.delete(logKey({ node: raw.node, incarnation: 5, stream: STREAM }))
  await deliver(raw, township, await raw.write(STREAM, [word], { incarnation: 5 }))
  connect(township, root)
  await gaveWay(township)
  await until('at the county', async () => (await township.engine.office.status()).entriesOnlyHere === 0)
  for (const node of [root, township]) expect(await form(node, id)).toEqual(FILLED)
})

const gaveWay = (township: Node) =>
  until('given way', async () =>
    (await township.engine.office.status()).findings.some(({ message }) => message.includes('已完整转入')),
  )

/** Records as they would be without a signature of their own, or with one that is none; the last one keeps its own. */
const unsigned = (records: readonly Packable[], signature: Uint8Array | null): Packable[] =>
  records.map((one, index) => {
    const record = readRecord(one.bytes)
    return index === records.length - 1 || !record ? one : packable(one.log, { ...record, signature })
  })

/** A member, its township and a village below it, cut off from the county. */
async function cutOff() {
  const { root, township, village } = await openCounty()
  const upper = connect(township, root)
  const raw = await member(root, township)
  connect(village, township)
  await until('the village knows its station', () => village.engine.office.stations.length === 1)
  upper.cut()
  await upper.ended
  return { root, township, village, raw }
}

test.for([
  ['none', null],
  ['false ones', new Uint8Array(64).fill(7)],
] as const)('L9 S73 a tail of facts with %s for signatures is kept, and cuts nobody off', async ([, signature]) => {
  const { root, township, village, raw } = await cutOff()
  await deliver(raw, root, await raw.write(STREAM, [draft(SECOND_VILLAGE)]))
  raw.heads.clear()
  const tail = await raw.write(
    STREAM,
    Array.from({ length: 5 }, () => draft(SECOND_VILLAGE)),
  )
  await deliver(raw, township, unsigned(tail, signature))
  connect(township, root)
  await gaveWay(township)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  const own = (await township.storage.load()).heads.filter(
    ({ key }) => key.startsWith(township.identity.node) && key.endsWith(STREAM),
  )
  expect(own.reduce((sum, { height }) => sum + height, 0)).toBe(5)
})

test('S104 a pack is parted at true signatures only: one with false ones inside is passed on whole', async () => {
  const { root, township, village, raw } = await cutOff()
  const count = 140
  const noise = (seed: number) =>
    Uint8Array.from({ length: 1_200 }, (_, at) => (seed * 7919 + at * at * 31 + ((at * seed) % 251)) & 0xff)
  const records = await raw.write(
    STREAM,
    Array.from({ length: count }, (_, seed) => draft(SECOND_VILLAGE, { payload: noise(seed) })),
    { sign: (seq) => seq === count },
  )
  await deliver(raw, township, unsigned(records, new Uint8Array(64).fill(7)))
  const again = connect(township, root)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  const log = logKey({ node: raw.node, incarnation: 1, stream: STREAM }) as LogKey
  expect((await root.storage.load()).heads.find(({ key }) => key === log)?.height).toBe(count)
  again.cut()
  expect((await again.ended).reason).not.toBe('bad-signature')
})
