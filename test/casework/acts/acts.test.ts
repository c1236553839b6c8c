/** What people may do and how they are told that they may not. */
import { expect, test } from 'vitest'
import { actsFor, checkAct, checkOpening } from '#protocol/casework/acts/acts.ts'
import { occasionFor } from '#protocol/casework/acts/occasions.ts'
import type { ActorAtNode } from '#protocol/casework/acts/permission.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import type { Role, Station } from '#protocol/casework/directory.ts'
import { CONTRIBUTION_KINDS, type FactKind, fieldsOf, isGuarded } from '#protocol/casework/facts/facts.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { transferTargets } from '#protocol/casework/rules/transfer.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { caseAt } from '#test/casework/paths.ts'
import {
  COUNTY,
  day,
  FIELDS,
  fold,
  last,
  OTHER_TOWN,
  OTHER_VILLAGE,
  register,
  registerWith,
  SIMPLE,
  STATION_OF_TIER,
  TODAY,
  TOWN,
  TREE,
  VILLAGE,
  write,
} from '#test/casework/people.ts'

const person = (station: StationCode, ...roles: Role[]): ActorAtNode => ({
  station,
  person: 'p1' as PersonId,
  roles,
  root: station === COUNTY,
  connected: true,
})
const allowed = (state: CaseState, actor: ActorAtNode) =>
  actsFor(state, actor, register).flatMap((offer) => (offer.allowed ? [offer.kind] : []))
/** What moves the case on; contributions stand behind it. */
const moves = (state: CaseState, actor: ActorAtNode) => allowed(state, actor).filter(isGuarded)
const check = (state: CaseState, actor: ActorAtNode, kind: FactKind, fields = FIELDS[kind]) =>
  checkAct(state, actor, register, kind, fields)
const problemOf = (result: ReturnType<typeof checkAct>) => (result.ok ? undefined : result.problem)

test('C30 the natural next act is the first allowed one', () => {
  expect(moves(fold(caseAt('00', VILLAGE)), person(VILLAGE, 'agent'))).toEqual(['captured', 'offered'])
  const kinds = {
    '05': 'prereviewed',
    '06': 'resubmitted',
    '07': 'received',
    '10': 'received',
    '20': 'accepted',
    '25': 'supplemented',
    '30': 'decided',
    '40': 'handled',
    '45': 'resumed',
    '46': 'replied',
    '50': 'closed',
    '51': 'closed',
    '60': 'delivered',
    '70': 'archived',
    '82': 'archived',
    '85': 'replied',
  } as const
  for (const [stage, kind] of Object.entries(kinds)) {
    const state = fold(caseAt(stage as Stage, TOWN))
    expect(allowed(state, person(TOWN, 'clerk', 'handler', 'chief'))[0], stage).toBe(kind)
  }
  expect(allowed(fold(caseAt('60', VILLAGE)), person(VILLAGE, 'agent'))[0]).toBe('delivered')
  expect(moves(fold(caseAt('70', VILLAGE)), person(VILLAGE, 'agent'))).toEqual(['offered'])
  expect(moves(fold(caseAt('90', TOWN)), person(TOWN, 'clerk', 'chief'))).toEqual([])
})

test('C30 an offered case is answered by its receiver and retracted by its sender', () => {
  const facts = caseAt('10', VILLAGE)
  const state = fold([...facts, write('offered', VILLAGE, last(facts), { to: TOWN })])
  expect(moves(state, person(TOWN, 'clerk'))).toEqual(['taken', 'declined'])
  expect(moves(state, person(VILLAGE, 'agent'))).toEqual(['retracted'])
  expect(moves(state, person(COUNTY, 'coordinator'))).toEqual(['reassigned', 'voided'])
})

