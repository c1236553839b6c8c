/** A small county and a pen: stations, nodes and facts for the casework tests. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { DEFAULT_RULES, type Letter, type LocalRules } from '#protocol/casework/directory.ts'
import { FACTS, type FactEntry, type FactKind, type FieldValue } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import type { Authority, Register } from '#protocol/casework/register.ts'
import { powerOf } from '#protocol/casework/rules/letters.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import {
  type DocumentId,
  type EntryHash,
  logKey,
  type NodeId,
  type PersonId,
  type StationCode,
  streamOf,
} from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'

export const COUNTY = '510724' as StationCode
export const TOWN = '510724103' as StationCode
export const OTHER_TOWN = '510724104' as StationCode
export const VILLAGE = '510724103201' as StationCode
export const OTHER_VILLAGE = '510724103202' as StationCode

export const TREE: Readonly<Record<string, { tier: Tier; parent: StationCode | null }>> = {
  [COUNTY]: { tier: 'county', parent: null },
  [TOWN]: { tier: 'township', parent: COUNTY },
  [OTHER_TOWN]: { tier: 'township', parent: COUNTY },
  [VILLAGE]: { tier: 'village', parent: TOWN },
  [OTHER_VILLAGE]: { tier: 'village', parent: TOWN },
}
export const STATION_OF_TIER: Readonly<Record<Tier, StationCode>> = { village: VILLAGE, township: TOWN, county: COUNTY }

/** The node of a station: its code, padded to 32 hex digits. */
export const nodeOf = (station: StationCode): NodeId => station.padEnd(32, 'f') as NodeId

export const authority: Authority = {
  serves: (node, station) => TREE[station] !== undefined && node === nodeOf(station),
  isRoot: (node) => node === nodeOf(COUNTY),
  afterRevocation: () => false,
  standing: () => 'belongs',
  rolesOf: () => null,
  tierOf: (station) => TREE[station]?.tier,
  parentOf: (station) => TREE[station]?.parent,
}

export const CASE = 'c'.repeat(32) as DocumentId
export const NO_HASH = '0'.repeat(64) as EntryHash

/** The Monday on which everything is written unless a test says otherwise. */
export const TODAY = '2026-03-09' as Day
/** A day of a test: calendars are published for 2024 to 2026. */
export const day = (text: string): Day => text as Day
/** Nine o'clock in the morning of a Chinese civil day, in milliseconds since 1970. */
export const morning = (text: string): number => Date.parse(`${text}T09:00:00+08:00`)

const FEE = { id: 'f1', name: '工本费', standard: '每证10元', basis: '某收费依据', range: { from: 1000, to: 1000 } }

/** A simple matter that the window decides alone. */
export const SIMPLE: Item = completeItem({
  id: 'SL0001',
  name: '样例事项',
  itemType: '20',
  caseKind: '2',
  // Shared between the levels (分级管理): any of them decides.
  level: '7',
  tiers: ['village', 'township', 'county'],
  fees: [FEE],
})
/** A licence: only there silence for five days counts as acceptance. */
export const LICENCE: Item = { ...SIMPLE, id: 'XK0001', itemType: '01' }

/** What a test publishes besides the tree. */
export interface Published {
  readonly items?: readonly Item[]
  readonly letters?: readonly Letter[]
  readonly rules?: Partial<LocalRules>
  readonly today?: string
}

/** What every node holds: calendars of 2024 to 2026, items, letters, rules. */
export function registerWith({ items = [], letters = [], rules = {}, today = TODAY }: Published = {}): Register {
  const all = [...items, SIMPLE, LICENCE]
  return {
    authority,
    edition: (id, edition) => all.find((item) => item.id === id && item.edition === edition),
    powerOf: (question) => powerOf(letters, question),
    calendar: workCalendar(SAMPLE_CALENDARS),
    rules: { ...DEFAULT_RULES, ...rules },
    today: day(today),
    isEnabled: () => true,
  }
}
export const register: Register = registerWith()

/** The same county with other answers of its authority. */
export const judging = (changes: Partial<Authority>): Register => ({
  ...register,
  authority: { ...authority, ...changes },
})

