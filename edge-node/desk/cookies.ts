/** The desk's cookies: the sign-in, the proof of the sign-in form, and the size of print. */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { closedName, signInCookie } from '#edge-node/commands/account/accounts.ts'
import type { Desk, DeskContext } from './visit.ts'

const KNOCK = 'desk-knock'
const DISPLAY = 'desk-display'
const WRONG = 'desk-wrong'
const YEAR_SECONDS = 365 * 24 * 3600

const closed = (desk: Desk) => ({ path: '/', httpOnly: true, sameSite: 'Strict', secure: desk.secure }) as const

export const readToken = (context: DeskContext, { secure }: Desk): string =>
  getCookie(context, signInCookie(secure)) ?? ''

/** Ends with the browser; the node ends it earlier when nobody works. */
export const keepToken = (context: DeskContext, desk: Desk, token: string): void =>
  setCookie(context, signInCookie(desk.secure), token, closed(desk))

export const dropToken = (context: DeskContext, desk: Desk): void => {
  deleteCookie(context, signInCookie(desk.secure), closed(desk))
}

/** Before the sign-in there is no session to bind a token to: the form must repeat what the cookie holds. */
export const readKnock = (context: DeskContext, { secure }: Desk): string =>
  getCookie(context, closedName(KNOCK, secure)) ?? ''

export const keepKnock = (context: DeskContext, desk: Desk, knock: string): void =>
  setCookie(context, closedName(KNOCK, desk.secure), knock, closed(desk))

/** What the first page after a sign-in tells once: wrong passwords for the name before it; 0 tells nothing. */
export function keepWrongCount(context: DeskContext, desk: Desk, count: number): void {
  const name = closedName(WRONG, desk.secure)
  if (count > 0) setCookie(context, name, String(count), closed(desk))
  else if (getCookie(context, name) !== undefined) deleteCookie(context, name, closed(desk))
}

/** What {@link keepWrongCount} kept, and nothing of it from now on. */
export function takeWrongCount(context: DeskContext, desk: Desk): number {
  const text = getCookie(context, closedName(WRONG, desk.secure)) ?? ''
  if (text !== '') keepWrongCount(context, desk, 0)
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : 0
}

export const isLarge = (context: DeskContext): boolean => getCookie(context, DISPLAY) === 'large'

export const keepDisplay = (context: DeskContext, desk: Desk, large: boolean): void =>
  setCookie(context, DISPLAY, large ? 'large' : 'normal', { ...closed(desk), maxAge: YEAR_SECONDS })
