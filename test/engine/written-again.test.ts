/** What a cut takes out of sections is written again: by whom, what of it, and what people read where that cannot be. */
import { expect, test } from 'vitest'
import type { Actor } from '#protocol/engine/office.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { type DocumentId, type LogKey, logKey, logParts, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { KIND } from '#protocol/log/entry.ts'
import { packable } from '#protocol/log/pack.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Node,
  openNode,
  person,
  receiptsAt,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { FIRST } from './levels.ts'
import { heldVersion } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { atCounty, copyOf, cutAll, place, restart, sections } from './restoring.ts'

const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk'])
const handler = person(COUNTY, ['handler'])

type Fields = Readonly<Record<string, string>>

const set = async (node: Node, who: Actor, id: DocumentId, fields: Fields) =>
  value(await node.engine.office.edit(who, id, 'application', { set: fields }))
const note = async (node: Node, id: DocumentId, text: string) =>
  value(await node.engine.office.edit(handler, id, 'office-note', { text }))
const form = async (node: Node, id: DocumentId) => (await sections(node, id)).application as Fields
const shows = (node: Node, id: DocumentId, fields: Fields) =>
  until(`${node.station} shows ${JSON.stringify(fields)}`, async () => {
    const shown = await form(node, id)
    return JSON.stringify(Object.entries(shown).sort()) === JSON.stringify(Object.entries(fields).sort())
  })
const forksAt = async (node: Node) =>
  (await node.engine.office.status()).findings.filter(({ kind }) => kind === 'fork').map(({ message }) => message)

/** This machine, but the random numbers that are drawn as such are all the same: an incarnation low or high. */
const drawing = (number: number): Host => ({
  ...testHost,
  random: (count) => (count === 4 ? Uint8Array.of(0, 0, number >> 8, number & 255) : testHost.random(count)),
})

/** A county where a copy of the village has reached the county through the township, which is then put back to before. */
async function twoVersions(alter: (twin: Node, id: DocumentId) => Promise<unknown>) {
  const { root, township, village, links, diskOf } = await place(FIRST)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await set(village, agent, id, { applicant: '王' })
  await atCounty(village, id)
  await cutAll(links)
  const [image, copied] = [copyOf(diskOf(TOWNSHIP)), copyOf(diskOf(VILLAGE))]
  const twin = await restart(village, copied, township, root, 3)
  await alter(twin, id)
  const first = [connect(township, root), connect(twin, township)]
  await atCounty(twin, id)
  await cutAll(first)
  await Promise.all([township.engine.stop(), twin.engine.stop()])
  const back = (storage: typeof image, drawn: number) =>
    openNode({
      ...township.identity,
      station: TOWNSHIP,
      parent: root,
      root,
      storage,
      host: drawing(drawn),
      knowledge: FIRST,
      incarnation: 2,
    })
  return { root, village, id, image, back }
}

test('S73 of two copies of a relay that cut off the same edits the second writes only what the first has not', async () => {
  const noted = (twin: Node, id: DocumentId) => twin.engine.office.act(agent, id, 'noted', { text: '副本' }).then(value)
  const { root, village, id, image, back } = await twoVersions(noted)
  // The township, put back, writes on top of the village's own version; then there are two of it.
  const first = await back(image, 0)
  await set(village, agent, id, { applicant: '王小' })
  const lower = connect(village, first)
  await shows(first, id, { applicant: '王小' })
  await set(first, clerk, id, { applicant: '王小芳' })
  await cutAll([lower])
  // Of edits that know nothing of each other the one of the higher incarnation wins: the second copy's.
  const second = await back(copyOf(image), 13_000)
  await callUntil(first, root, 'the first copy has given way', async () => {
    return (await form(root, id)).applicant === '王小芳'
  })
  await set(village, agent, id, { phone: '13800001111' })
  const again = connect(village, second)
  await until('the phone is there', async () => (await form(second, id)).phone !== undefined)
  await cutAll([again])
  await callUntil(second, root, 'the second copy has given way', async () => {
    return (await form(root, id)).phone !== undefined
  })
  for (const node of [second, root]) await shows(node, id, { applicant: '王小芳', phone: '13800001111' })
})

test('S73 an edit that was made in sight of the version that stays is not read against the one that goes', async () => {
  // In the two versions different fields have the same numbers.
  const { root, village, id, image, back } = await twoVersions((twin, of) =>
    set(twin, agent, of, { phone: '13800001111' }),
  )
  await set(root, handler, id, { phone: '13900002222' })
  const township = await back(image, 0)
  await set(village, agent, id, { applicant: '王小' })
  const lower = connect(village, township)
  await shows(township, id, { applicant: '王小' })
  await cutAll([lower])
  await callUntil(township, root, 'the township has given way', async () => {
    return (await form(root, id)).applicant === '王小'
  })
  for (const node of [township, root]) await shows(node, id, { applicant: '王小', phone: '13900002222' })
})

