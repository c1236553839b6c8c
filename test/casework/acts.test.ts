/** What people may do and how they are told that they may not. */
import { expect, test } from 'vitest'
import { type Actor, actsFor, checkAct, checkOpening, openActs } from '#protocol/casework/acts.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Role, Station } from '#protocol/casework/directory.ts'
import type { FactKind } from '#protocol/casework/facts.ts'
import { SAMPLE_ITEMS } from '#protocol/casework/sample-items.ts'
import { transferTargets } from '#protocol/casework/transfer.ts'
import type { StationCode } from '#protocol/ids.ts'
import {
  authority,
  COUNTY,
  caseAt,
  FIELDS,
  fold,
  last,
  OTHER_TOWN,
  OTHER_VILLAGE,
  STATION_OF_TIER,
  TOWN,
  TREE,
  VILLAGE,
  write,
} from './people.ts'

const person = (station: StationCode, ...roles: Role[]): Actor => ({ station, roles, root: station === COUNTY })
const allowed = (state: CaseState, actor: Actor) =>
  actsFor(state, actor, authority).flatMap((offer) => (offer.allowed ? [offer.kind] : []))
const check = (state: CaseState, actor: Actor, kind: FactKind, fields = FIELDS[kind]) =>
  checkAct(state, actor, authority, kind, fields)
const problemOf = (result: ReturnType<typeof checkAct>) => (result.ok ? undefined : result.problem)

test('C30 the natural next act is the first allowed one', () => {
  expect(allowed(fold(caseAt('00', VILLAGE)), person(VILLAGE, 'agent'))).toEqual(['captured', 'offered', 'noted'])
  expect(allowed(fold(caseAt('10', TOWN)), person(TOWN, 'clerk'))).toEqual(['received', 'offered', 'noted'])
  expect(allowed(fold(caseAt('30', TOWN)), person(TOWN, 'handler'))).toEqual(['decided', 'offered', 'noted'])
  expect(allowed(fold(caseAt('60', VILLAGE)), person(VILLAGE, 'agent'))).toEqual(['delivered', 'offered', 'noted'])
  expect(allowed(fold(caseAt('70', VILLAGE)), person(VILLAGE, 'agent'))).toEqual(['noted'])
})

test('C30 an offered case is answered by its receiver and retracted by its sender', () => {
  const facts = caseAt('10', VILLAGE)
  const state = fold([...facts, write('offered', VILLAGE, last(facts), { to: TOWN })])
  expect(allowed(state, person(TOWN, 'clerk'))).toEqual(['taken', 'declined', 'noted'])
  expect(allowed(state, person(VILLAGE, 'agent'))).toEqual(['retracted', 'noted'])
  expect(allowed(state, person(COUNTY, 'coordinator'))).toEqual(['reassigned', 'noted'])
})

test('C31 every refused act says why, what is possible and where the rule comes from', () => {
  const facts = caseAt('20', TOWN)
  const offered = [...facts, write('offered', TOWN, last(facts), { to: COUNTY })]
  const forked = [...facts, write('accepted', TOWN, last(facts)), write('offered', TOWN, last(facts))]
  let refused = 0
  for (const state of [facts, offered, forked, caseAt('70', TOWN), caseAt('00', VILLAGE)].map(fold)) {
    for (const station of [...Object.values(STATION_OF_TIER), '999999' as StationCode]) {
      for (const offer of actsFor(state, person(station, 'clerk', 'supervisor'), authority)) {
        expect(offer.source, offer.kind).toMatch(/\p{Script=Han}/u)
        if (offer.allowed) continue
        refused += 1
        expect(offer.why, offer.kind).toMatch(/\p{Script=Han}.*。$/u)
        expect(offer.next, offer.kind).toMatch(/\p{Script=Han}.*。$/u)
      }
    }
  }
  expect(refused).toBeGreaterThan(100)
})

