/** Entries as long as a door lets them be: whoever must carry them on can, and nobody is caught in a loop (rules L13, L14). */
import { expect, test } from 'vitest'
import { logKey, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Draft, KIND, readRecord } from '#protocol/log/entry.ts'
import { fitsDoor } from '#protocol/log/entry-size.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { callUntil, publish, until, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { copyOf, cutAll, place, restart } from './restoring.ts'
import * as wide from './wide-county.ts'

const STREAM = streamOf(VILLAGE)

/** The longest draft of a kind that passes the door; what is in front of the payload's end is kept. */
async function longest(raw: RawNode, kind: number, payload = new Uint8Array()): Promise<Draft> {
  const scratch = new RawNode(VILLAGE)
  const withBytes = (bytes: number): Draft => {
    const longer = new Uint8Array(payload.length + bytes)
    longer.set(payload)
    return draft(raw.station, { kind, payload: longer })
  }
  let [fits, beyond] = [0, 140_000]
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2)
    const [packed] = await scratch.write(STREAM, [withBytes(middle)], { sign: () => true })
    const record = readRecord((packed as Packable).bytes)
    if (record && fitsDoor({ kind }, record)) fits = middle
    else beyond = middle
  }
  return withBytes(fits)
}

const KINDS = [KIND.fact, KIND.edit, KIND.carried, KIND.kept, 99]

test('L14 a village that signs two versions with the longest entries there are does not stop its township', async () => {
  const { root, township, diskOf, links } = await place()
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await until('registered', () => township.engine.office.directory.node(raw.node) !== undefined)
  const log = logKey({ node: raw.node, incarnation: 1, stream: STREAM })
  const heightAt = (node: typeof root) =>
    node.storage.load().then(({ heads }) => heads.find(({ key }) => key === log)?.height ?? 0)

  await raw.link(township)
  raw.send(frameOf(await raw.write(STREAM, [draft(VILLAGE)])))
  await raw.stored()
  await until('the beginning is at the county', async () => (await heightAt(root)) === 1)
  const shared = raw.heads.get(log)
  const image = copyOf(diskOf(township.station))
  raw.send(frameOf(await raw.write(STREAM, [draft(VILLAGE), draft(VILLAGE)])))
  await raw.stored(2)
  await until('the first version is at the county', async () => (await heightAt(root)) === 3)
  raw.cut()
  await cutAll(links)
  await township.engine.stop()

  const back = await restart(township, image, root, root, 2)
  raw.heads.set(log, shared as { seq: number; hash: Uint8Array })
  await raw.link(back)
  const second: Packable[] = []
  for (const kind of KINDS) {
    const written = await raw.write(STREAM, [await longest(raw, kind)])
    second.push(...written)
    raw.send(frameOf(written))
  }
  await raw.stored(KINDS.length)
  raw.cut()
  const carriedAt = async (node: typeof root) => {
    const { heads } = await node.storage.load()
    return heads.filter(({ key }) => key.startsWith(`${township.identity.node}/`) && key.endsWith(STREAM))
  }
  await callUntil(back, root, 'the township has carried the other version to the county', async () =>
    (await carriedAt(root)).some(({ height }) => height >= KINDS.length),
  )
  // So long a tail gives way in slices: the first of them are at the county before the last is cut (S133).
  await until('the first version stands', async () => (await heightAt(back)) === 3)
  expect((await back.engine.office.status()).findings.map(({ kind }) => kind)).not.toContain('bug')
})

test('L13 the county carries the longest entry of a case into another valley', async () => {
  const { root, township, village, east } = await wide.place()
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await wide.link([township, root], [village, township], [east, root])
  await until('registered', () => township.engine.office.directory.node(raw.node) !== undefined)
  const id = await wide.offeredEast(village)
  await wide.sees(east, id, ({ offer }) => offer !== null)
  const held = (await wide.entriesOf(east.storage, id)).length
  await raw.link(township)
  const entry = { ...(await longest(raw, KIND.fact)), document: id }
  raw.send(frameOf(await raw.write(STREAM, [entry])))
  await raw.stored()
  await until('carried', async () => (await wide.entriesOf(east.storage, id)).length === held + 1)
  const last = (await wide.entriesOf(east.storage, id)).at(-1)
  expect(last).toMatchObject({ node: root.identity.node, kind: KIND.carried })
  expect(last?.entry.payload.length).toBeGreaterThan(LIMITS.entryBytes)
  expect((await root.engine.office.status()).findings).toEqual([])
})
