/** Cases with limits counted by hand, for the tests of what was late. */
import type { CaseState } from '#protocol/casework/case.ts'
import { CLOCK_RULES } from '#protocol/casework/course/spans.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { Item } from '#protocol/casework/item.ts'
import { chain, LICENCE, type Line, registerWith, TOWN } from '#test/casework/people.ts'

/** Ten working days promised, twenty by the law. */
export const PLAIN: Item = { ...LICENCE, id: 'XK0010', promised: { days: 10, unit: 'working', note: '' } }
/** The catalogue names a department with which it is handled. */
export const JOINT: Item = { ...PLAIN, id: 'XK0011', coDepartments: ['MZ'] }
/** A benefit: only the promise. */
export const UNLIMITED: Item = { ...PLAIN, id: 'XK0014', itemType: '05' }
/** Decided by the city, within its own fifteen days. */
export const ABOVE: Item = { ...PLAIN, id: 'XK0012', level: '3', statutory: { days: 15, unit: 'working', note: '' } }
export const STEPPED: Item = {
  ...PLAIN,
  id: 'XK0013',
  steps: (['40', '41', '42'] as const).map((stage) => ({
    stage,
    role: '',
    standard: '',
    days: stage === '42' ? null : 3,
  })),
}
export const ITEMS = [UNLIMITED, PLAIN, JOINT, ABOVE, STEPPED]
export const on = (today: string) => registerWith({ items: ITEMS, today })
export const clock = (state: CaseState, id: string) => state.clocks.find((each) => each.id === id)
export const isLate = ({ late, clocks }: CaseState) =>
  late.length > 0 || clocks.some(({ id, exceeded }) => exceeded && CLOCK_RULES[id].isOffices)

/** Accepted on Monday 2026-03-02: the promise ends on the 16th, the law's twenty days on the 30th. */
export const accepted = (item: Item): readonly FactEntry[] =>
  chain([
    ['opened', TOWN, { item: item.id, itemVersion: item.edition }, '2026-03-02'],
    ['received', TOWN, { itemVersion: item.edition }, '2026-03-02'],
    ['accepted', TOWN, {}, '2026-03-02'],
  ])
export const followed = (facts: readonly FactEntry[], ...lines: readonly Line[]): readonly FactEntry[] => [
  ...facts,
  ...chain(lines, facts.findLast(({ fact }) => fact?.previous !== null) ?? null),
]
