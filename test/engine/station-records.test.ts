/** What stations write of themselves, against members who mean harm: whose a record is, how long, how many, which version. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { LISTED, type StationRecord } from '#protocol/casework/directory.ts'
import { createDirectory } from '#protocol/engine/directory/directory.ts'
import { documentOf } from '#protocol/engine/directory/record-reading.ts'
import type { DirectoryRow } from '#protocol/engine/ports/storage.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, type Node, openNode, person, publish, receiptsAt, TOWNSHIP, until, VILLAGE } from './county.ts'
import { place, restart } from './restoring.ts'
import {
  absence,
  absencesOf,
  agent,
  attacker,
  consultation,
  coordinator,
  handover,
  reasonsAt,
} from './station-members.ts'

/** Every node of the small county. */
const all = ({ root, township, village }: Record<'root' | 'township' | 'village', Node>) => [root, township, village]

test('R25 a record under the id of another station’s record, with the highest version, changes nothing on any node', async () => {
  const county = await place()
  const { root, township, village } = county
  const given = absence(VILLAGE, 'abc123def456')
  value(await village.engine.office.keepRecord(agent, given))
  await until('at the county', () => absencesOf(root, VILLAGE).length === 1)
  const { write } = await attacker(root)
  const hijack = { ...given, station: TOWNSHIP, version: LIMITS.recordVersion, reason: '冒名', ended: true }
  const own = absence(TOWNSHIP, 'x')
  await write(hijack, own)
  await until('at the township', () => absencesOf(township, TOWNSHIP).length === 1)
  for (const node of all(county)) expect(absencesOf(node, VILLAGE)).toMatchObject([{ reason: '住院', ended: false }])
  for (const node of [root, township])
    expect(await reasonsAt(node, given)).toEqual(['quarantined 站点记录的编号不属于该站点'])
  value(await village.engine.office.keepRecord(agent, { ...given, reason: '再次登记' }))
  await until('the village goes on', () => absencesOf(root, VILLAGE)[0]?.reason === '再次登记')
  await root.engine.rebuild()
  expect(root.engine.office.directory.absences()).toMatchObject([{ station: TOWNSHIP }, { reason: '再次登记' }])
})

test('R25 the office writes no record under another station’s id, and of its own the county may', async () => {
  const { root, village } = await place()
  const foreign = { ...absence(VILLAGE, 'x'), id: `${TOWNSHIP}.x` }
  for (const [node, actor] of [
    [village, agent],
    [root, coordinator],
  ] as const)
    expect(await node.engine.office.keepRecord(actor, foreign)).toMatchObject({ problem: { code: 'foreign-record' } })
  value(await root.engine.office.keepRecord(coordinator, absence(VILLAGE, 'y')))
  await until('at the village', () => absencesOf(village, VILLAGE).length === 1)
})

const chars = (count: number) => 'a'.repeat(count)
/** JSON of exactly so many characters, by a field that this program does not name. */
const sized = <Of extends StationRecord>(record: Of, characters: number): Of => {
  const more = { ...record, later: '' }
  return { ...more, later: chars(characters - JSON.stringify(more).length) }
}
const valued = <Of extends StationRecord>(record: Of, values: number): Of => ({
  ...record,
  later: Array(values).fill(1),
})
const fieldsIn = (record: StationRecord) => Object.keys(record).length

const WITHIN: readonly StationRecord[] = [
  absence(TOWNSHIP, 'a', { reason: '因'.repeat(LIMITS.lineCharacters), where: '省'.repeat(LIMITS.lineCharacters) }),
  sized(absence(TOWNSHIP, 'b'), LIMITS.absenceCharacters),
  valued(absence(TOWNSHIP, 'c'), LIMITS.stationRecordParts - 13),
  consultation(TOWNSHIP, 'd', {
    matter: '问\n'.repeat(LIMITS.noteCharacters / 2),
    answer: '"答'.repeat(LIMITS.noteCharacters / 2),
    asker: '王'.repeat(LIMITS.lineCharacters),
    phone: '1'.repeat(LIMITS.lineCharacters),
  }),
  sized(consultation(TOWNSHIP, 'e'), LIMITS.consultationCharacters),
  handover(TOWNSHIP, 'f', { cases: Array(LIMITS.handoverCases).fill('安510724100201-20261121-ABC-000001') }),
  sized(handover(TOWNSHIP, 'g'), LIMITS.handoverCharacters),
]

