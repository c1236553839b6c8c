/** What invariants ask of a county as an independent reader: grants, the register, all cases of a machine. */
import { DEFAULT_RULES } from '#protocol/casework/directory.ts'
import type { Register } from '#protocol/casework/register.ts'
import { powerOf } from '#protocol/casework/rules/letters.ts'
import { rolesOf, standingOf } from '#protocol/casework/rules/service.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import { civilDay } from '#protocol/casework/time/days.ts'
import { COUNTY_STREAM, type LogKey, logParts, type StationCode, type StreamId } from '#protocol/ids.ts'
import { formsOf, type Ledger } from '../ledger.ts'
import { inUse, type Machine, rootOf, type World } from '../world.ts'

/** Streams of which a station may hold what it got while they were its own. */
export function formerOf(world: World, station: StationCode): Set<string> {
  return new Set([...andBelow(world, station)].flatMap((id) => [...(world.former.get(id as StationCode) ?? [])]))
}

/** Streams a station may hold: the county's, its own, and those of every station below. */
export function grantsOf(world: World, station: StationCode): Set<string> {
  return new Set([COUNTY_STREAM, ...andBelow(world, station)])
}

/** A station and all below it; one that has moved may stand before its parent in the list. */
function andBelow(world: World, station: StationCode): Set<string> {
  const found = new Set<string>([station])
  for (let known = 0; known < found.size; ) {
    known = found.size
    for (const { id, parent } of world.stations) if (parent !== null && found.has(parent)) found.add(id)
  }
  return found
}

/** Whether a machine holds another version than the root of a log. */
function holdsAnotherVersion(world: World, machine: Machine, log: LogKey): boolean {
  const held = rootOf(world).disk.held.get(log) ?? []
  return machine.disk.held.get(log)?.some((hash, place) => held[place] !== undefined && held[place] !== hash) ?? false
}

/**
 * Whether a machine holds another version than the root of a log that neither of the two wrote, in a stream which it is no
 * longer granted, or is revoked and did not write it: nobody may show it the root's version, so it keeps its own, says so,
 * and people settle it (decision 64).
 */
export function holdsFormerVersion(world: World, machine: Machine, log: LogKey): boolean {
  const { node, stream } = logParts(log)
  if (node === machine.identity.node) return false
  const isGranted = node === rootOf(world).identity.node || grantsOf(world, machine.station).has(stream)
  return (machine.revoked || !isGranted) && holdsAnotherVersion(world, machine, log)
}

/**
 * Whether a machine keeps, of the root's own log in a stream that it is no longer granted, a version that the root has
 * written again whole: for each version the root gives way once, else two of them would keep it busy for ever, and it may
 * not show its own (S115).
 */
export function holdsEndedVersion(world: World, machine: Machine, log: LogKey): boolean {
  const root = rootOf(world)
  const { node, stream } = logParts(log)
  if (node !== root.identity.node || node === machine.identity.node) return false
  if (grantsOf(world, machine.station).has(stream) || !holdsAnotherVersion(world, machine, log)) return false
  const isRootsOwn = (form: string) => logOfEntry(world.ledger, form)?.startsWith(`${node}/`) ?? false
  const isWrittenAgain = (hash: string) =>
    [...formsOf(world.ledger, hash)].some(
      (form) => root.disk.holds(form) && isRootsOwn(form) && streamOfEntry(world.ledger, form) === stream,
    )
  return machine.disk.held.get(log)?.every(isWrittenAgain) ?? false
}

/**
 * Whether all that an entry lives on in lies in versions that former subscribers keep. What carries it stays there like any
 * other entry: an author that gave way put its tail into the very log that has two versions now.
 */
export function isLeftInFormerVersions(world: World, hash: string): boolean {
  const { ledger } = world
  const forms = [...formsOf(ledger, hash)]
  const places = living(world).flatMap((machine) =>
    forms.filter((form) => machine.disk.holds(form)).map((form) => ({ machine, log: logOfEntry(ledger, form) })),
  )
  return places.length > 0 && places.every(({ machine, log }) => log && holdsFormerVersion(world, machine, log))
}

/** Machines that somebody has, revoked ones among them. */
const living = ({ machines }: World): Machine[] => machines.filter(({ scrapped }) => !scrapped)

const logOfEntry = (ledger: Ledger, hash: string): LogKey | undefined => ledger.entries.get(hash)?.log

/** The stream in which an entry was written. */
export function streamOfEntry(ledger: Ledger, hash: string): StreamId | undefined {
  const log = logOfEntry(ledger, hash)
  return log && logParts(log).stream
}

