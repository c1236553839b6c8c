/** What all links take up together, and what one of them may. */
import { expect, test } from 'vitest'
import { createLinkBudget, type LinkBudget } from '#protocol/engine/links/link-budget.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { testHost } from '#test/clock/host.ts'

const PEER = 'a'.repeat(32) as NodeId
const OTHER = 'b'.repeat(32) as NodeId
const FRAMES = LIMITS.admissionQueueBytes / LIMITS.unpackedFrameBytes
const FRAMES_OF_LINK = LIMITS.linkQueueBytes / LIMITS.unpackedFrameBytes

/** A link whose frames are worked on until they are told to end. */
function openLink(budget: LinkBudget, peer = PEER) {
  const turns: boolean[] = []
  const share = budget.share((isFull) => turns.push(isFull))
  const begun: number[] = []
  const ends: PromiseWithResolvers<void>[] = []
  const send = (frame: number, takes: number = LIMITS.unpackedFrameBytes) =>
    share.unpacked(peer, async (tell) => {
      begun.push(frame)
      tell(takes)
      const end = Promise.withResolvers<void>()
      ends.push(end)
      await end.promise
    })
  return { share, turns, begun, ends, send }
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Fills a node from as many links as it takes. */
function filled(budget: LinkBudget) {
  const links = Array.from({ length: FRAMES / FRAMES_OF_LINK }, () => openLink(budget))
  for (const link of links) for (let frame = 0; frame < FRAMES_OF_LINK; frame++) void link.send(frame)
  return links
}

test('S20 a link from below is served while there are fewer than the limit and the queue has room', async () => {
  const budget = createLinkBudget(testHost.after)
  expect([LIMITS.links - 1, LIMITS.links].map((links) => budget.admits(links))).toEqual([true, false])
  const [first] = filled(budget)
  expect(budget.admits(0)).toBe(false)
  first?.ends[0]?.resolve()
  await settle()
  expect(budget.admits(0)).toBe(true)
})

test('S106 frames of a link wait packed beyond its share, in order, and it is not read from meanwhile', async () => {
  const link = openLink(createLinkBudget(testHost.after))
  for (let frame = 0; frame < FRAMES_OF_LINK + 2; frame++) void link.send(frame)
  expect(link.begun).toHaveLength(FRAMES_OF_LINK)
  expect([link.share.isFull, link.turns]).toEqual([true, [true]])
  for (let done = 1; done <= 2; done++) {
    link.ends[done]?.resolve()
    await settle()
    expect(link.begun).toHaveLength(FRAMES_OF_LINK + done)
  }
  expect(link.begun).toEqual([...link.begun].sort((left, right) => left - right))
  expect([link.share.isFull, link.turns]).toEqual([false, [true, false]])
})

test('S106 frames count by what they unpack to, not by the most they could', () => {
  const link = openLink(createLinkBudget(testHost.after))
  for (let frame = 0; frame < 12; frame++) void link.send(frame, 1_000)
  expect(link.begun).toHaveLength(12)
  expect(link.turns).toEqual([])
})

test('S106 frames that turn out small make room for those that wait, before they are done', async () => {
  const link = openLink(createLinkBudget(testHost.after))
  const sizes = Array.from({ length: FRAMES_OF_LINK }, () => Promise.withResolvers<number>())
  for (const { promise } of sizes) {
    void link.share.unpacked(PEER, async (tell) => {
      tell(await promise)
      await new Promise(() => {}) // the disk is slow
    })
  }
  for (let frame = 0; frame < FRAMES_OF_LINK * 2; frame++) void link.send(frame, 1_000)
  expect(link.begun).toEqual([])
  for (const { resolve } of sizes.slice(0, 2)) resolve(1_000)
  await settle()
  // One makes room for the next, which is small as well.
  expect(link.begun).toEqual(Array.from({ length: FRAMES_OF_LINK * 2 }, (_, frame) => frame))
  expect(link.turns).toEqual([true, false])
})

test('S106 all links together stay inside the node’s bound, and who waited longest goes first', async () => {
  const budget = createLinkBudget(testHost.after)
  const [first] = filled(budget)
  const late = [openLink(budget), openLink(budget)]
  for (const link of late) void link.send(0)
  expect(late.map(({ begun, share }) => [begun.length, share.isFull])).toEqual([
    [0, true],
    [0, true],
  ])
  first?.ends[0]?.resolve()
  await settle()
  expect(late.map(({ begun }) => begun.length)).toEqual([1, 0])
})

test('S106 work that fails gives its room back', async () => {
  const link = openLink(createLinkBudget(testHost.after))
  const failing = Array.from({ length: FRAMES_OF_LINK * 3 }, () =>
    link.share.unpacked(PEER, async () => {
      throw new Error('the disk refuses')
    }),
  )
  const outcomes = await Promise.allSettled(failing)
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(link.share.isFull).toBe(false)
})

test('S109 a link with more work under way than it may is not read from until some is done', async () => {
  const link = openLink(createLinkBudget(testHost.after))
  const works = Array.from({ length: LIMITS.windowFrames * 2 + 1 }, () => Promise.withResolvers<void>())
  for (const { promise } of works.slice(1)) link.share.during(promise)
  expect(link.turns).toEqual([])
  link.share.during(works[0]?.promise ?? expect.fail('there are works'))
  expect(link.turns).toEqual([true])
  works[3]?.reject(new Error('also a failure ends it'))
  await settle()
  expect(link.turns).toEqual([true, false])
})

/** A budget whose rests end when the test says so. */
function restingBudget() {
  const rests: (() => void)[] = []
  const after = (_: number, callback: () => void) => {
    rests.push(callback)
    return () => {}
  }
  const endRests = async () => {
    for (const end of rests.splice(0)) end()
    await settle()
  }
  return { budget: createLinkBudget(after), endRests }
}

test('S156 while a peer rests none of its frames begins, and after each rest one, whatever links they are on', async () => {
  const { budget, endRests } = restingBudget()
  const links = Array.from({ length: LIMITS.linksOfPeer }, () => openLink(budget))
  const begun = () => links.reduce((sum, link) => sum + link.begun.length, 0)
  const [first] = links
  first?.share.rest(PEER, 1)
  expect(first?.turns).toEqual([true])
  for (const link of links) for (let frame = 0; frame < 3; frame++) void link.send(frame, 1_000)
  expect(begun()).toBe(0)
  for (let round = 1; round <= 3; round++) {
    await endRests()
    expect(begun()).toBe(round)
    first?.share.rest(PEER, 1) // what it brought was too much again
    first?.ends[round - 1]?.resolve()
    await settle()
    expect(begun()).toBe(round)
  }
  await endRests()
  expect(begun()).toBe(4)
  for (const link of links) for (const end of link.ends) end.resolve() // it brought no further rest
  await settle()
  expect([begun(), links.every(({ share }) => !share.isFull)]).toEqual([links.length * 3, true])
  expect(first?.turns.at(-1)).toBe(false)
})

test('S156 other peers do not wait for one that rests, and what an ended link had waiting is let go', async () => {
  const { budget, endRests } = restingBudget()
  const [resting, ended, other] = [openLink(budget), openLink(budget), openLink(budget, OTHER)]
  resting.share.rest(PEER, 1)
  for (const link of [ended, resting, other]) void link.send(0, 1_000)
  expect([resting.begun, ended.begun, other.begun]).toEqual([[], [], [0]])
  ended.share.end()
  await endRests()
  expect([resting.begun, ended.begun]).toEqual([[0], []])
})
