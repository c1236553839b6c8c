/** One fact at one stage, tier and kind of item: what the generated tests of the table try. */
import { checkAct } from '#protocol/casework/acts/acts.ts'
import type { ActorAtNode } from '#protocol/casework/acts/permission.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Stage } from '#protocol/casework/course/stages.ts'
import type { FactEntry, FactKind, FieldValue, GuardedKind } from '#protocol/casework/facts/facts.ts'
import type { Item, StepRule } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import { TRANSITIONS } from '#protocol/casework/rules/transitions.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import { caseAt } from './paths.ts'
import {
  COUNTY,
  FIELDS,
  last,
  letter,
  registerWith,
  SIMPLE,
  STATION_OF_TIER,
  TOWN,
  VILLAGE,
  write,
  writerOf,
} from './people.ts'

const step = (stage: StepRule['stage']): StepRule => ({ stage, role: '', standard: '', days: 3 })
const immediate: Item = { ...SIMPLE, caseKind: '1', villageDelivery: false }

/** One item for each condition a line may name; all of them may be decided on the spot. */
export const KINDS_OF_ITEM: Readonly<Record<string, Item>> = {
  simple: { ...immediate, id: 'simple' },
  licence: { ...immediate, id: 'licence', itemType: '01' },
  examined: { ...immediate, id: 'examined', steps: [step('40'), step('41'), step('42')] },
  unexamined: { ...immediate, id: 'unexamined', steps: [step('40'), step('42')] },
  village: {
    ...immediate,
    id: 'village',
    receivingTiers: ['village', 'township', 'county'],
    clockStart: 'capture',
    villageDelivery: true,
  },
}

/** A county in which every station has every letter. */
export const LETTERED = registerWith({
  items: Object.values(KINDS_OF_ITEM),
  letters: [VILLAGE, TOWN, COUNTY].flatMap((station) =>
    Object.keys(KINDS_OF_ITEM).map((item) => letter(station, item)),
  ),
})

/** Somebody with every role, so that only stage, custody and conditions decide. */
export const everybody = (station: StationCode, kind: FactKind): ActorAtNode => ({
  station,
  person: writerOf(kind),
  roles: ['agent', 'clerk', 'handler', 'chief', 'cashier', 'coordinator'],
  root: station === COUNTY,
  connected: true,
  transcribes: kind === 'concluded',
})

type Fields = Readonly<Record<string, FieldValue>>

/** Each value that lines of a fact ask for, with what else that choice needs. */
export function choicesOf(kind: GuardedKind): readonly Fields[] {
  const choices = new Map<string, Fields>()
  for (const { when } of TRANSITIONS[kind].transitions) {
    if (when === undefined) choices.set('', {})
    else choices.set(when.is, { [when.field]: when.is, ...(when.is === 'refused' ? REFUSAL : {}) })
  }
  return [...choices.values()].map((choice) => onlyOwn(kind, choice))
}

const REFUSAL: Fields = {
  reasons: '不符合条件',
  remedies: '60日内向县人民政府申请行政复议,6个月内向安县人民法院提起诉讼',
}
const WITH_REASONS: readonly GuardedKind[] = ['decided', 'settled']
const onlyOwn = (kind: GuardedKind, { reasons, remedies, ...rest }: Fields): Fields =>
  reasons !== undefined && remedies !== undefined && WITH_REASONS.includes(kind) ? { ...rest, reasons, remedies } : rest

const cases = new Map<string, readonly FactEntry[]>()

function caseOf(stage: Stage, holder: StationCode, item: Item): readonly FactEntry[] {
  const key = `${stage} ${holder} ${item.id}`
  const known = cases.get(key) ?? caseAt(stage, holder, item)
  cases.set(key, known)
  return known
}

/** A case ready for a fact by a station of the tier, and the fields that vary with where it is written. */
export function prepare(kind: GuardedKind, stage: Stage, tier: Tier, item: Item) {
  const station = STATION_OF_TIER[tier]
  const elsewhere = station === TOWN ? COUNTY : TOWN
  const isAnswer = kind === 'taken' || kind === 'declined'
  const holder = isAnswer ? elsewhere : station
  const before = [...caseOf(stage, holder, item)]
  if (isAnswer || kind === 'retracted') {
    before.push(write('offered', holder, last(before), { to: isAnswer ? station : elsewhere }))
  }
  const fields: Record<string, FieldValue> = {}
  if (kind === 'offered' || kind === 'reassigned' || kind === 'invited') fields.to = elsewhere
  if (kind === 'notified' && stage === '25') Object.assign(fields, { override: '原告知有误', approver: 'p9' })
  return { before, station, fields }
}

/** Why an act of somebody with every role is refused; undefined when it is allowed. */
export const problemOf = (
  state: CaseState,
  kind: FactKind,
  fields: Fields = FIELDS[kind],
  station: StationCode = TOWN,
  register: Register = registerWith(),
) => {
  const answer = checkAct(state, everybody(station, kind), register, kind, fields)
  return answer.ok ? undefined : answer.problem
}
