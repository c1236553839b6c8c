/** Directory records: stations, nodes, people, items. Written by the root, held where they are needed. */
import type { NodeId, PersonId, StationCode } from '#protocol/ids.ts'

export type Tier = 'village' | 'township' | 'county'
export const TIERS = ['village', 'township', 'county'] as const satisfies readonly Tier[]

/** Roles of the desk (issue of the spine; casework.md A6, A11). */
export const ROLES = {
  agent: '代办员',
  clerk: '窗口人员',
  handler: '承办人',
  chief: '首席代表',
  coordinator: '协调员',
  supervisor: '监察员',
  administrator: '管理员',
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
  /** The node above; null for the root. */
  readonly parent: NodeId | null
  /** Small number leased by the root; with the incarnation it makes the Yjs client id. */
  readonly lease: number
  /** Set when the node may no longer connect. */
  readonly revoked: { readonly time: number; readonly reason: string } | null
}

/** A person's account. It lies in the stream of the station where the person works. */
export interface Person {
  readonly type: 'person'
  readonly id: PersonId
  readonly version: number
  readonly name: string
  readonly station: StationCode
  readonly roles: readonly Role[]
  /** Hex salt and scrypt hash. */
  readonly password: { readonly salt: string; readonly hash: string }
  readonly disabled: boolean
}

/** One material an applicant brings. */
export interface MaterialRule {
  readonly id: string
  readonly name: string
  readonly required: boolean
  readonly form: 'original' | 'copy' | 'both'
  readonly copies: number
}

/** One field of an item's application form. */
export interface FormField {
  /** Key in the application section: a letter, then letters and digits. */
  readonly id: string
  readonly label: string
  readonly required: boolean
  readonly type: 'text' | 'longText' | 'idNumber' | 'phone' | 'date' | 'number' | 'account'
}

/** What can be applied for. Open cases keep the version they were opened under. */
export interface Item {
  readonly type: 'item'
  /** The item code. */
  readonly id: string
  readonly version: number
  readonly name: string
  /** Full pinyin and initials, for finding by keyboard ("shuiweisheng xkz"). */
  readonly pinyin: string
  readonly department: string
  readonly basis: string
  /** Tiers where the item may be captured. */
  readonly tiers: readonly Tier[]
  readonly fields: readonly FormField[]
  readonly materials: readonly MaterialRule[]
  readonly promisedWorkingDays: number
  readonly statutoryWorkingDays: number
  readonly fee: string
  /** Marked for sample data, so that nobody takes it for law. */
  readonly sample: boolean
}

export type DirectoryRecord = Station | NodeRecord | Person | Item
export type DirectoryType = DirectoryRecord['type']
