/** How cases go in a month: for each kind the acts, the places and the waiting, as people would do them. */
import { isAwaiting } from '#protocol/casework/acts/second.ts'
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { ItemName } from './county.ts'

/** Places seen from a case: where it began, its township, the hall, another township, three co-departments. */
export type Place = 'home' | 'town' | 'hall' | 'other' | 'co1' | 'co2' | 'co3'
type Fields = Readonly<Record<string, FieldValue>>

export interface Step {
  readonly at: Place
  readonly kind: FactKind
  /** Fields beside the usual ones; stations are named by place. */
  readonly fields?: (view: CaseView, codeOf: (place: Place) => string) => Fields
  /** Which of the station's people does it. */
  readonly person?: 'a' | 'b' | 'c'
  /** Working days that pass before it. */
  readonly wait?: number
}

export interface Script {
  readonly name: string
  /** How many of a hundred cases go so. */
  readonly share: number
  readonly item: ItemName
  /** Where the case is opened. */
  readonly opened: 'home' | 'town' | 'hall'
  readonly steps: readonly Step[]
  /** The stage in which it must stand at the end. */
  readonly end: string
}

const act = (at: Place, kind: FactKind, rest: Omit<Step, 'at' | 'kind'> = {}): Step => ({ at, kind, ...rest })
const move = (from: Place, to: Place): Step[] => [
  act(from, 'offered', { fields: (_, codeOf) => ({ to: codeOf(to) }) }),
  act(to, 'taken'),
]
const granted: Fields = { result: 'granted', opinion: '同意' }
const refused: Fields = {
  result: 'refused',
  opinion: '不同意',
  reasons: '不符合条件',
  remedies: '60日内向县人民政府申请行政复议,6个月内向安县人民法院提起诉讼',
}

const UP_TO_TOWN = [act('home', 'captured'), ...move('home', 'town')]
const UP_TO_HALL = [...UP_TO_TOWN, ...move('town', 'hall'), act('hall', 'received')]
const HANDLED = [
  act('hall', 'assigned', { fields: () => ({ to: '510724.a' }) }),
  act('hall', 'handled', { person: 'a', wait: 1 }),
  act('hall', 'examined', { person: 'b' }),
]
/** The second person signs what waits for her. */
const SIGNED = act('hall', 'countersigned', {
  person: 'c',
  fields: ({ state }) => ({ fact: state.story.findLast(isAwaiting)?.hash ?? '' }),
})
const DECIDED = act('hall', 'decided', { person: 'c', fields: () => granted, wait: 1 })
const DOWN = [
  act('hall', 'closed'),
  ...move('hall', 'town'),
  ...move('town', 'home'),
  act('home', 'delivered', { wait: 1 }),
]
const AT_HALL = [act('hall', 'closed'), act('hall', 'delivered', { wait: 1 })]
const missing: Fields = { missing: ['健康证明', '平面图'] }

/** The fact an invitation or a fee notice is, for its answer. */
const invitation = (place: number) => (view: CaseView) => ({ fact: view.state.invitations[place]?.fact ?? '' })
const fee = (view: CaseView) => ({ fact: view.state.fees[0]?.fact ?? '' })

const invite = (to: Place, department: string, due: string): Step =>
  act('hall', 'invited', { fields: (_, codeOf) => ({ to: codeOf(to), department, due }) })

