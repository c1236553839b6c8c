/** A small county and a pen: stations, nodes and facts for the casework tests. */
import type { Authority, CaseState, Stage } from '#protocol/casework/case.ts'
import type { Tier } from '#protocol/casework/directory.ts'
import type { FactEntry, FactKind, FieldValue } from '#protocol/casework/facts.ts'
import { foldCase } from '#protocol/casework/fold.ts'
import { type DocumentId, type EntryHash, logKey, type NodeId, type PersonId, type StationCode } from '#protocol/ids.ts'

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
  tierOf: (station) => TREE[station]?.tier,
  parentOf: (station) => TREE[station]?.parent,
}

export const CASE = 'c'.repeat(32) as DocumentId
export const NO_HASH = '0'.repeat(64) as EntryHash

const APPLICANT = { applicant: '王秀英', idNumber: '11010519491231002X', phone: '13800000000', materials: 3, seals: [] }

/** Fields with which each fact is well-formed. */
export const FIELDS: Readonly<Record<FactKind, Readonly<Record<string, FieldValue>>>> = {
  opened: { number: 'n-1', item: 'SL0001', itemVersion: 1 },
  captured: APPLICANT,
  offered: { to: TOWN, materials: 3 },
  retracted: { reason: '移交有误' },
  taken: { materials: 3 },
  declined: { reason: '材料不符' },
  received: APPLICANT,
  accepted: { seals: [] },
  decided: { result: 'granted', opinion: '同意', seals: [] },
  closed: { document: '文1号' },
  delivered: { recipient: '王秀英' },
  reassigned: { to: TOWN, reason: '节点失联' },
  adopted: { fact: NO_HASH },
  dismissed: { fact: NO_HASH, reason: '重复' },
  noted: { text: '已电话联系' },
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
    person: 'p1' as PersonId,
    station,
    time: 1_790_000_000_000 + written * 1000,
    clockOffset: 0,
    fact: {
      kind,
      previous: typeof previous === 'object' && previous !== null ? previous.hash : previous,
      fields: { ...FIELDS[kind], ...fields },
    },
    ...changes,
  }
}

/** Each fact follows the one before it: [kind, station, fields?]. */
export type Line = readonly [FactKind, StationCode, Readonly<Record<string, FieldValue>>?]

/** Writes a chain of facts, the first one following the given fact. */
export function chain(lines: readonly Line[], after: FactEntry | null = null): FactEntry[] {
  const facts: FactEntry[] = []
  for (const [kind, station, fields] of lines) facts.push(write(kind, station, facts.at(-1) ?? after, fields))
  return facts
}

/** Folds; the case must exist. */
export function fold(facts: readonly FactEntry[]): CaseState {
  const state = foldCase(CASE, facts, authority)
  if (state === undefined) throw new Error('no case')
  return state
}

/** Why a fact was set aside; null when it was not. */
export const reasonOf = (state: CaseState, fact: FactEntry) =>
  state.story.find((line) => line.hash === fact.hash)?.aside?.reason ?? null

export const epochOf = (state: CaseState, fact: FactEntry) =>
  state.story.find((line) => line.hash === fact.hash)?.epoch ?? null

export const last = (facts: readonly FactEntry[]): FactEntry => facts.at(-1) as FactEntry

const PATHS: Readonly<Record<Stage, readonly Line[]>> = (() => {
  const opened: Line[] = [['opened', VILLAGE]]
  const captured: Line[] = [...opened, ['captured', VILLAGE]]
  const received: Line[] = [...captured, ['reassigned', COUNTY, { to: TOWN }], ['received', TOWN]]
  const accepted: Line[] = [...received, ['accepted', TOWN]]
  const granted: Line[] = [...accepted, ['decided', TOWN]]
  const refused: Line[] = [...accepted, ['decided', TOWN, { result: 'refused', reasons: '不符合条件' }]]
  const closed: Line[] = [...granted, ['closed', TOWN]]
  return {
    '00': opened,
    '10': captured,
    '20': received,
    '30': accepted,
    '50': granted,
    '51': refused,
    '60': closed,
    '70': closed,
  }
})()

/** Facts of a case that stands at a stage and is held by the station. */
export function caseAt(stage: Stage, holder: StationCode): FactEntry[] {
  const facts = chain([...PATHS[stage], ['reassigned', COUNTY, { to: holder }]])
  return stage === '70' ? [...facts, write('delivered', holder, last(facts))] : facts
}
