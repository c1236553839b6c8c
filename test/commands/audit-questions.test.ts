/** What an auditor asks for, and in which words lines are told, apart from the page and the file. */
import { expect, onTestFinished, test } from 'vitest'
import { caseNumbersOf, marksOf } from '#edge-node/commands/audit.ts'
import { createAuditFiles } from '#edge-node/commands/audit-file.ts'
import type { AuditLine } from '#protocol/engine/audit.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { COUNTY, openPlace } from '#test/api/place.ts'

type Found = Awaited<ReturnType<Office['find']>>['rows'][number]
const row = (number: string, applicant: string, more: Partial<Found> = {}): Found =>
  ({ number, applicant, idNumber: '', formerNumbers: [], ...more }) as Found

/** An office that finds these rows, a page at a time, and how often it was asked. */
function finding(rows: readonly Found[]) {
  const office = {
    asked: 0,
    async find({ after = '0', limit = LIMITS.pageRows }) {
      office.asked += 1
      const end = Number(after) + Math.min(limit, LIMITS.pageRows)
      return { rows: rows.slice(Number(after), end), next: end < rows.length ? String(end) : null }
    },
  }
  return office as typeof office & Pick<Office, 'find'>
}
const others = (count: number) => Array.from({ length: count }, (_, at) => row(`other-${at}`, '贾宝余'))

test('A99 newer cases of people whose names contain the name hide no case of the person', async () => {
  const office = finding([
    ...others(LIMITS.auditCases + 1),
    row('1', '贾宝'),
    ...others(LIMITS.pageRows),
    row('2', '贾宝'),
  ])
  expect(await caseNumbersOf(office, ' 贾宝 ')).toEqual(['1', '2'])
})

test('A99 the latest cases of the person are enough, and the search for them ends', async () => {
  const theirs = Array.from({ length: LIMITS.pageRows }, (_, at) => row(String(at), '贾宝'))
  const many = finding(theirs)
  expect(await caseNumbersOf(many, '贾宝')).toEqual(theirs.slice(0, LIMITS.auditCases).map(({ number }) => number))
  expect(many.asked).toBe(1)
  const none = finding(others(LIMITS.pageRows * (LIMITS.auditCasePages + 3)))
  expect(await caseNumbersOf(none, '贾宝')).toEqual([])
  expect(none.asked).toBe(LIMITS.auditCasePages)
  expect(await caseNumbersOf(none, '  ')).toEqual([])
})

test('A99 cases are found by identity number, in capitals or small, and under all numbers that they had', async () => {
  const office = finding([
    row('new', '贾宝', { idNumber: '11010519491231002X', formerNumbers: ['old', ''] }),
    row('', '贾宝', { idNumber: '11010519491231002X' }),
    row('theirs', '11010519491231002', { idNumber: '110105194912310021' }),
  ])
  expect(await caseNumbersOf(office, '11010519491231002x')).toEqual(['new', 'old'])
})

test('A99 the cases of whoever is asked for are looked up once for a file, however many pages it has', async () => {
  const place = await openPlace()
  for (const subject of ['甲', '乙', '丙']) await place.office.audit(null, 'restore', { subject })
  const { pageRows } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { pageRows }))
  Object.assign(LIMITS, { pageRows: 1 })
  const { auditTrail, find, ...office } = place.office
  const asked = { pages: 0, cases: 0 }
  const counted = {
    ...office,
    auditTrail: (query: Parameters<typeof auditTrail>[0]) => {
      asked.pages += 1
      return auditTrail(query)
    },
    find: (query: Parameters<typeof find>[0]) => {
      asked.cases += 1
      return find(query)
    },
  }
  const day = place.office.today()
  const auditor = { person: 'auditor' as PersonId, station: COUNTY, roles: ['auditor' as const] }
  const question = { from: day, until: day, station: '', person: '', event: 'restore', text: '甲' }
  expect(await createAuditFiles(counted)(auditor as never, { ...question, text: '' })).toMatchObject({ ok: true })
  expect(asked.pages).toBeGreaterThan(2)
  expect(asked.cases).toBe(0)
  expect(await createAuditFiles(counted)(auditor as never, question)).toMatchObject({ ok: true })
  expect(asked.cases).toBe(1)
})

test('A92 a time without a known offset says which way it can be wrong; on a day that cannot be, the day says it all', () => {
  const marks = (line: Partial<AuditLine>) =>
    marksOf({
      foreignPerson: false,
      afterRevocation: false,
      strangeDay: false,
      unsureTime: false,
      isEarliest: false,
      ...line,
    } as AuditLine)
  expect(marks({})).toEqual([])
  expect(marks({ unsureTime: true })).toEqual([expect.stringContaining('实际可能更早或更晚')])
  expect(marks({ unsureTime: true, isEarliest: true })).toEqual([expect.stringMatching(/实际只会更晚$/)])
  expect(marks({ unsureTime: true, strangeDay: true })).toEqual([expect.stringContaining('日期不可信')])
})

test('A97 locking an account is one event, and what is refused while it is locked is another', async () => {
  const place = await openPlace()
  const knocks = LIMITS.passwordAttempts + 3
  for (let round = 0; round < knocks; round++)
    await place.accounts.signIn('wang.fang', 'Wrong-pass 1', '10.0.0.7' as never)
  place.pass(2)
  await place.accounts.signIn('wang.fang', 'Wrong-pass 1', '10.0.0.7' as never)
  const day = place.office.today()
  const stations = place.office.directory.stations().map(({ id }) => id)
  const trail = await place.office.auditTrail({ from: day, until: day, stations, texts: ['wang.fang'] })
  const told = trail.ok ? trail.value.lines.map(({ event }) => event) : []
  expect(told.filter((event) => event === 'sign-in-locked')).toHaveLength(1)
  expect(told.filter((event) => event === 'sign-in-refused').length).toBeGreaterThan(0)
})
