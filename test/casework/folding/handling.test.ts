/** Handling by the law: supplements, special procedures, extension, reporting up. */
import { expect, test } from 'vitest'
import type { CaseState } from '#protocol/casework/case.ts'
import { GUARDED_KINDS } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
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
  SIMPLE,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

const on = (today: string) => registerWith({ today })
const clock = (state: CaseState, id: string) => state.clocks.find((each) => each.id === id)

const MISSING = ['身份证复印件', '申请表']
const notified: Line[] = [
  ['opened', TOWN, { item: LICENCE.id }, '2026-03-09'],
  ['received', TOWN, {}, '2026-03-09'],
  ['notified', TOWN, { missing: MISSING, days: 20 }, '2026-03-10'],
]

test('C86 the case is accepted on the day on which a window had everything, however late it is written down', () => {
  const facts = chain([
    ...notified,
    ['supplied', TOWN, { items: MISSING.slice(0, 1) }, '2026-03-11'],
    ['supplied', TOWN, { items: MISSING }, '2026-03-12'],
  ])
  const done = write('supplemented', TOWN, facts[2] ?? null, { items: MISSING }, { time: morning('2026-03-16') })
  const state = fold([...facts, done], on('2026-03-17'))
  expect(state).toMatchObject({
    stage: '30',
    days: { received: '2026-03-09', supplemented: '2026-03-12' },
    spans: { "T1'": { start: '2026-03-10', stop: '2026-03-12' }, T2s: { start: '2026-03-12', stop: null } },
  })
  expect(state.papers.map(({ code, day: made }) => [code, made])).toContainEqual(['D05', '2026-03-12'])
})

test('C86 what a village took is not in yet, and what comes with the fact is in on its day', () => {
  const both = [
    chain([...notified, ['supplied', VILLAGE, { items: MISSING }, '2026-03-11']]),
    chain([...notified, ['supplied', TOWN, { items: MISSING.slice(0, 1) }, '2026-03-11']]),
  ]
  for (const facts of both) {
    const done = write('supplemented', TOWN, facts[2] ?? null, { items: MISSING }, { time: morning('2026-03-16') })
    expect(fold([...facts, done], on('2026-03-17')).spans.T2s?.start).toBe('2026-03-16')
  }
  // Taken in by the village and brought to the window, it need not be listed again.
  const [village = []] = both
  const brought = write('supplemented', TOWN, village[2] ?? null, { items: ['见代收清单'] })
  expect(reasonOf(fold([...village, brought]), brought)).toBeNull()
  const supplies = fold(village).supplies
  expect(supplies).toMatchObject([{ items: MISSING, day: '2026-03-11', tier: 'village' }])
})

test('C87 a second notice needs a reason and somebody who answers for it, and is counted', () => {
  const facts = caseAt('25', TOWN)
  const state = fold(facts)
  expect(problemOf(state, 'notified')).toMatchObject({
    code: 'first-notice',
    message: expect.stringContaining('一次告知'),
  })
  const again = { missing: ['户口簿'], days: 15, override: '原告知有误', approver: 'p9' }
  expect(problemOf(state, 'notified', again)).toBeUndefined()
  const second = fold([...facts, write('notified', TOWN, last(facts), again)])
  expect(second).toMatchObject({ stage: '25', notice: { count: 2, missing: ['户口簿'], until: '2026-03-24' } })
  expect(second.spans["T1'"]).toEqual({ start: '2026-03-09', stop: null })
  expect(second.papers.filter(({ code }) => code === 'D04')).toHaveLength(2)
})

test('C88 nobody who stays away is closed by a clock: only a second person closes, after a contact', () => {
  const facts = chain(notified)
  const late = fold(facts, on('2026-06-01'))
  expect(late).toMatchObject({ stage: '25', closing: null })
  expect(clock(late, "T1'")).toMatchObject({ exceeded: true, due: '2026-03-30' })
  const register = on('2026-06-01')
  expect(problemOf(late, 'lapsed', FIELDS.lapsed, TOWN, register)?.code).toBe('contact-attempted')
  const called = [...facts, write('contacted', TOWN, null, {}, { time: morning('2026-03-30') })]
  expect(problemOf(fold(called, register), 'lapsed', { confirmer: 'p1' }, TOWN, register)?.code).toBe(
    'confirmed-by-another',
  )
  const lapsed = write('lapsed', TOWN, last(facts), {}, { time: morning('2026-03-31') })
  expect(fold([...called, lapsed], register)).toMatchObject({
    stage: '84',
    closing: '5',
    spans: { "T1'": { stop: '2026-03-31' } },
  })
  const early = write('lapsed', TOWN, last(facts), {}, { time: morning('2026-03-30') })
  expect(reasonOf(fold([...called, early], register), early)).toBe('notice-expired')
})

