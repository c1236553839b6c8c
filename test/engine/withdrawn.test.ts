/** Edits that built on what a fork cut off: withdrawn by their author and nobody else, with their text written again. */
import { expect, test } from 'vitest'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { streamOf } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { testHost } from '#test/clock/host.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, callUntil, connect, type Node, openNode, person, publish, TOWNSHIP, until, VILLAGE } from './county.ts'
import { heldVersion } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { atCounty, copyOf, cutAll, place, restart, sections } from './restoring.ts'

const clerk = person(TOWNSHIP, ['clerk'])

test('S73 what a relay wrote on top of an edit that it cuts off is not lost with it', async () => {
  const { root, township, village, links, diskOf } = await place()
  const agent = person(VILLAGE, ['agent'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  const set = (node: Node, who: Actor, fields: Record<string, string>) =>
    node.engine.office.edit(who, id, 'application', { set: fields }).then(value)
  await set(village, agent, { applicant: '王' })
  await atCounty(village, id)
  await cutAll(links)
  const [image, copied] = [copyOf(diskOf(TOWNSHIP)), copyOf(diskOf(VILLAGE))]
  // The village's copy reaches the county with another version of its log.
  const twin = await restart(village, copied, township, root, 3)
  await set(twin, agent, { phone: '13800001111' })
  const first = [connect(township, root), connect(twin, township)]
  await until('the copy is at the county', async () => (await sections(root, id)).application !== undefined)
  await until('with its edit', async () => {
    const { application } = await sections(root, id)
    return (application as Record<string, string>).phone === '13800001111'
  })
  await cutAll(first)
  await Promise.all([township.engine.stop(), twin.engine.stop()])
  // The township is put back, takes the village's own version, and writes on top of it.
  const back = await restart(township, image, root, root, 2)
  await set(village, agent, { applicant: '王小' })
  const lower = connect(village, back)
  await until('at the township', async () => {
    const { application } = await sections(back, id)
    return (application as Record<string, string>).applicant === '王小'
  })
  await set(back, clerk, { applicant: '王小芳' })
  await cutAll([lower])
  await callUntil(back, root, 'the township has given way', async () => {
    const { application } = await sections(root, id)
    return (application as Record<string, string>).applicant === '王小芳'
  })
  expect((await sections(root, id)).application).toEqual({ applicant: '王小芳', phone: '13800001111' })
  await until('alike', async () => {
    const [above, below] = await Promise.all([sections(root, id), sections(back, id)])
    return JSON.stringify(above) === JSON.stringify(below)
  })
})

/** This machine, but the random numbers that are drawn as such are all the same: an incarnation low or high. */
const drawing = (number: number): Host => ({
  ...testHost,
  random: (count) => (count === 4 ? Uint8Array.of(0, 0, number >> 8, number & 255) : testHost.random(count)),
})

test('S73 of two copies of a relay that cut off the same edit the second takes back nothing of what the first wrote again', async () => {
  const { root, township, village, links, diskOf } = await place()
  const agent = person(VILLAGE, ['agent'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  const set = (node: Node, who: Actor, applicant: string) =>
    node.engine.office.edit(who, id, 'application', { set: { applicant } }).then(value)
  const shows = (node: Node, applicant: string) =>
    until(
      applicant,
      async () => JSON.stringify((await sections(node, id)).application) === JSON.stringify({ applicant }),
    )
  await set(village, agent, '王')
  await atCounty(village, id)
  await cutAll(links)
  const [image, copied] = [copyOf(diskOf(TOWNSHIP)), copyOf(diskOf(VILLAGE))]
  // The village's copy reaches the county with another version of its log.
  const twin = await restart(village, copied, township, root, 3)
  value(await twin.engine.office.act(agent, id, 'noted', { text: '副本' }))
  const first = [connect(township, root), connect(twin, township)]
  await atCounty(twin, id)
  await cutAll(first)
  await Promise.all([township.engine.stop(), twin.engine.stop()])
  // The township, put back, writes on top of the village's own version; then there are two of it.
  const relay = (storage: typeof image, drawn: number) =>
    openNode({
      ...township.identity,
      station: TOWNSHIP,
      parent: root,
      root,
      storage,
      host: drawing(drawn),
      incarnation: 2,
    })
  const back = await relay(image, 0)
  await set(village, agent, '王小')
  const lower = connect(village, back)
  await shows(back, '王小')
  await set(back, clerk, '王小芳')
  await cutAll([lower])
  // Of edits that know nothing of each other the one of the higher incarnation wins: the second copy's.
  const second = await relay(copyOf(image), 13_000)
  await callUntil(back, root, 'the first copy has given way', async () => {
    const { application } = await sections(root, id)
    return JSON.stringify(application) === JSON.stringify({ applicant: '王小芳' })
  })
  await callUntil(second, root, 'the second copy has given way', async () => {
    return second.engine.incarnation !== 2 && (await second.engine.office.safetyOf([id])).get(id) === 'root'
  })
  for (const node of [second, root]) await shows(node, '王小芳')
})

test('S73 what the own station may not write is not written again in vain: it is kept, and people read what it was', async () => {
  const { root, township, village, links, diskOf } = await place()
  const agent = person(VILLAGE, ['agent'])
  const handler = person(COUNTY, ['handler'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await atCounty(village, id)
  const [above, between] = [copyOf(diskOf(COUNTY)), copyOf(diskOf(TOWNSHIP))]
  value(await root.engine.office.edit(handler, id, 'office-note', { text: '已电话核实' }))
  await until('in the village', async () => (await sections(village, id))['office-note'] === '已电话核实')
  await cutAll(links)
  await Promise.all([root.engine.stop(), township.engine.stop()])
  // County and township go back together, with everything that could tell them so, and go on.
  const hall = await restart(root, above, undefined, undefined, 1)
  const town = await restart(township, between, hall, hall, 2)
  value(await hall.engine.office.act(handler, id, 'noted', { text: '另一份' }))
  const link = connect(town, hall)
  await until('the township goes on with it', async () => (await town.storage.recordsOf([id])).get(id)?.length === 2)
  await callUntil(village, town, 'the village has given way', async () => {
    return (await hall.storage.receiptsOf(id)).length > 0
  })
  const { number } = value(await hall.engine.office.state(id))
  const told = (await village.engine.office.status()).findings.filter(({ kind }) => kind === 'fork')
  expect(told.map(({ message }) => message).join()).toContain(`补写:${number} 的“办理备注”,原文“已电话核实”`)
  for (const node of [hall, town, village]) {
    expect((await sections(node, id))['office-note']).toBe('')
    const receipts = await node.storage.receiptsOf(id)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['forked'])
    expect(receipts[0]?.reason).toContain('请有权的站点核对后补写')
  }
  link.cut()
})

test('S73 nobody withdraws an edit but its author, and it has no effect whichever of the two comes first', async () => {
  const { root, township, village } = await place()
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await until('registered', () => township.engine.office.directory.node(raw.node) !== undefined)
  const agent = person(VILLAGE, ['agent'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  value(await village.engine.office.edit(agent, id, 'application', { set: { applicant: '王芳' } }))
  await atCounty(village, id)
  await raw.link(township)
  const stream = streamOf(VILLAGE)
  const withdrawing = (packed: Packable, before: Uint8Array) =>
    draft(VILLAGE, {
      kind: KIND.withdrawn,
      document: id,
      payload: encodeCarried(packed.log, before, readRecord(packed.bytes) as EntryRecord),
    })
  // The village's edit, taken back by somebody else of its station.
  const held = (await township.storage.recordsOf([id])).get(id)?.at(-1)
  if (!held) throw new Error('nothing held')
  const { log, seq, bytes } = held
  const village2 = (await heldVersion(township, log)).hashes[seq - 1] as Uint8Array
  raw.send(frameOf(await raw.write(stream, [withdrawing({ log, bytes }, village2)])))
  // Its own edit, taken back before it comes.
  const author = new Author('application', clientIdOf(9, 2))
  const update = author.change({ set: { phone: '13800001111' }, remove: [] }) as Uint8Array
  const payload = encodeEdit({ section: 'application', update })
  const [edit] = await raw.write(stream, [draft(VILLAGE, { kind: KIND.edit, document: id, payload })], {
    incarnation: 2,
  })
  raw.send(frameOf(await raw.write(stream, [withdrawing(edit as Packable, GENESIS)])))
  raw.send(frameOf([edit as Packable]))
  await raw.stored(3)
  for (const node of [township, root]) {
    await until('there', async () => (await node.storage.recordsOf([id])).get(id)?.length === 5)
    expect((await sections(node, id)).application).toEqual({ applicant: '王芳' })
    const receipts = await node.storage.receiptsOf(id)
    expect(receipts.map(({ log: at, outcome }) => [at, outcome])).toEqual([[`${raw.node}/2/${stream}`, 'forked']])
  }
})