test('S73 nor is one that a village made in sight of a copy of its township, and that comes back from above', async () => {
  const { root, township, village, links, diskOf } = await place(FIRST)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await set(village, agent, id, { applicant: '王' })
  await atCounty(village, id)
  await cutAll(links)
  const copy = await restart(township, copyOf(diskOf(TOWNSHIP)), root, root, 2)
  // In the two versions different fields have the same numbers.
  await set(township, clerk, id, { applicant: '王小' })
  await set(copy, clerk, id, { phone: '13800001111' })
  const elsewhere = [connect(copy, root), connect(village, copy)]
  await shows(village, id, { applicant: '王', phone: '13800001111' })
  await set(village, agent, id, { phone: '13900002222' })
  await shows(root, id, { applicant: '王', phone: '13900002222' })
  await cutAll(elsewhere)
  await copy.engine.stop()
  await callUntil(township, root, 'the township has given way', async () => (await form(root, id)).applicant !== '王')
  for (const node of [township, root]) await shows(node, id, { applicant: '王小', phone: '13900002222' })
})

/** County and township go back together to before a note of the county that the village alone still has, and go on. */
async function noteInTheVillage(before: string, written: readonly string[]) {
  const { root, township, village, links, diskOf } = await place(FIRST)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await atCounty(village, id)
  const isAt = (node: Node, text: string) =>
    until(`${node.station} has the note`, async () => (await sections(node, id))['office-note'] === text)
  if (before !== '') await note(root, id, before)
  for (const node of [township, village]) await isAt(node, before)
  await atCounty(village, id)
  const [above, between] = [copyOf(diskOf(COUNTY)), copyOf(diskOf(TOWNSHIP))]
  for (const text of written) await note(root, id, text)
  const entries = async (node: Node) => (await node.storage.recordsOf([id])).get(id)?.length
  const wanted = await entries(root)
  await until('the village has all of it', async () => (await entries(village)) === wanted)
  await cutAll(links)
  await Promise.all([root.engine.stop(), township.engine.stop()])
  const hall = await restart(root, above, undefined, undefined, 1)
  const town = await restart(township, between, hall, hall, 2)
  const { hash } = value(await hall.engine.office.act(handler, id, 'noted', { text: '另一份' }))
  connect(town, hall)
  await until('the township goes on with it', async () => {
    const viewed = await town.engine.office.view(clerk, id)
    return viewed.ok && viewed.value.state.story.some((line) => line.hash === hash)
  })
  await callUntil(village, town, 'the village has given way', async () => (await receiptsAt(hall, id)).length > 0)
  return { id, hall, town, village, number: value(await hall.engine.office.state(id)).number }
}

test('S73 what the own station may not write is not written again in vain: it is kept, and people read what is missing', async () => {
  const before = '旧'.repeat(210)
  const { id, hall, town, village, number } = await noteInTheVillage(before, [`${before}已电话核实`])
  expect((await forksAt(village)).join()).toContain(`补写:${number} 的“办理备注”,原文“已电话核实”。`)
  for (const node of [hall, town, village]) {
    expect((await sections(node, id))['office-note']).toBe(before)
    const receipts = await receiptsAt(node, id)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['forked'])
    expect(receipts[0]?.reason).toContain('请有权的站点核对后补写')
  }
})

test('S73 where nothing is missing after a cut nobody is told that something is', async () => {
  const { village } = await noteInTheVillage('', ['已电话核实', ''])
  expect((await forksAt(village)).join()).toContain('已完整转入')
  expect((await forksAt(village)).join()).not.toContain('没有能重新写入')
})

