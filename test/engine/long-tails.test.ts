/** A long tail gives way in slices: everybody else has turns between them, and a stop between two loses nothing. */
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import type { Frontier } from '#protocol/wire/messages.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { callUntil, connect, type Node, until } from './county.ts'
import { agent, copies, expectWhole, gatedHost, longVersion, NOTES, notes, partings } from './long-tail.ts'
import { headOf } from './other-version.ts'
import { copyOf, restart, sections } from './restoring.ts'

test('S133 a long tail gives way slice by slice, acts come between, and its text is written again whole', async () => {
  const gate = gatedHost()
  const { root, township, twin, id, log } = await copies(gate.host)
  const before = (await headOf(twin, log))?.height as number
  const link = connect(twin, township)
  await until('the first slice is done', async () => ((await headOf(twin, log))?.height as number) < before)
  const height = (await headOf(twin, log))?.height as number
  expect(before - height).toBeLessThanOrEqual(LIMITS.carriedEntries)
  expect(await partings(twin)).toHaveLength(1)
  const between = value(await twin.engine.office.openCase(agent, 'SL0001'))
  const atCounty = async () => (await twin.engine.office.safetyOf([between.id])).get(between.id) === 'root'
  await until('the link goes on meanwhile', atCounty)
  expect((await headOf(twin, log))?.height).toBe(height)
  gate.open()
  await until('all has given way', async () => (await partings(twin)).length === 0)
  await callUntil(twin, township, 'all is at the county', async () => (await notes(root, id)) === 3 * NOTES + 1)
  const form = async (node: Node) => JSON.stringify((await sections(node, id)).application)
  await until(
    'alike',
    async () => (await form(root)) === (await form(twin)) && (await notes(twin, id)) === 3 * NOTES + 1,
  )
  await expectWhole([root, township, twin], id)
  expect((await headOf(twin, log))?.hash).toEqual((await headOf(root, log))?.hash)
  link.cut()
})

test('S133 a stop between two slices loses nothing: the next start goes on without asking anybody', async () => {
  const gate = gatedHost()
  const { root, township, twin, id, log } = await copies(gate.host)
  const before = (await headOf(twin, log))?.height as number
  connect(twin, township)
  await until('the first slice is done', async () => ((await headOf(twin, log))?.height as number) < before)
  const left = copyOf(twin.storage as MemoryStorage)
  await twin.engine.stop()
  const again = await restart(twin, left, township, root, twin.engine.incarnation)
  await until('all has given way', async () => (await partings(again)).length === 0)
  expect(await left.localAll('parting-version')).toEqual([])
  expect((await headOf(again, log))?.hash).toEqual((await headOf(root, log))?.hash)
  await expectWhole([again], id)
  const told = (await again.engine.office.status()).findings.filter(({ kind }) => kind === 'fork')
  expect(told.map(({ message }) => message).join()).toContain(`本机的 ${3 * NOTES + 3} 条记录已完整转入本机的新日志`)
  await callUntil(again, township, 'all is at the county', async () => (await notes(root, id)) === 3 * NOTES + 1)
  await until('the form too', async () => {
    const { application } = await sections(root, id)
    return (application as Record<string, string>).phone === '13900003333'
  })
  await expectWhole([root, township, again], id)
})

test('S133 while a version gives way nothing more of it is taken, and peers are told all of it', async () => {
  const gate = gatedHost()
  const { root, township, raw, write, log } = await longVersion(gate.host)
  const link = connect(township, root)
  await until('the first slice is done', async () => ((await headOf(township, log))?.height as number) < 500)
  const height = (await headOf(township, log))?.height as number
  await raw.link(township)
  const told = raw.received.findLast((message): message is Frontier => message.type === 'frontier')
  expect(told?.logs.find((one) => one.log === log)?.height).toBe(500)
  raw.send(await write())
  await raw.stored()
  expect(raw.ended).toBe(false)
  expect((await headOf(township, log))?.height).toBe(height)
  gate.open()
  await until('one version is left', async () => (await headOf(township, log))?.height === 1)
  expect((await headOf(township, log))?.hash).toEqual((await headOf(root, log))?.hash)
  expect((await township.engine.office.status()).findings.map(({ kind }) => kind)).not.toContain('refused')
  link.cut()
})
