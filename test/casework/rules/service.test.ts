/** Service: what the public record of a person says after changes of the account, and who belonged where on a day. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Person, Staff } from '#protocol/casework/directory.ts'
import {
  knowsService,
  serviceChange,
  staffAfter,
  staffOfHistory,
  standingOf,
} from '#protocol/casework/rules/service.ts'
import { plusDays } from '#protocol/casework/time/days.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { day, letter, OTHER_TOWN, TOWN, VILLAGE } from '#test/casework/people.ts'

const ID = 'wang.fang' as PersonId
const account = (station: StationCode, changes: Partial<Person> = {}): Person => ({
  type: 'person',
  id: ID,
  version: 1,
  name: '王芳',
  station,
  roles: ['clerk'],
  password: { salt: '00', hash: '00' },
  disabled: false,
  ...changes,
})
const on = (text: string, orLater = false) => ({ day: day(text), orLater })
const at = (staff: Staff | undefined, station: StationCode, text: string, orLater = false) =>
  standingOf(staff, [], ID, station, on(text, orLater))

test('R68 the public record of a person holds all service and never a password', () => {
  const first = staffAfter(undefined, account(VILLAGE), day('2026-03-02'))
  expect(first).toEqual({
    type: 'staff',
    id: ID,
    version: 1,
    name: '王芳',
    service: [{ station: VILLAGE, roles: ['clerk'], from: null, until: null }],
    disabled: [],
  })
  const moved = staffAfter(first, account(TOWN, { department: 'MZ', roles: ['handler'] }), day('2026-03-09'))
  expect(moved.service).toEqual([
    { station: VILLAGE, roles: ['clerk'], from: null, until: '2026-03-09' },
    { station: TOWN, department: 'MZ', roles: ['handler'], from: '2026-03-09', until: null },
  ])
  expect(staffAfter(moved, account(TOWN, { department: 'MZ', roles: ['handler'] }), day('2026-03-10'))).toEqual(moved)
  expect(JSON.stringify(moved)).not.toMatch(/password|salt|hash/)
})

test('C120 who moves belongs to both stations on that day, and elsewhere never', () => {
  const moved = staffAfter(staffAfter(undefined, account(VILLAGE), day('2026-03-02')), account(TOWN), day('2026-03-09'))
  expect(['2026-03-01', '2026-03-09', '2026-03-10'].map((text) => at(moved, VILLAGE, text))).toEqual([
    'belongs',
    'belongs',
    'foreign',
  ])
  expect(['2026-03-08', '2026-03-09', '2027-01-01'].map((text) => at(moved, TOWN, text))).toEqual([
    'foreign',
    'belongs',
    'belongs',
  ])
  expect(at(moved, OTHER_TOWN, '2026-03-09')).toBe('foreign')
  expect(at(undefined, TOWN, '2026-03-09')).toBe('foreign')
})

test('C120 a letter that names a person entrusts it with the station, as long as it is in force', () => {
  const named = letter(OTHER_TOWN, 'SL0001', { person: ID, from: day('2026-03-01'), until: day('2026-03-31') })
  const asked = (letters: Parameters<typeof standingOf>[1], text: string) =>
    standingOf(undefined, letters, ID, OTHER_TOWN, on(text))
  expect(['2026-02-28', '2026-03-01', '2026-03-31', '2026-04-01'].map((text) => asked([named], text))).toEqual([
    'foreign',
    'belongs',
    'belongs',
    'foreign',
  ])
  const revoked = { ...named, revoked: { from: day('2026-03-10'), reason: '调离' } }
  expect(asked([revoked], '2026-03-09')).toBe('belongs')
  expect(asked([revoked], '2026-03-10')).toBe('foreign')
  expect(asked([{ ...named, person: null }], '2026-03-09')).toBe('foreign')
})

test('C121 of an author whose clock is slow service counts that reaches the day of the catalogue or a later one', () => {
  const moved = staffAfter(staffAfter(undefined, account(VILLAGE), day('2026-03-02')), account(TOWN), day('2026-03-09'))
  expect(at(moved, VILLAGE, '2026-03-09', true)).toBe('belongs')
  expect(at(moved, VILLAGE, '2026-03-10', true)).toBe('foreign')
  expect(at(moved, TOWN, '2026-01-01', true)).toBe('belongs')
})

test('C123 an account is disabled from its day to the day before it is back in use, never for less than a day', () => {
  const known = staffAfter(undefined, account(VILLAGE), day('2026-03-02'))
  const out = staffAfter(known, account(VILLAGE, { disabled: true }), day('2026-03-09'))
  expect(['2026-03-08', '2026-03-09', '2030-01-01'].map((text) => at(out, VILLAGE, text))).toEqual([
    'belongs',
    'disabled',
    'disabled',
  ])
  const back = staffAfter(out, account(VILLAGE), day('2026-03-20'))
  expect(['2026-03-19', '2026-03-20'].map((text) => at(back, VILLAGE, text))).toEqual(['disabled', 'belongs'])
  // Where the day is not known, it may have been after the account was back.
  expect(at(back, VILLAGE, '2026-03-10', true)).toBe('belongs')
  expect(at(out, VILLAGE, '2026-03-10', true)).toBe('disabled')
  expect(staffAfter(out, account(VILLAGE), day('2026-03-09')).disabled).toEqual([])
})

test('R70 a history of before anything was published takes nothing away from any station up to today', () => {
  const accounts = [
    { person: account(VILLAGE), day: day('2025-01-01') },
    { person: account(TOWN), day: day('2025-06-01') },
    { person: account(TOWN, { disabled: true }), day: day('2025-07-01') },
    { person: account(TOWN), day: day('2025-08-01') },
  ]
  const staff = staffOfHistory(accounts, day('2026-03-09'))
  for (const station of [VILLAGE, TOWN]) {
    for (const text of ['2024-01-01', '2025-09-09', '2026-03-09'])
      expect(at(staff, station, text), text).toBe('belongs')
    expect(at(staff, station, '2025-07-15')).toBe('disabled')
  }
  expect(at(staff, VILLAGE, '2026-03-10')).toBe('foreign')
  expect(staffOfHistory([], day('2026-03-09'))).toBeUndefined()
})

test('R71 what a change says of itself covers every day on which somebody is judged otherwise', () => {
  const stations = [VILLAGE, TOWN, OTHER_TOWN]
  const step = fc.record({
    station: fc.constantFrom(...stations),
    department: fc.constantFrom('MZ', 'RS'),
    disabled: fc.boolean(),
    days: fc.integer({ min: 0, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) => {
      const first = day('2026-03-02')
      let [today, staff] = [first, undefined as Staff | undefined]
      let before = staff
      for (const { station, department, disabled, days } of steps) {
        today = plusDays(today, days)
        before = staff
        staff = staffAfter(staff, account(station, { department, disabled }), today)
      }
      if (!before || !staff) return
      const { gains, since } = serviceChange(before, staff)
      for (const station of stations)
        for (let offset = -2; offset < 30; offset++)
          for (const orLater of [false, true]) {
            const text = plusDays(first, offset)
            const [was, is] = [at(before, station, text, orLater), at(staff, station, text, orLater)]
            if (was === is) continue
            if (was === 'foreign') expect(gains).toBe(true)
            else expect(since !== null && since <= text).toBe(true)
          }
    }),
  )
})

test('R71 R74 service of one station that differs in roles only is other service: a change of roles back and forth is noticed', () => {
  const first = staffAfter(undefined, account(TOWN), day('2026-03-02'))
  const chief = staffAfter(first, account(TOWN, { roles: ['chief'] }), day('2026-03-09'))
  const back = staffAfter(chief, account(TOWN), day('2026-03-09'))
  const again = staffAfter(back, account(TOWN, { roles: ['chief', 'clerk'] }), day('2026-03-09'))
  // All three of the same station begin on the same day, and the last one is open as the one before was.
  expect(serviceChange(chief, back)).toEqual({ gains: true, since: '2026-03-09' })
  expect(serviceChange(back, again)).toEqual({ gains: true, since: '2026-03-09' })
  expect([knowsService(chief, back), knowsService(back, again)]).toEqual([false, false])
  expect([knowsService(back, chief), knowsService(again, back)]).toEqual([true, true])
  // The order in which roles are named says nothing.
  const [roles, turned] = [
    ['clerk', 'chief'],
    ['chief', 'clerk'],
  ] as const
  const record = (named: Person['roles']) => staffAfter(undefined, account(TOWN, { roles: named }), day('2026-03-02'))
  expect(serviceChange(record(roles), record(turned))).toEqual({ gains: false, since: null })
})