const BEYOND: readonly (readonly [record: StationRecord, words: string])[] = [
  [sized(absence(TOWNSHIP, 'a'), LIMITS.absenceCharacters + 1), '这条去向留言有 4001 个字符,最多 4000 个'],
  [valued(absence(TOWNSHIP, 'b'), LIMITS.stationRecordParts), '这条去向留言的栏目和列表项超过 60 个'],
  [sized(consultation(TOWNSHIP, 'c'), LIMITS.consultationCharacters + 1), '这条咨询记录有 16001 个字符,最多 16000 个'],
  [sized(handover(TOWNSHIP, 'd'), LIMITS.handoverCharacters + 1), '这条交接清单有 16001 个字符,最多 16000 个'],
  [handover(TOWNSHIP, 'e', { cases: Array(LIMITS.handoverCases + 1).fill('') }), '站点记录无法识别,或有一栏超出长度'],
  [handover(TOWNSHIP, 'f', { cases: [chars(LIMITS.lineCharacters + 1)] }), '站点记录无法识别,或有一栏超出长度'],
  [consultation(TOWNSHIP, 'g', { matter: chars(LIMITS.noteCharacters + 1) }), '站点记录无法识别,或有一栏超出长度'],
  [consultation(TOWNSHIP, 'h', { answer: chars(LIMITS.noteCharacters + 1) }), '站点记录无法识别,或有一栏超出长度'],
  [consultation(TOWNSHIP, 'i', { matter: chars(125_000) }), '这条咨询记录有'],
]

test('R26 a record at every bound counts; beyond one it is quarantined in words on every node, and refused where it is written', async () => {
  const { root, township } = await place()
  const { write } = await attacker(root)
  await write(...WITHIN)
  for (const [record] of BEYOND) await write({ ...record, id: `${record.id}.beyond` })
  const { directory } = root.engine.office
  const listed = [...directory.absences(), ...directory.consultations(), ...directory.handovers()]
  expect(listed.map(({ id }) => id).sort()).toEqual(WITHIN.map(({ id }) => id).sort())
  for (const node of [root, township]) {
    for (const [record, words] of BEYOND) {
      const beyond = { ...record, id: `${record.id}.beyond` }
      await until(words, async () => (await reasonsAt(node, beyond)).length === 1)
      expect((await reasonsAt(node, beyond))[0]).toContain(`quarantined ${words.slice(0, 8)}`)
    }
  }
  expect(await reasonsAt(root, { ...BEYOND[1]?.[0], id: `${BEYOND[1]?.[0].id}.beyond` } as StationRecord)).toEqual([
    `quarantined ${BEYOND[1]?.[1]}`,
  ])
  const clerk = person(TOWNSHIP, ['clerk'])
  for (const record of [...WITHIN, sized(absence(TOWNSHIP, 'o'), LIMITS.absenceCharacters - 15)]) {
    const kept = await township.engine.office.keepRecord(clerk, record)
    // With the version that it will have, it may be too long: then it is refused, never written and found too long.
    expect(kept.ok || kept.problem.code).toSatisfy((code) => code === true || code === 'record-too-large')
    expect(await reasonsAt(township, record)).toEqual([])
  }
  for (const [record] of BEYOND) {
    const refused = await township.engine.office.keepRecord(clerk, { ...record, id: `${record.id}.o` })
    expect(['record-too-large', 'record-malformed']).toContain(refused.ok || refused.problem.code)
  }
})

test('R26 what the product itself writes has far fewer values than a record may', () => {
  for (const record of [absence(VILLAGE, 'a'), consultation(VILLAGE, 'b'), handover(VILLAGE, 'c')])
    expect(fieldsIn(record)).toBeLessThan(LIMITS.stationRecordParts / 4)
})

let emptyDirectory: () => ReturnType<typeof createDirectory>
beforeAll(async () => {
  const { identity } = await openNode({ station: COUNTY, lease: 1 })
  emptyDirectory = () => createDirectory(identity)
})

const rowOf = (record: StationRecord, version: number, hash = String(version).padStart(64, '0')): DirectoryRow => ({
  document: documentOf(record),
  version,
  hash: hash as EntryHash,
  json: JSON.stringify({ ...record, version }),
})

