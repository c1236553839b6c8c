/** What bounds the audit log: of whom how much is written, what is only counted, and when that is told. */
import { expect, test } from 'vitest'
import type { AuditEvent } from '#protocol/casework/audit.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { EVER, linesOf, trail } from './audit-trail.ts'
import { openClock } from './clock-host.ts'
import { COUNTY, type Node, openCountyRoot, person, until } from './county.ts'

const admin = person(COUNTY, ['administrator'])

test('A93 what would be too many is counted, and the same again within its time is one event', async () => {
  const clock = openClock('2026-11-26T09:00+08:00')
  const root = await openCountyRoot(new MemoryStorage(), clock.host)
  const { office } = root.engine
  const events = () => linesOf(root, [COUNTY])
  for (let count = 0; count < LIMITS.auditPerMinute + 7; count++)
    await office.audit(null, 'sign-in-failed', { subject: `${count}`, address: '10.0.0.9' })
  await office.audit(null, 'sign-in-locked') // another kind is not kept out by it
  expect(await events()).toHaveLength(LIMITS.pageRows)
  const all = async (event: AuditEvent) => (await trail(root)).filter((line) => line.includes(` ${event} `)).length
  expect(await all('sign-in-failed')).toBe(LIMITS.auditPerMinute)
  expect(await all('sign-in-locked')).toBe(1)
  clock.jumpTo('2026-11-26T09:02+08:00')
  const guess = () => office.audit(null, 'sign-in-failed', { subject: 'admin', address: '10.0.0.9' })
  await guess()
  expect((await events())[0]).toMatchObject({ event: 'sign-in-failed', uncounted: 7 })
  // The same guess again is counted, so that nobody fills the log with one name.
  for (let count = 0; count < 5; count++) await guess()
  clock.jumpTo('2026-11-26T09:04+08:00')
  await guess()
  expect((await events())[0]).toMatchObject({ subject: 'admin', uncounted: 5 })
  // Guesses at one name are told on no line of another one.
  for (let count = 0; count < 3; count++) await guess()
  await office.audit(null, 'sign-in-failed', { subject: 'li.clerk', address: '10.0.0.5' })
  expect((await events())[0]).toMatchObject({ subject: 'li.clerk', uncounted: 0 })
  const search = () => office.audit(admin, 'search', { subject: '王芳' })
  for (let count = 0; count < 3; count++) await search()
  await office.audit(admin, 'search', { subject: '李成' })
  expect(await all('search')).toBe(2)
  clock.jumpTo('2026-11-26T09:12+08:00')
  await search()
  expect(await all('search')).toBe(3)
})

test('A93 what was only counted is told by the next event of the same person, and searches are one when what was typed is one', async () => {
  const clock = openClock('2026-11-26T09:00+08:00')
  const root = await openCountyRoot(new MemoryStorage(), clock.host)
  const { office } = root.engine
  const other = person(COUNTY, ['clerk'])
  const busy: Actor = { ...other, person: 'busy' as PersonId }
  const calm: Actor = { ...other, person: 'calm' as PersonId }
  const search = (actor: Actor, same: string) => office.audit(actor, 'search', { subject: '****002X', same })
  for (let count = 0; count < LIMITS.auditPerMinute + 5; count++) await search(busy, `${count}002X`)
  await search(calm, '1002X') // what one does hides nothing of another
  expect((await trail(root)).filter((line) => line.startsWith('calm'))).toHaveLength(1)
  expect((await trail(root)).length).toBe(LIMITS.auditPerMinute + 1)
  clock.jumpTo('2026-11-26T09:02+08:00')
  await search(calm, '2002X')
  await search(calm, '2002X') // the next page of it
  await search(busy, 'last 002X')
  const lines = (await linesOf(root, [COUNTY])).slice(0, 3)
  expect(lines.map(({ person: who, uncounted }) => [who, uncounted])).toEqual([
    ['busy', 5],
    ['calm', 0],
    ['calm', 0],
  ])
  expect(JSON.stringify(lines)).not.toContain('2002X')
})

const guessAt = ({ office }: Node['engine'], subject: string, address = '') =>
  office.audit(null, 'sign-in-failed', { subject, address, details: '密码不对' })
const told = async (root: Node) =>
  (await linesOf(root, [COUNTY])).map(({ subject, details, uncounted }) => [subject, details, uncounted])

test('A93 what is only counted when the node stops is written then, by kind and person', async () => {
  const root = await openCountyRoot(new MemoryStorage(), openClock('2026-11-26T09:00+08:00').host)
  for (let count = 0; count < 4; count++) await guessAt(root.engine, 'admin')
  await root.engine.stop()
  expect(await told(root)).toEqual([
    ['admin', '当时只计次数,随后补记;密码不对', 2],
    ['admin', '密码不对', 0],
  ])
  await root.engine.stop()
  expect(await linesOf(root, [COUNTY])).toHaveLength(2)
})

test('A93 what is only counted is written a minute later, so that a power cut hides no more than that', async () => {
  const disk = new MemoryStorage()
  const clock = openClock('2026-11-26T09:00+08:00')
  const root = await openCountyRoot(disk, clock.host)
  const { office } = root.engine
  for (let count = 0; count < 4; count++) await guessAt(root.engine, 'admin')
  for (let count = 0; count < LIMITS.auditPerMinute + 5; count++)
    await office.audit(admin, 'search', { subject: `${count}` })
  clock.moveTo('2026-11-26T09:01:01+08:00')
  await until('written by itself', async () => (await trail(root)).length === LIMITS.auditPerMinute + 3)
  const after = (await linesOf(root, [COUNTY]))
    .slice(0, 2)
    .map(({ event, subject, uncounted }) => [event, subject, uncounted])
  expect(after.sort()).toEqual([
    ['search', `${LIMITS.auditPerMinute + 4}`, 4],
    ['sign-in-failed', 'admin', 2],
  ])
  // Told once, and the next one says nothing of it.
  clock.moveTo('2026-11-26T09:03+08:00')
  await office.audit(admin, 'search', { subject: '王芳' })
  expect((await linesOf(root, [COUNTY]))[0]).toMatchObject({ subject: '王芳', uncounted: 0 })
})

test('A93 addresses without end fill neither the log nor memory: of the kind so many are written in a minute, and told', async () => {
  const clock = openClock('2026-11-26T09:00+08:00')
  const root = await openCountyRoot(new MemoryStorage(), clock.host)
  const { auditStrangersPerMinute } = LIMITS
  const many = auditStrangersPerMinute * 3
  for (let count = 0; count < many; count++)
    await guessAt(root.engine, 'admin', `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`)
  expect(await trail(root)).toHaveLength(auditStrangersPerMinute)
  // Who is signed in is not kept out by them.
  await root.engine.office.audit(admin, 'search', { subject: '王芳' })
  expect((await trail(root))[0]).toContain('王芳')
  await root.engine.stop()
  const page = async (after?: string): Promise<readonly number[]> => {
    const read = await root.engine.office.auditTrail({ ...EVER, stations: [COUNTY], ...(after ? { after } : {}) })
    if (!read.ok) throw new Error(read.problem.message)
    const counts = read.value.lines
      .filter(({ event }) => event === 'sign-in-failed')
      .map(({ uncounted }) => uncounted + 1)
    return read.value.next === null ? counts : [...counts, ...(await page(read.value.next))]
  }
  const counts = await page()
  expect(counts.length).toBeLessThanOrEqual(2 * auditStrangersPerMinute + 1)
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(many)
})
