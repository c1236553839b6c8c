/** Answers that name no question: each counts for the one that stood when it was given, never for a later one. */
import { expect, test } from 'vitest'
import type { CaseState } from '#protocol/casework/case.ts'
import { problemOf } from '#test/casework/attempts.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  FIELDS,
  fold,
  LICENCE,
  type Line,
  last,
  morning,
  reasonOf,
  registerWith,
  TOWN,
  write,
} from '#test/casework/people.ts'

const on = (today: string) => registerWith({ today })
const PAPERS = ['户口簿', '收入证明']
const [BOOK = '', INCOME = ''] = PAPERS
const AGAIN = { override: '复印件不清', approver: '周首' }
const received: Line[] = [
  ['opened', TOWN, {}, '2026-03-02'],
  ['received', TOWN, {}, '2026-03-02'],
]
const startOf = (lines: readonly Line[]): unknown[] => {
  const { spans } = fold(chain([...received, ...lines]), on('2026-04-20'))
  return [spans.T2s?.start, spans.T2p?.start]
}
const lastKind = ({ story }: CaseState) => story.findLast(({ aside }) => aside === null)?.kind

test('C150 what came for the first notice is not in for the second: time runs from the day on which all was in', () => {
  const lines: Line[] = [
    ['notified', TOWN, { missing: PAPERS }, '2026-03-05'],
    ['supplied', TOWN, { items: PAPERS }, '2026-03-06'],
    ['notified', TOWN, { missing: PAPERS, ...AGAIN }, '2026-03-10'],
  ]
  const all: Line = ['supplemented', TOWN, { items: PAPERS }, '2026-03-26']
  expect(startOf([...lines, all])).toEqual(['2026-03-26', '2026-03-26'])
  const brought: Line = ['supplied', TOWN, { items: PAPERS }, '2026-03-17']
  expect(startOf([...lines, brought, all])).toEqual(['2026-03-17', '2026-03-17'])
})

test('C150 what is said to have come before the only notice answers nothing, however its day was set back', () => {
  const notice: Line = ['notified', TOWN, { missing: PAPERS }, '2026-03-05']
  const all: Line = ['supplemented', TOWN, { items: PAPERS }, '2026-03-26']
  const earlier: readonly (readonly Line[])[] = [
    [['supplied', TOWN, { items: PAPERS }, '2026-03-03'], notice],
    [notice, ['supplied', TOWN, { items: PAPERS, occurredOn: '2026-03-04', occurredWhy: '当日停电' }, '2026-03-06']],
    // On the day of the notice the order of writing tells.
    [['supplied', TOWN, { items: PAPERS }, '2026-03-05'], notice],
  ]
  for (const lines of earlier) expect(startOf([...lines, all])).toEqual(['2026-03-26', '2026-03-26'])
  expect(startOf([notice, ['supplied', TOWN, { items: PAPERS }, '2026-03-05'], all])).toEqual([
    '2026-03-05',
    '2026-03-05',
  ])
})

test('C150 on one day the order of a log tells before the clock, and between logs the corrected time', () => {
  const facts = chain([...received, ['notified', TOWN, { missing: PAPERS }, '2026-03-05']])
  const notice = last(facts)
  const startAfter = (changes: Parameters<typeof write>[4], station = TOWN) => {
    const came = write('supplied', station, null, { items: PAPERS }, { time: notice.time - 60_000, ...changes })
    const done = write('supplemented', TOWN, notice, { items: PAPERS }, { time: morning('2026-03-26') })
    return fold([...facts, came, done], on('2026-04-20')).spans.T2s?.start
  }
  expect(startAfter({})).toBe('2026-03-05') // behind the notice in its own log: the clock was put back
  expect(startAfter({ seq: 1 })).toBe('2026-03-26')
  expect(startAfter({}, COUNTY)).toBe('2026-03-26')
  expect(startAfter({ clockOffset: 120_000 }, COUNTY)).toBe('2026-03-05')
})

