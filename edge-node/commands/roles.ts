/** Who may do what by role, before any rule of a case is asked. */
import type { Role } from '#protocol/casework/directory.ts'
import type { Actor } from '#protocol/engine/office.ts'

/** Whether somebody has at least one of the roles. */
export const hasRole = (actor: Actor, ...roles: readonly Role[]): boolean =>
  actor.roles.some((role) => roles.includes(role))

/**
 * Supervisors read everything and change nothing, whatever else they may be (权限分离, SOURCES.md E9); who is an auditor
 * and nothing else reads the audit log.
 */
export const mayWrite = (actor: Actor): boolean =>
  actor.roles.some((role) => role !== 'auditor') && !hasRole(actor, 'supervisor')

/** People who handle cases write forms and notes; coordinators and administrators have acts of their own. */
export const mayEdit = (actor: Actor): boolean =>
  mayWrite(actor) && hasRole(actor, 'agent', 'clerk', 'handler', 'chief')

/** Whether somebody keeps the county's register. */
export const administers = (actor: Actor): boolean => mayWrite(actor) && hasRole(actor, 'administrator')
