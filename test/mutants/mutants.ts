/** The core made wrong on purpose, a few lines at a time; when the code moves, these move with it. */
import { COUNTY } from './list/county.ts'
import { CUSTODY } from './list/custody.ts'
import { FORKS } from './list/forks.ts'
import { FOUR_EYES } from './list/four-eyes.ts'
import { LATENESS } from './list/lateness.ts'
import { LAW_AT_THE_DOOR } from './list/law.ts'
import { LINKS } from './list/links.ts'
import { LISTING } from './list/listing.ts'
import { LOGS } from './list/logs.ts'
import { WRITING } from './list/writing.ts'
import type { Mutant } from './mutant.ts'

export const MUTANTS: readonly Mutant[] = [
  ...LINKS,
  ...LOGS,
  ...FORKS,
  ...WRITING,
  ...LISTING,
  ...COUNTY,
  ...CUSTODY,
  ...FOUR_EYES,
  ...LAW_AT_THE_DOOR,
  ...LATENESS,
]
