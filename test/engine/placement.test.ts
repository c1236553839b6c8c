/** Another parent: the record that names it proves itself, and what the former parent acknowledged does not count. */
import { expect, test } from 'vitest'
import { type Placement, readPlacement } from '#protocol/engine/directory/placement.ts'
import type { PinnedParent } from '#protocol/engine/ports/identity.ts'
import type { LogKey, NodeId, StationCode } from '#protocol/ids.ts'
import { encodeCarried, openCarried } from '#protocol/log/carried.ts'
import { encodeContent, KIND } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { generateKeys, nodeHost, sha256 } from '#protocol/transport/node-host.ts'
import { hostWith, MONDAY, morningOf } from '#test/clock/host.ts'
import {
  COUNTY,
  type County,
  callUntil,
  connect,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  person,
  publish,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { copyOf, cutAll, place, restart } from './restoring.ts'

const cryptography = nodeHost.cryptography
const [EAST, WEST] = ['510724200', '510724300'] as [StationCode, StationCode]

const asParent = ({ identity, station }: Node): PinnedParent => ({
  node: identity.node,
  publicKey: identity.keys.publicKey,
  name: station,
})

/** Writes at the root that the village belongs below another node; the addresses are those of that node. */
async function move({ root, village }: County, above: Node, addresses: readonly string[] = []): Promise<void> {
  const { directory } = root.engine.office
  const record = directory.node(village.identity.node) ?? nodeRecord(village, null)
  const parent = directory.node(above.identity.node) ?? nodeRecord(above, root.identity.node)
  await publish(root, [
    { ...record, parent: above.identity.node },
    { ...parent, addresses },
  ])
}

async function placementOf(root: Node, of: Node): Promise<Placement> {
  const placement = await root.engine.office.placementOf(of.identity.node)
  return placement ?? expect.fail('no placement')
}

const read = (village: Node, placement: Placement, known = 0) =>
  readPlacement(cryptography, village.identity, placement, (node) => (node === village.identity.node ? known : 0))

const codeOf = (result: Awaited<ReturnType<typeof read>>) => (result.ok ? 'ok' : result.problem.code)

/** The carried entry again, with its content changed and signed by somebody. */
async function rewritten(carried: Uint8Array, change: (json: string) => string, privateKey: unknown, log?: LogKey) {
  const { entry, before } = openCarried(sha256, carried) ?? expect.fail('no entry')
  const payload = new TextEncoder().encode(change(new TextDecoder().decode(entry.payload)))
  const content = encodeContent({ ...entry, payload })
  const named = log ?? entry.log
  const unsigned = { seq: entry.seq, signature: null, content }
  const hash = openCarried(sha256, encodeCarried(named, before, unsigned))?.entry.hash ?? expect.fail('no entry')
  const signature = await cryptography.sign(privateKey, hash)
  return encodeCarried(named, before, { ...unsigned, signature })
}

test('E30 the record of a node names its parent with key and addresses, whoever hands it over', async () => {
  const county = await openCounty()
  const { root, village, township } = county
  await callUntil(township, root, 'the township has the county stream', async () =>
    Boolean(await township.engine.office.placementOf(village.identity.node)),
  )
  await move(county, root, ['https://10.0.0.1:8443'])
  const placed = await read(village, await placementOf(root, village))
  expect(placed).toMatchObject({
    ok: true,
    value: { parent: { node: root.identity.node }, addresses: ['https://10.0.0.1:8443'] },
  })
  if (placed.ok) expect(placed.value.parent.publicKey).toEqual(root.identity.keys.publicKey)
  // The same bytes from a township: it passes on what it holds.
  await until('the township heard of it', async () => {
    const { node } = (await township.engine.office.placementOf(village.identity.node)) ?? {}
    return node !== undefined && codeOf(await read(village, await placementOf(township, village))) === 'ok'
  })
})

test('E31 every record of a node is signed by itself, in whatever company it was written', async () => {
  const { root, township, village } = await openCounty()
  for (const node of [township, village]) {
    const placement = await placementOf(root, node)
    expect(openCarried(sha256, placement.node)?.entry.signature).toHaveLength(64)
    expect(codeOf(await read(node, placement))).toBe('ok')
  }
  expect(await root.engine.office.placementOf(root.identity.node)).toBeUndefined()
})

test('E31 what the root did not sign is refused, by whomever it is signed', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  const { node, parent } = await placementOf(root, village)
  const stranger = generateKeys().privateKey
  const asIs = (json: string) => json
  const forged = [
    { node: await rewritten(node, asIs, stranger), parent },
    { node: await rewritten(node, asIs, township.identity.keys.privateKey), parent },
    { node, parent: await rewritten(parent, asIs, stranger) },
    { node: node.with(node.length - 3, 0x20), parent },
    { node: node.subarray(0, 40), parent },
    { node, parent: new Uint8Array() },
    // A record about the right node that names another parent than the one it comes with.
    { node, parent: (await placementOf(root, township)).parent },
  ]
  for (const placement of forged) expect(codeOf(await read(village, placement))).toBe('placement-not-genuine')
})

