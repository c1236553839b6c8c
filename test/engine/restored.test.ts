/** Databases that go back in time or are copied: nothing that survives anywhere is lost, and people are told. */
import { expect, test } from 'vitest'
import { keptRows } from '#protocol/engine/kept-findings.ts'
import { endsInWords, ownEnds } from '#protocol/engine/logs/own-ends.ts'
import type { Finding } from '#protocol/engine/office.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logParts } from '#protocol/ids.ts'
import { KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Linked,
  type Node,
  person,
  publish,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { copyOf, cutAll, place, restart } from './restoring.ts'

const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk'])
const coordinator = person(COUNTY, ['coordinator'])

const findings = async (node: Node) => (await node.engine.office.status()).findings.map(({ kind }) => kind)
const story = async (node: Node, id: Parameters<Node['engine']['office']['view']>[1], who = agent) =>
  value(await node.engine.office.view(who, id)).state
/** Where the own logs of a node end on a disk, in words. */
async function endsOf(disk: MemoryStorage, { identity }: Node): Promise<string> {
  return endsInWords(await ownEnds(disk, (await disk.load()).heads, identity.node), () => undefined).until
}
const notes = async (node: Node, id: Parameters<Node['engine']['office']['view']>[1]) =>
  (await story(node, id)).story.filter(({ kind }) => kind === 'noted').length

/** A village put back to before three notes that the county holds, not yet connected. */
async function beforeThreeNotes() {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  const backup = copyOf(diskOf(VILLAGE))
  for (const text of ['一', '二', '三']) value(await office.act(agent, id, 'noted', { text }))
  await until('all at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cutAll(links)
  await village.engine.stop()
  const back = await restart(village, backup, township, root, 3)
  return { township, id, backup, back }
}

test('S70 a node that was put back takes its entries back and goes on under a new incarnation', async () => {
  const { township, id, back } = await beforeThreeNotes()
  expect(await notes(back, id)).toBe(0)
  await callUntil(back, township, 'own entries are back', async () => (await notes(back, id)) === 3)
  expect(back.engine.incarnation).not.toBe(3)
  const told = (await back.engine.office.status()).findings.filter(({ kind }) => kind === 'rolled-back')
  expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('已从上级取回 3 条(1 个日志)')])
  expect(told[0]?.next).toContain('没有到过别的节点的记录取不回来')
  expect(await findings(back)).toContain('rolled-back')
  const opened = value(await back.engine.office.openCase(agent, 'SL0001'))
  const numbers = (await back.engine.office.find({})).rows.map(({ number }) => number)
  expect(new Set(numbers).size).toBe(2)
  await until('at the township', async () => (await township.engine.office.byNumber(opened.number))[0] !== undefined)
})

test('S70 what people have asked for while the disk was slow is not written under the numbers that the parent holds', async () => {
  const { township, id, backup, back } = await beforeThreeNotes()
  // One act is being written, and takes long; the next one waits behind it.
  let release = () => {}
  const commit = backup.commit.bind(backup)
  backup.commit = async (change) => {
    backup.commit = commit
    await new Promise<void>((resolve) => (release = resolve))
    await commit(change)
  }
  const first = back.engine.office.act(agent, id, 'noted', { text: '四' })
  const second = back.engine.office.act(agent, id, 'noted', { text: '五' })
  // Where the own logs ended is read from the disk as soon as the parent's word is heard.
  let isHeard = false
  const packHolding = backup.packHolding.bind(backup)
  backup.packHolding = (log, seq) => {
    isHeard ||= logParts(log).node === back.identity.node
    return packHolding(log, seq)
  }
  const link = connect(back, township)
  await until('the parent has said what it holds', () => isHeard)
  release()
  const [, { hash }] = [value(await first), value(await second)]
  const held = (await backup.recordsOf([id])).get(id) ?? []
  const own = held.find((one) => Buffer.from(one.hash).toString('hex') === hash)
  expect(own && logParts(own.log).incarnation).not.toBe(3)
  await cutAll([link])
  // What was being written has a rival there, and is carried on beside it.
  const areAll = async () => (await notes(township, id)) === 5 && (await notes(back, id)) === 5
  await callUntil(back, township, 'all of it is there, and what was lost is back', areAll)
})

