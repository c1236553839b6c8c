/** A case in the words of GB/T 39046-2020: flat columns for lists, and the parts that repeat. */
import type { CaseState, StoryLine } from '../case.ts'
import {
  CASE_KINDS,
  CHANNELS,
  CLOSING_TYPES,
  DECISIONS,
  ITEM_TYPES,
  LOCAL_KINDS,
  PROCEDURES,
  type SpecialKind,
} from '../codes.ts'
import { STAGES } from '../course/stages.ts'
import { DECIDING_KINDS } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import { compactDay, compactTime, regionOf } from './dates.ts'
import { actionOf, EXCHANGE_STATE, EXCHANGE_STATES, EXPORTED_STEPS } from './systems.ts'

/** Columns of the export, in their order: key to the name people and other systems see. */
export const RECORD_COLUMNS = {
  number: '办件编号',
  basicCode: '基本编码',
  implementationCode: '实施编码',
  businessCode: '业务办理项编码',
  item: '地方编码',
  itemVersion: '事项版本',
  itemName: '事项名称',
  itemType: '事项类型',
  caseKind: '办件类型',
  kinds: '办件子类',
  channel: '申报来源',
  applicant: '申请者名称',
  idNumber: '证件号码',
  phone: '手机号码',
  applicationRegion: '申请地区划',
  handlingRegion: '办理地区划',
  received: '收件时间',
  accepted: '受理时间',
  promised: '承诺办结时间',
  statutory: '法定届满日',
  decided: '决定时间',
  result: '办理结果',
  closed: '办结时间',
  closing: '办结类型',
  document: '结果文书号',
  delivered: '送达时间',
  stage: '环节',
  state: '办件状态',
  backdated: '补录',
} as const
export type RecordColumn = keyof typeof RECORD_COLUMNS

/** Which code list a column uses. */
export const CODES_BY_COLUMN: Readonly<Partial<Record<RecordColumn, Readonly<Record<string, string>>>>> = {
  itemType: ITEM_TYPES,
  caseKind: CASE_KINDS,
  kinds: LOCAL_KINDS,
  channel: CHANNELS,
  closing: CLOSING_TYPES,
  stage: STAGES,
  state: EXCHANGE_STATES,
  backdated: { '0': '当时登记', '1': '含补录' },
}

/** One case as a row of codes and texts. */
export type CaseRecord = Readonly<Record<RecordColumn, string>>

const effective = (state: CaseState, kind: StoryLine['kind']): StoryLine | undefined =>
  state.story.find((line) => line.kind === kind && line.aside === null)

/** When a line counts: to the second as written, to the day when it was written down later (补录) or signed for later. */
const timeOf = (line: StoryLine | undefined): string =>
  line === undefined
    ? ''
    : line.enteredOn === null && line.seconded === null
      ? compactTime(line.at)
      : compactDay(line.day)

const first = (state: CaseState, kinds: readonly StoryLine['kind'][]): string =>
  timeOf(kinds.map((kind) => effective(state, kind)).find((line) => line !== undefined))

/** The day of deemed acceptance when the law accepted the case and nobody wrote it down. */
function acceptedAt(state: CaseState): string {
  const { deemed } = state.days
  return first(state, ['supplemented', 'accepted']) || (deemed === undefined ? '' : compactDay(deemed))
}

const dueOf = (state: CaseState, clock: 'T2p' | 'T2s'): string => {
  const due = state.clocks.find(({ id }) => id === clock)?.due
  return due ? compactDay(due) : ''
}

/** The record of a case; the columns about the item stay empty while its edition is not here. */
export function caseRecord(state: CaseState, item: Item | undefined): CaseRecord {
  const channel = effective(state, 'opened')?.fields.channel
  const ended = ['settled', 'closed', 'lapsed', 'rejected', 'withdrawn', 'voided'] as const
  const paper = state.papers.findLast(({ code }) => code === 'D11')
  return {
    number: state.number,
    basicCode: item?.codes.basic ?? '',
    implementationCode: item?.codes.implementation ?? '',
    businessCode: item?.codes.business ?? '',
    item: state.item,
    itemVersion: String(state.itemVersion),
    itemName: item?.name ?? '',
    itemType: item?.itemType ?? '',
    caseKind: item?.caseKind ?? '',
    kinds: state.kinds.join(' '),
    channel: typeof channel === 'string' ? channel : '1',
    applicant: state.applicant.name,
    idNumber: state.applicant.idNumber,
    phone: state.applicant.phone,
    applicationRegion: regionOf(state.home),
    handlingRegion: regionOf(state.holder),
    received: first(state, ['received']),
    accepted: acceptedAt(state),
    promised: dueOf(state, 'T2p'),
    statutory: dueOf(state, 'T2s'),
    decided: first(state, DECIDING_KINDS),
    result: state.result === null ? '' : DECISIONS[state.result],
    closed: first(state, ['concluded', ...ended]),
    closing: state.closing ?? '',
    document: paper?.number ?? '',
    delivered: first(state, ['delivered']),
    stage: state.stage,
    state: EXCHANGE_STATE[state.stage],
    backdated: state.story.some(({ enteredOn, aside }) => enteredOn !== null && aside === null) ? '1' : '0',
  }
}

/** What accounts and station codes are called; the code itself where the record is not here. */
export interface Names {
  person(id: string): string
  station(code: string): string
}

/** One step of a case as other systems list it. */
export interface StepRecord {
  readonly step: string
  readonly title: string
  readonly action: string
  /** 环节办理状态: everything that is exported was done. */
  readonly state: '2'
  readonly person: string
  readonly personName: string
  readonly station: string
  readonly stationName: string
  readonly time: string
  readonly opinion: string
  /** 补录: the day of writing, empty when both are the same. */
  readonly enteredOn: string
}

const OPINION_FIELDS = ['opinion', 'reasons', 'reason', 'content', 'result', 'note'] as const

const opinionOf = ({ fields }: StoryLine): string => {
  const found = OPINION_FIELDS.map((name) => fields[name]).find((value) => typeof value === 'string' && value !== '')
  return typeof found === 'string' ? found : ''
}

/** The steps that took effect, in the order of the story. */
export const stepRecords = (state: CaseState, names: Names): readonly StepRecord[] =>
  state.story.flatMap((line): readonly StepRecord[] => {
    const { kind, title, fields, person, station, enteredOn, aside } = line
    if (kind === 'deemed' || kind === 'unknown' || aside !== null) return []
    const step = EXPORTED_STEPS[kind]?.step
    if (step === undefined) return []
    const written = enteredOn === null ? '' : compactDay(enteredOn)
    return [
      {
        step,
        title,
        action: actionOf(kind, fields.result),
        state: '2',
        person,
        personName: names.person(person),
        station,
        stationName: names.station(station),
        time: timeOf(line),
        opinion: opinionOf(line),
        enteredOn: written,
      },
    ]
  })

/** A special procedure; the local name stands beside it. */
export interface SpecialRecord {
  readonly kind: SpecialKind
  readonly title: string
  readonly from: string
  readonly until: string
  readonly days: number
}

/** Special procedures and the extension. */
export function specialRecords(state: CaseState): readonly SpecialRecord[] {
  const pauses = state.pauses.map(({ procedure, from, until, days }): SpecialRecord => {
    const { title } = PROCEDURES[procedure]
    return { kind: '2', title, from: compactDay(from), until: until === null ? '' : compactDay(until), days }
  })
  const { extension } = state
  if (extension === null) return pauses
  return [...pauses, { kind: '1', title: '延长审批', from: compactDay(extension.day), until: '', days: extension.days }]
}