test('E31 the signature of the root over something else is no placement', async () => {
  const { root, township, village } = await openCounty()
  const { node, parent } = await placementOf(root, village)
  const { privateKey } = root.identity.keys
  const stream = `${root.identity.node}/1/${TOWNSHIP}` as LogKey
  const elsewhere = `${township.identity.node}/1/county` as LogKey
  const wrongKey = (json: string) => json.replace(/"publicKey":"[0-9a-f]{64}"/, `"publicKey":"${'ab'.repeat(32)}"`)
  const genuine = await rewritten(node, (json) => json, privateKey)
  expect(codeOf(await read(village, { node: genuine, parent }))).toBe('ok')
  const refused = [
    { node: await rewritten(node, (json) => json, privateKey, stream), parent },
    { node: await rewritten(node, (json) => json, privateKey, elsewhere), parent },
    { node, parent: await rewritten(parent, wrongKey, privateKey) },
    { node: await rewritten(node, () => '{"type":"node"}', privateKey), parent },
  ]
  for (const placement of refused) expect(codeOf(await read(village, placement))).toBe('placement-not-genuine')
  const { entry } = openCarried(sha256, node) ?? expect.fail('no entry')
  expect(entry.kind).toBe(KIND.directory)
})

test('E31 a placement of another node, an older one and one below a revoked node are refused each in its own words', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  const before = await placementOf(root, village)
  await move(county, root)
  const version = root.engine.office.directory.node(village.identity.node)?.version ?? 0
  const after = await placementOf(root, village)
  expect(codeOf(await read(village, before, version))).toBe('placement-older')
  expect(codeOf(await read(village, after, version))).toBe('ok')
  expect(codeOf(await read(township, after))).toBe('placement-of-another')
  const { directory } = root.engine.office
  const revoked = { time: 1, reason: '电脑损坏' }
  await move(county, township)
  await publish(root, [
    { ...(directory.node(township.identity.node) ?? nodeRecord(township, root.identity.node)), revoked },
  ])
  const stranded = await read(village, await placementOf(root, village))
  expect(stranded).toMatchObject({ ok: false, problem: { code: 'parent-revoked' } })
  if (!stranded.ok) expect(stranded.problem.message).toContain('还没有指定新的上级')
})

test('E31 a parent that was revoked does not come back with an older record of it', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  await move(county, township)
  const before = await placementOf(root, village)
  const { directory } = root.engine.office
  const record = directory.node(township.identity.node) ?? expect.fail('no record')
  await publish(root, [{ ...record, revoked: { time: 1, reason: '被盗' } }])
  await publish(root, [{ ...(directory.node(village.identity.node) ?? expect.fail('no record')), name: '新名' }])
  const { node } = await placementOf(root, village)
  const known = (one: NodeId) => directory.node(one)?.version ?? 0
  const replayed = await readPlacement(cryptography, village.identity, { node, parent: before.parent }, known)
  expect(codeOf(replayed)).toBe('placement-older')
})

test('E31 where a fork of the county’s log has cut off the entry by which a place is known, the other version’s proves it', async () => {
  const county = await place()
  const { root, township, village, links, diskOf } = county
  await cutAll(links)
  const sameTime = hostWith(() => morningOf(MONDAY))
  const pairs = [EAST, WEST].map(async (id) => {
    const hall = await restart(root, copyOf(diskOf(COUNTY)), undefined, undefined, 1, sameTime)
    return { id, hall, town: await restart(township, copyOf(diskOf(TOWNSHIP)), hall, hall, 2) }
  })
  const counting = async ({ storage }: Node) =>
    (await storage.load()).directory.find((one) => one.document === `node/${village.identity.node}`)?.hash ?? ''
  // Two copies of the county write the same of the village, each behind another record, and their townships hear it.
  const versions = pairs.map(async (pair) => {
    const { id, hall, town } = await pair
    await publish(hall, [stationRecord(id, id, 'township', COUNTY)])
    await move({ ...county, root: hall }, township, ['https://10.0.0.1:8443'])
    const hash = await counting(hall)
    await callUntil(town, hall, 'the township has it', async () => (await counting(town)) === hash)
    return { town, id, hash }
  })
  // The greater hash counts (D14): that version the village hears first, and cuts it off.
  const [stays, goes] = (await Promise.all(versions)).sort((one, other) => (one.hash < other.hash ? -1 : 1))
  if (!stays || !goes) throw new Error('there are two')
  const first = connect(village, goes.town)
  await until('the village has it', async () => (await counting(village)) === goes.hash)
  await cutAll([first])
  const { office } = village.engine
  await callUntil(village, stays.town, 'the other version is here, and the place proved', async () => {
    const isHere = office.directory.station(stays.id) !== undefined
    return isHere && (await office.placementOf(village.identity.node)) !== undefined
  })
  expect(await counting(village)).toBe(goes.hash)
  const placed = await read(village, await placementOf(village, village))
  expect(placed).toMatchObject({ ok: true, value: { addresses: ['https://10.0.0.1:8443'] } })
})