test('C31 a refusal names the rule: holder, tier, stage, open transfer, receiver', () => {
  const state = fold(caseAt('20', TOWN))
  expect(problemOf(check(state, person(COUNTY, 'clerk'), 'accepted'))?.message).toContain(`现由站点${TOWN}主办`)
  const village = fold(caseAt('20', VILLAGE))
  expect(problemOf(check(village, person(VILLAGE, 'chief'), 'accepted'))).toMatchObject({
    code: 'wrong-stage',
    message: expect.stringContaining('村级代办点不能办理“受理”,须由乡镇中心、县中心办理'),
  })
  const early = problemOf(check(state, person(TOWN, 'chief'), 'decided'))
  expect(early?.message).toContain('当前环节是“已收件”')
  expect(early?.message).toContain('《行政许可法》')
  expect(early?.next).toContain('已受理')
  const facts = caseAt('20', TOWN)
  const offered = fold([...facts, write('offered', TOWN, last(facts), { to: COUNTY })])
  expect(problemOf(check(offered, person(TOWN, 'clerk'), 'accepted'))?.next).toContain('撤回移交')
  expect(problemOf(check(offered, person(OTHER_TOWN, 'clerk'), 'taken'))?.message).toContain(COUNTY)
  expect(problemOf(check(state, person(TOWN, 'clerk'), 'taken'))?.message).toContain('没有等待签收的移交')
  expect(problemOf(check(state, person(TOWN, 'clerk'), 'opened'))?.code).toBe('already-open')
})

test('C32 the decision is the handler’s and the chief’s, supervisors change nothing', () => {
  const state = fold(caseAt('30', TOWN))
  expect(check(state, person(TOWN, 'handler'), 'decided').ok).toBe(true)
  const refusal = problemOf(check(state, person(TOWN, 'clerk'), 'decided'))
  expect(refusal).toMatchObject({ code: 'role', message: expect.stringContaining('承办人、首席代表') })
  expect(allowed(state, person(TOWN, 'supervisor', 'administrator'))).toEqual([])
})

test('C32 reassigning is the root’s coordinator’s', () => {
  const state = fold(caseAt('30', TOWN))
  expect(check(state, person(COUNTY, 'coordinator'), 'reassigned').ok).toBe(true)
  expect(problemOf(check(state, person(COUNTY, 'chief'), 'reassigned'))?.code).toBe('role')
  expect(problemOf(check(state, person(TOWN, 'coordinator'), 'reassigned'))?.code).toBe('not-authorised')
  const nowhere = problemOf(check(state, person(COUNTY, 'coordinator'), 'reassigned', { to: '999999', reason: '失联' }))
  expect(nowhere).toMatchObject({ code: 'unknown-station', field: 'to' })
})

test('C33 a field problem names its field, in the order of the form', () => {
  const state = fold(caseAt('30', TOWN))
  const chief = person(TOWN, 'chief')
  const fields = { result: 'granted', seals: [], stray: 'x' }
  expect(problemOf(check(state, chief, 'decided', fields))).toMatchObject({ code: 'field', field: 'opinion' })
  expect(problemOf(check(state, chief, 'decided', { ...fields, opinion: '同意' }))?.field).toBe('stray')
  const refusal = problemOf(check(state, chief, 'decided', { result: 'refused', opinion: '不同意', seals: [] }))
  expect(refusal).toMatchObject({ field: 'reasons', message: expect.stringContaining('第三十八条') })
  expect(problemOf(check(state, person(TOWN, 'clerk'), 'decided', {}))?.code).toBe('role')
})

const STATIONS: Station[] = Object.entries(TREE).map(([id, { tier, parent }]) => ({
  type: 'station',
  id: id as StationCode,
  version: 1,
  name: id,
  tier,
  parent,
}))

test('C34 transfers go to parent and children, and between the county hall and anywhere', () => {
  const targets = (station: StationCode) => transferTargets(station, STATIONS).map(({ id }) => id)
  expect(targets(VILLAGE)).toEqual([TOWN, COUNTY])
  expect(targets(TOWN)).toEqual([COUNTY, VILLAGE, OTHER_VILLAGE])
  expect(targets(COUNTY)).toEqual([TOWN, VILLAGE, OTHER_VILLAGE, OTHER_TOWN])
  expect(targets('999999' as StationCode)).toEqual([])
})

test('C34 an offer elsewhere is refused at its field', () => {
  const state = fold(caseAt('20', TOWN))
  for (const to of [COUNTY, VILLAGE]) {
    expect(check(state, person(TOWN, 'clerk'), 'offered', { to, materials: 1 }).ok, to).toBe(true)
  }
  for (const to of [OTHER_TOWN, TOWN, '999999']) {
    const problem = problemOf(check(state, person(TOWN, 'clerk'), 'offered', { to, materials: 1 }))
    expect(problem?.field, to).toBe('to')
  }
})

test('C35 a forked case waits for the coordinator', () => {
  const facts = caseAt('20', TOWN)
  const state = fold([...facts, write('accepted', TOWN, last(facts)), write('offered', TOWN, last(facts))])
  expect(allowed(state, person(TOWN, 'chief')).filter((kind) => kind !== 'noted' && kind !== 'dismissed')).toEqual([])
  expect(problemOf(check(state, person(TOWN, 'chief'), 'accepted'))?.code).toBe('fork')
  expect(check(state, person(COUNTY, 'coordinator'), 'reassigned').ok).toBe(true)
})

