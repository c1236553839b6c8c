/** What each node shows of a case: the fold of its entries, under one owner, with what people did and wanted. */
import { isDeepStrictEqual } from 'node:util'
import type { CaseState } from '#protocol/casework/case.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { type DocumentId, logParts } from '#protocol/ids.ts'
import { personOf, type Remembered } from '../actors.ts'
import { lostFrom } from '../ledger.ts'
import { readCase } from '../pen.ts'
import { type Machine, rootOf, type World } from '../world.ts'
import { grantsOf, holdsFormerVersion, isLeftToPeople, registerOf } from './county.ts'
import { checkAtHand, checkCustody, checkTold } from './custody.ts'
import { checkSigners } from './signers.ts'
import { checkValues, sortedDeep } from './values.ts'

/** What each node shows of a case is the fold of its entries, and what people did and wanted. */
export async function checkCase(
  world: World,
  machines: readonly Machine[],
  id: DocumentId,
  staff: Remembered,
): Promise<void> {
  const expected = foldCase(
    id,
    (await readCase(rootOf(world), registerOf(world).authority, id)).facts,
    registerOf(world),
  )
  const late = await lateFacts(world, id)
  let sections: string | undefined
  for (const machine of machines) {
    // Elsewhere lies only what somebody wrote about another's case, which is kept and shown to nobody.
    const { facts, streams } = await readCase(machine, registerOf(world).authority, id)
    const own = foldCase(id, facts, registerOf(world))
    if (!own) {
      if (expected) checkAtHand(world, machine, expected)
      continue
    }
    // Whoever was granted none of its streams any more shows what it got before.
    const granted = grantsOf(world, machine.station)
    const hasAnother = [...machine.disk.held.keys()].some(
      (log) => streams.has(logParts(log).stream) && holdsFormerVersion(world, machine, log),
    )
    const isGranted = [...streams].some((stream) => granted.has(stream))
    const follows = isGranted && !hasAnother
    // What it got while the case's home was below it is not kept up to date any more.
    if (!isGranted && expected) checkAtHand(world, machine, expected)
    const viewed = await machine.running?.engine.office.view(personOf(world, machine), id)
    if (!viewed?.ok) {
      if (expected) world.violation('M5', `${machine.name} cannot show ${id.slice(0, 8)}: ${viewed?.problem.code}`)
      continue
    }
    const { state } = viewed.value
    if (!isDeepStrictEqual(state, follows ? expected : own))
      world.violation('M4', `${machine.name}: ${id.slice(0, 8)} is not the fold of its entries`)
    const shown = JSON.stringify(
      Object.fromEntries(viewed.value.sections.map(({ name, value }) => [name, sortedDeep(value)])),
    )
    if (follows) sections ??= shown
    if (follows && shown !== sections)
      world.violation('M4', `${machine.name}: ${id.slice(0, 8)} shows ${shown}, others ${sections}`)
    const [row] = await machine.disk.storage.casesById([id])
    if (row?.stage !== state.stage || row.holder !== state.holder || row.epoch !== state.epoch)
      world.violation('M4', `${machine.name}: the list shows ${id.slice(0, 8)} otherwise than its page`)
    const waiting = viewed.value.receipts.filter(({ reason }) => /尚未到达/.test(reason))
    // An edit built on one that a lost disk took along waits for ever, and says so.
    if (follows && waiting.length > 0 && !lostFrom(world.ledger, id))
      world.violation('M7', `${machine.name}: ${id.slice(0, 8)} waits for edits: ${waiting[0]?.reason}`)
    checkEpochs(world, machine, state)
    checkCustody(world, machine, state)
    checkSigners(world, machine, state)
    if (follows) checkLate(world, machine, state, late)
  }
  if (expected && !isLeftToPeople(world, id)) checkTold(world, staff, expected)
  if (sections === undefined) return
  const receipts = await rootOf(world).disk.storage.receiptsOf(id)
  const refused = receipts.filter(({ outcome }) => outcome === 'quarantined').map(({ log, seq }) => `${log}#${seq}`)
  checkValues(
    world,
    staff.intents,
    id,
    JSON.parse(sections),
    new Set(refused),
    (expected?.master ?? undefined) as DocumentId | undefined,
  )
}

/** Facts of a case that the hall first saw after it had revoked their author, and did not trust it. */
async function lateFacts(world: World, id: DocumentId): Promise<ReadonlySet<string>> {
  const { authority } = registerOf(world)
  const { facts } = await readCase(rootOf(world), authority, id)
  const late = facts.filter(({ log, seq, hash, isOnlyCarried }) =>
    authority.afterRevocation(log, seq, hash, isOnlyCarried),
  )
  return new Set(late.map(({ hash }) => hash))
}

/** What came too late takes no effect until the holder has adopted it. */
function checkLate(world: World, machine: Machine, state: CaseState, late: ReadonlySet<string>): void {
  for (const { hash, aside, kind } of state.story)
    if (late.has(hash) && aside === null && kind !== 'opened')
      world.violation('M23', `${machine.name}: ${kind} ${hash.slice(0, 8)} of a revoked machine takes effect`)
}

/** Along the chain epochs rise by one with each taking and reassignment, and never otherwise. */
function checkEpochs(world: World, machine: Machine, state: CaseState): void {
  let epoch = 0
  const seen = new Set<string>()
  for (const line of state.story) {
    if (line.epoch === null) continue
    if (seen.has(line.hash)) world.violation('M5', `${machine.name}: ${line.hash.slice(0, 8)} takes effect twice`)
    seen.add(line.hash)
    const rises = line.kind === 'opened' || line.kind === 'taken' || line.kind === 'reassigned'
    if (line.epoch !== epoch + (rises ? 1 : 0))
      world.violation('M5', `${machine.name}: ${line.kind} in epoch ${line.epoch} after ${epoch}`)
    epoch = line.epoch
  }
}