const clerk = person(VILLAGE, ['agent'])

/** The village with a case that the township has and the county has not. */
async function countyWithCase(storage = new MemoryStorage()) {
  const county = await openCounty((station) => (station === VILLAGE ? storage : new MemoryStorage()))
  const { root, township, village } = county
  const down = await callUntil(township, root, 'the township knows the county', () =>
    Boolean(township.engine.office.directory.node(village.identity.node)),
  )
  down.cut()
  await down.ended
  const link = await callUntil(village, township, 'the village knows the county', () =>
    Boolean(village.engine.office.directory.station(VILLAGE)),
  )
  const [item] = village.engine.office.directory.items()
  const opened = await village.engine.office.openCase(clerk, item?.id ?? '')
  if (!opened.ok) throw new Error(opened.problem.message)
  await until('the township has it', async () => (await village.engine.office.status()).entriesOnlyHere === 0)
  return { county, link, id: opened.value.id, storage }
}

const safetyOf = async (node: Node, id: Parameters<Node['engine']['office']['state']>[0]) =>
  (await node.engine.office.safetyOf([id])).get(id)

test('E33 below another parent nothing counts as being there until that one has said so', async () => {
  const { county, link, id } = await countyWithCase()
  const { root, village, township } = county
  expect(await safetyOf(village, id)).toBe('parent')
  village.engine.changeParent(asParent(root))
  expect(await link.ended).toMatchObject({ reason: 'stopping' })
  expect(await safetyOf(village, id)).toBe('here')
  // The former parent is nobody any more.
  expect(await connect(village, township).ended).toMatchObject({ reason: 'wrong-key' })
  await callUntil(village, root, 'the county has it', async () => (await safetyOf(village, id)) === 'root')
  const { findings, parent } = await village.engine.office.status()
  expect(findings.map(({ kind }) => kind)).toEqual(['parent-changed'])
  expect(parent).toMatchObject({ connected: true })
  expect((await root.engine.office.state(id)).ok).toBe(true)
})

test('E33 a start below another parent than the one that acknowledged knows that, and a start below the same does not forget', async () => {
  const { county, link, id, storage } = await countyWithCase()
  const { root, village, township } = county
  await until('the disk has it', async () =>
    (await storage.load()).heads.every(({ height, parentHeight }) => height === parentHeight),
  )
  link.cut()
  await link.ended
  await village.engine.stop()
  const { keys } = village.identity
  const again = { station: VILLAGE, lease: 3, keys, storage, root }
  expect(await safetyOf(await openNode({ ...again, parent: township }), id)).toBe('parent')
  const moved = await openNode({ ...again, parent: root })
  expect(await safetyOf(moved, id)).toBe('here')
  const linked = await callUntil(moved, root, 'the county has it', async () => (await safetyOf(moved, id)) === 'root')
  expect((await moved.engine.office.status()).findings).toEqual([])
  linked.cut()
  await linked.ended
  await moved.engine.stop()
  // Whose acknowledgements these are lies on the disk together with them.
  await until('the disk follows', async () => {
    const reopened = await openNode({ ...again, parent: root })
    return (await safetyOf(reopened, id)) === 'root'
  })
})

test('E33 whose acknowledgements the disk holds is one commit with their heights: a stop right behind it shows nothing too high', async () => {
  const { county, link, id, storage } = await countyWithCase()
  const { root, village } = county
  await until('the disk has it', async () =>
    (await storage.load()).heads.every(({ height, parentHeight }) => height === parentHeight),
  )
  const marked: MemoryStorage[] = []
  const commit = storage.commit.bind(storage)
  storage.commit = async (change) => {
    await commit(change)
    if (!change.local.some(({ key }) => key === 'acknowledging')) return
    const copy = new MemoryStorage()
    copy.restore(storage.snapshot())
    marked.push(copy)
  }
  village.engine.changeParent(asParent(root))
  await link.ended
  await callUntil(village, root, 'the county has it', async () => (await safetyOf(village, id)) === 'root')
  const [copy] = marked
  const { keys } = village.identity
  const stopped = await openNode({ station: VILLAGE, lease: 3, keys, storage: copy, root, parent: root })
  expect(await safetyOf(stopped, id)).toBe('here')
})
