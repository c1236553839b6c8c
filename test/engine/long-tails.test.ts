/** A long tail gives way in slices: everybody else has turns between them, and a stop between two loses nothing. */
import { expect, test } from 'vitest'
import type { Host } from '#protocol/engine/ports/host.ts'
import { type DocumentId, type LogKey, logParts, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import type { Frontier } from '#protocol/wire/messages.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  callUntil,
  connect,
  type Node,
  openCounty,
  person,
  publish,
  SECOND_VILLAGE,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { headOf } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { copyOf, cutAll, place, restart, sections } from './restoring.ts'

const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk'])
const NOTES = LIMITS.carriedEntries + 20

/** A host whose pauses between two slices end when the test says so. */
function gatedHost() {
  const waiting: (() => void)[] = []
  let isOpen = false
  const host: Host = {
    ...testHost,
    after: (milliseconds, callback) => {
      if (milliseconds !== LIMITS.slicePauseMilliseconds || isOpen) return testHost.after(milliseconds, callback)
      waiting.push(callback)
      return () => {}
    },
  }
  const open = () => {
    isOpen = true
    for (const go of waiting.splice(0)) go()
  }
  return { host, open }
}

const partings = (node: Node) => node.storage.localAll('parting')
const notes = async (node: Node, id: DocumentId) =>
  value(await node.engine.office.view(clerk, id)).state.story.filter(({ kind }) => kind === 'noted').length

/** Two copies of a village; the second has written edits of one case in every part of a long tail. */
async function copies(host: Host) {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳' } }))
  await until('all at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cutAll(links.slice(1))
  const twin = await restart(village, copyOf(diskOf(VILLAGE)), township, root, 3, host)
  value(await office.act(agent, id, 'noted', { text: '原机' }))
  const other = twin.engine.office
  for (const set of [{ applicant: '王小芳' }, { phone: '13900002222' }, { phone: '13900003333' }]) {
    value(await other.edit(agent, id, 'application', { set }))
    for (let count = 0; count < NOTES; count++) value(await other.act(agent, id, 'noted', { text: '副本' }))
  }
  const first = connect(village, township)
  await until('the first version is at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cutAll([first])
  const [log] = (await twin.storage.load()).heads.flatMap(({ key }) =>
    logParts(key).incarnation === 3 && logParts(key).stream === streamOf(VILLAGE) ? [key] : [],
  )
  return { root, township, twin, id, log: log as LogKey }
}

/** Everything of the tail is there once, and the form is as it was typed. */
async function expectWhole(nodes: readonly Node[], id: DocumentId) {
  for (const node of nodes) {
    expect(await notes(node, id)).toBe(3 * NOTES + 1)
    expect((await sections(node, id)).application).toEqual({ applicant: '王小芳', phone: '13900003333' })
    const held = (await node.storage.recordsOf([id])).get(id) ?? []
    const kinds = held.flatMap(({ log, hash, bytes }) => {
      const record = readRecord(bytes)
      return record ? [readEntry(log, record, hash)?.kind] : []
    })
    expect(kinds.filter((kind) => kind === KIND.carried)).toHaveLength(3 * NOTES)
    expect(kinds.filter((kind) => kind === KIND.kept)).toHaveLength(3)
  }
}

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

/** A township that holds another, long version of a member's log than the county. */
async function longVersion(host: Host) {
  const { root, township } = await openCounty(undefined, host)
  const raw = new RawNode(SECOND_VILLAGE)
  raw.versions = [1, 2]
  await publish(root, [raw.record(township.identity.node, 9)])
  const first = connect(township, root)
  await until('the member is known', () => township.engine.office.directory.node(raw.node) !== undefined)
  await cutAll([first])
  const stream = streamOf(SECOND_VILLAGE)
  await raw.link(root)
  raw.send(frameOf(await raw.write(stream, [draft(SECOND_VILLAGE)])))
  await raw.stored()
  raw.cut()
  raw.heads.clear()
  await raw.link(township)
  const write = async () =>
    frameOf(
      await raw.write(
        stream,
        Array.from({ length: 100 }, () => draft(SECOND_VILLAGE)),
      ),
    )
  for (let sent = 1; sent <= 5; sent++) {
    raw.send(await write())
    await raw.stored(sent)
  }
  raw.cut()
  return { root, township, raw, write, log: `${raw.node}/1/${stream}` as LogKey }
}

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
