/** Case numbers: minting, reading as people type them, and what the check character finds. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCharacter, checkNumber, mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { MAXIMUM_LANE } from '#protocol/casework/identity/lanes.ts'
import { civilDay, civilTime } from '#protocol/casework/time/days.ts'
import { COUNTY, TOWN, VILLAGE } from '#test/casework/people.ts'

const parts = fc.record({
  station: fc.constantFrom(VILLAGE, TOWN, COUNTY),
  day: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  lane: fc.integer({ min: 1, max: MAXIMUM_LANE }),
  running: fc.integer({ min: 1, max: 99_999 }),
})

test('C40 a number has five parts and reads back as what it was minted from', () => {
  const number = mintNumber({ station: VILLAGE, day: '2026-11-21', lane: 1, running: 7 })
  expect(number).toMatch(/^510724103201-261121-AAB-0007-[0-9A-Z*]$/)
  expect(mintNumber({ station: VILLAGE, day: '2026-11-21', lane: 1, running: 12_345 })).toContain('-12345-')
  fc.assert(
    fc.property(parts, (each) => {
      expect(checkNumber(mintNumber(each))).toEqual({ ok: true, value: each })
    }),
  )
})

test('C40 the check character is ISO 7064 MOD 37-2', () => {
  // Published examples of the standard's MOD 37-2: ISBT 128 donation numbers.
  expect(checkCharacter('G123498654321')).toBe('H')
  expect(checkCharacter('A999914123456')).toBe('N')
})

test('C41 every single wrong character is found', () => {
  fc.assert(
    fc.property(parts, fc.nat(40), fc.constantFrom(...'0123456789ABCDEFGHJKLMNPQRSTUVWXYZ'), (each, at, wrong) => {
      const compact = mintNumber(each).replaceAll('-', '')
      const index = at % compact.length
      fc.pre(compact[index] !== wrong)
      expect(checkNumber(compact.slice(0, index) + wrong + compact.slice(index + 1)).ok).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('C41 every transposition of neighbours is found', () => {
  fc.assert(
    fc.property(parts, (each) => {
      const compact = mintNumber(each).replaceAll('-', '')
      for (let index = 0; index + 1 < compact.length; index++) {
        const [left, right] = [compact[index] as string, compact[index + 1] as string]
        if (left === right) continue
        expect(checkNumber(compact.slice(0, index) + right + left + compact.slice(index + 2)).ok).toBe(false)
      }
    }),
    { numRuns: 300 },
  )
})

test('C42 numbers are read the way people type them', () => {
  const number = mintNumber({ station: TOWN, day: '2026-11-21', lane: 6000, running: 42 })
  const wide = number.replace(/[0-9A-Z]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
  for (const typed of [
    number,
    number.toLowerCase(),
    number.replaceAll('-', ''),
    number.replaceAll('-', ' – '),
    ` ${wide} `,
  ]) {
    expect(checkNumber(typed), typed).toMatchObject({
      ok: true,
      value: { station: TOWN, running: 42, lane: 6000 },
    })
  }
})

test('C42 anything else is refused with a reason', () => {
  for (const text of ['', '510724', 'KQX', '510724-261121-KOX-0001-3', '9'.repeat(500), '办件']) {
    const result = checkNumber(text)
    expect(result).toMatchObject({ ok: false, problem: { message: expect.stringMatching(/\p{Script=Han}/u) } })
  }
})

test('C43 day and time in China are text for every time that an entry may bear, and beyond', () => {
  expect(civilTime(Date.UTC(2026, 10, 20, 16, 30))).toBe('2026-11-21T00:30:00.000')
  for (const time of [8.64e15, -8.64e15, Number.MAX_SAFE_INTEGER, Number.NaN, Number.POSITIVE_INFINITY, -1])
    expect(civilTime(time)).toMatch(/^(1970-01-01|9999-12-31)T\d\d:\d\d:\d\d\.\d{3}$/)
})

test('C43 the civil day begins at 16:00 UTC and the function is total', () => {
  expect(civilDay(Date.UTC(2026, 10, 20, 15, 59, 59, 999))).toBe('2026-11-20')
  expect(civilDay(Date.UTC(2026, 10, 20, 16))).toBe('2026-11-21')
  expect(civilDay(Date.UTC(2026, 11, 31, 16))).toBe('2027-01-01')
  expect(civilDay(Number.MAX_SAFE_INTEGER)).toBe('9999-12-31')
  expect(civilDay(Number.NaN)).toBe('1970-01-01')
})

test('C44 every lane has its own three letters without I and O', () => {
  const lanes = new Set<string>()
  for (let lane = 1; lane <= MAXIMUM_LANE; lane++) {
    lanes.add(mintNumber({ station: COUNTY, day: '2026-11-21', lane, running: 1 }).split('-')[2] ?? '')
  }
  expect(lanes.size).toBe(MAXIMUM_LANE)
  for (const lane of lanes) expect(lane).toMatch(/^[A-HJ-NP-Z]{3}$/)
  expect(() => mintNumber({ station: COUNTY, day: '2026-11-21', lane: MAXIMUM_LANE + 1, running: 1 })).toThrow()
})
