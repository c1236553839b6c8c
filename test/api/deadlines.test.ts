/** Deadlines explained over the API: the law's counting, pauses, and refusals where no calendar reaches. */
import { beforeAll, expect, test } from 'vitest'
import { DeadlineShape } from '#edge-node/desk/api/shapes.ts'
import { openPlace, type Place } from '#test/api/place.ts'
import { read, refusal } from '#test/api/reading.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})

const explain = (query: string) => place.call('GET', `/deadlines/explain?${query}`)
const explained = async (query: string) => read(await explain(query), DeadlineShape)

test.each([
  ['2026-02-10', 5, '2026-02-24'],
  ['2026-02-13', 20, '2026-03-19'],
  ['2026-02-14', 3, '2026-02-26'],
  ['2026-02-16', 5, '2026-02-28'],
  ['2026-04-30', 1, '2026-05-06'],
  ['2026-09-18', 5, '2026-09-24'],
  ['2026-09-28', 10, '2026-10-16'],
  ['2026-09-30', 5, '2026-10-13'],
  ['2026-10-10', 1, '2026-10-12'],
])('A60 from %s %i working days end on %s, without a sign-in', async (start, workingDays, due) => {
  const answer = await explained(`start=${start}&workingDays=${workingDays}`)
  expect(answer.due).toBe(due)
  expect(answer.counted.length).toBe(workingDays)
  expect(answer.counted.at(-1)).toBe(due)
  expect(answer.coverage).toEqual({ from: '2024-01-01', until: '2026-12-31' })
})

test('A60 every day behind the start is counted, skipped with its reason, or paused', async () => {
  const answer = await explained('start=2026-02-13&workingDays=20&pause=2026-02-24/2026-02-27')
  // Three working days within the pause (25, 26, 27) move the last day from 19 to 24 March.
  expect(answer.due).toBe('2026-03-24')
  expect(answer.paused).toEqual(['2026-02-25', '2026-02-26', '2026-02-27'])
  expect(answer.skipped).toContainEqual({ day: '2026-02-16', reason: '春节放假' })
  expect(answer.counted).toContain('2026-02-14')
  const days = [...answer.counted, ...answer.skipped.map(({ day }) => day), ...answer.paused]
  expect(new Set(days).size).toBe(days.length)
  expect(days.length).toBe((Date.parse('2026-03-24') - Date.parse('2026-02-13')) / 86_400_000)
})

test('A60 pauses repeat and overlap without being left out twice', async () => {
  const once = await explained('start=2026-02-13&workingDays=20&pause=2026-02-24/2026-02-27')
  const overlapping = 'pause=2026-02-24/2026-02-26&pause=2026-02-25/2026-02-27&pause=2026-02-24/2026-02-27'
  expect(await explained(`start=2026-02-13&workingDays=20&${overlapping}`)).toEqual(once)
  const apart = await explained(
    'start=2026-03-02&workingDays=5&pause=2026-03-02/2026-03-03&pause=2026-03-04/2026-03-05',
  )
  expect(apart.paused).toEqual(['2026-03-03', '2026-03-05'])
  expect(apart.due).toBe('2026-03-11')
})

test('A61 beyond the published calendar there is a refusal with the coverage and a marked estimate', async () => {
  const problem = await refusal(await explain('start=2026-12-28&workingDays=5'), 422)
  expect(problem.code).toBe('deadline-unknown')
  expect(problem.message).toContain('2026-12-31')
  expect(problem.next).toContain('仅供参考')
  expect(problem.deadline).toEqual({ coverage: { from: '2024-01-01', until: '2026-12-31' }, estimate: '2027-01-04' })
})

test('A61 while a pause lasts there is no last day', async () => {
  const problem = await refusal(await explain('start=2026-03-02&workingDays=5&pause=2026-03-03/'), 422)
  expect(problem).toMatchObject({ code: 'deadline-paused', deadline: { estimate: null } })
})

test.each([
  '',
  'start=2026-02-30&workingDays=5',
  'start=2026-02-13',
  'start=2026-02-13&workingDays=0',
  'start=2026-02-13&workingDays=501',
  'start=2026-02-13&workingDays=1.5',
  'start=2026-02-13&workingDays=five',
  'start=2026-02-13&workingDays=5&pause=2026-02-24',
  'start=2026-02-13&workingDays=5&pause=2026-02-24/2026-02-30',
  'start=2026-02-13&workingDays=5&pause=2026-02-27/2026-02-24',
  'start=1969-12-31&workingDays=5',
])('A62 a question that cannot be meant is refused with its field: %s', async (query) => {
  const problem = await refusal(await explain(query), 400)
  expect(problem.field ?? '').toMatch(/start|workingDays|pause/)
})
