/** What decides the meaning of facts besides the facts: authority, editions, letters, calendar, rules and the day. */
import type { Register } from '#protocol/casework/register.ts'
import { powerOf } from '#protocol/casework/rules/letters.ts'
import type { Core } from './core.ts'

/** The register as of now: what is known of the directory, and today. */
export function registerOf({ directory, clock }: Core): Register {
  return {
    authority: directory.authority,
    edition: directory.edition,
    powerOf: (question) => powerOf(directory.letters(), question),
    calendar: directory.calendar(),
    rules: directory.rules(),
    isEnabled: directory.isEnabled,
    today: clock.today(),
  }
}