test('C150 a notice entered later for its day is answered by what came since that day', () => {
  const facts = chain([...received, ['supplied', TOWN, { items: PAPERS }, '2026-03-06']])
  const back = { missing: PAPERS, occurredOn: '2026-03-05', occurredWhy: '当日停电' }
  const notice = write('notified', TOWN, facts[1] ?? null, back, { time: morning('2026-03-10') })
  const done = write('supplemented', TOWN, notice, { items: PAPERS }, { time: morning('2026-03-12') })
  expect(fold([...facts, notice, done], on('2026-04-20')).spans.T2s?.start).toBe('2026-03-06')
})

test('C150 a second notice says what is still asked for: what came for the first and is not named again stays in', () => {
  const facts = chain([
    ...received,
    ['notified', TOWN, { missing: PAPERS }, '2026-03-05'],
    ['supplied', TOWN, { items: [BOOK] }, '2026-03-06'],
    ['notified', TOWN, { missing: [INCOME], ...AGAIN }, '2026-03-10'],
    ['supplied', TOWN, { items: [INCOME] }, '2026-03-12'],
  ])
  const by = on('2026-03-16')
  const state = fold(facts, by)
  expect(state.supplies).toMatchObject([{ items: [INCOME], day: '2026-03-12' }])
  expect(problemOf(state, 'supplemented', { items: ['见收件登记'], seals: [] }, TOWN, by)).toBeUndefined()
  const done = write('supplemented', TOWN, facts[4] ?? null, { items: [INCOME] }, { time: morning('2026-03-16') })
  expect(fold([...facts, done], by).spans.T2s?.start).toBe('2026-03-12')
})

test('C150 whoever says that all is in names what did not come since the notice; what an earlier program wrote stands', () => {
  const facts = chain([
    ...received,
    ['notified', TOWN, { missing: PAPERS }, '2026-03-05'],
    ['supplied', TOWN, { items: PAPERS }, '2026-03-06'],
    ['notified', TOWN, { missing: PAPERS, ...AGAIN }, '2026-03-10'],
  ])
  const by = on('2026-03-26')
  const typed = { items: ['见收件登记'], seals: [] }
  expect(problemOf(fold(facts, by), 'supplemented', typed, TOWN, by)?.code).toBe('all-supplied')
  const done = write('supplemented', TOWN, last(facts), typed, { time: morning('2026-03-26') })
  const state = fold([...facts, done], by)
  expect([reasonOf(state, done), state.stage, state.spans.T2s?.start]).toEqual([null, '30', '2026-03-26'])
  const first = facts.slice(0, 3)
  const never = write('supplemented', TOWN, last(first), typed, { time: morning('2026-03-26') })
  expect(reasonOf(fold([...first, never], by), never)).toBe('all-supplied')
})

test('C150 a contact before the notice warns nobody of its end', () => {
  const lines: Line[] = [
    ...received,
    ['contacted', TOWN, {}, '2026-03-03'],
    ['notified', TOWN, { missing: PAPERS, days: 10 }, '2026-03-05'],
  ]
  const by = on('2026-06-01')
  const facts = chain(lines)
  const state = fold(facts, by)
  expect(state.contacts).toBe(0)
  expect(problemOf(state, 'lapsed', FIELDS.lapsed, TOWN, by)?.code).toBe('contact-attempted')
  const called = fold([...facts, write('contacted', TOWN, null, {}, { time: morning('2026-03-12') })], by)
  expect(called.contacts).toBe(1)
  expect(problemOf(called, 'lapsed', FIELDS.lapsed, TOWN, by)).toBeUndefined()
  // An earlier program asked for any contact: what it closed stays closed.
  const closed = write('lapsed', TOWN, last(facts), {}, { time: morning('2026-05-06') })
  expect(reasonOf(fold([...facts, closed], by), closed)).toBeNull()
})