test('D42 a root that was put back says in one finding how much came back from below, and what cannot', async () => {
  const { root, township, village, links, diskOf } = await place()
  const backup = copyOf(diskOf(COUNTY))
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await publish(root, [stationRecord('510724101' as typeof COUNTY, '花荄镇便民服务中心', 'township', COUNTY)])
  for (const text of ['一', '二']) value(await root.engine.office.act(coordinator, id, 'noted', { text }))
  await until('all at the township', async () => (await notes(township, id)) === 2)
  await until('the station, too', () => township.engine.office.directory.station('510724101' as never) !== undefined)
  await cutAll(links)
  await root.engine.stop()
  const back = await restart(root, backup, undefined, undefined, 1)
  await callUntil(township, back, 'own entries are back', async () => {
    return (
      (await back.engine.office.byNumber((await story(village, id)).number)).length === 1 &&
      (await notes(back, id)) === 2
    )
  })
  const rolledBack = (await back.engine.office.status()).findings.filter(({ kind }) => kind === 'rolled-back')
  expect(rolledBack).toHaveLength(1)
  const [{ message, next, details } = { message: '', next: '', details: '' }] = rolledBack
  expect(message).toContain('已启用新的批次号')
  expect(message).toContain('已从下级取回 3 条(2 个日志)')
  expect(next).toContain('大厅自己建的办件')
  expect(next).toMatch(/本机写的记录当时只到 .*纸质凭证/)
  expect(details).toContain('“全县目录”最后一条写于')
  expect(`${message}${next}`).not.toMatch(/上级|无需操作/)
  expect((await village.engine.office.status()).findings.map(({ kind }) => kind)).not.toContain('rolled-back')
})

/** A village with a backup of before its last note, which came back from the township under another incarnation. */
async function villagePutBack(incarnation: number) {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  const backup = copyOf(diskOf(VILLAGE))
  value(await office.act(agent, id, 'noted', { text: '一' }))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cutAll(links)
  await village.engine.stop()
  const back = await restart(village, backup, township, root, incarnation)
  await callUntil(back, township, 'the note is back', async () => (await notes(back, id)) === 1)
  /** The same database started once more. */
  const again = () => restart(village, backup, township, root, back.engine.incarnation)
  return { back, again }
}

/** A village put back to before three notes, on which people write before it meets its township again. */
async function writtenOn(incarnation: number, kept?: Finding) {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  const backup = copyOf(diskOf(VILLAGE))
  for (const text of ['一', '二', '三']) value(await office.act(agent, id, 'noted', { text }))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cutAll(links)
  await village.engine.stop()
  if (kept) await backup.commit({ ...NO_CHANGE, local: [...keptRows(kept)] })
  const found = await endsOf(backup, village)
  const back = await restart(village, backup, township, root, incarnation)
  value(await back.engine.office.act(agent, id, 'noted', { text: '恢复以后' }))
  expect(await endsOf(backup, village)).not.toBe(found)
  await callUntil(back, township, 'told', async () => (await findings(back)).includes('rolled-back'))
  const told = (await back.engine.office.status()).findings.find(({ kind }) => kind === 'rolled-back')
  return { found, next: told?.next }
}

test.for([
  ['under another incarnation', 900],
  ['without being noticed', 3],
] as const)(
  'D42 the paper to check is what came after the state that was found %s, whatever was written on it',
  async ([, incarnation]) => {
    const { found, next } = await writtenOn(incarnation)
    expect(next).toContain(`${found}。这之后开出的纸质凭证`)
  },
)

test('D42 while the finding of an earlier run stands, the paper to check is what came after what that one had found', async () => {
  const ends = endsInWords([], () => undefined)
  const { next } = await writtenOn(900, {
    kind: 'sidecar',
    time: 1,
    message: '空',
    next: '核对',
    kept: 'sidecar-1',
    ends,
  })
  expect(next).toContain('本机写的记录一条也没有。所有纸质凭证')
})