test('C89 a reported case stays its window’s until the answer was told', () => {
  const licence = { ...LICENCE, id: 'XK0003', level: '2' } as const
  const register = registerWith({ items: [licence], today: '2026-03-20' })
  const facts = caseAt('46', TOWN, licence)
  const reported = fold(facts, register)
  expect(reported).toMatchObject({
    stage: '46',
    holder: TOWN,
    report: { organ: '市民政局', relayed: null },
    spans: { T4: { stop: '2026-03-09' }, T2s: { stop: null } },
  })
  expect(problemOf(reported, 'relayed', FIELDS.relayed, TOWN, register)?.code).toBe('nothing-to-answer')
  const replied = write('replied', TOWN, last(facts), {}, { time: morning('2026-03-16') })
  const answered = fold([...facts, replied], register)
  expect(answered).toMatchObject({ stage: '50', spans: { "T4'": { start: '2026-03-16', stop: null } } })
  expect(clock(answered, "T4'")).toMatchObject({ limit: 2, due: '2026-03-18', exceeded: true })
  const relayed = write('relayed', TOWN, null, {}, { time: morning('2026-03-17') })
  const told = fold([...facts, replied, relayed], register)
  expect(told).toMatchObject({ report: { relayed: '2026-03-17' }, spans: { "T4'": { stop: '2026-03-17' } } })
  expect(clock(told, "T4'")).toMatchObject({ state: 'stopped', exceeded: false })
  expect(problemOf(told, 'relayed', FIELDS.relayed, TOWN, register)?.code).toBe('nothing-to-answer')
})

test('C89 closing the local step of a reported case keeps the obligation', () => {
  const facts = caseAt('85', TOWN)
  const state = fold(facts)
  expect(state).toMatchObject({ stage: '85', closing: '4' })
  expect(problemOf(state, 'archived')).toMatchObject({
    code: 'answer-relayed',
    next: expect.stringContaining('告知申请人'),
  })
  const replied = write('replied', TOWN, last(facts))
  const answered = [...facts, replied]
  expect(fold(answered)).toMatchObject({
    stage: '85',
    result: 'granted',
    closing: '4',
    spans: { "T4'": { stop: null } },
  })
  const archived = write('archived', TOWN, replied)
  expect(reasonOf(fold([...answered, archived]), archived)).toBe('answer-relayed')
  const told = [...answered, write('relayed', TOWN, null)]
  expect(problemOf(fold(told), 'archived')).toBeUndefined()
  expect(fold([...told, archived])).toMatchObject({ stage: '90' })
})

test('C89 what an upper level granted is archived with its reply in place of an own decision', () => {
  expect(problemOf(fold(caseAt('70', TOWN)), 'archived')).toBeUndefined()
})

test('C94 a special procedure stops the clocks while it lasts and leads back to where it began', () => {
  const facts = caseAt('42', TOWN)
  const suspended = write('suspended', TOWN, last(facts), { procedure: 'hearing' }, { time: morning('2026-03-10') })
  const paused = fold([...facts, suspended], on('2026-03-12'))
  expect(paused).toMatchObject({
    stage: '45',
    suspendedAt: '42',
    pauses: [{ procedure: 'hearing', from: '2026-03-10', until: null }],
  })
  expect(paused.papers.map(({ code }) => code)).toContain('D07')
  const resumed = write('resumed', TOWN, suspended, {}, { time: morning('2026-03-16') })
  const state = fold([...facts, suspended, resumed], on('2026-03-17'))
  expect(state).toMatchObject({ stage: '42', suspendedAt: null, pauses: [{ from: '2026-03-10', until: '2026-03-16' }] })
  const withdrawn = write('withdrawn', TOWN, suspended, {}, { time: morning('2026-03-16') })
  expect(fold([...facts, suspended, withdrawn], on('2026-03-17'))).toMatchObject({
    stage: '83',
    pauses: [{ until: '2026-03-16' }],
  })
})

