/** Following the parent while the program runs: the county stream, another program's change, and asking around. */
import { expect, onTestFinished, test } from 'vitest'
import { createLog } from '#edge-node/log.ts'
import { createParent } from '#edge-node/parent.ts'
import { followParent } from '#edge-node/parent-following.ts'
import { moveTo } from '#edge-node/parent-move.ts'
import { startUplink } from '#edge-node/uplink.ts'
import type { PinnedParent } from '#protocol/engine/ports/identity.ts'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type County, nodeRecord, openCounty, openNode, publish, TOWNSHIP, until } from '#test/engine/county.ts'

import { below, cryptography, name, openDoor } from './parent-doors.ts'

/** The village's program around its engine, with a clock that the test moves. */
function follow(county: County, place: ReturnType<typeof below>) {
  let elapsed = 0
  const changes: PinnedParent[] = []
  const waiting: { readonly milliseconds: number; callback(): void }[] = []
  const { office } = county.village.engine
  const following = followParent({
    engine: { office, changeParent: (parent) => changes.push(parent) },
    node: county.village.identity.node,
    parent: place.parent,
    cryptography,
    log: createLog('error'),
    elapsed: () => elapsed,
    after(milliseconds, callback) {
      waiting.push({ milliseconds, callback })
      return () => {}
    },
    failed: (error) => expect.fail(String(error)),
  })
  onTestFinished(() => following.stop())
  const wait = (milliseconds: number) => {
    elapsed += milliseconds
  }
  return { following, changes, wait, waiting }
}

test('E39 a node that finds another key at the address of its parent asks it at once', async () => {
  const county = await openCounty()
  const { root } = county
  const door = await openDoor(root)
  const place = below(county, county.township, { address: door.address })
  const { following, changes } = follow(county, place)
  await place.parent.at(door.address)
  await following.unreached()
  expect([changes, door.asked]).toEqual([[], ['/join/hello', '/join/hello', '/join/placement']])
  await name(county, root, [door.address])
  await following.unreached()
  expect(changes).toMatchObject([{ node: root.identity.node }])
  expect(place.kept()).toMatchObject({ node: root.identity.node, address: door.address })
})

test('E39 a node that cannot reach its parent for long asks the nodes above, and no sooner', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  const door = await openDoor(root)
  // The village knows of the county what a sync left it; its own engine stands in for that here.
  const known = await openNode({ station: TOWNSHIP, lease: 8 })
  await publish(known, [
    { ...nodeRecord(root, null), addresses: [door.address] },
    nodeRecord(township, root.identity.node),
    { ...nodeRecord(village, township.identity.node), version: 0 },
  ])
  const place = below(county, township, {})
  const { following, changes, wait } = follow({ ...county, village: { ...village, engine: known.engine } }, place)
  await name(county, root, [door.address])
  wait(LIMITS.parentSearchMilliseconds - 1)
  await following.unreached()
  expect(door.asked).toEqual([])
  following.reached()
  wait(LIMITS.parentSearchMilliseconds - 1)
  await following.unreached()
  expect(door.asked).toEqual([])
  wait(1)
  await following.unreached()
  expect(door.asked).toEqual(['/join/placement'])
  expect(changes).toMatchObject([{ node: root.identity.node }])
})

test('E39 a parent that answers although the county has replaced it is found out by asking above now and then', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  const door = await openDoor(root)
  const known = await openNode({ station: TOWNSHIP, lease: 8 })
  await publish(known, [
    { ...nodeRecord(root, null), addresses: [door.address] },
    nodeRecord(township, root.identity.node),
    nodeRecord(village, township.identity.node),
  ])
  const place = below(county, township, {})
  const { changes, waiting } = follow({ ...county, village: { ...village, engine: known.engine } }, place)
  await name(county, root, [door.address])
  const questions = () => waiting.filter(({ milliseconds }) => milliseconds === LIMITS.parentQuestionMilliseconds)
  expect(questions()).toHaveLength(1)
  questions()[0]?.callback()
  await until('it has asked and will ask again', () => questions().length === 2)
  expect(changes).toMatchObject([{ node: root.identity.node }])
})

test('E30 a parent that the county names in the stream is taken at once, and one without an address is said in words', async () => {
  const county = await openCounty()
  const { root, township, village } = county
  const place = below(county, township, {})
  // The root's own office holds the county stream as the village would.
  const { following, changes } = follow({ ...county, village: { ...village, engine: root.engine } }, place)
  await name(county, root, [])
  await until('it is said', () => following.notTaken()?.code === 'parent-without-address')
  expect([changes, place.parent.current().node]).toEqual([[], township.identity.node])
  await name(county, root, ['https://10.0.0.1:8443'])
  await until('it is taken', () => changes.length > 0)
  expect(changes).toMatchObject([{ node: root.identity.node }])
  expect(place.kept()).toMatchObject({ node: root.identity.node, address: 'https://10.0.0.1:8443/', certificate: null })
  await until('nothing is open', () => following.notTaken() === undefined)
})