test('D42 what comes back to a database that was found out at the start is told as well, without a second rotation', async () => {
  const { back } = await villagePutBack(900)
  await until('told', async () => (await findings(back)).includes('rolled-back'))
  const { message } = (await back.engine.office.status()).findings[0] ?? { message: '' }
  expect(message).toContain('已从上级取回 1 条(1 个日志)')
  expect(message).not.toContain('批次号')
  expect(back.engine.incarnation).toBe(900)
})

test('D43 what came back, and where the own logs ended, is told again after every start until somebody has checked it', async () => {
  const { back, again: startAgain } = await villagePutBack(3)
  const toldBy = async (node: Node) =>
    (await node.engine.office.status()).findings.filter(({ kept }) => kept !== undefined)
  await until('told', async () => (await toldBy(back)).length === 1)
  const [{ kept = '', next } = { next: '' }] = await toldBy(back)
  await back.engine.stop()
  const again = await startAgain()
  expect(await toldBy(again)).toMatchObject([{ kind: 'rolled-back', kept, next }])
  expect((await toldBy(again))[0]?.message).toContain('已从上级取回 1 条(1 个日志)')
  value(await again.engine.office.findingDone(kept))
  expect(await toldBy(again)).toEqual([])
  await again.engine.stop()
  const last = await startAgain()
  expect(await toldBy(last)).toEqual([])
})

test('S71 a parent that was put back is sent again what it had acknowledged, and says so', async () => {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const backup = copyOf(diskOf(TOWNSHIP))
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the township', async () => (await office.safetyOf([id])).get(id) !== 'here')
  // The county must not heal the township first: it does not hold the case either.
  await cutAll(links)
  await township.engine.stop()
  const back = await restart(township, backup, root, root, 2)
  const lower = connect(village, back)
  await until('sent again', async () => (await back.engine.office.find({})).rows.length === 1)
  await until('acknowledged again', async () => (await office.safetyOf([id])).get(id) !== 'here')
  expect(await findings(village)).toContain('parent-restored')
  lower.cut()
})

test('S71 a parent that is merely ahead was not put back: nobody is alarmed', async () => {
  const { township, village, links } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: TOWNSHIP, materials: 1 }))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  const [upper, lower] = links as [Linked, Linked]
  lower.cut()
  await lower.ended
  value(await township.engine.office.act(clerk, id, 'taken', { materials: 1 }))
  value(await office.act(agent, id, 'noted', { text: '补充说明' }))
  const again = connect(village, township)
  const holder = async () => value(await office.state(id)).holder
  await until('signed for, seen in the village', async () => (await holder()) === TOWNSHIP)
  await until('the note is at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  expect(await findings(village)).toEqual([])
  expect(await findings(township)).toEqual([])
  again.cut()
  upper.cut()
})

test('S130 up there is one link: what a copy of the parent took back is said again by the parent itself', async () => {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const earlier = copyOf(diskOf(TOWNSHIP))
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  const copy = await restart(township, earlier, root, root, 2)
  const [, first] = links as [Linked, Linked]
  const second = connect(village, copy)
  await until('taken back', async () => (await findings(village)).includes('parent-restored'))
  let reason = 'open'
  void first.ended.then((end) => {
    reason = end.reason
  })
  await until('the older link ends', () => reason === 'stopping')
  second.cut()
  await second.ended
  await copy.engine.stop()
  connect(village, township)
  await until('at the county again', async () => (await office.safetyOf([id])).get(id) === 'root')
})

test('S72 until a restored parent has an entry again, it is shown as being here only', async () => {
  const { root, township, village, links, diskOf } = await place()
  await cutAll(links.slice(0, 1))
  const { office } = village.engine
  const backup = copyOf(diskOf(TOWNSHIP))
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the township', async () => (await office.safetyOf([id])).get(id) === 'parent')
  await cutAll(links)
  backup.beforeCommit = () => 'full'
  const back = await restart(township, backup, root, root, 2)
  const link = connect(village, back)
  expect(await link.ended).toMatchObject({ reason: 'storage' })
  expect((await office.safetyOf([id])).get(id)).toBe('here')
})