test('C94 what happens during a special procedure does not move where the case goes back to', () => {
  const facts = caseAt('42', TOWN)
  const suspended = write('suspended', TOWN, last(facts), { procedure: 'hearing' }, { time: morning('2026-03-10') })
  const during = GUARDED_KINDS.filter((kind) =>
    TRANSITIONS[kind].transitions.some(({ from, to }) => from.includes('45') && to === null),
  )
  expect(during).toContain('entrusted')
  let stayed = 0
  for (const kind of during) {
    const act = write(kind, TOWN, suspended, FIELDS[kind] ?? {}, { time: morning('2026-03-11') })
    const held = fold([...facts, suspended, act], on('2026-03-12'))
    if (held.tip !== act.hash) continue // it needs an open transfer, or somebody else
    stayed += 1
    expect(held, kind).toMatchObject({ stage: '45', suspendedAt: '42' })
  }
  expect(stayed).toBeGreaterThan(1)
  const entrusted = write('entrusted', TOWN, suspended, FIELDS.entrusted ?? {}, { time: morning('2026-03-11') })
  const resumed = write('resumed', TOWN, entrusted, {}, { time: morning('2026-03-16') })
  expect(fold([...facts, suspended, entrusted, resumed], on('2026-03-17'))).toMatchObject({
    stage: '42',
    suspendedAt: null,
    pauses: [{ from: '2026-03-10', until: '2026-03-16' }],
  })
})

test('C94 a site survey stops the clocks only where the item’s own rule says so', () => {
  const item = {
    ...SIMPLE,
    id: 'SL0005',
    procedures: [{ kind: 'site-survey', days: 5, basis: '某条例第三条' }],
  } as const
  const fields = { ...FIELDS.suspended, procedure: 'site-survey' }
  expect(problemOf(fold(caseAt('40', TOWN)), 'suspended', fields)?.code).toBe('procedure-allowed')
  const register = registerWith({ items: [item] })
  expect(problemOf(fold(caseAt('40', TOWN, item), register), 'suspended', fields, TOWN, register)).toBeUndefined()
})

test('C95 a limit is extended once, by ten working days, by fifteen where the catalogue names it as joint', () => {
  const item = { ...LICENCE, id: 'XK0004', statutory: { days: 20, unit: 'working', note: '' } } as const
  const together = { ...item, id: 'XK0005', coDepartments: ['MZ'] }
  const register = registerWith({ items: [item, together] })
  const facts = caseAt('30', TOWN, item)
  const extended = write('extended', TOWN, last(facts), { days: 10 })
  const [before, after] = [fold(facts, register), fold([...facts, extended], register)]
  expect([clock(before, 'T2s')?.limit, clock(after, 'T2s')?.limit]).toEqual([20, 30])
  expect(problemOf(after, 'extended', FIELDS.extended, TOWN, register)?.code).toBe('extended-once')
  expect(problemOf(before, 'extended', { ...FIELDS.extended, days: 15 }, TOWN, register)?.code).toBe('extension-limit')
  const asking = (of: Item) => {
    const accepted = caseAt('30', TOWN, of)
    return fold([...accepted, write('invited', TOWN, last(accepted), { to: COUNTY })], register)
  }
  // Asking a department makes no item one that is handled jointly (rule C152).
  const [asked, joint] = [asking(item), asking(together)]
  expect(problemOf(asked, 'extended', { ...FIELDS.extended, days: 15 }, TOWN, register)?.code).toBe('extension-limit')
  expect(problemOf(joint, 'extended', { ...FIELDS.extended, days: 15 }, TOWN, register)).toBeUndefined()
  expect(problemOf(joint, 'extended', { ...FIELDS.extended, days: 16 }, TOWN, register)?.code).toBe('extension-limit')
})

test('C109 days of a notice, a special procedure or an extension are at least one', () => {
  const state = fold(caseAt('40', TOWN))
  for (const [kind, name] of [
    ['suspended', 'days'],
    ['extended', 'days'],
  ] as const) {
    expect(problemOf(state, kind, { ...FIELDS[kind], [name]: 0 })).toMatchObject({ code: 'field', field: name })
  }
})

test('C108 a case belongs to its agent until it is handed on; the next station decides anew who handles it', () => {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
  ])
  expect(fold(facts).assignee).toBe('p1')
  const entrusted = write('entrusted', VILLAGE, last(facts), { to: 'p2' })
  expect(fold([...facts, entrusted]).assignee).toBe('p2')
  const moved = chain(
    [
      ['offered', VILLAGE, { to: TOWN }],
      ['taken', TOWN],
    ],
    entrusted,
  )
  expect(fold([...facts, entrusted, ...moved]).assignee).toBe('')
})