/** Whether a former subscriber keeps its own version of a log in which a document has entries: people settle it (decision 64). */
export function isLeftToPeople(world: World, document: string): boolean {
  const logs = new Set(
    [...world.ledger.entries.values()].filter((one) => one.document === document).map(({ log }) => log),
  )
  return living(world).some((machine) => [...logs].some((log) => holdsFormerVersion(world, machine, log)))
}

/** Whether every subscriber holds the same logs: cheap enough to be asked after every turn near the end. */
export function isConverged(world: World): boolean {
  const heights = new Map<LogKey, string[]>()
  const machines = inUse(world)
  const note = (log: LogKey, hashes: string[]) => {
    if ((heights.get(log)?.length ?? 0) < hashes.length) heights.set(log, hashes)
  }
  for (const machine of machines)
    for (const [log, hashes] of machine.disk.held)
      if (!holdsFormerVersion(world, machine, log) && !holdsEndedVersion(world, machine, log)) note(log, hashes)
  // A revoked machine that lives on delivers what it wrote.
  for (const { disk, identity } of world.machines.filter(({ revoked, scrapped }) => revoked && !scrapped))
    for (const [log, hashes] of disk.held) if (logParts(log).node === identity.node) note(log, hashes)
  return machines.every((machine) => {
    if (!machine.running) return false
    const granted = grantsOf(world, machine.station)
    return [...heights].every(([log, hashes]) => {
      if (!granted.has(logParts(log).stream)) return true
      const held = machine.disk.held.get(log) ?? []
      return held.length === hashes.length && held.at(-1) === hashes.at(-1)
    })
  })
}

/** Whether every machine knows that its parent and the root hold what it holds. */
export async function isAcknowledged(world: World): Promise<boolean> {
  for (const { disk } of inUse(world)) {
    const { heads } = await disk.storage.load()
    if (heads.some((head) => head.parentHeight < head.height || head.rootHeight < head.height)) return false
  }
  return true
}

export async function allCases(machine: Machine) {
  const rows = []
  for (let after: string | undefined; ; ) {
    const page = await machine.disk.storage.cases({ limit: 50, ...(after === undefined ? {} : { after }) })
    rows.push(...page.rows)
    if (page.next === null) return { rows }
    after = page.next
  }
}

/** What the county published, as an independent reader of it: no engine is asked. */
export function registerOf(world: World): Register {
  const station = (code: StationCode) => world.stations.find(({ id }) => id === code)
  const items = world.published.filter((record) => record.type === 'item')
  const letters = world.published.filter((record) => record.type === 'letter')
  return {
    authority: {
      serves: (node, code) =>
        world.machines.some(({ identity, station }) => identity.node === node && station === code),
      isRoot: (node) => node === rootOf(world).identity.node,
      // What the hall held at that moment only its own record says.
      afterRevocation(log, seq, hash, isOnlyCarried = false) {
        const revoked = rootOf(world).running?.engine.office.directory.node(logParts(log).node)?.revoked
        if (!revoked?.held) return false
        if (hash && revoked.carried?.includes(hash)) return false
        return isOnlyCarried || seq > (revoked.held[log] ?? 0)
      },
      // Who belongs where the county's own records say, as far as it has any.
      standing(person, code, signing) {
        const known = rootOf(world).running?.engine.office.directory
        if (person === '' || !known || known.staffs().length === 0) return 'belongs'
        return standingOf(known.staff(person), letters, person, code, signing)
      },
      rolesOf(person, code, signing) {
        const known = rootOf(world).running?.engine.office.directory
        if (person === '' || !known || known.staffs().length === 0) return null
        return rolesOf(known.staff(person), letters, person, code, signing)
      },
      tierOf: (code) => station(code)?.tier,
      parentOf: (code) => station(code)?.parent,
    },
    edition: (item, edition) => items.find((record) => record.id === item && record.edition === edition),
    powerOf: (question) => powerOf(letters, question),
    calendar: workCalendar(world.published.filter((record) => record.type === 'calendar')),
    rules: world.published.find((record) => record.type === 'rules') ?? DEFAULT_RULES,
    // The county counts by the clock of its hall, right or wrong; every node corrects its own by it.
    today: civilDay(world.now() + rootOf(world).clock),
    isEnabled: () => true,
  }
}

/** An entry in words, for whoever follows a failing seed. */
export function nameOf(world: World, hash: string | undefined): string {
  const entry = world.ledger.entries.get(hash ?? '')
  const author = world.machines.find(({ identity }) => entry?.log.startsWith(identity.node))?.name
  return entry ? `${author}/${entry.log.slice(33)} ${entry.seq} ${entry.hash.slice(0, 4)}` : 'nothing'
}