test('C150 what was told of the first reply does not stand for the second', () => {
  const licence = { ...LICENCE, id: 'XK0009', level: '2' } as const
  const by = registerWith({ items: [licence], today: '2026-03-30' })
  const at = (text: string) => ({ time: morning(text) })
  const facts = caseAt('46', TOWN, licence)
  const returned = write('replied', TOWN, last(facts), { result: 'returned' }, at('2026-03-12'))
  const told = write('relayed', TOWN, null, {}, at('2026-03-13'))
  const before = [...facts, returned, told]
  expect(fold(before, by)).toMatchObject({
    report: { relayed: '2026-03-13' },
    spans: { "T4'": { start: '2026-03-12', stop: '2026-03-13' } },
  })
  const reported = write('reported', TOWN, returned, {}, at('2026-03-16'))
  const replied = write('replied', TOWN, reported, { result: 'granted' }, at('2026-03-18'))
  const state = fold([...before, reported, replied], by)
  expect(state).toMatchObject({ report: { relayed: null }, spans: { "T4'": { start: '2026-03-18', stop: null } } })
  expect(problemOf(state, 'relayed', FIELDS.relayed, TOWN, by)).toBeUndefined()
  const again = fold([...before, reported, replied, write('relayed', TOWN, null, {}, at('2026-03-19'))], by)
  expect(again).toMatchObject({ report: { relayed: '2026-03-19' }, spans: { "T4'": { stop: '2026-03-19' } } })
})

test('C150 a case passed on is archived when its reply was told; what an earlier program archived stays so', () => {
  const by = on('2026-03-30')
  const at = (text: string) => ({ time: morning(text) })
  const facts = caseAt('85', TOWN)
  const told = write('relayed', TOWN, null, {}, at('2026-03-12'))
  const replied = write('replied', TOWN, last(facts), {}, at('2026-03-16'))
  const state = fold([...facts, told, replied], by)
  expect(state).toMatchObject({ report: { relayed: null }, spans: { "T4'": { stop: null } } })
  expect(problemOf(state, 'archived', {}, TOWN, by)?.code).toBe('answer-relayed')
  const archived = write('archived', TOWN, replied, {}, at('2026-03-17'))
  expect(lastKind(fold([...facts, told, replied, archived], by))).toBe('archived')
})

test('C150 minutes of a meeting before the notice name nobody absent who was asked later', () => {
  const asked = { to: TOWN, department: 'MZ', due: '2026-12-31', content: '请提出意见' }
  const all = caseAt('30', TOWN)
  const notice = write('invited', TOWN, last(all), asked, { time: morning('2026-03-12') })
  const absent = (meeting: string, written: string) =>
    fold(
      [...all, notice, write('met', TOWN, null, { on: meeting, absent: ['MZ'] }, { time: morning(written) + 60_000 })],
      on('2026-04-20'),
    ).invitations[0]?.absent
  expect([
    absent('2026-03-10', '2026-03-10'),
    absent('2026-03-10', '2026-03-13'),
    absent('2026-03-12', '2026-03-12'),
    absent('2026-03-13', '2026-03-13'),
    absent('2026-03-20', '2026-03-13'), // a day to come is no day of a meeting
  ]).toEqual([false, false, true, true, true])
})

test('C150 a decision that an earlier program took on minutes of before stands; nobody takes one now', () => {
  const asked = { to: TOWN, department: 'MZ', due: '2026-12-31', content: '请提出意见' }
  const by = registerWith({ today: '2026-03-30', rules: { absenceAgrees: true } })
  const all = caseAt('30', TOWN)
  const notice = write('invited', TOWN, last(all), asked, { time: morning('2026-03-12') })
  const read = write('acknowledged', TOWN, null, { fact: notice.hash }, { time: morning('2026-03-13') })
  const facts = [
    ...all,
    notice,
    read,
    write('met', TOWN, null, { on: '2026-03-10', absent: ['MZ'] }, { time: morning('2026-03-10') }),
  ]
  for (const kind of ['decided', 'concluded'] as const) {
    const fields = { ...FIELDS[kind], ...(kind === 'concluded' ? { occurredOn: '2026-03-16' } : {}) }
    expect(problemOf(fold(facts, by), kind, fields, TOWN, by)?.code, kind).toBe('co-departments-answered')
    const done = write(kind, TOWN, notice, fields, { time: morning('2026-03-16') })
    expect(reasonOf(fold([...facts, done], by), done), kind).toBeNull()
    const without = facts.filter(({ fact }) => fact?.kind !== 'met')
    expect(reasonOf(fold([...without, done], by), done), kind).toBe('co-departments-answered')
  }
})
