/** Two versions of one log: nothing is cut before the height at which they part is exact and proved (DESIGN.md section 5). */
import { expect, test } from 'vitest'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodePack, packable } from '#protocol/log/pack.ts'
import { heightsBetween } from '#protocol/session/common-height.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import type { Fork, Frontier, Rungs } from '#protocol/wire/messages.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { callUntil, type Node, person, publish, STATIONS, TOWNSHIP, until } from './county.ts'
import {
  answerTo,
  firstLadder,
  forkWords,
  headOf,
  heightOf,
  heldVersion,
  openRoot,
  otherwise,
  runBehind,
  rung,
  tell,
  type Version,
  writtenElsewhere,
} from './other-version.ts'
import { RawNode } from './raw-node.ts'
import { atCounty, copyOf, cutAll, place, restart, sections } from './restoring.ts'

const clerk = person(TOWNSHIP, ['clerk'])

const honest = (theirs: Version) => (question: Rungs) => answerTo(theirs, question)
const reaches = (node: Node, log: LogKey, height: number) => async () => (await headOf(node, log))?.height === height
const isTold = (node: Node, words: string) => async () => (await forkWords(node)).includes(words)

test('S93 a township put back to its image writes one case: what both sides share is not written again', async () => {
  const { root, township, links, diskOf } = await place()
  const { office } = township.engine
  const { id } = value(await office.openCase(clerk, 'SL0001'))
  value(await office.edit(clerk, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  value(await office.edit(clerk, id, 'office-note', { text: '已电话核实。' }))
  const image = copyOf(diskOf(TOWNSHIP))
  value(await office.edit(clerk, id, 'application', { set: { phone: '13900002222' } }))
  for (let count = 0; count < 39; count++) value(await office.openCase(clerk, 'SL0001'))
  await atCounty(township, id)
  await cutAll(links)
  await township.engine.stop()
  const held = (await root.storage.recordsOf([id])).get(id)?.length

  const back = await restart(township, image, root, root, 2)
  const unrelated = value(await back.engine.office.openCase(clerk, 'SL0001'))
  await callUntil(back, root, 'the case of the copy is at the county', async () => {
    const safety = await back.engine.office.safetyOf([id, unrelated.id])
    return safety.get(id) === 'root' && safety.get(unrelated.id) === 'root'
  })
  await until('all cases are there', async () => (await root.engine.office.find({ limit: 50 })).rows.length === 41)
  for (const node of [back, root]) {
    const shown = await sections(node, id)
    expect(shown.application).toEqual({ applicant: '王芳', phone: '13900002222' })
    expect(shown['office-note']).toBe('已电话核实。')
    expect((await node.storage.recordsOf([id])).get(id)).toHaveLength(held as number)
  }
})

test('S93 the search asks between the highest agreeing and the lowest differing height, and the tail alone gives way', async () => {
  const { root, raw, log, ours } = await openRoot()
  raw.versions = [1, 2]
  await raw.link(root)
  const common = heightOf(ours) - 25
  const theirs = await otherwise(root, ours, common, 3)
  const questions = await tell(raw, firstLadder(theirs), honest(theirs), reaches(root, log, common + 1))
  expect(questions.at(-1)).toMatchObject({ above: common, below: common + 1 })
  expect(questions.length).toBeLessThanOrEqual(2)
  expect((await headOf(root, log))?.hash).toEqual(theirs.hashes[common + 1])
  expect(await writtenElsewhere(root, log)).toBe(25)
  expect(root.engine.incarnation).not.toBe(1)
  expect(await forkWords(root)).toContain(`从第 ${common + 1} 条起不同`)
  // Whoever was told the version that ended is told on the same link what is held now.
  const told = () => raw.received.filter((message): message is Frontier => message.type === 'frontier')
  const positions = () => told().flatMap(({ logs }) => logs.filter((one) => one.log === log))
  await until('it is told', () => positions().at(-1)?.height === common + 1)
  expect(positions().at(-1)?.hash).toEqual(rung(theirs, common + 1).hash)
  expect(raw.ended).toBe(false)
})

test('S33 S93 a second version of the same log on the same link is followed like the first', async () => {
  const { root, raw, log, ours } = await openRoot()
  raw.versions = [1, 2]
  await raw.link(root)
  const common = heightOf(ours) - 25
  const first = await otherwise(root, ours, common, 3)
  await tell(raw, firstLadder(first), honest(first), reaches(root, log, common + 1))
  const second = await otherwise(root, ours, common - 10, 5)
  await tell(raw, firstLadder(second), honest(second), reaches(root, log, common - 9))
  expect((await headOf(root, log))?.hash).toEqual(second.hashes[common - 9])
  expect(raw.ended).toBe(false)
})

test('S93 a link that ends in the middle changes nothing but the incarnation; the next one finds it all the same', async () => {
  const { root, raw, log, ours } = await openRoot()
  raw.versions = [1, 2]
  await raw.link(root)
  const common = heightOf(ours) - 25
  const theirs = await otherwise(root, ours, common, 3)
  let isAsked = false
  const silent = () => {
    isAsked = true
    return undefined
  }
  await tell(raw, firstLadder(theirs), silent, () => isAsked)
  raw.cut()
  expect((await headOf(root, log))?.height).toBe(heightOf(ours))
  expect(root.engine.incarnation).not.toBe(1)
  const rotated = root.engine.incarnation
  await raw.link(root)
  await tell(raw, firstLadder(theirs), honest(theirs), reaches(root, log, common + 1))
  expect(root.engine.incarnation).toBe(rotated)
  expect(await writtenElsewhere(root, log)).toBe(25)
})

test('S93 two other versions told at once on two links: each is followed to its height, nothing is lost or written twice', async () => {
  const { root, raw, log, ours } = await openRoot()
  const second = new RawNode(TOWNSHIP)
  await publish(root, [second.record(root.identity.node, 10)])
  const now = await heldVersion(root, log)
  for (const one of [raw, second]) {
    one.versions = [1, 2]
    await one.link(root)
  }
  const hasWon = async () => (await headOf(root, log))?.height !== heightOf(now)
  const [left, right] = [await otherwise(root, ours, 20, 2), await otherwise(root, ours, 10, 4)]
  await Promise.all([
    tell(raw, firstLadder(left), honest(left), hasWon),
    tell(second, firstLadder(right), honest(right), hasWon),
  ])
  const head = await headOf(root, log)
  const won = head?.height === 21 ? left : right
  expect(head?.hash).toEqual(won.hashes[head?.height as number])
  expect(await writtenElsewhere(root, log)).toBe(heightOf(now) - (won === left ? 20 : 10))
})

test('S93 a parent gives way to a version of its own log only once, also when the version has grown since', async () => {
  const { root, raw, log, ours } = await openRoot(10)
  const second = new RawNode(TOWNSHIP)
  await publish(root, [second.record(root.identity.node, 10)])
  const common = heightOf(ours) - 5
  for (const one of [raw, second]) one.versions = [1, 2]
  const short = await otherwise(root, ours, common, 3)
  await raw.link(root)
  await tell(raw, firstLadder(short), honest(short), reaches(root, log, common + 1))
  // The other child's version parts before it: what came of the first one is cut off and carried.
  const others = await otherwise(root, ours, common - 2, 2)
  await second.link(root)
  await tell(second, firstLadder(others), honest(others), reaches(root, log, common - 1))
  const now = await heldVersion(root, log)
  const carried = await writtenElsewhere(root, log)
  const grown = await otherwise(root, short, heightOf(short), 2)
  expect(grown.hashes.slice(0, heightOf(short) + 1)).toEqual(short.hashes)
  await raw.link(root)
  const ladders = () => raw.received.filter((message): message is Fork => message.type === 'fork')
  await tell(raw, firstLadder(grown), honest(grown), async () => raw.ended || ladders().length > 0)
  expect(ladders().at(-1)?.ladder[0]).toEqual(rung(now, heightOf(now)))
  expect(await headOf(root, log)).toMatchObject({ height: heightOf(now), hash: now.hashes.at(-1) })
  expect(await writtenElsewhere(root, log)).toBe(carried)
  expect(raw.ended).toBe(false)
  // One that was never carried on is still given way to.
  const fresh = await otherwise(root, now, common - 4, 7)
  await tell(raw, firstLadder(fresh), honest(fresh), reaches(root, log, common - 3))
})

test('S92 a side that leads nowhere cuts nothing, and people are told', async () => {
  const wrong = (height: number) => ({ height, hash: new Uint8Array(8).fill(1) })
  const nothing = new Uint8Array()
  const answers: ((question: Rungs, ours: Version) => Fork['ladder'])[] = [
    ({ above }) => [wrong(above)],
    ({ above, below }, ours) => [rung(ours, above), wrong(below)],
    ({ below }) => [wrong(below - 1)],
  ]
  for (const answer of answers) {
    const { root, raw, log, ours } = await openRoot()
    raw.versions = [1, 2]
    const first = { ...firstLadder(await otherwise(root, ours, 3, 3)), ladder: [wrong(heightOf(ours))] }
    await raw.link(root)
    const lying = (question: Rungs): Fork => ({ type: 'fork', log, ladder: answer(question, ours), proof: nothing })
    const questions = await tell(raw, first, lying, isTold(root, '无法核实'))
    expect(questions.length).toBeLessThanOrEqual(LIMITS.forkQuestions)
    expect(raw.ended).toBe(false)
    expect(await headOf(root, log)).toMatchObject({ height: heightOf(ours), hash: ours.hashes.at(-1) })
  }
})

/** What a liar may show in place of the entries that prove where its version parts. */
const LIES: Record<string, (theirs: Version, ours: Version, common: number) => Uint8Array> = {
  nothing: () => new Uint8Array(),
  'no pack': () => Uint8Array.of(1, 2, 3),
  'our own entry': (_theirs, ours, common) => packed(ours, common, common + 1),
  'an entry behind': (theirs, _ours, common) => packed(theirs, common + 1, common + 2),
  'an entry in front': (_theirs, ours, common) => packed(ours, common - 1, common + 1),
  'another log': (theirs, _ours, common) => packed(theirs, common, common + 1, `${'0'.repeat(32)}/1/county` as LogKey),
}

const packed = ({ log, records }: Version, from: number, to: number, as = log) =>
  encodePack(records.slice(from, to).map((record) => packable(as, record)))

test.each(Object.keys(LIES))('S95 without entries that prove it the height counts for nothing: %s', async (what) => {
  const { root, raw, log, ours } = await openRoot(10)
  raw.versions = [1, 2]
  const common = heightOf(ours) - 5
  const theirs = await otherwise(root, ours, common, 3)
  await raw.link(root)
  const proof = LIES[what]?.(theirs, ours, common) as Uint8Array
  raw.send({ type: 'fork', log, ladder: [], proof: new Uint8Array() }) // it has noticed as well, which is no answer yet
  await tell(
    raw,
    firstLadder(theirs),
    (question) => ({ ...answerTo(theirs, question), proof }),
    isTold(root, '无法核实'),
  )
  expect((await headOf(root, log))?.height).toBe(heightOf(ours))
  expect(await writtenElsewhere(root, log)).toBe(0)
  await tell(raw, firstLadder(theirs), honest(theirs), reaches(root, log, common + 1))
})

test('S95 nor with entries that the author did not sign, or that part elsewhere', async () => {
  const { root, ours } = await openRoot(10)
  const common = heightOf(ours) - 5
  const forged = await otherwise(
    { ...root, identity: { ...root.identity, keys: new RawNode(TOWNSHIP).keys } },
    ours,
    common,
    3,
  )
  const unsigned = await otherwise(root, ours, common, 3, 3)
  const elsewhere = await otherwise(root, ours, common - 2, 6)
  for (const lie of [
    packed(forged, common, common + 1),
    packed(unsigned, common, common + 2),
    packed(elsewhere, common, common + 1),
  ]) {
    const raw = new RawNode(TOWNSHIP)
    await publish(root, [raw.record(root.identity.node, 9)])
    const now = await heldVersion(root, ours.log)
    expect(now.hashes.slice(0, heightOf(ours) + 1)).toEqual(ours.hashes)
    const theirs = await otherwise(root, now, common, 3)
    raw.versions = [1, 2]
    await raw.link(root)
    let answered = 0
    const lying = (question: Rungs): Fork => {
      answered += 1
      return { ...answerTo(theirs, question), proof: question.below === question.above + 1 ? lie : new Uint8Array() }
    }
    await tell(raw, firstLadder(theirs), lying, () => answered > 0)
    // A second ladder is heard only once the search has ended without anything cut.
    await tell(
      raw,
      firstLadder(theirs),
      () => undefined,
      () => raw.received.filter(({ type }) => type === 'rungs').length > answered,
    )
    expect((await headOf(root, ours.log))?.height).toBe(heightOf(now))
    raw.cut()
  }
})

test('S95 a ladder without the author’s signature on its top changes nothing, the incarnation neither', async () => {
  const { root, raw, log, ours } = await openRoot(3)
  raw.versions = [1, 2]
  const theirs = await otherwise(root, ours, 2, 3)
  const stranger = await otherwise({ ...root, identity: { ...root.identity, keys: raw.keys } }, ours, 2, 3)
  await raw.link(root)
  for (const proof of [firstLadder(stranger).proof, firstLadder(ours).proof, new Uint8Array(), Uint8Array.of(1)]) {
    raw.send({ ...firstLadder(theirs), proof })
    for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(raw.received.map(({ type }) => type)).not.toContain('rungs')
  expect(root.engine.incarnation).toBe(1)
  expect((await headOf(root, log))?.height).toBe(heightOf(ours))
})

test('S96 where what is shared does not end signed, it comes back in the same commit under the other signature', async () => {
  const { root, raw, log, ours } = await openRoot(3)
  raw.versions = [1, 2]
  // The first publication is one run, signed at its end alone: the other version parts from it in its middle.
  const runEnd = ours.records.findIndex(({ signature }) => signature !== null)
  expect(runEnd).toBeGreaterThan(3)
  const common = 3
  const theirs = await otherwise(root, ours, common, 3, 1)
  await raw.link(root)
  await tell(raw, firstLadder(theirs), honest(theirs), reaches(root, log, common + 2))
  expect((await heldVersion(root, log)).hashes).toEqual(theirs.hashes.slice(0, common + 3))
  expect(await writtenElsewhere(root, log)).toBe(heightOf(ours) - common)
  // What both share stands once, and everything counts: also after everything computed was made again.
  const shared = `station/${STATIONS[0]?.id}` as DocumentId
  expect((await root.storage.recordsOf([shared])).get(shared)).toHaveLength(1)
  const names = () => root.engine.office.directory.stations().map(({ name }) => name)
  const before = names()
  expect(before).toContain('另一版本')
  await root.engine.rebuild()
  expect(names()).toEqual(before)
  const again = await restart(root, root.storage as MemoryStorage, undefined, undefined, root.engine.incarnation)
  expect(again.engine.office.directory.stations().map(({ name }) => name)).toEqual(before)
})

test('S96 a run that holds signed entries is cut at the highest of them', async () => {
  const { root, raw, log, ours } = await openRoot(30)
  raw.versions = [1, 2]
  const common = heightOf(ours) - 10
  const theirs = await otherwise(root, ours, common, 2)
  await raw.link(root)
  await tell(raw, firstLadder(theirs), honest(theirs), reaches(root, log, common + 1))
  expect(await writtenElsewhere(root, log)).toBe(10)
})

test('S94 a child of version 1 makes nothing be cut: it cannot prove where the versions part', async () => {
  const { root, raw, log, ours } = await openRoot()
  const deep = await otherwise(root, ours, heightOf(ours) - 25, 30)
  await raw.link(root)
  expect(await tell(raw, firstLadder(deep), honest(deep), isTold(root, '对方程序版本较旧'))).toEqual([])
  expect((await headOf(root, log))?.height).toBe(heightOf(ours))
  expect(root.engine.incarnation).not.toBe(1)
  raw.cut()

  const near = await otherwise(root, ours, heightOf(ours) - 5, 3)
  await raw.link(root)
  await tell(raw, firstLadder(near), honest(near), isTold(root, '对方程序版本较旧'))
  expect((await headOf(root, log))?.height).toBe(heightOf(ours))
  // What cannot be true of any log is no better.
  const false1 = { ...firstLadder(near), ladder: [{ height: 1, hash: new Uint8Array(8).fill(7) }] }
  await tell(raw, false1, honest(near), isTold(root, '对方程序版本较旧'))
  expect((await headOf(root, log))?.height).toBe(heightOf(ours))
})

test('S94 nor where what is shared does not end signed', async () => {
  const { root, raw, log, ours } = await openRoot(0)
  const theirs = await otherwise(root, ours, 3, 3)
  await raw.link(root)
  await tell(raw, firstLadder(theirs), honest(theirs), isTold(root, '对方程序版本较旧'))
  expect((await headOf(root, log))?.height).toBe(heightOf(ours))
})

test('S91 only what is held and shared is answered, between neighbours with the entries that prove it', async () => {
  const { root, raw, log, ours } = await openRoot(3)
  raw.versions = [1, 2]
  await raw.link(root)
  const ask = async (question: Omit<Rungs, 'type'>) => {
    const heard = raw.received.length
    raw.send({ type: 'rungs', ...question })
    raw.send({ type: 'rungs', log, above: 0, below: 3 }) // answered behind it: then it is known whether anything came
    const answers = () => raw.received.slice(heard).flatMap((message) => (message.type === 'fork' ? [message] : []))
    await until('the question behind it is answered', () => answers().at(-1)?.ladder.length === 2)
    return answers().at(-2)
  }
  expect(await ask({ log, above: 1, below: 2 })).toEqual({
    type: 'fork',
    log,
    ladder: [],
    proof: runBehind(ours, 1),
  })
  expect((await ask({ log, above: 0, below: 2 ** 50 }))?.ladder).toEqual(
    heightsBetween(0, 2 ** 50, heightOf(ours)).map((height) => rung(ours, height)),
  )
  expect(await ask({ log, above: 2 ** 50, below: 3 })).toMatchObject({ ladder: [], proof: new Uint8Array() })
  expect(await ask({ log: `${raw.node}/1/county` as LogKey, above: 0, below: 2 })).toBeUndefined()
  expect(await ask({ log: `${root.identity.node}/1/510724` as LogKey, above: 0, below: 2 })).toBeUndefined()
  expect(raw.ended).toBe(false)
})