test('C36 a case is opened where its item is captured', () => {
  const village = openActs(SAMPLE_ITEMS, person(VILLAGE, 'agent'), authority)
  expect(village.filter((offer) => offer.allowed).map(({ item }) => item.id)).toEqual(
    SAMPLE_ITEMS.filter(({ tiers }) => tiers.includes('village')).map(({ id }) => id),
  )
  const refused = village.find((offer) => !offer.allowed)
  expect(refused).toMatchObject({ why: expect.stringContaining('不能在村级代办点建件') })
  expect(openActs(SAMPLE_ITEMS, person(VILLAGE, 'supervisor'), authority).some((offer) => offer.allowed)).toBe(false)
  const [item] = SAMPLE_ITEMS
  if (item === undefined) throw new Error('no items')
  expect(checkOpening(item, person(TOWN, 'clerk'), authority, FIELDS.opened).ok).toBe(true)
  expect(problemOf(checkOpening(item, person(TOWN, 'clerk'), authority, {}))?.field).toBe('number')
  expect(problemOf(checkOpening(item, person('999999' as StationCode, 'clerk'), authority, FIELDS.opened))?.code).toBe(
    'unknown-station',
  )
})

test('C37 a wrong identity number passes only with a reason', () => {
  const state = fold(caseAt('00', VILLAGE))
  const agent = person(VILLAGE, 'agent')
  const wrong = { ...FIELDS.captured, idNumber: '110105194912310021' }
  expect(problemOf(check(state, agent, 'captured', wrong))).toMatchObject({ code: 'identity', field: 'idNumber' })
  expect(problemOf(check(state, agent, 'captured', { ...wrong, idOverride: '  ' }))?.field).toBe('idNumber')
  expect(check(state, agent, 'captured', { ...wrong, idOverride: '户口簿登记如此' }).ok).toBe(true)
  expect(check(state, agent, 'captured', { ...wrong, idNumber: '' }).ok).toBe(true)
})

test('C38 set-aside facts are offered for adoption and dismissal to the holder', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const offered = write('offered', TOWN, accepted, { to: COUNTY })
  const broken = write('noted', TOWN, null, {}, { fact: undefined })
  const reassigned = write('reassigned', COUNTY, last(facts), { to: OTHER_TOWN })
  const state = fold([...facts, accepted, offered, broken, reassigned])
  const offers = (actor: Actor) =>
    actsFor(state, actor, authority)
      .filter(({ subject }) => subject !== null)
      .map(({ kind, subject, allowed: may }) => ({ kind, subject, may }))
  const expected = [
    { kind: 'adopted', subject: accepted.hash, may: true },
    { kind: 'dismissed', subject: accepted.hash, may: true },
    { kind: 'dismissed', subject: offered.hash, may: true },
    { kind: 'dismissed', subject: broken.hash, may: true },
  ]
  expect(offers(person(OTHER_TOWN, 'clerk'))).toEqual(expected)
  expect(offers(person(TOWN, 'clerk'))).toEqual(expected.map((offer) => ({ ...offer, may: false })))
  const holder = person(OTHER_TOWN, 'clerk')
  expect(check(state, holder, 'adopted', { fact: accepted.hash }).ok).toBe(true)
  expect(problemOf(check(state, holder, 'adopted', { fact: offered.hash }))?.code).toBe('not-aside')
  expect(problemOf(check(state, holder, 'dismissed', { fact: facts[0]?.hash ?? '', reason: '重复' }))?.code).toBe(
    'not-aside',
  )
  expect(problemOf(check(state, holder, 'adopted', {}))?.field).toBe('fact')
})

test('C38 an incomplete or foreign-role fact is not adopted', () => {
  const facts = caseAt('30', TOWN)
  const incomplete = write('decided', TOWN, last(facts), { result: 'refused' })
  const complete = write('decided', TOWN, last(facts))
  const reassigned = write('reassigned', COUNTY, last(facts), { to: TOWN })
  const state = fold([...facts, incomplete, complete, reassigned])
  expect(problemOf(check(state, person(TOWN, 'chief'), 'adopted', { fact: incomplete.hash }))?.code).toBe('malformed')
  expect(check(state, person(TOWN, 'chief'), 'adopted', { fact: complete.hash }).ok).toBe(true)
  expect(problemOf(check(state, person(TOWN, 'clerk'), 'adopted', { fact: complete.hash }))?.code).toBe('role')
})