test('S33 S73 a copied node: the common beginning stays, the other tail is carried whole, both are shown', async () => {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  await until('all at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await cutAll(links.slice(1))
  const twin = await restart(village, copyOf(diskOf(VILLAGE)), township, root, 3)
  value(await office.act(agent, id, 'noted', { text: '原机' }))
  value(await office.act(agent, id, 'captured', { materials: 1, applicant: '王芳' }))
  const other = twin.engine.office
  value(await other.edit(agent, id, 'application', { set: { applicant: '王小芳' } }))
  value(await other.act(agent, id, 'noted', { text: '副本' }))
  value(await other.act(agent, id, 'captured', { materials: 2, applicant: '王小芳' }))
  const first = connect(village, township)
  await until('first at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  first.cut()
  await first.ended
  // The first entries of the other version come with the proof of where the two part, the rest behind it.
  const both = async (node: Node) =>
    (await notes(node, id)) === 2 &&
    (await story(node, id)).story.filter(({ kind }) => kind === 'captured').length === 2
  const settled = async () =>
    (await other.safetyOf([id])).get(id) === 'root' && (await both(root)) && (await both(twin))
  await callUntil(twin, township, 'both at the county', settled)
  expect(twin.engine.incarnation).not.toBe(3)
  expect(await findings(twin)).toContain('fork')
  expect(await findings(township)).toContain('fork')
  const states = await Promise.all([twin, township, root].map((node) => story(node, id, node === twin ? agent : clerk)))
  expect(states[0]).toEqual(states[1])
  expect(states[1]).toEqual(states[2])
  expect(states[0]?.forks.length).toBeGreaterThan(0)
  expect(states[0]?.story.filter(({ kind }) => kind === 'captured')).toHaveLength(2)
  const sections = async (node: Node) =>
    value(await node.engine.office.view(agent, id)).sections.map(({ value }) => value)
  expect(await sections(twin)).toEqual(await sections(root))
  expect((await sections(root))[0]).toMatchObject({ applicant: '王小芳', phone: '13800001111' })
  const own = (await root.storage.recordsOf([id])).get(id) ?? []
  const carried = own.flatMap(({ log, hash, bytes }) => {
    const record = readRecord(bytes)
    return record ? [readEntry(log, record, hash)?.kind] : []
  })
  expect(carried.filter((kind) => kind === KIND.carried)).toHaveLength(2)
  expect(carried.filter((kind) => kind === KIND.kept)).toHaveLength(1)
})

test('S86 what a cut wrote again with the same words is not changed behind its seal', async () => {
  const { root, township, village, links, diskOf } = await place()
  const { office } = village.engine
  await cutAll(links.slice(1))
  const twin = await restart(village, copyOf(diskOf(VILLAGE)), township, root, 3)
  value(await office.openCase(agent, 'SL0001'))
  const other = twin.engine.office
  const { id } = value(await other.openCase(agent, 'SL0001'))
  value(await other.edit(agent, id, 'application', { set: { applicant: '王芳' } }))
  value(await other.act(agent, id, 'captured', { materials: 1 }))
  connect(village, township)
  await until('the first version at the county', async () => (await office.status()).entriesOnlyHere === 0)
  await callUntil(twin, township, 'carried to the county', async () => (await other.safetyOf([id])).get(id) === 'root')
  expect(await findings(twin)).toContain('fork')
  for (const node of [twin, township, root]) {
    const { sections, state } = value(await node.engine.office.view(agent, id))
    expect(state.seals.application).toBeDefined()
    expect(sections.map(({ changedAfterSeal }) => changedAfterSeal)).toEqual([false, false, false])
    expect(sections[0]?.value).toEqual({ applicant: '王芳' })
  }
})

test('S74 the copies of a node that is connected twice at once never lose an entry', async () => {
  const { root, township, village, diskOf } = await place()
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('all at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  const twin = await restart(village, copyOf(diskOf(VILLAGE)), township, root, 3)
  await Promise.all([
    office.act(agent, id, 'noted', { text: '原机' }),
    twin.engine.office.act(agent, id, 'noted', { text: '副本' }),
  ])
  const all = async (node: Node) => (await notes(node, id)) === 2
  await callUntil(twin, township, 'both at the county', () => all(root))
  await callUntil(village, township, 'both at the original', () => all(village))
  const own = (await root.storage.load()).heads
    .map(({ key }) => key)
    .filter((key: LogKey) => logParts(key).node === village.identity.node)
  expect(own.length).toBeGreaterThan(1)
})