test('R27 what is listed of a station is the same whatever order its records come in, and no station takes another’s place', () => {
  const most = LISTED.handover
  const versions = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 0, maxLength: 80 })
  fc.assert(
    fc.property(versions, fc.infiniteStream(fc.nat()), (more, order) => {
      // A list that is nearly full; each number writes version and document anew, so documents rise, go and come back.
      const rows = Array.from({ length: most - 20 }, (_, at) => rowOf(handover(TOWNSHIP, `${at}`), 20 + (at % 30)))
      for (const number of more) rows.push(rowOf(handover(TOWNSHIP, `m${number % 35}`), number, `${number}`.repeat(32)))
      const village = rowOf(handover(VILLAGE, 'v'), 0)
      const shuffled = [...rows, village].map((row) => ({ row, key: order.next().value as number }))
      shuffled.sort((left, right) => left.key - right.key)
      const [first, second] = [emptyDirectory(), emptyDirectory()]
      for (const row of [village, ...rows]) first.apply(row)
      for (const { row } of shuffled) second.apply(row)
      expect(second.handovers()).toEqual(first.handovers())
      expect(first.handovers().filter(({ station }) => station === TOWNSHIP).length).toBeLessThanOrEqual(most)
      expect(first.handovers().filter(({ station }) => station === VILLAGE)).toHaveLength(1)
    }),
    { numRuns: 40 },
  )
})

test('R27 a full list drops its lowest; what was dropped stays in the directory on the disk and is listed again with its next change, also after a start', async () => {
  const { root, township } = await place()
  const { write } = await attacker(root)
  const first = handover(TOWNSHIP, 'first')
  await write(first)
  for (let start = 0; start < LISTED.handover; start += 100)
    await write(...Array.from({ length: 100 }, (_, at) => handover(TOWNSHIP, `n${start + at}`, { version: 2 })))
  const listed = (node: Node) => node.engine.office.directory.handovers().map(({ id }) => id)
  await until(
    'at the township',
    () => listed(township).length === LISTED.handover && !listed(township).includes(first.id),
  )
  expect(listed(township)).toEqual(listed(root))
  expect(await receiptsAt(root, documentOf(first))).toEqual([])
  value(await root.engine.office.keepRecord(coordinator, { ...first, reason: '更正' }))
  expect(listed(root)).toContain(first.id)
  expect(listed(root)).toHaveLength(LISTED.handover)
  await until('the same below', () => listed(township).includes(first.id))
  expect(listed(township)).toEqual(listed(root))
  const before = listed(root)
  await root.engine.rebuild()
  expect(listed(root)).toEqual(before)
  await root.engine.stop()
  const again = await restart(root, root.storage as MemoryStorage, undefined, undefined, root.engine.incarnation)
  expect(listed(again)).toEqual(before)
})

test('R28 no version of a station’s record is so high that nobody can follow it: beyond the bound it is quarantined, at the bound the county corrects it', async () => {
  const county = await place()
  const { root, township } = county
  const { write } = await attacker(root)
  const clerk = person(TOWNSHIP, ['clerk'])
  const [over, frozen] = [absence(TOWNSHIP, 'over'), absence(TOWNSHIP, 'frozen')]
  await write({ ...over, version: Number.MAX_SAFE_INTEGER }, { ...frozen, version: LIMITS.recordVersion })
  expect(await reasonsAt(root, over)).toEqual(['quarantined 版本号超出范围:之后谁也无法再更正'])
  await until('at the township', () => absencesOf(township, TOWNSHIP).length === 1)
  value(await township.engine.office.keepRecord(clerk, { ...over, reason: '自己的' }))
  const refused = await township.engine.office.keepRecord(clerk, { ...frozen, ended: true })
  expect(refused).toMatchObject({ ok: false, problem: { code: 'record-version-spent' } })
  value(await root.engine.office.keepRecord(coordinator, { ...frozen, ended: true }))
  for (const node of [root, township])
    await until('corrected', () => {
      const known = absencesOf(node, TOWNSHIP)
      return known.some(({ id, ended }) => id === frozen.id && ended) && known.some(({ reason }) => reason === '自己的')
    })
})

test('R28 a clock that shows a time beyond the bound gives no version', async () => {
  const host = { ...testHost, now: () => LIMITS.recordVersion + 5 }
  const root = await openNode({ station: COUNTY, lease: 1, host })
  await publish(root, [])
  const record = absence(COUNTY, 'a')
  value(await root.engine.office.keepRecord(coordinator, record))
  value(await root.engine.office.keepRecord(coordinator, { ...record, ended: true }))
  expect(root.engine.office.directory.absences()).toMatchObject([{ version: 2, ended: true }])
})
