/** A disk is put back to between two slices of a parting: it hears first what it had written again since. */
import { expect, test } from 'vitest'
import type { Host } from '#protocol/engine/ports/host.ts'
import { MAXIMUM_INCARNATION } from '#protocol/ids.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { callUntil, connect, type Node, person, TOWNSHIP, until } from './county.ts'
import { agent, copies, expectWhole, gatedHost, NOTES, notes, partings } from './long-tail.ts'
import { headOf } from './other-version.ts'
import { atCounty, copyOf, cutAll, place, restart, sections } from './restoring.ts'

/** Longer than all slices take together. */
const manySlices = () => new Promise<void>((resolve) => void testHost.after(500, resolve))

const clerk = person(TOWNSHIP, ['clerk'])

/** A copy of a township that has written office notes of a case in every part of a long tail; the county holds another version. */
async function townships(host: Host) {
  const { root, township, village, links, diskOf } = await place()
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  value(await township.engine.office.edit(clerk, id, 'office-note', { text: '先' }))
  await atCounty(village, id)
  await until('the note too', async () => (await sections(root, id))['office-note'] === '先')
  await cutAll(links)
  const twin = await restart(township, copyOf(diskOf(TOWNSHIP)), root, root, 2, host)
  value(await township.engine.office.act(clerk, id, 'noted', { text: '原机' }))
  for (const text of ['先电话', '先电话核实', '先电话核实无误']) {
    value(await twin.engine.office.edit(clerk, id, 'office-note', { text }))
    for (let count = 0; count < NOTES; count++)
      value(await twin.engine.office.act(clerk, id, 'noted', { text: '副本' }))
  }
  const first = connect(township, root)
  await until('the first version is at the county', async () => (await notes(root, id)) === 1)
  await cutAll([first])
  return { root, twin, id }
}

test('S133 a text that was written again before its disk was put back stands once', async () => {
  const gate = gatedHost()
  const { root, twin, id } = await townships(gate.host)
  connect(twin, root)
  await until('a slice is done', async () =>
    (await partings(twin)).some(({ value: noted }) => JSON.parse(noted).moved > 0),
  )
  const image = copyOf(twin.storage as MemoryStorage)
  gate.open()
  await until('all has given way', async () => (await partings(twin)).length === 0)
  const text = async (node: Node) => (await sections(node, id))['office-note']
  const isAll = async () => (await notes(root, id)) === 3 * NOTES + 1 && (await text(root)) === '先电话核实无误'
  await callUntil(twin, root, 'all is at the county', isAll)
  await twin.engine.stop()
  const again = await restart(twin, image, root, root, MAXIMUM_INCARNATION)
  await callUntil(again, root, 'all has given way again', async () => (await partings(again)).length === 0)
  const { hash } = value(await again.engine.office.act(clerk, id, 'noted', { text: '又一次' }))
  await callUntil(again, root, 'all of that is at the county', async () =>
    value(await root.engine.office.view(clerk, id)).state.story.some((line) => line.hash === hash),
  )
  for (const node of [again, root]) expect(await text(node)).toBe('先电话核实无误')
})

/** A village in the middle of giving way, with a copy of its disk. */
async function halfway() {
  const gate = gatedHost()
  const placed = await copies(gate.host)
  const { township, twin, log } = placed
  const before = (await headOf(twin, log))?.height as number
  const link = connect(twin, township)
  await until('the first slice is done', async () => ((await headOf(twin, log))?.height as number) < before)
  return { ...placed, link, gate, image: copyOf(twin.storage as MemoryStorage) }
}

test('S133 a disk put back between two slices brings nothing older over what people have corrected since', async () => {
  const { root, township, twin, id, gate, image } = await halfway()
  gate.open()
  await until('all has given way', async () => (await partings(twin)).length === 0)
  await callUntil(twin, township, 'all is at the county', async () => (await notes(root, id)) === 3 * NOTES + 1)
  const corrected = { applicant: '王晓芳', phone: '13911119999' }
  value(await twin.engine.office.edit(agent, id, 'application', { set: corrected }))
  const form = async () => (await sections(root, id)).application as typeof corrected
  await until('the correction too', async () => (await form()).phone === corrected.phone)
  await twin.engine.stop()
  // Of edits that know nothing of each other the one of the highest incarnation wins.
  const again = await restart(twin, image, township, root, MAXIMUM_INCARNATION)
  await manySlices()
  expect(await partings(again)).toHaveLength(1)
  await callUntil(again, township, 'all has given way again', async () => (await partings(again)).length === 0)
  const { id: later } = value(await again.engine.office.openCase(agent, 'SL0001'))
  const atRoot = async () => (await again.engine.office.safetyOf([later])).get(later) === 'root'
  await callUntil(again, township, 'all of that is at the county', atRoot)
  for (const node of [again, township, root]) {
    expect((await sections(node, id)).application).toEqual(corrected)
    expect(await notes(node, id)).toBe(3 * NOTES + 1)
  }
})

test('S133 where nothing was written since, it goes on as soon as its parent has said so', async () => {
  const { root, township, twin, id, log, link, image } = await halfway()
  link.cut()
  await twin.engine.stop()
  const again = await restart(twin, image, township, root, MAXIMUM_INCARNATION)
  const { id: between } = value(await again.engine.office.openCase(agent, 'SL0001'))
  await manySlices()
  expect((await again.engine.office.safetyOf([between])).get(between)).toBe('here')
  expect(await partings(again)).toHaveLength(1)
  await callUntil(again, township, 'all is at the county', async () => (await notes(root, id)) === 3 * NOTES + 1)
  const form = async () => (await sections(root, id)).application as Record<string, string>
  await until('the form too', async () => (await form()).phone === '13900003333')
  await expectWhole([again, township, root], id)
  expect((await headOf(again, log))?.hash).toEqual((await headOf(root, log))?.hash)
})
