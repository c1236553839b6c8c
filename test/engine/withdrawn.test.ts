/** Edits that built on what a fork cut off: withdrawn by their author and nobody else, with their text written again. */
import { expect, test } from 'vitest'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { type DocumentId, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import { callUntil, connect, type Node, person, publish, receiptsAt, TOWNSHIP, until, VILLAGE } from './county.ts'
import { FIRST } from './levels.ts'
import { heldVersion } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { atCounty, copyOf, cutAll, place, restart, sections } from './restoring.ts'

const clerk = person(TOWNSHIP, ['clerk'])
const villager = person(VILLAGE, ['agent'])

test('S73 what a relay wrote on top of an edit that it cuts off is not lost with it', async () => {
  const { root, township, village, links, diskOf } = await place(FIRST)
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

/** The township holds the village's own version and has written on top of it; the county holds another version. */
async function relayOnTop(more: (village: Node, id: DocumentId) => Promise<unknown> = async () => undefined) {
  const { root, township, village, links, diskOf } = await place(FIRST)
  const agent = person(VILLAGE, ['agent'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  const set = (node: Node, who: Actor, fields: Record<string, string>) =>
    node.engine.office.edit(who, id, 'application', { set: fields }).then(value)
  const applicant = async (node: Node) => ((await sections(node, id)).application as Record<string, string>).applicant
  const shows = (node: Node, name: string) =>
    until(`${node.station} shows ${name}`, async () => (await applicant(node)) === name)
  /** First the township gives way, then the village hears of it and gives way itself. */
  const giveWay = async () => {
    await callUntil(back, root, 'the township has given way', async () => (await applicant(root)) === '王小芳')
    await callUntil(village, back, 'the village has given way', async () => village.engine.incarnation !== 3)
  }
  await set(village, agent, { applicant: '王' })
  await atCounty(village, id)
  await cutAll(links)
  const [image, copied] = [copyOf(diskOf(TOWNSHIP)), copyOf(diskOf(VILLAGE))]
  const twin = await restart(village, copied, township, root, 3)
  value(await twin.engine.office.act(agent, id, 'noted', { text: '副本' }))
  const first = [connect(township, root), connect(twin, township)]
  await atCounty(twin, id)
  await cutAll(first)
  await Promise.all([township.engine.stop(), twin.engine.stop()])
  const back = await restart(township, image, root, root, 2)
  await more(village, id)
  await set(village, agent, { applicant: '王小' })
  const lower = connect(village, back)
  await shows(back, '王小')
  await set(back, clerk, { applicant: '王小芳' })
  await shows(village, '王小芳')
  await cutAll([lower])
  return { nodes: [root, back, village] as const, id, village, agent, shows, set, giveWay }
}

test('S73 what was written on top of an edit is not lost where its author takes that back before the cut comes', async () => {
  const { nodes, village, agent, shows, set, giveWay } = await relayOnTop()
  await set(village, agent, { applicant: '王小芳芳' })
  await giveWay()
  for (const node of nodes) await shows(node, '王小芳芳')
})

test('S73 at half of the logs that others take nothing is withdrawn any more: people read what is missing, and the rest is written again', async () => {
  const { nodes, id } = await relayOnTop((village, of) =>
    village.engine.office.edit(villager, of, 'materials', { set: { k1: { state: 'copy', copies: 2 } } }).then(value),
  )
  const [root, back] = nodes
  const { logsOfNode } = LIMITS
  Object.assign(LIMITS, { logsOfNode: 2 })
  try {
    const phone = async () => ((await sections(root, id)).materials as Record<string, unknown>).k1
    await callUntil(back, root, 'the township has given way', async () => (await phone()) !== undefined)
  } finally {
    Object.assign(LIMITS, { logsOfNode })
  }
  expect((await sections(root, id)).application).toEqual({ applicant: '王' })
  const { findings } = await back.engine.office.status()
  expect(findings.map(({ message }) => message).join()).toContain('的“申请表”')
})

test('S73 where the author of an edit has taken it back, what it stood on comes back over nothing that was written again', async () => {
  const { nodes, shows, giveWay } = await relayOnTop()
  await giveWay()
  for (const node of nodes) await shows(node, '王小芳')
})

test('S73 nobody withdraws an edit but its author, and it has no effect whichever of the two comes first', async () => {
  const { root, township, village } = await place(FIRST)
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
    const receipts = await receiptsAt(node, id)
    expect(receipts.map(({ log: at, outcome }) => [at, outcome])).toEqual([[`${raw.node}/2/${stream}`, 'forked']])
  }
})
