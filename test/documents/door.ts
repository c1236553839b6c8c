/** Standing before the gate: an author, what is held, and updates made by Yjs itself. */
import * as Y from 'yjs'
import { NOTHING_HELD, type SectionClocks } from '#protocol/documents/clocks.ts'
import { type GateContext, gateUpdate } from '#protocol/documents/gate.ts'
import type { Tier } from '#protocol/tiers.ts'
import { codeOf } from './authors.ts'

/** The author whose log the updates come from. */
export const CLIENT = 16_385
/** Another author. */
export const OTHER = 32_770

/** An author of the county with nothing held. */
export const context = (section = 'application', clocks = NOTHING_HELD, tier: Tier = 'county'): GateContext => ({
  section,
  client: CLIENT,
  tier,
  clocks,
})

/** Clocks held per client. */
export const held = (next: Record<number, number>): SectionClocks => ({
  next: new Map(Object.entries(next).map(([client, clock]) => [Number(client), clock])),
  halves: new Map(),
})

/** The code with which the gate refuses. */
export const refusal = (update: Uint8Array, given = context()): string => codeOf(gateUpdate(given, update))

/** The v1 update of one transaction by the author on a fresh Yjs document. */
export function byYjs(write: (document: Y.Doc) => void, client = CLIENT): Uint8Array {
  const document = new Y.Doc()
  document.clientID = client
  document.transact(() => write(document))
  return Y.encodeStateAsUpdate(document)
}

/** What an honest author writes first. */
export const honest = byYjs((document) => document.getMap('fields').set('phone', '13800000000'))