/** A county in which a node serves one more station. */
export const serving = (station: StationCode, node: NodeId): Register =>
  judging({ serves: (by, of) => authority.serves(by, of) || (by === node && of === station) })

/** Of a fact: written in the village's stream by the node of a station, under an incarnation of it. */
export const writtenBy = (station: StationCode, incarnation = 1) => ({
  log: logKey({ node: nodeOf(station), incarnation, stream: streamOf(VILLAGE) }),
})

/** A letter with all five powers for an item at a station. */
export const letter = (station: StationCode, item: string, changes: Partial<Letter> = {}): Letter => ({
  type: 'letter',
  id: '授〔2026〕1号',
  version: 1,
  department: '',
  station,
  person: null,
  items: [item],
  powers: ['accept', 'examine', 'coordinate', 'deliver', 'respond'],
  from: day('2026-01-01'),
  until: day('2026-12-31'),
  revoked: null,
  ...changes,
})

const APPLICANT = { applicant: '王秀英', idNumber: '11010519491231002X', phone: '13800000000', materials: 3, seals: [] }
const OTHER_PERSON = 'p2' as PersonId

/** A number that a station gives: cases are opened with the ninth, renumbered to the first. */
export const numberAt = (station: StationCode, running = 1): string =>
  mintNumber({ station, day: TODAY, lane: 5541, running })
export const OPENED_WITH = 9

/** Fields with which each fact is well-formed and its conditions hold where they only depend on what is typed. */
export const FIELDS: Readonly<Record<FactKind, Readonly<Record<string, FieldValue>>>> = {
  opened: { number: numberAt(VILLAGE, OPENED_WITH), item: 'SL0001', itemVersion: 1 },
  captured: APPLICANT,
  submitted: APPLICANT,
  prereviewed: { result: 'passed', opinion: '材料齐全', told: '电话' },
  resubmitted: { seals: [] },
  received: { ...APPLICANT, originals: true },
  rejected: {
    outcome: 'not-competent',
    reasons: '不属本机关职权',
    organ: '市民政局',
    remedies: '60日内向县人民政府申请行政复议,6个月内向安县人民法院提起诉讼',
  },
  notified: { missing: ['身份证复印件', '申请表'] },
  supplemented: { items: ['身份证复印件', '申请表'], seals: [] },
  lapsed: { confirmer: OTHER_PERSON },
  accepted: { seals: [] },
  settled: { result: 'granted', opinion: '同意', seals: [] },
  assigned: { to: 'p1' },
  entrusted: { to: OTHER_PERSON, reason: '休假' },
  handled: { opinion: '拟同意' },
  examined: { opinion: '同意' },
  'sent-back': { stage: '30', reason: '意见不完整' },
  suspended: { procedure: 'hearing', days: 10, approver: OTHER_PERSON },
  resumed: { result: '听证已举行' },
  extended: { days: 10, reasons: '案情复杂', approver: '局长' },
  reported: { organ: '市民政局', materials: 3 },
  replied: { result: 'granted', reference: '市批〔2026〕1号', content: '同意' },
  decided: { result: 'granted', opinion: '同意', seals: [] },
  concluded: {
    system: '省级系统',
    reference: 'S-1',
    result: 'granted',
    document: '文2号',
    occurredOn: TODAY,
    occurredWhy: '原系统已办结',
  },
  closed: { document: '文1号' },
  delivered: { recipient: '王秀英' },
  archived: {},
  renumbered: {
    former: 'a number that nobody gave',
    number: numberAt(TOWN),
    second: OTHER_PERSON,
    reason: '编号重复',
  },
  withdrawn: { written: true, returned: '原件已退还' },
  voided: { as: 'void', reason: '重复建件', second: OTHER_PERSON },
  prioritised: { reason: '重点项目', approver: OTHER_PERSON, liaison: '李四' },
  invited: { to: COUNTY, department: 'MZ', due: '2026-12-31', content: '请提出意见' },
  charged: { fee: 'f1', amount: 1000 },
  offered: { to: TOWN, materials: 3 },
  retracted: { reason: '移交有误' },
  taken: { materials: 3 },
  declined: { reason: '材料不符' },
  reassigned: { to: TOWN, reason: '节点失联' },
  adopted: { fact: NO_HASH },
  countersigned: { fact: NO_HASH },
  dismissed: { fact: NO_HASH, reason: '重复' },
  supplied: { items: ['身份证复印件'], materials: 1 },
  contacted: { way: 'phone', reached: true, content: '已告知期限' },
  progressed: { text: '已送乡镇' },
  relayed: { content: '已告知批复' },
  acknowledged: { fact: NO_HASH },
  opined: { fact: NO_HASH, opinion: 'agree' },
  met: { form: 'meeting', on: TODAY, place: '县中心', attended: ['民政局'], minutes: '一致同意' },
  verified: { staff: ['张三', '李四'], on: TODAY, place: '村委会', findings: '属实' },
  paid: { fact: NO_HASH, receipt: '票1', amount: 1000 },
  refunded: { fact: NO_HASH, receipt: '退1', reason: '撤回' },
  waived: { fact: NO_HASH, as: 'cancelled', reason: '开错', approver: 'chief' },
  rated: { scale: 'five-level', value: 1, via: 'card' },
  noted: { text: '已电话联系' },
}

