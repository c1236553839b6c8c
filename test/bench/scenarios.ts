/** All scenarios, in the order in which they run. */
import { CATCH_UP } from './catch-up.ts'
import type { Scenario } from './scenario.ts'

export const SCENARIOS: readonly Scenario[] = [CATCH_UP]
