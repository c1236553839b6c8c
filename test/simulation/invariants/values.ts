/** What stands in a section at rest is what somebody wanted who knew of everything older. */
import type { DocumentId, LogKey, NodeId } from '#protocol/ids.ts'
import { type Intent, type Intents, type Standing, standing } from '../intents.ts'
import { hasTwoVersions, type Ledger, lostFrom } from '../ledger.ts'
import type { World } from '../world.ts'
import { isLeftToPeople, registerOf } from './county.ts'

/** A value with the keys of its records in order. */
export const sortedDeep = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([key, each]) => [key, sortedDeep(each)]),
      )
    : value

/** Whether an edit of a case was cut off by a fork and its text written again. */
const isRewritten = ({ carriers, sights, entries }: World['ledger'], id: DocumentId): boolean =>
  [...carriers].some(
    ([hash, by]) => entries.get(hash)?.document === id && [...by].some((carrier) => sights.has(carrier)),
  )

/** Whether a village had to cut off an office note: it may not write it again, and says so (S73). */
function isKeptOnly({ ledger, machines }: World, notes: ReadonlyMap<string, readonly Intent[]>): boolean {
  const carriers = [...notes.values()].flat().flatMap(({ hash }) => [...(ledger.carriers.get(hash) ?? [])])
  const villages = machines.filter(({ station }) => station.length === 12).map(({ identity }) => identity.node)
  const logs = carriers.filter((one) => ledger.sights.has(one)).map((one) => ledger.entries.get(one)?.log)
  return logs.some((log) => villages.some((node) => log?.startsWith(node)))
}

/** Who stands below whom by the codes of the stations, and what the root holds. */
function placesIn({ machines, ledger }: World): Omit<Standing, 'counts'> {
  const stations = new Map(machines.map(({ identity, station }) => [identity.node, station as string]))
  const isBelow = (node: NodeId, above: NodeId) => stations.get(node)?.startsWith(stations.get(above) ?? '') ?? false
  return { ledger, isBelow, isAtRoot: (hash) => machines[0]?.disk.holds(hash) ?? false }
}

/**
 * Compares the sections of a case with the model. What was lost for good may have taken along what was built on it.
 * `refused`: entries that the root says it quarantined, as `log#seq`. `master`: the case of which this one is a part.
 */
export function checkValues(
  world: World,
  intents: Intents,
  id: DocumentId,
  shown: Readonly<Record<string, unknown>>,
  refused: ReadonlySet<string>,
  master: DocumentId | undefined,
): void {
  if (lostFrom(world.ledger, id) || isLeftToPeople(world, id)) return
  // What was first seen after its author was revoked stands aside.
  const { authority } = registerOf(world)
  // Two copies of one machine edit under the same numbers: one of the two edits is refused, and people read that.
  const isRefused = (log: LogKey, seq: number) => refused.has(`${log}#${seq}`) && hasTwoVersions(world.ledger, log)
  const counts = (log: LogKey, seq: number) => !authority.afterRevocation(log, seq) && !isRefused(log, seq)
  const state: Standing = { ...placesIn(world), counts }
  // What stands on something that stands aside is not shown either, and says so.
  const isAside = (section: string) =>
    [...intents.of(id, section).values()].flat().some(({ hash }) => {
      const entry = world.ledger.entries.get(hash)
      return entry !== undefined && !counts(entry.log, entry.seq)
    })
  // What was copied from the master when the part was opened nobody typed here; after a fork it is written again.
  const copied = (section: string, key: string) =>
    master && isRewritten(world.ledger, id)
      ? (intents.of(master, section).get(key) ?? []).map(({ value }) => value)
      : []
  for (const section of ['application', 'materials']) {
    if (isAside(section)) continue
    const record = shown[section] as Readonly<Record<string, unknown>>
    for (const [key, wanted] of intents.of(id, section)) {
      const may = standing(state, wanted)
      const stands = record[key] === undefined ? undefined : JSON.stringify(record[key])
      if ([...intents.unanswered(id, section, key), ...copied(section, key)].includes(stands)) continue
      if (may.length > 0 && !may.some(({ value }) => value === stands))
        world.violation(
          'M20',
          `${id.slice(0, 8)} ${section} ${key} is ${stands}, wanted ${may.map(({ value }) => value).join(' or ')} of ${wanted.length}`,
        )
    }
  }
  if (isAside('office-note')) return
  const mayLack = isKeptOnly(world, intents.of(id, 'office-note'))
  const text = String(shown['office-note'])
  for (const [word, wanted] of intents.of(id, 'office-note')) {
    const times = text.split(word).length - 1
    const may = standing(state, wanted)
    const isStruck = intents.unanswered(id, 'office-note', word).length > 0
    const isWanted = may.length > 0 && !isStruck && may.every(({ value }) => value !== undefined)
    if (times > timesWritten(world, wanted) || (times === 0 && isWanted && !mayLack))
      world.violation('M20', `${id.slice(0, 8)} note: a word of ${wanted.length} changes stands ${times} times`)
  }
}

/**
 * How often a word may stand: once, and once more for each further writer that carried it on after a fork of its author's
 * log, copies of one machine among them: none of them knows that another has written it again. Whoever gave way to a
 * parent that gave way to the county itself gets its own version back, beside what it had written again.
 */
function timesWritten({ ledger, machines }: World, intents: readonly Intent[]): number {
  const carriers = intents.flatMap(({ hash }) => [...(ledger.carriers.get(hash) ?? [])])
  const isCopied = (node: string) => machines.filter(({ identity }) => identity.node === node).length > 1
  const writers = new Set(
    carriers.map((carrier) => {
      const [node = '', incarnation] = ledger.entries.get(carrier)?.log.split('/') ?? []
      return isCopied(node) ? `${node}/${incarnation}` : node
    }),
  )
  const [root] = machines
  const cameBack =
    carriers.length > 0 && intents.some((intent) => root?.disk.holds(intent.hash) && isParted(ledger, intent))
  return Math.max(1, writers.size + (cameBack ? 1 : 0))
}

/** Whether two versions of an edit's log part at or below it: else it is common to both, and nobody has to carry it. */
function isParted({ entries }: Ledger, { hash }: Intent): boolean {
  const entry = entries.get(hash)
  const below = [...entries.values()].filter(({ log, seq }) => log === entry?.log && seq <= entry.seq)
  return new Set(below.map(({ seq }) => seq)).size < below.length
}
