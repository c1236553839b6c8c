/** What every page of the desk works with: the node's office and, behind the gate, the person who visits. */
import type { Context } from 'hono'
import type { html } from 'hono/html'
import type { Accounts, SignIn } from '#edge-node/commands/account/accounts.ts'
import type { ParentDoor } from '#edge-node/commands/station/parent-address.ts'
import type { Role, Station } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'

/** Escaped markup as `hono/html` makes it. */
export type Html = ReturnType<typeof html>

/** A page in the navigation, shown to people with one of the roles; to everyone when there are none. */
export interface PageLink {
  readonly href: string
  readonly title: string
  readonly roles: readonly Role[]
}

export interface Desk {
  readonly office: Office
  readonly accounts: Accounts
  /** Name of the installation, for the title of every page. */
  readonly title: string
  /** Whether pages are served over TLS: cookies are then `Secure`. */
  readonly secure: boolean
  readonly links: readonly PageLink[]
  /** Where the node's parent is; absent at the root. */
  readonly parent?: ParentDoor
  /** Writes what a person did into the program's log, which also says when. */
  noted(about: object, message: string): void
  /** Told of errors in drawing a part of a page: people see words in its place. */
  undrawn(problem: Error): void
  /** Addresses whose forms carry a file. */
  readonly filePaths: readonly string[]
}

/** A signed-in person at the desk. */
export interface Visit {
  readonly signIn: SignIn
  readonly actor: Actor
  readonly station: Station | undefined
}

export interface DeskEnv {
  Variables: { visit: Visit }
}

export type DeskContext = Context<DeskEnv>
