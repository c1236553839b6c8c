/** Which act comes next, which are likely besides, and under what heading the rest is found. */

import type { Stage } from '#protocol/casework/course/stages.ts'
import { type FactKind, isGuarded } from '#protocol/casework/facts/facts.ts'
import { isDecidedAbove } from '#protocol/casework/item.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import type { ActOffer, CaseView } from '#protocol/engine/office.ts'
import type { StationCode } from '#protocol/ids.ts'

/** What people usually do at a stage, the most usual first. */
const USUAL: Readonly<Record<Stage, readonly FactKind[]>> = {
  '00': ['captured', 'received', 'submitted'],
  '05': ['prereviewed'],
  '06': ['resubmitted'],
  '07': ['received'],
  '10': ['received', 'offered', 'progressed'],
  '20': ['accepted', 'notified', 'rejected', 'offered', 'charged'],
  '25': ['supplemented', 'supplied', 'contacted', 'lapsed'],
  '30': ['assigned', 'decided', 'offered', 'invited', 'handled'],
  '40': ['handled', 'suspended', 'offered', 'sent-back', 'invited'],
  '41': ['examined', 'sent-back', 'suspended', 'reported'],
  '42': ['decided', 'sent-back', 'reported', 'suspended'],
  '45': ['resumed', 'verified'],
  '46': ['replied', 'closed'],
  '50': ['closed', 'charged', 'offered'],
  '51': ['closed', 'offered'],
  '60': ['delivered', 'relayed', 'offered'],
  '70': ['archived', 'rated'],
  '80': ['archived'],
  '81': ['archived'],
  '82': ['archived'],
  '83': ['archived'],
  '84': ['archived'],
  '85': ['archived', 'relayed'],
  '86': [],
  '87': [],
  '90': [],
}

/** What waits for this person whatever the stage: a second signature, a transfer to sign for, a notice to answer, money to take. */
const WAITING: readonly FactKind[] = ['countersigned', 'taken', 'opined', 'acknowledged', 'paid', 'settled']
/** Acts that help a case along without being its next step; handing it on is one where nobody here has to do something. */
const BESIDE: readonly FactKind[] = [
  'offered',
  'invited',
  'charged',
  'suspended',
  'sent-back',
  'verified',
  'progressed',
  'contacted',
  'rated',
]
const MOST_LIKELY = 4

export const ACT_GROUPS: Readonly<Record<string, readonly FactKind[]>> = {
  移交: ['offered', 'retracted', 'taken', 'declined', 'reassigned', 'assigned', 'entrusted'],
  联办: ['invited', 'acknowledged', 'opined', 'met'],
  收费: ['charged', 'paid', 'refunded', 'waived'],
  特别程序: ['suspended', 'resumed', 'extended', 'verified', 'reported', 'replied'],
}

export interface OrderedActs {
  readonly next: ActOffer | undefined
  readonly likely: readonly ActOffer[]
  readonly groups: readonly { readonly title: string; readonly offers: readonly ActOffer[] }[]
  /** Acts that belong to this stage and are refused all the same: whoever looks for them wants to know why. */
  readonly refused: readonly ActOffer[]
  /** Acts of other stages, roles and occasions. */
  readonly elsewhere: readonly ActOffer[]
}

/** Away from the holder every act is refused for the same reason, which is said once. */
const belongsTo = ({ state }: CaseView, station: StationCode, { kind }: ActOffer): boolean =>
  isGuarded(kind) &&
  state.holder === station &&
  TRANSITIONS[kind].transitions.some(({ from }) => from.includes(state.stage))

const groupOf = (kind: FactKind): string =>
  Object.entries(ACT_GROUPS).find(([, kinds]) => kinds.includes(kind))?.[0] ?? '其他'

/** Settling on the spot comes before accepting only where the item is settled so. */
function usualOf({ state, item }: CaseView): readonly FactKind[] {
  const waiting = WAITING.filter((kind) => kind !== 'settled' || item?.caseKind === '1')
  const usual = USUAL[state.stage]
  // An item without steps is decided by whoever accepted it; giving it to somebody first is the exception.
  const alone = state.stage === '30' && (item?.steps.length ?? 0) === 0
  const upward = state.stage === '42' && isDecidedAbove(item)
  // A case that a fork stops goes on by nothing else.
  const ruling = state.forks.length > 0 ? (['reassigned'] as const) : []
  return [
    ...ruling,
    ...waiting,
    ...(alone ? ['decided' as const] : []),
    ...(upward ? ['reported' as const] : []),
    ...usual,
  ]
}

/** Reporting up is the next step only of what is decided above; whoever waits for a colleague is not sent there. */
const isBeside = (kind: FactKind, { item }: CaseView): boolean =>
  BESIDE.includes(kind) || (kind === 'reported' && !isDecidedAbove(item))

/** What takes the organ of the item, by the stage in which it is due. */
const OTHERS: Readonly<Partial<Record<Stage, FactKind>>> = { '20': 'accepted', '30': 'decided', '42': 'decided' }

/** The acts of a case in the order in which a person looks for them. */
export function orderActs(view: CaseView, station: StationCode): OrderedActs {
  const { state } = view
  const plain = oncePerKind(view.acts)
  const able = plain.filter(({ allowed }) => allowed)
  const usual = usualOf(view)
  const ranked = [...new Set(usual)].flatMap((kind) => able.filter((offer) => offer.kind === kind))
  const handOn = state.assignee === '' ? ranked.find(({ kind }) => kind === 'offered') : undefined
  // Whose item it is accepts and decides it: there the case goes.
  const belongs = OTHERS[state.stage]
  const isOthers = plain.some(({ kind, code }) => kind === belongs && code === 'beyond-level')
  const next = (isOthers ? handOn : undefined) ?? ranked.find(({ kind }) => !isBeside(kind, view)) ?? handOn
  const likely = ranked.filter((offer) => offer !== next).slice(0, MOST_LIKELY)
  const rest = able.filter((offer) => offer !== next && !likely.includes(offer))
  const groups = [...Object.keys(ACT_GROUPS), '其他'].map((title) => ({
    title,
    offers: rest.filter(({ kind }) => groupOf(kind) === title),
  }))
  return {
    next,
    likely,
    groups: groups.filter(({ offers }) => offers.length > 0),
    refused: plain.filter((offer) => !offer.allowed && belongsTo(view, station, offer)),
    elsewhere: plain.filter((offer) => !offer.allowed && !belongsTo(view, station, offer)),
  }
}

/** Adoptions and dismissals stand in the story, beside the fact they are about. */
const IN_STORY: readonly FactKind[] = ['adopted', 'dismissed']

/** One offer of each kind: what it is about is chosen in its form. */
function oncePerKind(acts: readonly ActOffer[]): readonly ActOffer[] {
  const kinds = [...new Set(acts.map(({ kind }) => kind))].filter((kind) => !IN_STORY.includes(kind))
  return kinds.flatMap((kind) => {
    const same = acts.filter((offer) => offer.kind === kind)
    const offer = same.find(({ allowed }) => allowed) ?? same[0]
    return offer ? [{ ...offer, subject: null }] : []
  })
}
