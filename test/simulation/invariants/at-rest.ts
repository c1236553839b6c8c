/** What holds once everything has healed and come to rest. */
import { type DocumentId, isCaseId, logParts, type StreamId } from '#protocol/ids.ts'
import type { Remembered } from '../actors.ts'
import { holdsSomehow } from '../ledger.ts'
import type { ToldRecord } from '../station-desk.ts'
import { inUse, type Machine, rootOf, type World } from '../world.ts'
import { checkCase } from './cases.ts'
import { allCases, grantsOf, isLeftInFormerVersions, streamOfEntry } from './county.ts'
import { checkConservation, checkHeads, checkRebuild, checkReceipts } from './heads.ts'
import { checkListedRecords, checkToldRecords } from './station-records.ts'

/** Everything people were told or that survives must be where it belongs, and mean the same everywhere. */
export async function checkAtRest(world: World, staff: Remembered, records: readonly ToldRecord[] = []): Promise<void> {
  const machines = inUse(world)
  checkSubscribers(world, machines)
  checkKept(world, staff)
  await checkNumbers(world)
  checkRevoked(world)
  for (const machine of machines) {
    await checkHeads(world, machine)
    await checkConservation(world, machine)
    await checkReceipts(world, machine)
  }
  const cases = new Set([...world.ledger.entries.values()].map(({ document }) => document).filter(isCaseId))
  for (const id of cases) await checkCase(world, machines, id, staff)
  await checkToldRecords(world, records)
  for (const machine of machines) await checkListedRecords(world, machine, 'at rest')
  for (const machine of machines) {
    await checkRebuild(world, machine)
    await checkListedRecords(world, machine, 'rebuilt')
  }
}

/** Whether no disk holds an entry itself, and all that carry it stand in other streams. */
function livesElsewhere({ ledger }: World, machines: readonly Machine[], hash: string, stream: StreamId): boolean {
  if (machines.some(({ disk }) => disk.holds(hash))) return false
  const carriers = [...(ledger.carriers.get(hash) ?? [])].filter((one) => machines.some(({ disk }) => disk.holds(one)))
  return carriers.length > 0 && carriers.every((one) => streamOfEntry(ledger, one) !== stream)
}

function checkSubscribers(world: World, machines: readonly Machine[]): void {
  const { ledger } = world
  for (const { hash, log, seq } of ledger.entries.values()) {
    if (ledger.gone.has(hash) && !machines.some(({ disk }) => disk.holds(hash))) continue
    const { stream } = logParts(log)
    // What everybody lost in its own place lives on where the root had carried it: M4 asks who has to show it.
    if (livesElsewhere(world, machines, hash, stream)) continue
    const lacking = machines.find(
      ({ station, disk }) => grantsOf(world, station).has(stream) && !holdsSomehow(ledger, disk, hash),
    )
    // What only former subscribers hold, in another version of the log than the county's, people have to settle.
    if (!lacking || isLeftInFormerVersions(world, hash)) continue
    world.violation('M2', `${lacking.name} lacks ${log.slice(0, 8)}/${log.split('/')[1]}/${stream} ${seq}`)
    return
  }
}

/** What a person was told is stored lies where the person works. */
function checkKept(world: World, { told }: Remembered): void {
  for (const { machine, hash } of told) {
    if (machine.scrapped || machine.revoked || world.ledger.gone.has(hash)) continue
    // What lay in a stream that went elsewhere does not come back to a machine that was put back.
    const entry = world.ledger.entries.get(hash)
    if (entry && !grantsOf(world, machine.station).has(logParts(entry.log).stream)) continue
    if (!holdsSomehow(world.ledger, machine.disk, hash) && !isLeftInFormerVersions(world, hash))
      world.violation('M1', `${machine.name} lost ${hash.slice(0, 12)} of which a person was told`)
  }
}

/** Who was revoked stays so, whoever writes its record again. */
function checkRevoked(world: World): void {
  const root = rootOf(world)
  if (root.disk.restoredAt >= 0 || world.ledger.copied.has(root.identity.node)) return
  for (const { name, isRevocationKnown, identity } of world.machines)
    if (isRevocationKnown && !root.running?.engine.office.directory.node(identity.node)?.revoked)
      world.violation('M35', `${name} was revoked and is not any more`)
}

/** A number is one case's for ever, whatever was put back or copied. */
async function checkNumbers(world: World): Promise<void> {
  const { rows } = await allCases(rootOf(world))
  const byNumber = new Map<string, DocumentId>()
  for (const { number, id } of rows) {
    if (number === '' || world.forged.has(id)) continue
    if (byNumber.has(number)) world.violation('M6', `case number ${number} twice`)
    byNumber.set(number, id)
  }
}
