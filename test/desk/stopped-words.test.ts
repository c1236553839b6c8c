/** What is said of a stopped case and of what a ruling displaced, of records as the tests of the fold write them. */
import { expect, test } from 'vitest'
import { displacedWords } from '#edge-node/desk/case/aside-words.ts'
import { didWords } from '#edge-node/desk/case/station-choices.ts'
import { whyStopped } from '#edge-node/desk/case/stopped-words.ts'
import type { Desk } from '#edge-node/desk/visit.ts'
import { forkStations } from '#protocol/casework/acts/fork.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { offeredCase } from '#test/casework/paths.ts'
import {
  COUNTY,
  chain,
  fold,
  last,
  OTHER_TOWN,
  OTHER_VILLAGE,
  TOWN,
  VILLAGE,
  write,
  writtenBy,
} from '#test/casework/people.ts'

const desk = { office: { directory: { stations: () => [] } } } as unknown as Desk
const viewOf = (state: CaseState) => ({ state }) as CaseView
const toldTo = (station: FactEntry['station'], facts: readonly FactEntry[]) =>
  displacedWords(desk, viewOf(fold(facts)), station)

test('P242 P243 nobody is said to have signed whose name another machine wrote', () => {
  const { facts, offer } = offeredCase()
  const other = write('offered', VILLAGE, facts[1] as FactEntry, { to: OTHER_TOWN, materials: 4 })
  const forged = [offer, other].map((one) =>
    write('taken', one.fact?.fields.to as typeof TOWN, one, {}, writtenBy(VILLAGE)),
  )
  const state = fold([...facts, other, ...forged])
  expect(whyStopped(desk, state)).toBe('同一环节出现了不止一条记录,只能有一条作数')
  const did = forkStations(state).map((one) => didWords(viewOf(state), one))
  expect(did).toEqual(['现在的主办,已移交', '未签收', '未签收'])
})

/** The county gave it to the town, which handed it on; a second computer of the town had accepted it meanwhile. */
function lostToSigning() {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['reassigned', COUNTY, { to: TOWN, reason: '村代办点停电' }],
    ['received', TOWN],
    ['offered', TOWN, { to: OTHER_TOWN, materials: 1 }],
    ['taken', OTHER_TOWN],
  ])
  return [...facts, write('accepted', TOWN, facts[3] as FactEntry, {}, writtenBy(TOWN, 2))]
}

test('P245 no ruling is named that displaced none of the station’s records', () => {
  const facts = lostToSigning()
  expect(fold(facts)).toMatchObject({ holder: OTHER_TOWN, asideOpen: 1 })
  expect(toldTo(TOWN, facts)).toBeUndefined()
  const since = write('reassigned', COUNTY, facts[5] as FactEntry, { to: OTHER_VILLAGE, reason: '乡镇停电' })
  expect(toldTo(TOWN, [...facts, since])).toBeUndefined()
})

test('P245 the ruling is named that displaced them: written in their place, or behind the other side', () => {
  const { facts, offer } = offeredCase()
  const back = write('retracted', VILLAGE, offer)
  const again = write('offered', VILLAGE, back, { to: OTHER_TOWN, materials: 4 })
  const elsewhere = write('taken', OTHER_TOWN, again)
  const late = write('taken', TOWN, offer)
  const all = [...facts, back, again, elsewhere, late, write('received', TOWN, late)]
  for (const [place, to] of [
    [elsewhere, OTHER_TOWN],
    [offer, VILLAGE],
  ] as const) {
    const ruled = write('reassigned', COUNTY, place, { to, reason: '材料在那里' })
    const moved = write('reassigned', COUNTY, ruled, { to: COUNTY, reason: '另有原因' })
    expect(toldTo(TOWN, [...all, ruled])).toContain('县中心改派的原因:材料在那里。')
    expect(toldTo(TOWN, [...all, ruled, moved])).toContain('县中心改派的原因:材料在那里。')
    const voided = write('voided', COUNTY, ruled, { as: 'void', reason: '重复' })
    expect(toldTo(TOWN, [...all, ruled, voided])).toContain('办件已作废,本站不用再办。')
  }
})

test('P245 also where its side had gone on from a decline', () => {
  const { facts, offer } = offeredCase()
  const declined = write('declined', TOWN, offer)
  const late = write('taken', TOWN, offer, {}, writtenBy(TOWN, 2))
  const ruled = write('reassigned', COUNTY, late, { to: TOWN, reason: '材料在那里' })
  const all = [...facts, declined, write('withdrawn', VILLAGE, declined), late]
  expect(fold(all).forks).toHaveLength(1)
  expect(toldTo(VILLAGE, [...all, ruled])).toContain('县中心改派的原因:材料在那里。')
})

test('P245 also at several openings', () => {
  const [one, two] = [3, 7].map((incarnation) => {
    const opening = write('opened', VILLAGE, null, {}, writtenBy(VILLAGE, incarnation))
    const offer = write('offered', VILLAGE, opening, { to: incarnation === 3 ? TOWN : OTHER_TOWN, materials: 1 })
    return [opening, offer, write('taken', offer.fact?.fields.to as typeof TOWN, offer)]
  }) as [FactEntry[], FactEntry[]]
  const ruled = write('reassigned', COUNTY, last(two), { to: OTHER_TOWN, reason: '材料在那里' })
  expect(toldTo(TOWN, [...one, ...two, ruled])).toContain('县中心改派的原因:材料在那里。')
  expect(toldTo(OTHER_TOWN, [...one, ...two, ruled])).toBeUndefined()
})
