/** What the hub's pages may ask of the county's register of stations, people, codes and nodes. */
import type { CountyRegister } from '#edge-node/commands/county-register.ts'
import type { Imported, ImportMode, TableFormat } from '#hub/catalogue/catalogue.ts'
import type { Role } from '#protocol/casework/directory.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { NodeId, PersonId, StationCode } from '#protocol/ids.ts'
import type { Result } from '#protocol/result.ts'
import type { Tier } from '#protocol/tiers.ts'

export interface NewStation {
  /** 6 to 15 digits; not yet checked when it comes from a form. */
  readonly id: string
  readonly name: string
  readonly tier: Tier
  /** The station above; null only for the county hall. */
  readonly parent: StationCode | null
}

export interface NewPerson {
  /** Sign-in name; not yet checked when it comes from a form. */
  readonly id: string
  readonly name: string
  readonly station: StationCode
  /** Code of the department that employs the person; absent for people of the hall itself. */
  readonly department?: string
  readonly roles: readonly Role[]
  /** First password in clear; only its hash is kept. */
  readonly password: string
}

/** An enrolment code that has not been used and has not expired. Its text is never shown again. */
export interface OpenCode {
  /** Names the code in lists; not the code. */
  readonly id: string
  readonly station: StationCode
  readonly parentNode: NodeId
  readonly standby: boolean
  /** Milliseconds since 1970 on the hub's clock. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly createdBy: PersonId
}

/** A code as it is shown once, right after it was made. */
export interface IssuedCode {
  /** What a person types at the new node. */
  readonly text: string
  readonly expiresAt: number
}

/**
 * What became of a machine that is revoked. Broken or retired: its key is in nobody's hands, so what it wrote counts
 * however late it is delivered. Lost, stolen or used by somebody else: what the county sees later has no effect.
 */
export const REVOCATION_CAUSES = { broken: '电脑坏了或退役', lost: '丢失、被盗或被冒用' } as const
export type RevocationCause = keyof typeof REVOCATION_CAUSES

/**
 * The register. Every act checks that the actor is an administrator and answers with words that the page shows;
 * `field` of a failure names the form field (id, name, tier, parent, station, roles, password, reason; for a code `station` and `parent`).
 */
export interface Registry extends CountyRegister {
  createStation(actor: Actor, station: NewStation): Promise<Result<void>>
  /** Puts a station below another one; its cases go along, and what the old parent holds of them stays its until handed over. */
  moveStation(actor: Actor, station: StationCode, parent: StationCode): Promise<Result<void>>
  createPerson(actor: Actor, person: NewPerson): Promise<Result<void>>
  setPassword(actor: Actor, person: PersonId, password: string): Promise<Result<void>>
  /** The person can no longer sign in; what the person wrote stays. */
  disablePerson(actor: Actor, person: PersonId): Promise<Result<void>>
  /** The person can sign in again, with the password there was. */
  enablePerson(actor: Actor, person: PersonId): Promise<Result<void>>
  /**
   * Makes a one-time code with which a new node enrols below `parentNode` to serve `station`; `standby` for a second
   * machine of the county hall, below the root, which is granted every stream.
   */
  createCode(
    actor: Actor,
    station: StationCode,
    parentNode: NodeId,
    options?: { readonly standby?: boolean },
  ): Promise<Result<IssuedCode>>
  /** Open codes, newest first. */
  codes(actor: Actor): Promise<Result<readonly OpenCode[]>>
  /** Where nodes below reach this one; `addresses` is the field of a failure. */
  setAddresses(actor: Actor, node: NodeId, addresses: readonly string[]): Promise<Result<void>>
  /** Names another parent for nodes, all in one commit; they follow by themselves, with their key and data folder. */
  moveNodes(actor: Actor, nodes: readonly NodeId[], parent: NodeId): Promise<Result<void>>
  /** The node may only deliver any more; its entries stay. Undefined: nobody has said what became of it, which is refused. */
  revokeNode(actor: Actor, node: NodeId, reason: string, cause: RevocationCause | undefined): Promise<Result<void>>
  /** Checks a catalogue file row by row, and publishes the good rows when told to. */
  importItems(
    actor: Actor,
    file: { readonly bytes: Uint8Array; readonly format: TableFormat },
    mode: ImportMode,
  ): Promise<Result<Imported>>
}
