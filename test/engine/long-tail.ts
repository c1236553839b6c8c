/** Two copies of a village, of which one has written a tail that gives way in slices. */
import { expect } from 'vitest'
import type { Host } from '#protocol/engine/ports/host.ts'
import { type DocumentId, type LogKey, logParts, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { connect, type Node, openCounty, person, publish, SECOND_VILLAGE, TOWNSHIP, until, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { copyOf, cutAll, place, restart, sections } from './restoring.ts'

export const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk'])
export const NOTES = LIMITS.carriedEntries + 20

/** A host whose pauses between two slices end when the test says so. */
export function gatedHost() {
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

export const partings = (node: Node) => node.storage.localAll('parting')
export const notes = async (node: Node, id: DocumentId) =>
  value(await node.engine.office.view(clerk, id)).state.story.filter(({ kind }) => kind === 'noted').length

/**
 * Two copies of a village; the second has written edits of one case in every part of a long tail.
 * @param others how much the first one has written
 */
export async function copies(host: Host, others = 1) {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳' } }))
  await until('all at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cutAll(links.slice(1))
  const twin = await restart(village, copyOf(diskOf(VILLAGE)), township, root, 3, host)
  for (let count = 0; count < others; count++) value(await office.act(agent, id, 'noted', { text: '原机' }))
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
export async function expectWhole(nodes: readonly Node[], id: DocumentId) {
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

/** A township that holds another, long version of a member's log than the county. */
export async function longVersion(host: Host) {
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
