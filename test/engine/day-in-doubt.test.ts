/** While nobody can say what day it is nothing is numbered; a person who says it is asked twice where that is far off, and answers for it. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { createClock } from '#protocol/engine/clock.ts'
import { isDayInDoubt } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Node, person, TOWNSHIP } from './county.ts'
import { DAY, MET, parted } from './parted-clock.ts'

const clerk = person(TOWNSHIP, ['clerk'])
const item = SAMPLE_ITEMS[0]?.id ?? ''
const status = ({ engine }: Node) => engine.office.status()
const in2028 = Date.parse('2028-06-04T09:00+08:00') - MET

async function opened({ engine: { office } }: Node) {
  const made = await office.openCase(clerk, item)
  if (!made.ok) throw new Error(made.problem.message)
  return made.value
}

test('S157 a clock that nobody has told the time for long opens no case until a person has confirmed the day', async () => {
  const { start, machine } = await parted(0)
  machine.set(in2028)
  const township = await start()
  const { office } = township.engine
  const refused = await office.openCase(clerk, item)
  expect(refused).toMatchObject({ ok: false, problem: { code: 'clock-unheard' } })
  expect(!refused.ok && refused.problem.message).toContain('2028-06-04')
  expect((await office.find({})).rows).toEqual([])
  expect((await office.confirmDay(clerk, '2026-11-26' as Day)).ok).toBe(true)
  expect((await opened(township)).number).toContain('261126')
})

test('S157 no paper is numbered, what is there can be read and noted on, and a clock that is put right is right', async () => {
  const { start, machine } = await parted(0)
  const first = await start()
  const { id } = await opened(first)
  await first.engine.stop()
  machine.set(in2028)
  const township = await start()
  const { office } = township.engine
  await office.audit(clerk, 'search', { subject: '张秀英' })
  const form = await office.view(clerk, id)
  expect(form.ok && form.value.state.number).toContain('261123')
  const received = await office.act(clerk, id, 'received', { applicant: '王芳', materials: 1 })
  expect(received).toMatchObject({ ok: false, problem: { code: 'clock-unheard' } })
  expect((await office.act(clerk, id, 'noted', { text: '电话联系过' })).ok).toBe(true)
  await township.engine.stop()
  // What was written in 2028 is no moment that the clock had reached.
  machine.set(DAY)
  const right = await start()
  expect(await status(right)).toMatchObject({ clockDoubt: null, clockConfirmedBy: null })
  expect(right.engine.office.today()).toBe('2026-11-24')
  expect((await opened(right)).number).toContain('261124')
})

test('S157 who was offline for so long with a right clock confirms once', async () => {
  const behind = 3 * DAY + 5 * 60 * 60_000
  const { start, machine } = await parted(-behind)
  machine.set((LIMITS.unheardDays + 1) * DAY - behind)
  const township = await start()
  const { office } = township.engine
  expect((await office.openCase(clerk, item)).ok).toBe(false)
  expect((await office.confirmDay(clerk, office.today())).ok).toBe(true)
  expect(Math.abs(((await status(township)).clockOffset ?? 0) - behind)).toBeLessThan(60_000)
  expect((await opened(township)).number).toContain(office.today().slice(2).replaceAll('-', ''))
  await township.engine.stop()
  machine.set((LIMITS.unheardDays + 30) * DAY - behind)
  expect(await status(await start())).toMatchObject({ clockDoubt: null })
})

test('S157 what nobody has told for long is not told on, and hours within one day do no harm', () => {
  let ahead = 0
  const clock = createClock({ now: () => MET + ahead }, false)
  clock.heardRoot(MET)
  ahead = LIMITS.unheardDays * DAY
  expect(clock.rootTime()).toBe(MET + ahead)
  ahead += 1
  expect(clock.rootTime()).toBeNull()
  const behind = { is: 'behind', time: MET, since: MET + 3 * 60 * 60_000, proof: 'reached' } as const
  expect(isDayInDoubt(behind)).toBe(false)
  expect(isDayInDoubt({ ...behind, since: MET + DAY })).toBe(true)
  expect(isDayInDoubt(null)).toBe(false)
})
