/** Letters of authorisation in their time: which hold on a day, which are over. */
import type { Letter } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'

/** Whether a letter has run out or was revoked by a day. */
export const isOver = (letter: Letter, day: Day): boolean =>
  letter.until < day || (letter.revoked !== null && letter.revoked.from <= day)

/** Whether something may be done under a letter on a day. */
export const isInForce = (letter: Letter, day: Day): boolean => letter.from <= day && !isOver(letter, day)
