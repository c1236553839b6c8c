/** The item (事项): everything the catalogue says of what can be applied for, one record per edition. */
import type { BodyNature, CaseKind, Client, DayUnit, ItemType, Level, Power, Procedure, VillageMode } from './codes.ts'
import type { Tier } from './directory.ts'
import type { Day } from './time/days.ts'

/** One material an applicant brings. */
export interface MaterialRule {
  readonly id: string
  readonly name: string
  readonly required: boolean
  readonly form: 'original' | 'copy' | 'both'
  /** Copies; the number of originals is 1 unless `form` is copy. */
  readonly copies: number
  /** 要求提供的依据; a material without one may not be asked for (行政许可法 art. 31). */
  readonly basis: string
  /** 来源渠道、出具机构. */
  readonly issuer: string
  /** 填报须知、受理标准. */
  readonly standard: string
  /** 可容缺: days within which it may follow after acceptance; null when it may not be missing. */
  readonly deferrableDays: number | null
  /** 可告知承诺. */
  readonly promisable: boolean
}

/** One field of an item's application form. */
export interface FormField {
  /** Key in the application section: a letter, then letters and digits. */
  readonly id: string
  readonly label: string
  readonly required: boolean
  readonly type: 'text' | 'longText' | 'idNumber' | 'creditCode' | 'phone' | 'date' | 'number' | 'account'
}

/** A limit in days; licensing periods are working days (art. 82), some items have calendar days (G/Z of live systems). */
export interface TimeLimit {
  /** Null when there is none. */
  readonly days: number | null
  readonly unit: DayUnit
  readonly note: string
}

/** One step of handling with its own limit (内部环节标准, SOURCES.md D20). */
export interface StepRule {
  /** 承办, 审核, 批准. */
  readonly stage: '40' | '41' | '42'
  readonly role: string
  readonly standard: string
  /** Working days; null when the step has no limit of its own. */
  readonly days: number | null
}

/** A prerequisite (前置条件); one without a legal basis is “added without basis” (擅自增设). */
export interface Prerequisite {
  /** Code of the item that must be granted before. */
  readonly item: string
  readonly basis: string
}

/** One tier of discretion (自由裁量档次): the approver must choose one of them. */
export interface DiscretionTier {
  readonly id: string
  readonly factor: string
  readonly standard: string
  /** Lowest and highest amount in fen when the tier is about money; null otherwise. */
  readonly range: { readonly from: number; readonly to: number } | null
}

/** A fee with its standard; one without a basis blocks publication (行政许可法 arts. 58–59). */
export interface FeeRule {
  readonly id: string
  readonly name: string
  readonly standard: string
  readonly basis: string
  /** Lowest and highest amount in fen that the standard allows; equal when it is fixed. */
  readonly range: { readonly from: number; readonly to: number }
}

/** A green-channel rule (绿色通道): by amount in fen or by a list of projects or applicants. */
export interface GreenRule {
  readonly id: string
  readonly name: string
  readonly minimumAmount: number | null
  readonly listed: readonly string[]
  readonly liaison: string
}

/** A special procedure an item's own rule allows, with its legal basis. */
export interface ProcedureRule {
  readonly kind: Procedure
  readonly days: number | null
  readonly basis: string
}

/** 应进/进驻/授权 of an item (SOURCES.md A12). */
export interface Presence {
  /** 是否应进. */
  readonly due: boolean
  /** 是否进驻. */
  readonly present: boolean
  /** Why not, with the number of the approval; empty when it is there. */
  readonly reason: string
}

/** How an edition came to be (动态调整, SOURCES.md A17). */
export const CHANGE_TYPES = {
  new: '新增',
  adjusted: '调整',
  delegated: '下放',
  merged: '合并',
  managed: '转变管理方式',
  cancelled: '取消',
} as const
export type ChangeType = keyof typeof CHANGE_TYPES