test('E30 a parent whose record the disk does not give is looked for again in a while, without any news', async () => {
  const county = await openCounty()
  const { root, township } = county
  const { storage } = root
  const place = below(county, township, {})
  await name(county, root, ['https://10.0.0.1:8443'])
  let refused = 0
  const recordsOf = storage.recordsOf.bind(storage)
  storage.recordsOf = async () => {
    refused += 1
    throw new StorageFailure('other', '读不出来')
  }
  // The root's own office holds the county stream as the village would.
  const { changes, waiting } = follow({ ...county, village: { ...county.village, engine: root.engine } }, place)
  await until('the disk has refused', () => refused > 0)
  storage.recordsOf = recordsOf
  expect(changes).toEqual([])
  waiting.find(({ milliseconds }) => milliseconds === LIMITS.wakeCheckMilliseconds)?.callback()
  await until('it is taken', () => changes.length > 0)
  expect(place.kept()).toMatchObject({ node: root.identity.node })
})

test('E40 a program takes up before its next call what the command has written in its folder', async () => {
  const county = await openCounty()
  const { root, township } = county
  const hall = await openDoor(root)
  const place = below(county, township, {})
  const { following, changes } = follow(county, place)
  following.beforeCalling()
  expect(changes).toEqual([])
  await name(county, root, [hall.address])
  const command = createParent({ ...place.options, told: () => [] })
  expect(await moveTo({ ...place.mover, parent: command }, hall.address)).toMatchObject({ ok: true })
  expect(place.parent.current().node).toBe(township.identity.node)
  following.beforeCalling()
  expect(changes).toMatchObject([{ node: root.identity.node, publicKey: root.identity.keys.publicKey }])
  expect(place.parent.addresses()).toEqual([hall.address])
})

test('E40 a program that is linked, or pauses for long, takes up within seconds what the command has written', async () => {
  const county = await openCounty()
  const { root, township } = county
  const hall = await openDoor(root)
  const place = below(county, township, {})
  const { following, changes, waiting } = follow(county, place)
  let news = 0
  following.watch(() => {
    news += 1
  })
  const look = async () => {
    const looks = waiting.filter(({ milliseconds }) => milliseconds === LIMITS.wakeCheckMilliseconds)
    looks.at(-1)?.callback()
    await until(
      'it will look again',
      () => waiting.filter(({ milliseconds }) => milliseconds === LIMITS.wakeCheckMilliseconds).length > looks.length,
    )
    return news
  }
  expect(await look()).toBe(0)
  const command = createParent({ ...place.options, told: () => [] })
  const address = new URL('https://10.0.0.9:8443/')
  expect(command.reached({ address, publicKey: command.current().publicKey, certificate: null })).toMatchObject({
    ok: true,
  })
  expect(await look()).toBe(1)
  expect([place.parent.current().node, place.parent.addresses()[0]]).toEqual([township.identity.node, address.href])
  await name(county, root, [hall.address])
  expect(await moveTo({ ...place.mover, parent: command }, hall.address)).toMatchObject({ ok: true })
  expect(await look()).toBe(2)
  expect(changes.at(-1)).toMatchObject({ node: root.identity.node })
  // What it writes itself is no news, nor is a certificate that it doubts.
  place.parent.certificateChanged(hall.address)
  expect(await look()).toBe(2)
  expect(place.parent.current().certificate).toBe(null)
})

test('E40 a program that was stopped while it asked around asks no more', async () => {
  const county = await openCounty()
  const place = below(county, county.township, {})
  const { following, waiting } = follow(county, place)
  const begun = waiting.length
  for (const { callback } of waiting.slice()) callback()
  following.stop()
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(waiting).toHaveLength(begun)
})

test('E15 another parent is called without the back-off that the former one has earned, also from within a long pause', async () => {
  const county = await openCounty()
  const { parent } = below(county, county.township, {})
  const pauses: number[] = []
  const pending: (() => void)[] = []
  let moved = () => {}
  let now = 1_000_000_000
  const uplink = startUplink({
    links: { attach: () => expect.fail('nobody answers') },
    node: county.village.identity.node,
    parent,
    following: {
      beforeCalling: () => {},
      unreached: async () => {},
      unknown: async () => {},
      reached: () => {},
      notTaken: () => undefined,
      moveTo: () => expect.fail('nobody asked'),
      watch: (listener) => {
        moved = listener
      },
      stop: () => {},
    },
    log: createLog('error'),
    now: () => now,
    elapsed: () => now,
    chance: () => 0.99,
    after(milliseconds, callback) {
      pauses.push(milliseconds)
      pending.push(callback)
      return () => {}
    },
  })
  onTestFinished(() => uplink.stop())
  const paused = (count: number) => until(`pause ${count}`, () => pauses.length === count)
  let count = 1
  // Long pauses are made of pieces; nobody answers for minutes until they are.
  for (await paused(count); (pauses.at(-1) ?? 0) < LIMITS.wakeCheckMilliseconds; await paused(count)) {
    now += (pauses.at(-1) ?? 0) + 5_000
    pending.shift()?.()
    count += 1
  }
  moved() // nobody ends this pause but the news
  await paused(count + 1)
  expect(pauses.at(-1)).toBeLessThan(LIMITS.reconnectBaseMilliseconds)
})
