/** A relay gives way in slices: what an author had taken back before stays so, wherever the edit and the withdrawal lie. */
import { expect, test } from 'vitest'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { type DocumentId, logKey, type PersonId, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type Draft, type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import { callUntil, type Node, person, publish, until, VILLAGE } from './county.ts'
import { headOf } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { atCounty, cutAll, place, sections } from './restoring.ts'

const STREAM = streamOf(VILLAGE)
const FRAME = 100
const LEASE = 9

/** A member of the village whose log the county holds in another version than the township; a case is open at both. */
async function member() {
  const { root, township, village, links } = await place()
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, LEASE)])
  await until('registered', () => township.engine.office.directory.node(raw.node) !== undefined)
  const { id } = value(await village.engine.office.openCase(person(VILLAGE, ['agent']), 'SL0001'))
  await atCounty(village, id)
  await cutAll(links)
  await raw.link(root)
  raw.send(frameOf(await raw.write(STREAM, [draft(VILLAGE)])))
  await raw.stored()
  raw.cut()
  raw.heads.clear()
  await raw.link(township)
  return { root, township, raw, id }
}

/** Sends entries to a node, one time after the other, and waits until it has them. */
function sender(raw: RawNode) {
  let sent = 0
  let time = draft(VILLAGE).time
  const deliver = async (written: Packable[]) => {
    raw.send(frameOf(written))
    sent += 1
    await raw.stored(sent)
  }
  const log = logKey({ node: raw.node, incarnation: 1, stream: STREAM })
  const send = async (given: Partial<Draft>) => {
    const before = raw.heads.get(log)?.hash ?? GENESIS
    time += 1_000
    const written = await raw.write(STREAM, [draft(VILLAGE, { time, ...given })])
    await deliver(written)
    return { before, packed: written[0] as Packable }
  }
  /** Facts of other cases, so that the next entry lies in another slice. */
  const fill = async (count: number) => {
    for (let left = count; left > 0; left -= FRAME) {
      const facts = Array.from({ length: Math.min(left, FRAME) }, () => draft(VILLAGE))
      await deliver(await raw.write(STREAM, facts))
    }
  }
  return { send, fill }
}

const form = async (node: Node, id: DocumentId) => (await sections(node, id)).application as Record<string, string>

const SLICE = LIMITS.carriedEntries + FRAME

test.each([
  { where: 'in one commit', lower: 0, upper: 0 },
  { where: 'both in earlier slices than the last', lower: SLICE, upper: 0 },
  { where: 'the withdrawal in an earlier slice than the edit', lower: 0, upper: SLICE },
])('S133 a relay does not write again what its author had taken back: $where', async ({ lower, upper }) => {
  const { root, township, raw, id } = await member()
  const { send, fill } = sender(raw)
  const author = new Author('application', clientIdOf(LEASE, 1))
  const edit = (set: Record<string, string>) => {
    const payload = encodeEdit({ section: 'application', update: author.change({ set, remove: [] }) as Uint8Array })
    return send({ kind: KIND.edit, document: id, person: 'raw' as PersonId, payload })
  }
  await edit({ applicant: '王芳' })
  await fill(lower)
  const { before, packed } = await edit({ phone: '13800001111' })
  await fill(upper)
  const payload = encodeCarried(packed.log, before, readRecord(packed.bytes) as EntryRecord)
  await send({ kind: KIND.withdrawn, document: id, person: '' as PersonId, payload })
  raw.cut()
  expect(await form(township, id)).toEqual({ applicant: '王芳' })
  await callUntil(township, root, 'the township has given way', async () => {
    const heads = await Promise.all([root, township].map((node) => headOf(node, packed.log)))
    return heads.every((head) => head?.height === 1) && (await form(root, id)).applicant !== undefined
  })
  for (const node of [township, root]) expect(await form(node, id)).toEqual({ applicant: '王芳' })
})
