/** The audit log: entries of the node's own log, carried to the county, bounded, and read day by day. */
import { expect, onTestFinished, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { readAuditNote } from '#protocol/casework/audit.ts'
import type { Person } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { AuditQuery } from '#protocol/engine/audit.ts'
import { type Change, StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { ALL, EVER, linesOf, trail } from './audit-trail.ts'
import { openClock } from './clock-host.ts'
import { COUNTY, connect, openCountyRoot, person, publish, SECOND_VILLAGE, TOWNSHIP, until, VILLAGE } from './county.ts'
import { RawNode } from './raw-node.ts'
import { cutAll, place } from './restoring.ts'

const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk'])
const admin = person(COUNTY, ['administrator'])

test('A90 what somebody did offline is in the station’s log, travels to the county and is read there', async () => {
  const { root, township, village, links } = await place()
  await cutAll(links)
  await village.engine.office.audit(agent, 'print', { subject: '代收凭证 1', address: '127.0.0.1' })
  expect(await trail(village)).toEqual([`${agent.person} print 代收凭证 1`])
  connect(township, root)
  connect(village, township)
  await until('at the county', async () => (await trail(root, [VILLAGE])).length === 1)
  const [line] = await linesOf(root, [VILLAGE])
  expect(line).toMatchObject({ node: village.identity.node, station: VILLAGE, address: '127.0.0.1', uncounted: 0 })
  expect(await trail(root, [TOWNSHIP])).toEqual([])
  // An audit log of its own for each station: a village holds nothing of anybody else's.
  await township.engine.office.audit(clerk, 'search', { subject: '王芳' })
  await until('the township’s is at the county', async () => (await trail(root, [TOWNSHIP])).length === 1)
  expect(await trail(village)).toHaveLength(1)
  await root.engine.rebuild()
  expect(await trail(root, [VILLAGE, TOWNSHIP])).toHaveLength(2)
})

const account: Person = {
  type: 'person',
  id: 'wang' as PersonId,
  version: 0,
  name: '王芳',
  station: TOWNSHIP,
  roles: ['clerk'],
  password: { salt: 'salt1', hash: 'hash1' },
  disabled: false,
}

test('A91 what is published stands in the audit log by the same commit, an account without anything of its password', async () => {
  const { root } = await place()
  const storage = root.storage as MemoryStorage
  const commit = storage.commit.bind(storage)
  const written: string[] = []
  storage.commit = async (change) => {
    if (change.places.length > 0) written.push(change.places.map(({ document }) => document.split('/')[0]).join(' '))
    await commit(change)
  }
  const versions: Partial<Person>[] = [
    {},
    { roles: ['clerk', 'chief'] },
    { password: { salt: 'salt2', hash: 'hash2' } },
    { password: { salt: 'salt2', hash: 'hash2' }, disabled: true },
  ]
  for (const version of versions) value(await root.engine.office.publish(admin, [{ ...account, ...version }]))
  expect(written).toEqual(Array.from(versions, () => 'person audit'))
  const lines = (await linesOf(root, [COUNTY])).filter(({ event }) => event === 'people')
  expect(lines.map(({ details }) => details)).toEqual([
    '停用',
    '重置密码;岗位由 窗口人员、首席代表 改为 窗口人员',
    '岗位由 窗口人员 改为 窗口人员、首席代表',
    `新建账号,${TOWNSHIP} 窗口人员`,
  ])
  expect(lines.map(({ person: who, subject }) => `${who} ${subject}`)).toEqual(
    Array.from(versions, () => `${admin.person} 账号 wang`),
  )
  expect(JSON.stringify(lines)).not.toMatch(/salt|hash[0-9]/)
})

test('A91 a machine that joins and one that is taken out stand in the audit log; what a program makes itself does not', async () => {
  const { root, township } = await place()
  expect(await trail(root)).toEqual([])
  await publish(root, [new RawNode(SECOND_VILLAGE).record(township.identity.node, 9), ...SAMPLE_ITEMS])
  const lines = (await linesOf(root, [COUNTY])).map(({ event, person: who, details }) => [event, who, details])
  expect(lines).toEqual([['enrolment', '', 'raw']])
  const record = root.engine.office.directory.node(township.identity.node)
  if (!record) throw new Error('the township is registered')
  value(await root.engine.office.publish(admin, [{ ...record, revoked: { time: 1, reason: '电脑被盗' } }]))
  const [last] = await linesOf(root, [COUNTY])
  expect(last).toMatchObject({ event: 'revocation', details: expect.stringContaining('电脑被盗') })
})

class FullStorage extends MemoryStorage {
  full = false
  override async commit(change: Change) {
    if (this.full) throw new StorageFailure('full', '磁盘已满')
    await super.commit(change)
  }
}

test('A94 what the disk refuses keeps nobody from his work, and the next event says how many are missing', async () => {
  const disk = new FullStorage()
  const root = await openCountyRoot(disk)
  const { office } = root.engine
  disk.full = true
  await office.audit(admin, 'search', { subject: '王芳' })
  await office.audit(admin, 'search', { subject: '王芳' })
  expect((await office.status()).health.writable).toBe(false)
  disk.full = false
  await office.audit(admin, 'search', { subject: '王芳' })
  expect((await linesOf(root, [COUNTY]))[0]).toMatchObject({ event: 'search', uncounted: 2 })
  // Two of the same at once: the second is answered with the first, and both are missing.
  disk.full = true
  await Promise.all([1, 2].map(() => office.audit(admin, 'print', { subject: '王芳' })))
  disk.full = false
  await office.audit(admin, 'print', { subject: '王芳' })
  expect((await linesOf(root, [COUNTY]))[0]).toMatchObject({ event: 'print', uncounted: 2 })
})

test('A94 what is only counted and then refused by the disk when it is told is told once the disk takes it again', async () => {
  const disk = new FullStorage()
  const clock = openClock('2026-11-26T09:00+08:00')
  const root = await openCountyRoot(disk, clock.host)
  const { office } = root.engine
  for (let count = 0; count < 4; count++) await office.audit(null, 'sign-in-failed', { subject: 'admin' })
  disk.full = true
  clock.moveTo('2026-11-26T09:01:01+08:00')
  await until('refused', async () => !(await office.status()).health.writable)
  disk.full = false
  clock.moveTo('2026-11-26T09:02:02+08:00')
  await until('told by itself', async () => (await linesOf(root, [COUNTY])).length === 2)
  const told = (await linesOf(root, [COUNTY])).map(({ subject, uncounted }) => [subject, uncounted])
  expect(told).toEqual([
    ['admin', 2],
    ['admin', 0],
  ])
})

test('A98 pages lose and repeat nothing, by station, person, event, text and day', async () => {
  const clock = openClock('2026-11-24T09:00+08:00')
  const root = await openCountyRoot(new MemoryStorage(), clock.host)
  const { office } = root.engine
  for (const [number, day] of ['24', '25', '26'].entries()) {
    clock.jumpTo(`2026-11-${day}T09:00+08:00`)
    for (let count = 0; count < 60; count++) await office.audit(admin, 'print', { subject: `${number * 60 + count}` })
  }
  const printed = (await trail(root)).filter((line) => line.includes(' print '))
  expect(printed.map((line) => Number(line.split(' ').at(-1)))).toEqual(
    Array.from({ length: 180 }, (_, at) => 179 - at),
  )
  const ask = async (query: Partial<AuditQuery>) => {
    const page = await office.auditTrail({ ...EVER, stations: [COUNTY], ...query })
    return page.ok ? page.value.lines.length : -1
  }
  expect(await ask({ from: '2026-11-25' as Day, until: '2026-11-25' as Day })).toBe(LIMITS.pageRows)
  expect(await ask({ from: '2026-11-27' as Day })).toBe(0)
  expect(await ask({ texts: ['179'] })).toBe(1)
  expect(await ask({ texts: ['178', '179'] })).toBe(2)
  expect(await ask({ people: ['nobody' as PersonId] })).toBe(0)
  expect(await ask({ event: 'print', texts: ['17'] })).toBe(12) // 17, 117 and 170 to 179
  expect(await ask({ event: 'search' })).toBe(0)
  expect(await ask({ stations: [SECOND_VILLAGE] })).toBe(0)
  expect(await ask({ after: 'nonsense' })).toBe(LIMITS.pageRows)
})

test('A98 a day with more entries than one page looks at is read on and on to its end, and hides neither other stations nor other days', async () => {
  const { auditReadEntries } = LIMITS
  Object.assign(LIMITS, { auditReadEntries: 40 })
  onTestFinished(() => void Object.assign(LIMITS, { auditReadEntries }))
  const clock = openClock('2026-11-25T09:00+08:00')
  const root = await openCountyRoot(new MemoryStorage(), clock.host)
  const { office } = root.engine
  await office.audit(admin, 'export', { subject: 'before' })
  clock.jumpTo('2026-11-26T09:00+08:00')
  for (let count = 0; count < 130; count++) {
    if (count % 50 === 0) clock.jumpTo(`2026-11-26T09:1${count / 50}+08:00`)
    await office.audit(admin, 'print', { subject: `${count}` })
  }
  await office.audit(admin, 'export', { subject: 'after' })
  let [after, pages]: [string | undefined, number] = [undefined, 0]
  const found: string[] = []
  do {
    const page = await office.auditTrail({ ...EVER, stations: ALL, event: 'export', ...(after ? { after } : {}) })
    if (!page.ok) throw new Error(page.problem.message)
    found.push(...page.value.lines.map(({ subject }) => subject))
    after = page.value.next ?? undefined
    pages += 1
  } while (after !== undefined && pages < 10)
  expect([found, pages]).toEqual([['after', 'before'], 4])
  expect((await trail(root)).length).toBe(132)
})

test('A98 a note that is none is passed over, and one of a later program keeps its name', () => {
  for (const odd of ['', '[]', 'null', '{}', '{"event":7}', '\uFFFD']) expect(readAuditNote(odd)).toBeUndefined()
  const note = readAuditNote(JSON.stringify({ event: 'wiped', subject: 5, details: 'x'.repeat(9_000), uncounted: -1 }))
  expect(note).toMatchObject({ event: 'wiped', subject: '', address: '', uncounted: 0 })
  expect(note?.details).toHaveLength(LIMITS.auditCharacters)
})
