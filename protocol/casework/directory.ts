/** Directory records: stations, nodes, people, items. Written by the root, held where they are needed. */
import type { EntryHash, LogKey, NodeId, PersonId, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { Power, WindowKind } from './codes.ts'
import type { Item } from './item.ts'
import type { PublishedYear } from './time/calendar.ts'
import type { Day } from './time/days.ts'

/** Which of the two disclosure lists (七公开、八公开) a county goes by. */
export const DISCLOSURES = ['seven', 'eight'] as const

/** Roles of the desk (SOURCES.md A6, A11). */
export const ROLES = {
  agent: '代办员',
  clerk: '窗口人员',
  handler: '承办人',
  chief: '首席代表',
  cashier: '收费员',
  coordinator: '协调员',
  supervisor: '监察员',
  administrator: '管理员',
  auditor: '审计员',
} as const
export type Role = keyof typeof ROLES

/** A place in the tree where people work. */
export interface Station {
  readonly type: 'station'
  /** The station code. */
  readonly id: StationCode
  readonly version: number
  readonly name: string
  readonly tier: Tier
  /** The station above; null for the county hall. */
  readonly parent: StationCode | null
  /** Stations that were above it before (合村并镇): what their nodes hold of it they may still deliver. The office writes it. */
  readonly formerParents?: readonly StationCode[]
}

/** A node that may no longer take part. What it wrote before still counts. */
export interface Revocation {
  /** Milliseconds since 1970 on the root's clock. */
  readonly time: number
  readonly reason: string
  /**
   * What the root held of each log of the node when it revoked it; logs not named were not known then. What lies
   * above was first seen later and has no effect. The office writes it, unless it is given as null: a machine that broke
   * or was retired, whose key is in nobody's hands, wrote everything honestly, however late it comes. Absent in records
   * of earlier programs: then everything counts, and nothing more is taken, until the root has written the heights down.
   */
  readonly held?: Readonly<Record<LogKey, number>> | null
  /**
   * Entries of the node that the root held in no log of theirs any more, but carried: a fork had cut them off. They
   * keep their effect; others that are only carried have none. The office writes it beside `held`.
   */
  readonly carried?: readonly EntryHash[]
}

/** An enrolled node and the stations it serves. */
export interface NodeRecord {
  readonly type: 'node'
  readonly id: NodeId
  readonly version: number
  readonly name: string
  /** Hex, 32 bytes. */
  readonly publicKey: string
  readonly stations: readonly StationCode[]
  /** Stations that it served before: what it wrote for them it may still deliver. The office writes it. */
  readonly formerStations?: readonly StationCode[]
  /** The node above; null for the root. A new one counts as soon as the node has seen this record (rule E30). */
  readonly parent: NodeId | null
  /** Where nodes below reach it, https://… or http:// on loopback; absent while nobody has said. */
  readonly addresses?: readonly string[]
  /** Small number leased by the root; with the incarnation it makes the Yjs client id. */
  readonly lease: number
  /** Machines that were enrolled for its stations before it, those that are gone among them (rule C115); absent: none. */
  readonly predecessors?: number
  /** Set when the node may only deliver any more. */
  readonly revoked: Revocation | null
  /** A second machine of the county hall that is granted every stream, so that nothing lies at the root alone. */
  readonly standby?: boolean
}

/** A person's account. It lies in the stream of the station where the person works. */
export interface Person {
  readonly type: 'person'
  readonly id: PersonId
  readonly version: number
  readonly name: string
  readonly station: StationCode
  /** The department that employs the person (双重领导, SOURCES.md A6); absent for people of the hall itself. */
  readonly department?: string
  readonly roles: readonly Role[]
  /** Hex salt and scrypt hash; the work it took, N as a power of two, where it is more than programs before 0.3.0 take. */
  readonly password: { readonly salt: string; readonly hash: string; readonly cost?: number }
  readonly disabled: boolean
}

/** A person's service (任职) at one station. */
export interface Service {
  readonly station: StationCode
  readonly department?: string
  readonly roles: readonly Role[]
  /** The first day; null: since ever. */
  readonly from: Day | null
  /** The last day; null while it lasts. */
  readonly until: Day | null
}

/**
 * What everybody may know of a person (人员公示): by it every node judges who may sign for whom. The office writes it
 * beside the account, whose password stays in the stream of the station.
 */
export interface Staff {
  readonly type: 'staff'
  readonly id: PersonId
  readonly version: number
  readonly name: string
  /** All of it, the latest last, so that the newest record says enough. */
  readonly service: readonly Service[]
  /** Days on which the account was disabled, the last one among them; null while it is. */
  readonly disabled: readonly { readonly from: Day; readonly until: Day | null }[]
}

/** A department (部门) in one period of its life; institutions are renamed, merged and split (SOURCES.md section 0 no. 18). */
export interface Department {
  readonly type: 'department'
  /** Surrogate code that survives renaming, such as MZ. */
  readonly id: string
  readonly version: number
  readonly name: string
  readonly shortName: string
  /** 统一社会信用代码; empty while unknown. */
  readonly creditCode: string
  /** Names it had before, with the last day of each. */
  readonly formerNames: readonly { readonly name: string; readonly until: Day }[]
  /** The department that took over its work; null while it exists. */
  readonly successor: string | null
  readonly phone: string
  /** 行政复议机关 where it is not the county's, as of organs that are led vertically (行政复议法 art. 27). */
  readonly reviewBody?: string
  /** The court where it is not the county's, as of what the county's government itself decides (行政诉讼法 art. 15). */
  readonly court?: string
  /** 两集中三到位 (SOURCES.md A10): what is in place, for the report. */
  readonly inPlace: {
    /** 职能集中到一个科室. */
    readonly office: boolean
    /** 审批科室进驻大厅. */
    readonly hall: boolean
    readonly items: boolean
    readonly authority: boolean
    readonly people: boolean
  }
  readonly sample: boolean
}

/** A window (窗口) of a hall (SOURCES.md A7). */
export interface WindowRecord {
  readonly type: 'window'
  readonly id: string
  readonly version: number
  readonly name: string
  readonly station: StationCode
  readonly kind: WindowKind
  /** Departments it speaks for: one for a single window, the member units of a composite one. */
  readonly departments: readonly string[]
  /** A 岗 and B 岗 (SOURCES.md D11): the second stands in while the first is away. */
  readonly staff: readonly { readonly lead: PersonId; readonly substitute: PersonId | null }[]
  readonly sample: boolean
}

/** An authorisation letter (授权书): items × powers, with a validity; its revocation travels like it. */
export interface Letter {
  readonly type: 'letter'
  /** 文号 without spaces. */
  readonly id: string
  readonly version: number
  readonly department: string
  /** The station whose people act under it. */
  readonly station: StationCode
  /** The chief representative; null when everybody at the station may act under it. */
  readonly person: PersonId | null
  /** Item codes; null for all items of the department. */
  readonly items: readonly string[] | null
  readonly powers: readonly Power[]
  readonly from: Day
  /** The last day on which it may be used. */
  readonly until: Day
  /** From this day on nothing may be done under it. */
  readonly revoked: { readonly from: Day; readonly reason: string } | null
}

/** One year of the holiday calendar, as published by the State Council; local additions have their own scope. */
export interface CalendarYear extends PublishedYear {
  readonly type: 'calendar'
  readonly source: string
  readonly sample: boolean
}

/** Local rules that are switches, never law (SOURCES.md section 0 no. 11). One record, id `local`. */
export interface LocalRules {
  readonly type: 'rules'
  readonly id: 'local'
  readonly version: number
  /** 超时默许: a co-department that is silent beyond its due date counts as agreeing. */
  readonly silenceAgrees: boolean
  /** 缺席默认: a co-department that was invited with proof and absent counts as agreeing. */
  readonly absenceAgrees: boolean
  /** Working days a village has to hand in what it took (clock T0). */
  readonly handInDays: number
  /** Working days until an offered case must be signed for (clock T6). */
  readonly signDays: number
  /** Working days to tell the applicant what the upper level answered (clock T4'). */
  readonly relayDays: number
  /** Which of the disclosure lists an item must fill before it is published. */
  readonly disclosure: (typeof DISCLOSURES)[number]
  /** 行政复议机关 of the county's organs, mostly its government; absent while nobody has said. */
  readonly reviewBody?: string
  /** The court that hears suits against the county's organs; absent while nobody has said. */
  readonly court?: string
}

export const DEFAULT_RULES: LocalRules = {
  type: 'rules',
  id: 'local',
  version: 0,
  silenceAgrees: false,
  absenceAgrees: false,
  handInDays: 3,
  signDays: 1,
  relayDays: 2,
  disclosure: 'seven',
}

/** Somebody is away (去向留言, SOURCES.md D7); written at the station, so that it works without a network. */
export interface Absence {
  readonly type: 'absence'
  /** `station.random`. */
  readonly id: string
  readonly version: number
  readonly station: StationCode
  readonly person: PersonId
  readonly from: Day
  readonly until: Day
  readonly reason: string
  readonly where: string
  /** B 岗: who stands in; null when nobody does (shown as a warning). */
  readonly substitute: PersonId | null
  /** Set when it ended early or was a mistake. */
  readonly ended: boolean
}

/** A question at the counter (首问负责, SOURCES.md D1): open until it is answered or somebody else has taken it over. */
export interface Consultation {
  readonly type: 'consultation'
  readonly id: string
  readonly version: number
  readonly station: StationCode
  /** Who was asked first. */
  readonly first: PersonId
  /** Who has it now. */
  readonly person: PersonId
  /** Milliseconds since 1970. */
  readonly asked: number
  readonly asker: string
  readonly phone: string
  readonly matter: string
  /** Offered to a colleague and not yet taken over. */
  readonly offeredTo: PersonId | null
  readonly answer: string
  readonly answered: number | null
}

/** The signed list of a person's open work handed to another (SOURCES.md E19). */
export interface Handover {
  readonly type: 'handover'
  readonly id: string
  readonly version: number
  readonly station: StationCode
  readonly from: PersonId
  readonly to: PersonId
  readonly time: number
  readonly reason: string
  /** Case numbers on the list, in its order; the id of a case that has none. */
  readonly cases: readonly string[]
  /** When the receiver signed for it; null until then. */
  readonly taken: number | null
}

/** A region code (区划代码) in its time: codes are re-issued, dead ones never used again (SOURCES.md 8.3). */
export interface Region {
  readonly type: 'region'
  /** 6, 9 or 12 digits. */
  readonly id: string
  readonly version: number
  readonly name: string
  readonly from: Day
  /** The last day on which it was in use; null while it is. */
  readonly until: Day | null
  /** The code that took its place. */
  readonly successor: string | null
}

/**
 * The rules level (rules/level.ts) that the county has enabled. One record, id `rules`; the root writes it by itself.
 * Its version is the level: of two such records the higher level counts, so that it never falls.
 */
export interface EnabledLevel {
  readonly type: 'level'
  readonly id: 'rules'
  readonly version: number
}

/** Records that only the root writes. */
export type RootRecord =
  | Station
  | NodeRecord
  | Person
  | Staff
  | Item
  | Department
  | WindowRecord
  | Letter
  | CalendarYear
  | LocalRules
  | Region
  | EnabledLevel

/** Records that a station writes about itself, into its own stream, without asking anybody. */
export type StationRecord = Absence | Consultation | Handover

/** How many records of a type a station has on the lists, the highest versions of them; others lie on the disk alone (rule R27). */
export const LISTED: Readonly<Record<StationRecord['type'], number>> = {
  get absence() {
    return LIMITS.listedAbsences
  },
  get consultation() {
    return LIMITS.listedConsultations
  },
  get handover() {
    return LIMITS.listedHandovers
  },
}

export type DirectoryRecord = RootRecord | StationRecord
export type DirectoryType = DirectoryRecord['type']