const WRITERS: Readonly<Partial<Record<FactKind, string>>> = {
  examined: 'examiner',
  decided: 'approver',
  concluded: 'approver',
  countersigned: 'second',
  rated: 'rater',
}

/** Who writes a kind unless a test says otherwise: handling, examining, approving and countersigning are different people's. */
export const writerOf = (kind: FactKind): PersonId => (WRITERS[kind] ?? 'p1') as PersonId

/** The numbers that a station gives are its own. */
const numbersOf = (kind: FactKind, station: StationCode): Readonly<Record<string, string>> => {
  if (kind === 'opened') return { number: numberAt(station, OPENED_WITH) }
  return kind === 'renumbered' ? { number: numberAt(station) } : {}
}

let written = 0

/** Writes a fact of a station's own node; every call makes a new hash and a later time. */
export function write(
  kind: FactKind,
  station: StationCode,
  previous: FactEntry | EntryHash | null,
  fields: Readonly<Record<string, FieldValue>> = {},
  changes: Partial<FactEntry> = {},
): FactEntry {
  written += 1
  return {
    hash: written.toString(16).padStart(64, '0') as EntryHash,
    log: logKey({ node: nodeOf(station), incarnation: 1, stream: VILLAGE as never }),
    seq: written,
    person: writerOf(kind),
    station,
    time: morning(TODAY) + written,
    clockOffset: 0,
    fact: {
      kind,
      previous: typeof previous === 'object' && previous !== null ? previous.hash : previous,
      fields: { ...FIELDS[kind], ...numbersOf(kind, station), ...fields },
    },
    ...changes,
  }
}

/** Each guarded fact follows the one before it: [kind, station, fields?, day of writing?]. */
export type Line = readonly [FactKind, StationCode, Readonly<Record<string, FieldValue>>?, string?]

/** Writes a chain of facts, the first one following the given fact; contributions follow nothing. */
export function chain(lines: readonly Line[], after: FactEntry | null = null): FactEntry[] {
  const facts: FactEntry[] = []
  let tip = after
  for (const [kind, station, fields, on] of lines) {
    const changes = on === undefined ? {} : { time: morning(on) + written }
    const fact = write(kind, station, FACTS[kind].guarded ? tip : null, fields, changes)
    if (FACTS[kind].guarded) tip = fact
    facts.push(fact)
  }
  return facts
}

/** Folds; the case must exist. */
export function fold(facts: readonly FactEntry[], by: Register = register): CaseState {
  const state = foldCase(CASE, facts, by)
  if (state === undefined) throw new Error('no case')
  return state
}

/** Why a fact was set aside; null when it was not. */
export const reasonOf = (state: CaseState, fact: FactEntry) =>
  state.story.find((line) => line.hash === fact.hash)?.aside?.reason ?? null

export const epochOf = (state: CaseState, fact: FactEntry) =>
  state.story.find((line) => line.hash === fact.hash)?.epoch ?? null

export const last = (facts: readonly FactEntry[]): FactEntry => facts.at(-1) as FactEntry
