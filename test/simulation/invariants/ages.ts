/** Programs of two ages: what an older one may write, and what is written only when every node can read it. */
import { isGuarded } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { DocumentId, EntryHash } from '#protocol/ids.ts'
import { LATER_LEVEL } from '#test/engine/levels.ts'
import { LATER_KIND, NEWER } from '../ages.ts'
import { readCase } from '../pen.ts'
import type { Machine, World } from '../world.ts'
import { registerOf } from './county.ts'

/** An act that a person was told is done. */
export interface Done {
  readonly id: DocumentId
  readonly kind: Parameters<typeof isGuarded>[0]
  readonly hash: EntryHash
  /** Virtual time at which it was asked for. */
  readonly askedAt: number
}

/** The later kind is written by programs that know it, under its level; an older program forks no case by not knowing it. */
export async function checkAges(world: World, machine: Machine, { id, kind, hash, askedAt }: Done): Promise<void> {
  const level = machine.running?.engine.office.directory.level()
  if (kind === LATER_KIND && (machine.knowledge !== NEWER || (level ?? LATER_LEVEL) < LATER_LEVEL))
    world.violation('M38', `${machine.name} wrote ${kind} at level ${level}`)
  if (machine.knowledge === NEWER || !isGuarded(kind)) return
  const register = registerOf(world)
  const { facts } = await readCase(machine, register.authority, id)
  const wasThere = (fork: EntryHash) => (machine.disk.heldSince(fork) ?? Number.POSITIVE_INFINITY) < askedAt
  const later = new Set(facts.filter(({ fact }) => fact?.kind === LATER_KIND).map((fact) => fact.hash))
  for (const { facts: forked } of foldCase(id, facts, register)?.forks ?? [])
    if (forked.includes(hash) && forked.some((one) => later.has(one) && wasThere(one)))
      world.violation('M38', `${machine.name} wrote ${kind} after what ${LATER_KIND} had followed`)
}
