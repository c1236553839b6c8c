/** While nobody can say what day it is nothing is numbered; a person who says it is asked twice where that is far off, and answers for it. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import { createClock } from '#protocol/engine/clock.ts'
import { isDayInDoubt } from '#protocol/engine/clock-doubt.ts'
import { CONFIRMED_DAY } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { hostWith, MONDAY } from '#test/clock/host.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
} from './county.ts'
import { countyHost, DAY, MET, openMachine, parted } from './parted-clock.ts'

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
  const trail = await office.auditTrail({ from: '2000-01-01' as Day, until: '2099-12-31' as Day, stations: [TOWNSHIP] })
  expect(trail.ok && trail.value.lines.map(({ event, unsureTime }) => [event, unsureTime])).toEqual([['search', false]])
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
  const behind = 5 * 60 * 60_000 // within the same day: nobody asks whether it was put right
  const { start, machine } = await parted(-behind)
  machine.set((LIMITS.unheardDays - 1) * DAY - behind)
  const working = await start()
  await opened(working)
  await working.engine.stop()
  machine.set((LIMITS.unheardDays + 1) * DAY - behind)
  const township = await start()
  const { office } = township.engine
  expect((await office.openCase(clerk, item)).ok).toBe(false)
  expect((await office.confirmDay(clerk, office.today(), { isSure: true })).ok).toBe(true)
  expect(Math.abs(((await status(township)).clockOffset ?? 0) - behind)).toBeLessThan(60_000)
  expect((await opened(township)).number).toContain(office.today().slice(2).replaceAll('-', ''))
  await township.engine.stop()
  machine.set((LIMITS.unheardDays + 30) * DAY - behind)
  expect(await status(await start())).toMatchObject({ clockDoubt: null })
})

test('S157 what nobody has told for long is not told on, and hours within one day do no harm', () => {
  let ahead = 0
  const clock = createClock(
    hostWith(() => MET + ahead),
    false,
  )
  clock.heardRoot(MET)
  ahead = LIMITS.unheardDays * DAY
  expect(clock.rootTime(0)).toBe(MET + ahead)
  ahead += 1
  expect(clock.rootTime(0)).toBeNull()
  const behind = { is: 'behind', time: MET, since: MET + 3 * 60 * 60_000, proof: 'reached', fell: 0 } as const
  expect(isDayInDoubt(behind)).toBe(false)
  expect(isDayInDoubt({ ...behind, since: MET + DAY })).toBe(true)
  expect(isDayInDoubt(null)).toBe(false)
})

const in2009 = Date.parse('2009-01-01T08:00+08:00') - MET
const clockFindings = async (node: Node) =>
  (await status(node)).findings.filter(({ kind }) => kind === 'clock').map(({ kept, message }) => [kept, message])
const said = (day: string) => [CONFIRMED_DAY, `${clerk.name}确认今天是 ${day};本机时钟当时显示 2009-01-01`]

test('S158 a day before the county’s is asked about again, and one far after all that is known', async () => {
  const { start, machine } = await parted(0)
  machine.set(in2009)
  const { office } = (await start()).engine
  const confirm = (day: string, isSure?: boolean) => office.confirmDay(clerk, day as Day, isSure ? { isSure } : {})
  const early = await confirm('2026-11-22')
  expect(early).toMatchObject({ ok: false, problem: { code: 'day-far', field: 'sure' } })
  for (const day of [MONDAY, '2026-11-22']) expect(!early.ok && early.problem.message).toContain(day)
  const last = plusDays(MONDAY, LIMITS.farDays)
  const far = await confirm(plusDays(last, 1))
  expect(far).toMatchObject({ ok: false, problem: { code: 'day-far', field: 'sure' } })
  for (const day of [MONDAY, plusDays(last, 1)]) expect(!far.ok && far.problem.message).toContain(day)
  expect(office.today()).toBe('2009-01-01')
  expect((await confirm(last)).ok).toBe(true)
  // A person's own word speaks for no other day: the slip of a hand is asked about the next time, too, and can be taken back.
  expect((await confirm('2036-11-26', true)).ok).toBe(true)
  expect(await confirm('2036-11-27')).toMatchObject({ ok: false, problem: { code: 'day-far' } })
  expect((await confirm(MONDAY)).ok).toBe(true)
  expect(office.today()).toBe(MONDAY)
})

test('S158 who confirmed the day is told over restarts until the parent was met, and then whether it was wrong', async () => {
  for (const [day, wrong] of [
    [MONDAY, false],
    ['2026-11-25', true],
  ] as const) {
    const { start, machine, root } = await parted(0)
    machine.set(in2009)
    const first = await start()
    expect((await first.engine.office.confirmDay(clerk, day as Day)).ok).toBe(true)
    expect(await clockFindings(first)).toEqual([said(day)])
    await first.engine.stop()
    const again = await start()
    expect(await clockFindings(again)).toEqual([said(day)])
    const link = connect(again, root)
    await until('the county says what day it is', async () => (await status(again)).clockConfirmedBy === null)
    const message = `确认的日期和县中心的不同:本机按 ${day} 办理,县中心的日期是 ${MONDAY}`
    const told = wrong ? [[`wrong-day-${day}`, message]] : []
    expect(await clockFindings(again)).toEqual(told)
    link.cut()
    await link.ended
    await again.engine.stop()
    expect(await clockFindings(await start())).toEqual(told)
  }
})

test('S158 a confirmed day that another one takes back is told with both', async () => {
  const { start, machine } = await parted(0)
  machine.set(in2009)
  const township = await start()
  const { office } = township.engine
  expect((await office.confirmDay(clerk, '2036-11-26' as Day, { isSure: true })).ok).toBe(true)
  expect((await office.confirmDay(clerk, MONDAY)).ok).toBe(true)
  // Nobody is named by the word of another person, who may be the one that errs.
  const message = `确认的日期改过:本机按 2036-11-26 办理,后来确认的日期是 ${MONDAY}`
  expect(await clockFindings(township)).toEqual([said(MONDAY), ['wrong-day-2036-11-26', message]])
})

test('S157 a county in 2009 tells its nodes no day until somebody there has confirmed what its clock shows', async () => {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const open = (incarnation: number, keys?: Node['identity']['keys']) =>
    openNode({ station: COUNTY, lease: 1, storage, host: machine.host, incarnation, ...(keys ? { keys } : {}) })
  const first = await open(1)
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: first, host: countyHost() })
  await publish(first, [...STATIONS, nodeRecord(first, null), nodeRecord(township, first.identity.node)])
  await publish(first, SAMPLE_ITEMS)
  const met = await callUntil(
    township,
    first,
    'the township knows the time',
    async () => township.engine.office.stations.length === 1 && (await status(township)).clockOffset !== null,
  )
  met.cut()
  await met.ended
  await first.engine.stop()

  machine.set(in2009)
  const root = await open(1, first.identity.keys)
  const dead = await callUntil(township, root, 'they are connected', async () =>
    Boolean((await status(township)).parent?.connected),
  )
  expect(await status(root)).toMatchObject({ clockDoubt: { is: 'behind' } })
  expect(township.engine.office.today()).toBe(MONDAY)
  expect((await opened(township)).number).toContain('261123')
  expect((await status(township)).findings.filter(({ kind }) => kind === 'clock')).toEqual([])
  dead.cut()
  await dead.ended
  await root.engine.stop()

  // Put right, it shows less than it did: what a person there has looked at is the county's day, and nothing before.
  machine.set(-2 * DAY)
  const right = await open(1, root.identity.keys)
  expect(
    (await right.engine.office.confirmDay(person(COUNTY, ['chief']), '2026-11-21' as Day, { isSure: true })).ok,
  ).toBe(true)
  const again = connect(township, right)
  await until('the township hears it', () => township.engine.office.today() === '2026-11-21', 5_000)
  again.cut()
})

test('S157 a root that was ahead and is put right tells the time once a person has confirmed it', () => {
  let ahead = 400 * DAY
  const clock = createClock({ now: () => MET + ahead, elapsed: () => 0 }, true)
  clock.passed(0)
  expect(clock.rootTime(0)).toBe(MET + ahead)
  ahead = 0
  expect(clock.rootTime(0)).toBeNull()
  clock.passed(0)
  expect(clock.rootTime(0)).toBeNull()
  clock.confirm(MONDAY, clerk.person)
  expect(clock.rootTime(0)).toBe(MET)
  // What it published while it was ahead speaks against it only until then.
  expect(clock.rootTime(MET + 400 * DAY)).toBe(MET)
  expect(
    createClock(
      hostWith(() => MET),
      true,
    ).rootTime(MET + 400 * DAY),
  ).toBeNull()
})