test('S73 what is kept while the writing again of it is lost is owed, and written by who gives way next', async () => {
  const { root, township, village, links, diskOf } = await place(FIRST)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await set(village, agent, id, { applicant: '王' })
  await atCounty(village, id)
  await cutAll(links)
  const copied = copyOf(diskOf(VILLAGE))
  // As many as one signature covers: they are kept in one run, and written again in the next.
  for (let count = 1; count <= LIMITS.runEntries; count++) await set(village, agent, id, { applicant: `王小${count}` })
  const image = copyOf(diskOf(VILLAGE))
  await village.engine.stop()
  const twin = await restart(village, copied, township, root, 3)
  value(await twin.engine.office.act(agent, id, 'noted', { text: '副本' }))
  const first = [connect(township, root), connect(twin, township)]
  await atCounty(twin, id)
  await cutAll(first)
  await twin.engine.stop()
  // It gives way to a copy of the township: what it then writes is what it would have sent.
  const elsewhere = await restart(township, copyOf(diskOf(TOWNSHIP)), root, root, 2)
  const giving = await restart(village, copyOf(image), elsewhere, root, 3)
  const newLog = async () =>
    (await giving.storage.load()).heads.find(
      ({ key, height }) => key.startsWith(giving.identity.node) && logParts(key).incarnation !== 3 && height > 0,
    )?.key
  await callUntil(giving, elsewhere, 'it has given way', async () => (await newLog()) !== undefined)
  const log = (await newLog()) as LogKey
  const { records } = await heldVersion(giving, log)
  expect(records).toHaveLength(LIMITS.runEntries + 1)
  await Promise.all([giving, elsewhere].map(({ engine }) => engine.stop()))
  // The line dies between the two runs, and the machine with it: it is put back to before.
  const raw = new RawNode(VILLAGE, village.identity.keys)
  await raw.link(township)
  raw.send(frameOf(records.slice(0, LIMITS.runEntries).map((record) => packable(log, record))))
  await raw.stored(1)
  raw.cut()
  connect(township, root)
  const back = await restart(village, copyOf(image), township, root, 3)
  await callUntil(back, township, 'it has given way again', async () => (await form(root, id)).applicant !== '王')
  for (const node of [back, township, root]) await shows(node, id, { applicant: `王小${LIMITS.runEntries}` })
})

test('S73 what this node itself wrote on top of the version that goes is read with it, though the parent holds it', async () => {
  const { root, township, village, links, diskOf } = await place(FIRST)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await atCounty(village, id)
  await cutAll(links)
  const image = copyOf(diskOf(TOWNSHIP))
  // A copy of the township reaches the county first, so that its version of the log stays.
  const twin = await restart(township, copyOf(image), root, root, 2)
  await set(twin, clerk, id, { phone: '13800001111' })
  await set(township, clerk, id, { applicant: '王' })
  const first = connect(twin, root)
  await shows(root, id, { phone: '13800001111' })
  await cutAll([first])
  await twin.engine.stop()
  // Started again it goes on in a new log, which comes to the county while the older one is being settled, and in a third.
  await township.engine.stop()
  const between = await restart(township, diskOf(TOWNSHIP), root, root, 9)
  await set(between, clerk, id, { applicant: '王小' })
  await between.engine.stop()
  const town = await restart(township, diskOf(TOWNSHIP), root, root, 12)
  const log = logKey({ node: town.identity.node, incarnation: 9, stream: streamOf(VILLAGE) })
  const sent = new RawNode(TOWNSHIP, town.identity.keys)
  await sent.link(root)
  const { records } = await heldVersion(town, log)
  sent.send(frameOf(records.map((record) => packable(log, record))))
  await sent.stored()
  sent.cut()
  await callUntil(town, root, 'the township has given way', async () => (await form(root, id)).applicant !== undefined)
  for (const node of [town, root]) await shows(node, id, { applicant: '王小', phone: '13800001111' })
})

test('S73 what only the version that stays says, and the county had carried here before, neither hides what goes nor goes with it', async () => {
  const { root, township, village, links, diskOf } = await place(FIRST)
  // Of two edits under one number the lower hash counts: of several cases some go this way and some that.
  const ids: DocumentId[] = []
  for (let count = 0; count < 4; count++) ids.push(value(await village.engine.office.openCase(agent, 'SL0001')).id)
  await atCounty(village, ids.at(-1) as DocumentId)
  await cutAll(links)
  const twin = await restart(township, copyOf(diskOf(TOWNSHIP)), root, root, 2)
  for (const id of ids) await set(twin, clerk, id, { phone: '13800001111' })
  for (const id of ids) await set(township, clerk, id, { applicant: '王' })
  const first = connect(twin, root)
  for (const id of ids) await shows(root, id, { phone: '13800001111' })
  await cutAll([first])
  await twin.engine.stop()
  // In the two versions different fields have the same numbers.
  const log = logKey({ node: township.identity.node, incarnation: 2, stream: streamOf(VILLAGE) })
  const { records, hashes } = await heldVersion(root, log)
  const edits = records.slice(-ids.length)
  const raw = new RawNode(COUNTY, root.identity.keys)
  await raw.link(township, 'up')
  const carriers = edits.map((edit, place) => {
    const payload = encodeCarried(log, hashes[edit.seq - 1] as Uint8Array, edit)
    return draft(COUNTY, { kind: KIND.carried, document: ids[place] as DocumentId, payload })
  })
  raw.send(frameOf(await raw.write(streamOf(VILLAGE), carriers, { incarnation: 99 })))
  await raw.stored()
  raw.cut()
  const [id] = ids as [DocumentId]
  await callUntil(township, root, 'it has given way', async () => (await form(root, id)).applicant !== undefined)
  for (const one of ids)
    for (const node of [township, root]) await shows(node, one, { applicant: '王', phone: '13800001111' })
})
