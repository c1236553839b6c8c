/** An application is complete when every required material was counted, or may follow. */
import { expect, test } from 'vitest'
import { awaitedMaterials, refuseIncomplete } from '#protocol/casework/acts/complete.ts'
import type { Course } from '#protocol/casework/course/course.ts'
import type { FactKind, Fields } from '#protocol/casework/facts/facts.ts'
import { completeItem, completeMaterial } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { EntryHash } from '#protocol/ids.ts'

const ITEM = completeItem({
  id: 'SL1',
  name: '示范',
  materials: [
    completeMaterial({ id: 'card', name: '身份证' }),
    completeMaterial({ id: 'plan', name: '平面图', deferrableDays: 5 }),
    completeMaterial({ id: 'proof', name: '无违法证明', promisable: true }),
    completeMaterial({ id: 'other', name: '委托书', required: false }),
  ],
})
const ALL = { card: { state: 'copy', copies: 1 }, plan: { state: 'both', copies: 1 }, proof: { state: 'original' } }
const COURSE: Pick<Course, 'supplies' | 'notice' | 'days'> = { supplies: [], notice: null, days: {} }
const noticed = (...missing: string[]): (typeof COURSE)['notice'] => ({
  ...{ fact: 'f'.repeat(64) as EntryHash, missing, day: '2026-11-20' as Day, until: '2026-12-20' as Day, count: 1 },
})

const lacks = (counted: object, fields: Fields = {}, kind: FactKind = 'accepted', course = COURSE) =>
  refuseIncomplete(course, ITEM, { kind, fields, counted: () => counted as Record<string, unknown>, isOpen: true })
    ?.message

test('C160 nobody accepts what was not counted, or is noted as not brought; each is named', () => {
  expect(lacks(ALL)).toBeUndefined()
  expect(lacks({})).toBe('必备材料还没有收齐:身份证(未核对)、平面图(未核对)、无违法证明(未核对)。')
  expect(lacks({ ...ALL, card: { state: 'missing', copies: 0 } })).toBe('必备材料还没有收齐:身份证(未带)。')
  // Anything may stand in a form: what is no record was not counted.
  expect(lacks({ ...ALL, card: 'copy', plan: null, proof: { state: 7 } })).toContain(
    '身份证(未核对)、平面图(未核对)、无违法证明(未核对)',
  )
  expect(lacks({}, { result: 'granted' }, 'settled')).toBeDefined()
  for (const [kind, fields] of [
    ['settled', { result: 'refused' }],
    ['rejected', {}],
    ['received', {}],
  ] as const)
    expect(lacks({}, fields, kind)).toBeUndefined()
})

test('C160 what is deferred, promised, or came after the notice is excused, and nothing else', () => {
  const without = (id: string) => ({ ...ALL, [id]: { state: 'missing', copies: 0 } })
  expect(lacks(without('plan'), { deferred: ['平面图'], deferredUntil: '2026-11-27' })).toBeUndefined()
  expect(lacks({ ...without('card'), plan: { state: 'missing' } }, { deferred: ['平面图'] })).toContain('身份证')
  // What was brought is not put off: nobody would ever enter it again.
  expect(lacks(ALL, { deferred: ['平面图'] })).toContain('“平面图”已经收到')
  expect(lacks(without('proof'), { commitment: true })).toBeUndefined()
  expect(lacks(without('proof'))).toContain('无违法证明')
  expect(lacks(without('card'), { commitment: true })).toContain('身份证')
  const supplied = (tier: 'county' | 'village') => [
    { fact: 'f'.repeat(64) as EntryHash, items: ['身份证'], day: '2026-11-20' as Day, tier },
  ]
  const after = (notice: (typeof COURSE)['notice'], supplies: (typeof COURSE)['supplies'] = []) => ({
    ...COURSE,
    notice,
    supplies,
  })
  const items = { items: ['身份证'] }
  expect(lacks(without('card'), items, 'supplemented', after(noticed('身份证')))).toBeUndefined()
  expect(lacks(without('card'), {}, 'supplemented', after(noticed('身份证'), supplied('county')))).toBeUndefined()
  // Told once, brought: accepted, whatever else the list says. What only lies at a village is not at the window.
  expect(lacks(without('card'), items, 'supplemented', after(noticed('平面图'), supplied('county')))).toBeUndefined()
  expect(lacks(without('card'), {}, 'supplemented', after(noticed('身份证'), supplied('village')))).toContain('身份证')
  // Before a notice nothing was asked for: what somebody entered as brought is counted in the list.
  expect(lacks(without('card'), {}, 'accepted', after(null, supplied('county')))).toContain('身份证')
})

test('C160 a notice names everything that was not brought and cannot follow: there is no second one', () => {
  const missing = { ...ALL, card: { state: 'missing' }, plan: { state: 'missing' }, proof: { state: 'missing' } }
  expect(lacks(missing, { missing: ['申请表填写不全'] }, 'notified')).toBe('补正告知没有写到身份证(未带)。')
  expect(lacks(missing, { missing: ['身份证复印件一份'] }, 'notified')).toBeUndefined()
  expect(lacks(ALL, { missing: ['申请表填写不全'] }, 'notified')).toBeUndefined()
})

test('C160 what the law has accepted is confirmed as it is, and of an unknown item nothing is asked', () => {
  const deemed = { ...COURSE, days: { deemed: '2026-11-20' as Day } }
  expect(lacks({}, {}, 'accepted', deemed)).toBeUndefined()
  expect(
    refuseIncomplete(COURSE, undefined, { kind: 'accepted', fields: {}, counted: () => ({}), isOpen: true }),
  ).toBeUndefined()
})

test('C161 what was to follow is awaited until it is at a window', () => {
  const deferred = { items: ['平面图', '证明'], until: '2026-11-27' as Day }
  const came = (tier: 'village' | 'township', ...items: string[]) => ({
    ...{ fact: 'f'.repeat(64) as EntryHash, day: '2026-11-25' as Day },
    ...{ items, tier },
  })
  const awaited = (course: Parameters<typeof awaitedMaterials>[0]) => awaitedMaterials(course, ITEM)
  expect(awaited({ deferred, supplies: [] })).toEqual(['平面图', '证明'])
  expect(awaited({ deferred, supplies: [came('village', '平面图')] })).toEqual(['平面图', '证明'])
  expect(awaited({ deferred, supplies: [came('township', '平面图')] })).toEqual(['证明'])
  expect(awaited({ deferred: null, supplies: [] })).toEqual([])
  // What nobody has to bring is not waited for, although a former program deferred it.
  expect(awaited({ deferred: { ...deferred, items: ['委托书'] }, supplies: [] })).toEqual([])
})
