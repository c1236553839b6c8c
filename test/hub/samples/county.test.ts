/** The model county: its figures, and that every record refers to others that exist. */
import { expect, test } from 'vitest'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { sampleLetters } from '#hub/samples/letters.ts'
import { SAMPLE_PEOPLE } from '#hub/samples/people.ts'
import { SAMPLE_COUNTY, SAMPLE_REGIONS, SAMPLE_STATIONS } from '#hub/samples/stations.ts'
import { SAMPLE_WINDOWS } from '#hub/samples/windows.ts'
import { isCreditCode } from '#protocol/casework/identity/credit-code.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { isDocumentId, isPersonId, isStationCode } from '#protocol/ids.ts'

const TODAY = '2026-11-21' as Day
const letters = sampleLetters(TODAY)
const stations = new Set<string>([SAMPLE_COUNTY.id, ...SAMPLE_STATIONS.map(({ id }) => id)])
const departments = new Set(SAMPLE_DEPARTMENTS.map(({ id }) => id))
const people = new Map(SAMPLE_PEOPLE.map((person) => [person.id, person]))
const distinct = (ids: readonly string[]) => expect(new Set(ids).size).toBe(ids.length)

test('B18 one hall, 18 township centres, 36 village points, 35 departments', () => {
  expect(SAMPLE_STATIONS.filter(({ tier }) => tier === 'township')).toHaveLength(18)
  expect(SAMPLE_STATIONS.filter(({ tier }) => tier === 'village')).toHaveLength(36)
  distinct([...stations])
  const known = new Set<string>([SAMPLE_COUNTY.id])
  for (const { id, parent } of SAMPLE_STATIONS) {
    expect(isStationCode(id) && known.has(parent ?? ''), id).toBe(true) // parents stand before children
    known.add(id)
  }
  expect(SAMPLE_DEPARTMENTS).toHaveLength(35)
  distinct(SAMPLE_DEPARTMENTS.map(({ creditCode }) => creditCode))
  for (const { creditCode, sample, name } of SAMPLE_DEPARTMENTS)
    expect(isCreditCode(creditCode) && sample, name).toBe(true)
  expect(SAMPLE_DEPARTMENTS.filter(({ formerNames }) => formerNames.length > 0).length).toBeGreaterThan(10)
})

test('B18 22 single windows, one composite of 18 units, two public services, one cashier, one window in each township', () => {
  const ofHall = SAMPLE_WINDOWS.filter(({ station }) => station === SAMPLE_COUNTY.id)
  const kinds = Object.fromEntries(
    [...Map.groupBy(ofHall, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length]),
  )
  expect(kinds).toEqual({ single: 22, composite: 1, 'public-service': 2, cashier: 1 })
  const composite = ofHall.find(({ kind }) => kind === 'composite')
  expect(new Set(composite?.departments).size).toBe(18)
  const spoken = new Set(ofHall.flatMap((window) => window.departments))
  expect([...departments].filter((id) => !spoken.has(id))).toEqual(['XZ'])
  expect(SAMPLE_WINDOWS).toHaveLength(ofHall.length + 18)
})

test('B19 people, windows, items and regions refer to records that exist', () => {
  distinct(SAMPLE_PEOPLE.map(({ id }) => id))
  for (const { id, station, department } of SAMPLE_PEOPLE) {
    expect(isPersonId(id) && stations.has(station), id).toBe(true)
    expect(department === undefined || departments.has(department), id).toBe(true)
  }
  for (const code of stations)
    expect(
      SAMPLE_PEOPLE.some(({ station }) => station === code),
      code,
    ).toBe(true)
  distinct(SAMPLE_WINDOWS.map(({ id }) => id))
  for (const { id, station, departments: units, staff } of SAMPLE_WINDOWS) {
    expect(stations.has(station) && units.every((unit) => departments.has(unit)) && staff.length > 0, id).toBe(true)
    for (const { lead, substitute } of staff)
      for (const each of substitute === null ? [lead] : [lead, substitute])
        expect(people.get(each)?.station, `${id} ${each}`).toBe(station)
  }
  for (const { department, coDepartments } of SAMPLE_ITEMS)
    for (const code of [department, ...coDepartments]) expect(departments.has(code), code).toBe(true)
  const codes = new Set(SAMPLE_REGIONS.map(({ id }) => id))
  for (const code of stations) expect(codes.has(code), code).toBe(true)
  const merged = SAMPLE_REGIONS.filter(({ until }) => until !== null)
  expect(merged).toHaveLength(1)
  expect(codes.has(merged[0]?.successor ?? '') && !stations.has(merged[0]?.id ?? '')).toBe(true)
})

test('B19 every item that asks for letters, and every village that receives, has one in force', () => {
  distinct(letters.map(({ id }) => id))
  for (const letter of letters) {
    expect(
      isDocumentId(`letter/${letter.id}`) && stations.has(letter.station) && departments.has(letter.department),
    ).toBe(true)
    expect(letter.from <= TODAY && TODAY < letter.until, letter.id).toBe(true)
  }
  const covered = (station: string, item: (typeof SAMPLE_ITEMS)[number], power: string) =>
    letters.some(
      (letter) =>
        letter.station === station &&
        letter.department === item.department &&
        (letter.items?.includes(item.id) ?? true) &&
        letter.powers.some((given) => given === power),
    )
  for (const item of SAMPLE_ITEMS) {
    const places = [
      ...(item.tiers.includes('county') ? [SAMPLE_COUNTY.id] : []),
      ...(item.tiers.includes('township') ? SAMPLE_STATIONS.filter(({ tier }) => tier === 'township') : []).map(
        ({ id }) => id,
      ),
    ]
    for (const power of item.authorised)
      for (const place of places) expect(covered(place, item, power), item.name).toBe(true)
    if (item.receivingTiers.includes('village'))
      for (const { id, tier } of SAMPLE_STATIONS)
        if (tier === 'village') expect(covered(id, item, 'accept'), id).toBe(true)
  }
})
