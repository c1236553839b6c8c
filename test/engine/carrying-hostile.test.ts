/** Nobody but the county opens a stream to a case, and what rests on a cut-off edit is told. */
import { expect, test } from 'vitest'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { streamOf } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import { publish, receiptsAt, SECOND_VILLAGE, until, untilListed } from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

import { agent, EAST, EAST_VILLAGE, entriesOf, hall, link, place, sees, stateAt } from './wide-county.ts'

test('R47 whoever learns a case’s id can neither write about it from a stream of its own nor open that stream to it', async () => {
  const { root, township, village, east } = await place()
  const raw = new RawNode(EAST_VILLAGE)
  await publish(root, [raw.record(east.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the east knows it', () => east.engine.office.directory.node(raw.node) !== undefined)
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await stateAt(root, id)) !== undefined)
  await raw.link(east)
  const stream = streamOf(EAST_VILLAGE)
  const about = { document: id, payload: factPayload({ kind: 'noted', previous: null, fields: { text: '冒名' } }) }
  const [fact] = (await raw.write(stream, [draft(EAST_VILLAGE, about)])) as [Packable]
  const record = readRecord(fact.bytes) as EntryRecord
  const carrier = { kind: KIND.carried, document: id, payload: encodeCarried(fact.log, GENESIS, record) }
  const rest = await raw.write(stream, [draft(EAST_VILLAGE, carrier)])
  raw.send(frameOf([fact, ...rest]))
  await raw.stored()
  await until('at the county', async () => (await entriesOf(root.storage, id)).length === 3)
  for (const node of [root, east]) {
    await untilListed(node)
    const receipts = await receiptsAt(node, id)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['quarantined', 'quarantined'])
  }
  expect(await stateAt(east, id)).toBeUndefined()
  expect((await stateAt(root, id))?.story).toHaveLength(1)
  expect(await root.storage.localAll('carrying')).toEqual([])
  // Once the holder offers the case there, what lies there counts: the county has opened the stream itself.
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST_VILLAGE, materials: 1 }))
  await sees(east, id, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  await sees(village, id, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  expect(await stateAt(east, id)).toEqual(await stateAt(root, id))
  for (const node of [root, east]) expect(await receiptsAt(node, id)).toEqual([])
})

test('R49 a fact nobody but a relay of another stream vouches for opens nothing, whatever it carries', async () => {
  const { root, township, village, east } = await place()
  const raw = new RawNode(EAST_VILLAGE)
  await publish(root, [raw.record(east.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the east knows it', () => east.engine.office.directory.node(raw.node) !== undefined)
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await stateAt(root, id)) !== undefined)
  const [original] = await entriesOf(village.storage, id)
  const held = (await village.storage.recordsOf([id])).get(id)?.[0]
  const record = held && readRecord(held.bytes)
  if (!original || !held || !record) throw new Error('nothing held')
  await raw.link(east)
  const payload = encodeCarried(held.log, GENESIS, record)
  raw.send(
    frameOf(
      await raw.write(streamOf(EAST_VILLAGE), [draft(EAST_VILLAGE, { kind: KIND.carried, document: id, payload })]),
    ),
  )
  await raw.stored()
  expect(await stateAt(east, id)).toBeUndefined()
  await until('at the county', async () => (await entriesOf(root.storage, id)).length === 2)
  expect((await receiptsAt(root, id)).map(({ outcome }) => outcome)).toEqual(['quarantined'])
})

test('R62 an edit that stands on one a fork cut off does not wait for it: people are told, here and wherever the case is carried', async () => {
  const { root, township, village, east } = await place()
  const raw = new RawNode(SECOND_VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the township knows it', () => township.engine.office.directory.node(raw.node) !== undefined)
  await raw.link(township)
  const cutOff = new Author('application', clientIdOf(9, 2))
  const later = new Author('application', clientIdOf(9, 1))
  const lost = cutOff.change({ set: { applicant: '王芳' }, remove: [] })
  later.pull(cutOff)
  const onTop = later.change({ set: { applicant: '王小芳' }, remove: [] })
  if (!lost || !onTop) throw new Error('nothing written')
  const stream = streamOf(SECOND_VILLAGE)
  const opening = factPayload({
    kind: 'opened',
    previous: null,
    fields: { number: 'n', item: 'SL0001', itemVersion: 1 },
  })
  const opened = draft(SECOND_VILLAGE, { payload: opening })
  const { document } = opened
  const edit = (update: Uint8Array) =>
    draft(SECOND_VILLAGE, { kind: KIND.edit, document, payload: encodeEdit({ section: 'application', update }) })
  const [ended] = (await raw.write(stream, [edit(lost)], { incarnation: 2 })) as [Packable]
  const payload = encodeCarried(ended.log, GENESIS, readRecord(ended.bytes) as EntryRecord)
  const kept = draft(SECOND_VILLAGE, { kind: KIND.kept, document, payload })
  raw.send(frameOf(await raw.write(stream, [opened, edit(onTop)])))
  await raw.stored()
  await until('it waits', async () =>
    (await receiptsAt(root, document)).some(({ outcome }) => outcome === 'quarantined'),
  )
  raw.send(frameOf(await raw.write(stream, [kept])))
  await until('it is known to be cut off', async () => {
    const receipts = await receiptsAt(root, document)
    return receipts.length === 2 && receipts.every(({ outcome }) => outcome === 'forked')
  })
  expect((await receiptsAt(root, document)).map(({ reason }) => reason).join()).toContain('依据的编辑在分叉时被截下')
  value(await root.engine.office.act(hall, document, 'reassigned', { to: EAST, reason: '代办点停用' }))
  await sees(east, document, ({ holder }) => holder === EAST)
  await until('told in the east', async () => (await receiptsAt(east, document)).length === 2)
  expect((await receiptsAt(east, document)).every(({ outcome }) => outcome === 'forked')).toBe(true)
})