export const SCRIPTS: readonly Script[] = [
  {
    name: 'immediate',
    share: 18,
    item: 'instant',
    opened: 'town',
    steps: [act('town', 'received'), act('town', 'settled', { fields: () => granted }), act('town', 'delivered')],
    end: '70',
  },
  {
    name: 'promised',
    share: 22,
    item: 'simple',
    opened: 'home',
    steps: [
      ...UP_TO_TOWN,
      act('town', 'received'),
      act('town', 'accepted'),
      act('town', 'decided', { fields: () => granted, wait: 2 }),
      act('town', 'closed'),
      ...move('town', 'home'),
      act('home', 'delivered'),
    ],
    end: '70',
  },
  {
    name: 'permit',
    share: 14,
    item: 'permit',
    opened: 'home',
    steps: [...UP_TO_HALL, act('hall', 'accepted'), ...HANDLED, DECIDED, ...DOWN],
    end: '70',
  },
  {
    name: 'supplement',
    share: 6,
    item: 'permit',
    opened: 'home',
    steps: [
      ...UP_TO_HALL,
      act('hall', 'notified', { fields: () => missing, wait: 1 }),
      act('home', 'supplied', { fields: () => ({ items: ['健康证明'], materials: 1 }), wait: 1 }),
      act('hall', 'supplemented', { fields: () => ({ items: ['平面图', '健康证明'] }), wait: 1 }),
      ...HANDLED,
      DECIDED,
      ...AT_HALL,
    ],
    end: '70',
  },
  {
    name: 'lapsed',
    share: 3,
    item: 'permit',
    opened: 'hall',
    steps: [
      act('hall', 'received'),
      act('hall', 'notified', { fields: () => ({ ...missing, days: 3 }) }),
      act('hall', 'contacted', { wait: 1 }),
      act('hall', 'lapsed', { fields: () => ({ confirmer: '510724.c' }), person: 'a', wait: 3 }),
      SIGNED,
    ],
    end: '84',
  },
  {
    name: 'deemed',
    share: 4,
    item: 'permit',
    opened: 'hall',
    steps: [act('hall', 'received'), act('hall', 'accepted', { wait: 7 }), ...HANDLED, DECIDED, ...AT_HALL],
    end: '70',
  },
  {
    name: 'special procedure',
    share: 4,
    item: 'permit',
    opened: 'hall',
    steps: [
      act('hall', 'received'),
      act('hall', 'accepted'),
      act('hall', 'assigned', { fields: () => ({ to: '510724.a' }) }),
      act('hall', 'suspended', { fields: () => ({ procedure: 'testing', days: 5, approver: '510724.c' }) }),
      SIGNED,
      act('hall', 'resumed', { wait: 3 }),
      act('hall', 'handled', { person: 'a' }),
      act('hall', 'extended', { fields: () => ({ days: 5, reasons: '情况复杂', approver: '510724.c' }) }),
      SIGNED,
      act('hall', 'examined', { person: 'b' }),
      DECIDED,
      ...AT_HALL,
    ],
    end: '70',
  },
  {
    name: 'reported up',
    share: 5,
    item: 'upward',
    opened: 'home',
    steps: [
      ...UP_TO_HALL,
      act('hall', 'accepted'),
      ...HANDLED,
      act('hall', 'reported'),
      act('hall', 'replied', { fields: () => ({ result: 'granted' }), wait: 3 }),
      act('hall', 'relayed'),
      ...AT_HALL,
    ],
    end: '70',
  },
  {
    name: 'joint',
    share: 5,
    item: 'permit',
    opened: 'hall',
    steps: [
      act('hall', 'received'),
      act('hall', 'accepted'),
      invite('co1', '消防', '2026-10-15'),
      invite('co2', '环保', '2026-10-15'),
      invite('co3', '城管', '2026-10-15'),
      act('co1', 'acknowledged', { fields: invitation(0) }),
      act('co1', 'opined', { fields: (view) => ({ ...invitation(0)(view), opinion: 'agree' }) }),
      act('co2', 'opined', { fields: (view) => ({ ...invitation(1)(view), opinion: 'report-up' }) }),
      act('co3', 'opined', {
        fields: (view) => ({ ...invitation(2)(view), opinion: 'disagree', reasons: '通道不足' }),
        wait: 1,
      }),
      act('hall', 'met'),
      ...HANDLED,
      DECIDED,
      ...AT_HALL,
    ],
    end: '70',
  },
  {
    name: 'sideways',
    share: 4,
    item: 'simple',
    opened: 'home',
    steps: [
      ...UP_TO_TOWN,
      act('town', 'received'),
      ...move('town', 'other'),
      act('other', 'accepted'),
      ...move('other', 'town'),
      act('town', 'decided', { fields: () => granted }),
      act('town', 'closed'),
      act('town', 'delivered'),
    ],
    end: '70',
  },
  {
    name: 'late evidence',
    share: 4,
    item: 'direct',
    opened: 'home',
    steps: [
      act('home', 'received'),
      act('home', 'notified', { fields: () => missing, wait: 3 }),
      act('home', 'supplemented', { fields: () => ({ items: ['健康证明', '平面图'] }), wait: 3 }),
      ...move('home', 'town'),
      act('town', 'decided', { fields: () => granted, person: 'c' }),
      act('town', 'closed'),
      act('town', 'delivered'),
    ],
    end: '70',
  },
  {
    name: 'fee',
    share: 3,
    item: 'permit',
    opened: 'hall',
    steps: [
      act('hall', 'received'),
      act('hall', 'accepted'),
      act('hall', 'charged', { fields: () => ({ fee: 'survey', amount: 10_000 }) }),
      ...HANDLED,
      DECIDED,
      act('hall', 'paid', { fields: (view) => ({ ...fee(view), receipt: '川财0001', amount: 10_000 }), wait: 1 }),
      ...AT_HALL,
      act('hall', 'archived'),
    ],
    end: '90',
  },
  {
    name: 'refused',
    share: 3,
    item: 'permit',
    opened: 'home',
    steps: [
      ...UP_TO_HALL,
      act('hall', 'accepted'),
      ...HANDLED,
      act('hall', 'decided', { person: 'c', fields: () => refused }),
      ...DOWN,
    ],
    end: '70',
  },
  {
    name: 'not accepted',
    share: 3,
    item: 'permit',
    opened: 'town',
    steps: [
      act('town', 'received'),
      act('town', 'rejected', {
        fields: () => ({
          outcome: 'not-competent',
          reasons: '不属本机关',
          organ: '市级',
          remedies: '60日内向县人民政府申请行政复议,6个月内向安县人民法院提起诉讼',
        }),
      }),
    ],
    end: '80',
  },
  {
    name: 'withdrawn',
    share: 1,
    item: 'permit',
    opened: 'home',
    steps: [...UP_TO_HALL, act('hall', 'accepted'), act('hall', 'withdrawn', { fields: () => ({ written: true }) })],
    end: '83',
  },
  {
    name: 'voided',
    share: 1,
    item: 'simple',
    opened: 'town',
    steps: [
      act('town', 'received'),
      act('hall', 'voided', { fields: () => ({ second: '510724.c' }), person: 'a', wait: 1 }),
      SIGNED,
    ],
    end: '86',
  },
]
