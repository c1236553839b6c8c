/** All scenarios, in the order in which they run. */
import { REBUILD, SEARCH } from './casework.ts'
import { CATCH_UP, FIRST_SYNC } from './catch-up.ts'
import { ACT, EDGE_50K } from './desk.ts'
import { FOLD } from './folding.ts'
import { GROWTH } from './growth.ts'
import { HUB_500K } from './large-hub.ts'
import { LONG_CASE } from './long-case.ts'
import { LINKS_500 } from './many-links.ts'
import { PEERS } from './peers/peers.ts'
import { FEW_CHANGED, UNCHANGED } from './reconnect.ts'
import type { Scenario } from './scenario.ts'
import { SLOW_LINE } from './slow-line.ts'
import { STORM } from './storm.ts'

export const SCENARIOS: readonly Scenario[] = [
  CATCH_UP,
  FIRST_SYNC,
  UNCHANGED,
  FEW_CHANGED,
  SLOW_LINE,
  STORM,
  ACT,
  EDGE_50K,
  HUB_500K,
  LINKS_500,
  GROWTH,
  FOLD,
  LONG_CASE,
  SEARCH,
  REBUILD,
  PEERS,
]