/** What can be applied for, in one edition. Open cases keep the edition they were received under. */
export interface Item {
  readonly type: 'item'
  /** 地方编码: the item's code in this network. Codes of standards have no fixed width (SOURCES.md section 0 no. 16). */
  readonly id: string
  /** Version of the record; set by the office. */
  readonly version: number
  /** Edition, from 1; the record of each edition stays. */
  readonly edition: number
  readonly effectiveFrom: Day
  /** The last day on which cases may be opened under it; null while it is open-ended. */
  readonly effectiveUntil: Day | null
  readonly change: { readonly type: ChangeType; readonly basis: string }
  readonly name: string
  /** Full pinyin and initials, for finding by keyboard. */
  readonly pinyin: string
  readonly codes: {
    /** 基本编码, ≤ 36. */
    readonly basic: string
    /** 实施编码, ≤ 36. */
    readonly implementation: string
    /** 业务办理项编码. */
    readonly business: string
  }
  readonly itemType: ItemType
  readonly level: Level
  readonly bodyNature: BodyNature
  readonly clients: readonly Client[]
  readonly caseKind: CaseKind
  /** Code of the department (实施主体). */
  readonly department: string
  /** Codes of the co-departments of a joint item (联办机构). */
  readonly coDepartments: readonly string[]
  /** 设定依据. */
  readonly basis: string
  /** 受理条件. */
  readonly conditions: string
  /** 办理流程 in words; the steps with their limits are in `steps`. */
  readonly procedure: string
  /** 权限划分/审批权限. */
  readonly permissions: string
  readonly quota: string
  readonly result: { readonly name: string; readonly kind: string; readonly validity: string }
  readonly place: string
  readonly hours: string
  readonly phone: string
  readonly complaintPhone: string
  readonly leaderPhone: string
  readonly questions: string
  /** 到现场次数. */
  readonly visits: number
  /** Tiers where the item may be captured. */
  readonly tiers: readonly Tier[]
  /** Tiers whose windows count as the agency's: 收件 there starts the clock (SOURCES.md section 0 no. 5). */
  readonly receivingTiers: readonly Tier[]
  /** `capture`: a village that is a receiving point starts the five days; `window`: the competent window does. */
  readonly clockStart: 'capture' | 'window'
  readonly villageMode: VillageMode
  readonly villageDelivery: boolean
  readonly fields: readonly FormField[]
  readonly materials: readonly MaterialRule[]
  readonly promised: TimeLimit
  readonly statutory: TimeLimit
  /** Days an applicant gets to bring what is missing. */
  readonly supplementDays: number
  /** Empty: the window decides alone (a simple matter). */
  readonly steps: readonly StepRule[]
  /** 一审一核: one person may both handle and examine. */
  readonly samePerson: boolean
  /** Special procedures besides those of art. 45 need an entry here. */
  readonly procedures: readonly ProcedureRule[]
  readonly fees: readonly FeeRule[]
  readonly discretion: readonly DiscretionTier[]
  readonly green: readonly GreenRule[]
  readonly prerequisites: readonly Prerequisite[]
  readonly presence: Presence
  /** Powers for which whoever acts needs an authorisation letter (首席授权). */
  readonly authorised: readonly Power[]
  /** 告知承诺制 may be chosen. */
  readonly commitment: boolean
  /** Marked for sample data, so that nobody takes it for law. */
  readonly sample: boolean
}

/** An item from what is given of it: everything else is the most cautious answer. Reads records of earlier versions too. */
export function completeItem(given: Partial<Item> & Pick<Item, 'id' | 'name'>): Item {
  return {
    type: 'item',
    version: 0,
    edition: 1,
    effectiveFrom: '2024-01-01' as Day,
    effectiveUntil: null,
    change: { type: 'new', basis: '' },
    pinyin: '',
    codes: { basic: '', implementation: '', business: '' },
    itemType: '20',
    level: '4',
    bodyNature: '1',
    clients: ['1'],
    caseKind: '2',
    department: '',
    coDepartments: [],
    basis: '',
    conditions: '',
    procedure: '',
    permissions: '',
    quota: '',
    result: { name: '', kind: '', validity: '' },
    place: '',
    hours: '',
    phone: '',
    complaintPhone: '',
    leaderPhone: '',
    questions: '',
    visits: 1,
    tiers: ['county'],
    receivingTiers: ['township', 'county'],
    clockStart: 'window',
    villageMode: 'agent',
    villageDelivery: true,
    fields: [],
    materials: [],
    promised: { days: null, unit: 'working', note: '' },
    statutory: { days: null, unit: 'working', note: '' },
    supplementDays: 30,
    steps: [],
    samePerson: false,
    procedures: [],
    fees: [],
    discretion: [],
    green: [],
    prerequisites: [],
    presence: { due: true, present: true, reason: '' },
    authorised: [],
    commitment: false,
    sample: false,
    ...given,
  }
}

/** A material from what is given of it. */
export const completeMaterial = (given: Partial<MaterialRule> & Pick<MaterialRule, 'id' | 'name'>): MaterialRule => ({
  required: true,
  form: 'copy',
  copies: 1,
  basis: '',
  issuer: '',
  standard: '',
  deferrableDays: null,
  promisable: false,
  ...given,
})
