/** What decides the meaning of facts besides the facts: authority, editions, letters, calendar, rules and the day. */
import type { Register } from '#protocol/casework/register.ts'
import { powerOf } from '#protocol/casework/rules/letters.ts'
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import { type Core, rootTime } from './core.ts'

/** The civil day by the root's clock as far as this node knows it, else by its own. */
export const todayOf = (core: Core): Day => civilDay(rootTime(core) ?? core.host.now())

/** The register as of now: what is known of the directory, and today. */
export function registerOf(core: Core): Register {
  const { directory } = core
  return {
    authority: directory.authority,
    edition: directory.edition,
    powerOf: (question) => powerOf(directory.letters(), question),
    calendar: directory.calendar(),
    rules: directory.rules(),
    today: todayOf(core),
  }
}
