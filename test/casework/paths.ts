/** The shortest way to each stage, for cases that tests need to stand somewhere. */
import type { Stage } from '#protocol/casework/course/stages.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { StationCode } from '#protocol/ids.ts'
import { COUNTY, chain, type Line, last, SIMPLE, TOWN, VILLAGE } from './people.ts'

const LONG_AGO = { days: 10, occurredOn: '2026-01-05', occurredWhy: '当日停电' }

/** Lines from the draft to a stage; every one of them is open to any item. */
function pathTo(stage: Stage, item: Item): readonly Line[] {
  const opened: Line[] = [['opened', VILLAGE, { item: item.id, itemVersion: item.edition }]]
  const atTown: Line[] = [...opened, ['reassigned', COUNTY, { to: TOWN }]]
  const submitted: Line[] = [...atTown, ['submitted', TOWN]]
  const returned: Line[] = [...submitted, ['prereviewed', TOWN, { result: 'returned' }]]
  const captured: Line[] = [...opened, ['captured', VILLAGE]]
  const received: Line[] = [...captured, ['reassigned', COUNTY, { to: TOWN }], ['received', TOWN]]
  const notified: Line[] = [...received, ['contacted', TOWN], ['notified', TOWN, LONG_AGO]]
  const accepted: Line[] = [...received, ['accepted', TOWN]]
  const assigned: Line[] = [...accepted, ['assigned', TOWN]]
  const handled: Line[] = [...assigned, ['handled', TOWN]]
  const isExamined = item.steps.some((step) => step.stage === '41')
  const approving: Line[] = isExamined ? [...handled, ['examined', TOWN]] : handled
  const reported: Line[] = [...approving, ['reported', TOWN]]
  const granted: Line[] = [...reported, ['replied', TOWN]]
  const closed: Line[] = [...granted, ['closed', TOWN]]
  const rejected = (outcome: string): Line[] => [...received, ['rejected', TOWN, { outcome }]]
  const voided = (as: string): Line[] => [...received, ['voided', COUNTY, { as }]]
  const paths: Readonly<Record<Stage, readonly Line[]>> = {
    '00': opened,
    '05': submitted,
    '06': returned,
    '07': [...submitted, ['prereviewed', TOWN]],
    '10': captured,
    '20': received,
    '25': notified,
    '30': accepted,
    '40': assigned,
    '41': [...approving, ['sent-back', TOWN, { stage: '41' }]],
    '42': approving,
    '45': [...assigned, ['suspended', TOWN]],
    '46': reported,
    '50': granted,
    '51': [...reported, ['replied', TOWN, { result: 'refused' }]],
    '60': closed,
    '70': [...closed, ['delivered', TOWN]],
    '80': rejected('not-competent'),
    '81': rejected('not-required'),
    '82': rejected('returned'),
    '83': [...received, ['withdrawn', TOWN]],
    '84': [...notified, ['lapsed', TOWN]],
    '85': [...reported, ['closed', TOWN, { closing: '4' }]],
    '86': voided('void'),
    '87': voided('error'),
    '90': [...rejected('returned'), ['archived', TOWN]],
  }
  return paths[stage]
}

/** Facts of a case that stands at a stage and, while custody can still move, is held by the station. */
export function caseAt(stage: Stage, holder: StationCode, item: Item = SIMPLE): FactEntry[] {
  const facts = chain(pathTo(stage, item))
  const isFinal = stage === '86' || stage === '87' || stage === '90'
  return isFinal ? facts : [...facts, ...chain([['reassigned', COUNTY, { to: holder }]], last(facts))]
}

/** A captured case the village has offered to its town. */
export function offeredCase() {
  const facts = chain([
    ['opened', VILLAGE],
    ['captured', VILLAGE],
    ['offered', VILLAGE, { to: TOWN, materials: 4 }],
  ])
  return { facts, offer: last(facts) }
}