test('C31 every refused act says why, what is possible and where the rule comes from', () => {
  const facts = caseAt('20', TOWN)
  const offered = [...facts, write('offered', TOWN, last(facts), { to: COUNTY })]
  const forked = [...facts, write('accepted', TOWN, last(facts)), write('offered', TOWN, last(facts))]
  let refused = 0
  for (const state of [facts, offered, forked, caseAt('70', TOWN), caseAt('00', VILLAGE)].map((each) => fold(each))) {
    for (const station of [...Object.values(STATION_OF_TIER), '999999' as StationCode]) {
      for (const offer of actsFor(state, person(station, 'clerk', 'supervisor'), register)) {
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
  const village = fold(caseAt('10', VILLAGE))
  expect(problemOf(check(village, person(VILLAGE, 'agent'), 'received'))).toMatchObject({
    code: 'wrong-stage',
    message: expect.stringContaining('村级代办点不能办理“收件”,须由乡镇中心、县中心办理'),
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

test('C33 a term of no days is refused at its field: it would stand on a paper while its clock runs otherwise', () => {
  const clerk = person(TOWN, 'clerk')
  const notified = (days: number) =>
    problemOf(check(fold(caseAt('20', TOWN)), clerk, 'notified', { ...FIELDS.notified, days }))
  expect(notified(0)).toMatchObject({ code: 'field', field: 'days', message: expect.stringContaining('补正期限') })
  expect(notified(1)).toBeUndefined()
  const suspended = { ...FIELDS.suspended, days: 0 }
  expect(problemOf(check(fold(caseAt('40', TOWN)), person(TOWN, 'handler'), 'suspended', suspended))?.field).toBe(
    'days',
  )
})

const STATIONS: Station[] = Object.entries(TREE).map(([id, { tier, parent }]) => ({
  type: 'station',
  id: id as StationCode,
  version: 1,
  name: id,
  tier,
  parent,
}))

test('C34 every other station may be offered a case, the natural ones first', () => {
  const targets = (station: StationCode) => transferTargets(station, STATIONS).map(({ id }) => id)
  expect(targets(VILLAGE).slice(0, 2)).toEqual([TOWN, COUNTY])
  for (const station of [VILLAGE, TOWN, COUNTY]) {
    expect([...targets(station), station].sort(), station).toEqual(STATIONS.map(({ id }) => id).sort())
  }
})

test('C34 an offer to the holder itself or to no station is refused at its field', () => {
  const state = fold(caseAt('20', TOWN))
  for (const to of [COUNTY, VILLAGE, OTHER_TOWN, OTHER_VILLAGE]) {
    expect(check(state, person(TOWN, 'clerk'), 'offered', { to, materials: 1 }).ok, to).toBe(true)
  }
  for (const to of [TOWN, '999999']) {
    const problem = problemOf(check(state, person(TOWN, 'clerk'), 'offered', { to, materials: 1 }))
    expect(problem?.field, to).toBe('to')
  }
})

test('C35 a forked case waits for the coordinator', () => {
  const facts = caseAt('20', TOWN)
  const accepted = write('accepted', TOWN, last(facts))
  const state = fold([...facts, accepted, write('offered', TOWN, last(facts))])
  expect(moves(state, person(TOWN, 'chief'))).toEqual([])
  const dismissal = check(state, person(TOWN, 'chief'), 'dismissed', { fact: accepted.hash, reason: '重复' })
  expect(problemOf(dismissal)?.code).toBe('fork')
  // What waits for a second person rules nothing.
  expect(moves(state, person(COUNTY, 'coordinator'))).toEqual(['reassigned'])
  expect(problemOf(check(state, person(TOWN, 'chief'), 'accepted'))?.code).toBe('fork')
  expect(check(state, person(COUNTY, 'coordinator'), 'reassigned').ok).toBe(true)
})

test('C36 a case is opened where its item is captured, while its edition is in force', () => {
  const atWindows = { ...SIMPLE, id: 'SL0002', tiers: ['township', 'county'] as const }
  const tomorrow = { ...SIMPLE, id: 'SL0003', effectiveFrom: day('2026-03-10') }
  const over = { ...SIMPLE, id: 'SL0004', effectiveUntil: day('2026-03-08') }
  const lastDay = { ...SIMPLE, id: 'SL0005', effectiveUntil: TODAY }
  const items = [SIMPLE, atWindows, tomorrow, over, lastDay]
  const opening = (item: Item, actor: ActorAtNode, fields: (typeof FIELDS)['opened'] = FIELDS.opened) =>
    problemOf(checkOpening(item, actor, register, fields))
  const open = (actor: ActorAtNode) => items.filter((item) => opening(item, actor) === undefined).map(({ id }) => id)
  expect(open(person(VILLAGE, 'agent'))).toEqual(['SL0001', 'SL0005'])
  expect(open(person(TOWN, 'clerk'))).toEqual(['SL0001', 'SL0002', 'SL0005'])
  expect(open(person(VILLAGE, 'supervisor'))).toEqual([])
  expect(opening(atWindows, person(VILLAGE, 'agent'))?.message).toContain('不能在村级代办点建件')
  const closed = { code: 'item-closed', message: expect.stringContaining('尚未生效或已经取消') }
  expect(opening(over, person(TOWN, 'clerk'))).toMatchObject(closed)
  expect(opening(SIMPLE, person(TOWN, 'clerk'), {})?.field).toBe('number')
  expect(opening(SIMPLE, person('999999' as StationCode, 'clerk'))?.code).toBe('unknown-station')
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
  const offers = (actor: ActorAtNode) =>
    actsFor(state, actor, register)
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

test('C110 people of a department handle its own items; people of the hall handle whatever comes', () => {
  const licence = completeItem({ id: 'SL0001', name: '许可', tiers: ['county'], department: 'LY' })
  const state = fold(caseAt('20', COUNTY))
  const at = registerWith({ items: [licence] })
  const of = (...departments: string[]) => ({ ...person(COUNTY, 'chief'), departments })
  for (const kind of ['accepted', 'notified', 'rejected'] as const) {
    const refusal = problemOf(checkAct(state, of('MZ', '民政局'), at, kind, FIELDS[kind]))
    expect(refusal, kind).toMatchObject({ code: 'department', next: expect.stringContaining('联办通知') })
  }
  for (const actor of [of('LY', '林业局'), of()]) {
    expect(checkAct(state, actor, at, 'accepted', FIELDS.accepted).ok).toBe(true)
  }
  // Handing a case on is everybody's.
  expect(checkAct(state, of('MZ'), at, 'offered', { to: TOWN, materials: 1 }).ok).toBe(true)
})

test('C111 a department of the lead’s own hall is asked like any other, and only its people answer', () => {
  const facts = caseAt('20', COUNTY)
  const invited = write('invited', COUNTY, last(facts), { to: COUNTY, department: '公安局' })
  const state = fold([...facts, invited])
  const before = fold(facts)
  expect(check(before, person(COUNTY, 'chief'), 'invited', { ...FIELDS.invited, to: COUNTY }).ok).toBe(true)
  const answer = { ...FIELDS.opined, fact: invited.hash }
  const by = (...departments: string[]) =>
    checkAct(state, { ...person(COUNTY, 'chief'), departments }, register, 'opined', answer)
  expect(by('GA', '公安局').ok).toBe(true)
  expect(problemOf(by())?.code).toBe('nothing-to-answer')
  expect(problemOf(by('MZ'))?.code).toBe('nothing-to-answer')
})

test('C112 counts of single materials add up to the whole', () => {
  const state = fold(caseAt('10', VILLAGE))
  const agent = person(VILLAGE, 'agent')
  const counts = { a: 1, b: 2 }
  expect(check(state, agent, 'offered', { to: TOWN, materials: 3, counts }).ok).toBe(true)
  expect(problemOf(check(state, agent, 'offered', { to: TOWN, materials: 5, counts }))).toMatchObject({
    code: 'field',
    field: 'materials',
    message: expect.stringContaining('合计 3 份'),
  })
})

test('C105 a contribution that names a fact is offered about facts, every other about the case', () => {
  const naming = CONTRIBUTION_KINDS.filter((kind) => fieldsOf(kind, ({ type }) => type === 'hash').length > 0)
  expect(naming.length).toBeGreaterThan(4)
  for (const stage of Object.keys(STAGES) as Stage[]) {
    const state = fold(caseAt(stage, TOWN))
    const about = CONTRIBUTION_KINDS.filter((kind) =>
      Array.isArray(occasionFor(kind, state, { station: TOWN, departments: [], numberIsShared: true })),
    )
    expect(about, stage).toEqual(naming)
  }
})
