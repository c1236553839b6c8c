/** What stations write of themselves: every node shows what its entries say, the county the same, and nothing told is lost. */
import { isDeepStrictEqual } from 'node:util'
import type { StationRecord } from '#protocol/casework/directory.ts'
import { type LogKey, logParts, streamOf } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { formsOf } from '../ledger.ts'
import { entriesAbout, inForce, listed, type Reading, recordDocuments } from '../record-pen.ts'
import { listedBy, type ToldRecord } from '../station-desk.ts'
import { inUse, type Machine, rootOf, type World } from '../world.ts'
import { grantsOf, isLeftInFormerVersions, registerOf } from './county.ts'

/** How records count, as an independent reader of the county knows it: what the hall revoked only its record says. */
function readingOf(world: World): Reading {
  const nodeOf = (log: LogKey) => rootOf(world).running?.engine.office.directory.node(logParts(log).node)
  return { authority: registerOf(world).authority, standsBack: ({ log }) => Boolean(nodeOf(log)?.revoked?.held) }
}

const forceAt = async (world: World, { disk }: Machine) =>
  inForce(readingOf(world), await entriesAbout(disk.storage, recordDocuments(world)))

const nameOf = ({ type, id }: StationRecord) => `${type}/${id}`
const byName = (records: readonly StationRecord[]) =>
  [...records].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1))

/** The first record in which two lists differ, in words. */
function difference(shown: readonly StationRecord[], wanted: readonly StationRecord[]): string | undefined {
  const left = new Map(shown.map((record) => [nameOf(record), record]))
  const right = new Map(wanted.map((record) => [nameOf(record), record]))
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    if (isDeepStrictEqual(left.get(name), right.get(name))) continue
    const say = (record: StationRecord | undefined) => (record ? `version ${record.version}` : 'nothing')
    return `${name} with ${say(left.get(name))} instead of ${say(right.get(name))}`
  }
  return undefined
}

/** What a node lists is what the entries on its disk say, no longer than lists may be, and what the county lists. */
export async function checkListedRecords(world: World, machine: Machine, when: string): Promise<void> {
  const { running } = machine
  const root = rootOf(world).running
  if (!running || !root) return
  const shown = byName(listedBy(running))
  const own = difference(shown, listed((await forceAt(world, machine)).values()))
  if (own !== undefined) world.violation('M36', `${machine.name} lists ${own} of its entries, ${when}`)
  const granted = grantsOf(world, machine.station)
  const shared = (records: readonly StationRecord[]) => records.filter(({ station }) => granted.has(streamOf(station)))
  const other = difference(shared(shown), shared(byName(listedBy(root))))
  if (other !== undefined) world.violation('M36', `${machine.name} lists ${other} at the county, ${when}`)
}

/** Whether all that is left of a record is carried, and nobody is there any more who would write it again in its author's name. */
function isLeftCarried(world: World, { identity }: Machine, hash: string): boolean {
  const using = inUse(world)
  if (using.some((one) => one.identity.node === identity.node)) return false
  const { contents } = world.ledger
  const said = [...formsOf(world.ledger, hash)].filter((form) => contents.get(form)?.startsWith(`${KIND.directory} `))
  return !said.some((form) => using.some(({ disk }) => disk.holds(form)))
}

/**
 * What a person was told is stored is in force at the county, or a newer version of it. Of one version there may be two: who
 * gave way to another version of its log wrote its own again as it was, and copies may have given two records one version.
 */
export async function checkToldRecords(world: World, told: readonly ToldRecord[]): Promise<void> {
  const { ledger } = world
  const force = await forceAt(world, rootOf(world))
  for (const { machine, document, hash, version } of told) {
    if (machine.revoked || ledger.gone.has(hash) || isLeftInFormerVersions(world, hash)) continue
    if (isLeftCarried(world, machine, hash)) continue
    const present = force.get(document)?.version ?? 0
    if (present >= 0 && present < version)
      world.violation('M36', `${machine.name}: ${document} ${version} of which a person was told is not in force`)
  }
}
