/** Who signs in tests of the fold: the public record of a person, and a fact in somebody's name. */
import type { Staff } from '#protocol/casework/directory.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import type { PersonId } from '#protocol/ids.ts'

export const staff = (id: string, ...service: Staff['service']): Staff => ({
  type: 'staff',
  id: id as PersonId,
  version: 1,
  name: id,
  service,
  disabled: [],
})

export const by = (person: string, changes: Partial<FactEntry> = {}) => ({ person: person as PersonId, ...changes })
