/** While a version gives way peers are told one thing of it, whatever they ask by; and what they tell is not taken for ours. */
import { expect, test } from 'vitest'
import { type LogKey, logParts } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { frontierDigest } from '#protocol/session/handshake.ts'
import type { View } from '#protocol/session/state.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import type { Frontier, LogPosition, Message } from '#protocol/wire/messages.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { connect, publish, until } from './county.ts'
import { agent, copies, gatedHost, longVersion, NOTES, partings } from './long-tail.ts'
import { headOf } from './other-version.ts'
import type { RawNode } from './raw-node.ts'
import { cutAll } from './restoring.ts'

const TOP = 500

/** A township in the middle of giving way: of 500 entries fewer are left. */
async function halfway() {
  const gate = gatedHost()
  const placed = await longVersion(gate.host)
  const { root, township, raw, log } = placed
  const hash = raw.heads.get(log)?.hash as Uint8Array
  const link = connect(township, root)
  await until('the first slice is done', async () => ((await headOf(township, log))?.height as number) < TOP)
  return { ...placed, gate, link, hash }
}

const first = <Type extends Message['type']>({ received }: RawNode, wanted: Type) =>
  received.find((one): one is Extract<Message, { type: Type }> => one.type === wanted)

test('S13 S133 the digest speaks of the version that gives way as the frontier does', async () => {
  const { township, raw, log, hash, link, gate } = await halfway()
  await cutAll([link]) // else what is kept arrives at the county between the two
  await raw.link(township)
  const { streams, logs } = first(raw, 'frontier') as Frontier
  const roots = new Map(logs.map((one) => [one.log, one.root]))
  const heads = new Map<LogKey, LogHead>()
  for (const head of (await township.storage.load()).heads)
    if (roots.has(head.key)) heads.set(head.key, { ...head, rootHeight: roots.get(head.key) as number })
  heads.set(log, { ...(heads.get(log) as LogHead), height: TOP, hash })
  const view = { heads, shared: () => streams } as unknown as View
  expect(first(raw, 'proof')?.digest).toEqual(frontierDigest(sha256, view, raw.node))
  raw.cut()
  gate.open()
})

test('S110 S133 whoever only delivers is told it whole as well, first where it knows less of its own', async () => {
  const { root, township, raw, log, hash, link, gate } = await halfway()
  await publish(root, [{ ...raw.record(township.identity.node, 9), revoked: { time: 1, reason: '被盗' } }])
  await until('revoked', () => Boolean(township.engine.office.directory.node(raw.node)?.revoked))
  const told = async (height: number): Promise<LogPosition | undefined> => {
    const live = raw.link(township)
    await until('proved', () => first(raw, 'proof') !== undefined)
    const position = { log, height, hash: hash.subarray(0, 8), root: 0 }
    raw.send({ type: 'frontier', streams: [logParts(log).stream], logs: [position] })
    await live
    raw.cut()
    return first(raw, 'frontier')?.logs.find((one) => one.log === log)
  }
  expect(await told(TOP)).toEqual({ log, height: TOP, hash: hash.slice(0, 8), root: expect.any(Number) })
  expect((await told(TOP - 50))?.height).toBe(TOP)
  expect(await partings(township)).toHaveLength(1)
  gate.open()
  link.cut()
})

test.each([
  ['shorter', 3 * NOTES - 50],
  ['longer', 3 * NOTES + 100],
])(
  'S73 S133 what a peer holds of another version, %s than ours was, is not taken for what gives way here',
  async (_, others) => {
    const gate = gatedHost()
    // It is longer than what is left of ours behind the first slice.
    const { township, twin, log } = await copies(gate.host, others)
    const before = (await headOf(twin, log))?.height as number
    const link = connect(twin, township)
    await until('the first slice is done', async () => ((await headOf(twin, log))?.height as number) < before)
    await cutAll([link])
    const next = connect(twin, township)
    const { id } = value(await twin.engine.office.openCase(agent, 'SL0001'))
    await until('the link goes on', async () => (await twin.engine.office.safetyOf([id])).get(id) === 'root')
    expect((await headOf(township, log))?.height).toBeGreaterThan((await headOf(twin, log))?.height as number)
    // Heights of safety are saved a while after they are heard.
    await new Promise<void>((resolve) => void testHost.after(1_500, resolve))
    expect((await headOf(twin, log))?.rootHeight).toBeLessThanOrEqual(2)
    gate.open()
    await until('all has given way', async () => (await partings(twin)).length === 0)
    next.cut()
  },
)
