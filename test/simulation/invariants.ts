/** What must hold: always, and once everything has healed and come to rest. */
import { isDeepStrictEqual } from 'node:util'
import type { CaseState } from '#protocol/casework/case.ts'
import { DEFAULT_RULES } from '#protocol/casework/directory.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Register } from '#protocol/casework/register.ts'
import { powerOf } from '#protocol/casework/rules/letters.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import { civilDay } from '#protocol/casework/time/days.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  isCaseId,
  type LogKey,
  logParts,
  type StationCode,
  toHex,
} from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { personOf, type Staff } from './actors.ts'
import { holdsSomehow } from './disk.ts'
import { readCase } from './pen.ts'
import { inUse, type Machine, rootOf, type World } from './world.ts'

/** Streams a station may hold: the county's, its own, and those of every station below. */
export function grantsOf(world: World, station: StationCode): Set<string> {
  const granted = new Set<string>([COUNTY_STREAM, station])
  for (const { id, parent } of world.stations) if (parent !== null && granted.has(parent)) granted.add(id)
  return granted
}

/** Cheap checks, made again and again while faults happen. */
export async function checkAlways(world: World): Promise<void> {
  for (const machine of inUse(world)) {
    const granted = grantsOf(world, machine.station)
    for (const log of machine.disk.held.keys()) {
      if (!granted.has(logParts(log).stream)) world.violation('M9', `${machine.name} holds ${log}`)
    }
    await checkClaims(world, machine)
  }
}

/** What people read as “at the township” and “at the county” must be true. */
async function checkClaims(world: World, machine: Machine): Promise<void> {
  const { running, called, disk } = machine
  if (!running || !called || machine === rootOf(world)) return
  const { rows } = await disk.memory.cases({ limit: 50 })
  const ids = rows.map(({ id }) => id)
  const places = await disk.memory.placesOf(ids)
  const safety = await running.engine.office.safetyOf(ids)
  if (!running.process.alive) return
  const parents = world.machines.filter(({ identity }) => identity.node === machine.identity.parent?.node)
  // A restored parent is known to be restored only once it was met again; copies answer in turns. Looked at last:
  // either may be put back while the claims are read.
  const parentKnown = parents.length === 1 && parents[0]?.disk.restoredAt === -1
  const rootKnown = rootOf(world).disk.restoredAt === -1
  for (const id of ids) {
    const claim = safety.get(id)
    const hashes = (places.get(id) ?? []).map(({ hash }) => toHex(hash))
    const lacks = (other: Machine) => hashes.find((hash) => !holdsSomehow(world.ledger, other.disk, hash))
    if (claim !== 'here' && parentKnown && lacks(parents[0] as Machine))
      world.violation(
        'M11',
        `${machine.name} claims ${id.slice(0, 8)} at ${claim}, the parent lacks ${nameOf(world, lacks(parents[0] as Machine))}`,
      )
    if (claim === 'root' && rootKnown && lacks(rootOf(world)))
      world.violation(
        'M11',
        `${machine.name} claims ${id.slice(0, 8)} at the root, which lacks ${nameOf(world, lacks(rootOf(world)))}`,
      )
  }
}

function nameOf(world: World, hash: string | undefined): string {
  const entry = world.ledger.entries.get(hash ?? '')
  const author = world.machines.find(({ identity }) => entry?.log.startsWith(identity.node))?.name
  return entry ? `${author}/${entry.log.slice(33)} ${entry.seq} ${entry.hash.slice(0, 4)}` : 'nothing'
}

/** Whether every subscriber holds the same logs: cheap enough to be asked after every turn near the end. */
export function isConverged(world: World): boolean {
  const heights = new Map<LogKey, string[]>()
  const machines = inUse(world)
  for (const { disk } of machines) {
    for (const [log, hashes] of disk.held) if ((heights.get(log)?.length ?? 0) < hashes.length) heights.set(log, hashes)
  }
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
    const { heads } = await disk.memory.load()
    if (heads.some((head) => head.parentHeight < head.height || head.rootHeight < head.height)) return false
  }
  return true
}

/** Everything people were told or that survives must be where it belongs, and mean the same everywhere. */
export async function checkAtRest(world: World, staff: Staff): Promise<void> {
  const machines = inUse(world)
  checkSubscribers(world, machines)
  checkTold(world, staff)
  await checkNumbers(world)
  for (const machine of machines) {
    await checkHeads(world, machine)
    await checkConservation(world, machine)
  }
  const cases = new Set([...world.ledger.entries.values()].map(({ document }) => document).filter(isCaseId))
  for (const id of cases) await checkCase(world, machines, id)
  await checkRebuild(world, world.chance.pick(machines))
}

function checkSubscribers(world: World, machines: readonly Machine[]): void {
  const { ledger } = world
  for (const { hash, log, seq } of ledger.entries.values()) {
    if (ledger.gone.has(hash) && !machines.some(({ disk }) => disk.holds(hash))) continue
    const { stream } = logParts(log)
    for (const machine of machines) {
      if (!grantsOf(world, machine.station).has(stream)) continue
      if (!holdsSomehow(ledger, machine.disk, hash)) {
        world.violation('M2', `${machine.name} lacks ${log.slice(0, 8)}/${log.split('/')[1]}/${stream} ${seq}`)
        return
      }
    }
  }
}

function checkTold(world: World, { told }: Staff): void {
  for (const { machine, hash } of told) {
    if (machine.scrapped || world.ledger.gone.has(hash)) continue
    if (!holdsSomehow(world.ledger, machine.disk, hash))
      world.violation('M1', `${machine.name} lost ${hash.slice(0, 12)} of which a person was told`)
  }
}

async function checkNumbers(world: World): Promise<void> {
  const { rows } = await allCases(rootOf(world))
  const byNumber = new Map<string, DocumentId[]>()
  for (const { number, id } of rows) byNumber.set(number, [...(byNumber.get(number) ?? []), id])
  for (const [number, ids] of byNumber) {
    if (ids.length === 1) continue
    // Under one incarnation and never met since: nothing outside such a machine can know before the first contact.
    const excused = world.machines.some(({ station, imaged }) => imaged && number.startsWith(`${station}-`))
    if (!excused) world.violation('M6', `case number ${number} twice`)
  }
}

async function allCases(machine: Machine) {
  const rows = []
  for (let after: string | undefined; ; ) {
    const page = await machine.disk.memory.cases({ limit: 50, ...(after === undefined ? {} : { after }) })
    rows.push(...page.rows)
    if (page.next === null) return { rows }
    after = page.next
  }
}

async function checkHeads(world: World, machine: Machine): Promise<void> {
  const { heads } = await machine.disk.memory.load()
  const status = await machine.running?.engine.office.status()
  for (const { key, height, parentHeight, rootHeight } of heads) {
    const held = machine.disk.held.get(key)?.length ?? 0
    if (held !== height) world.violation('M3', `${machine.name}: ${key} head ${height}, held ${held}`)
    if (parentHeight > height || Math.min(rootHeight, height) > (rootOf(world).disk.held.get(key)?.length ?? 0))
      world.violation('M11', `${machine.name}: ${key} claims ${parentHeight}/${rootHeight} of ${height}`)
  }
  if (status && (status.entriesOnlyHere > 0 || status.casesNotAtRoot > 0))
    world.violation(
      'M8',
      `${machine.name}: ${status.entriesOnlyHere} entries still only here, ${status.casesNotAtRoot} cases not known at the root: ${behind(world, heads)}`,
    )
}

const behind = (world: World, heads: readonly LogHead[]): string =>
  heads
    .filter((head) => head.parentHeight < head.height || head.rootHeight < head.height)
    .map(
      (head) =>
        `${world.machines.find(({ identity }) => head.key.startsWith(identity.node))?.name}/${head.key.slice(33)} ${head.height}:${head.parentHeight}:${head.rootHeight}`,
    )
    .join(' ')

/** What the county published, as an independent reader of it: no engine is asked. */
function registerOf(world: World): Register {
  const station = (code: StationCode) => world.stations.find(({ id }) => id === code)
  const items = world.published.filter((record) => record.type === 'item')
  const letters = world.published.filter((record) => record.type === 'letter')
  return {
    authority: {
      serves: (node, code) =>
        world.machines.some(({ identity, station }) => identity.node === node && station === code),
      isRoot: (node) => node === rootOf(world).identity.node,
      // What the hall held at that moment only its own record says.
      afterRevocation(log, seq) {
        const held = rootOf(world).running?.engine.office.directory.node(logParts(log).node)?.revoked?.held
        return held !== undefined && seq > (held[log] ?? 0)
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
  }
}

async function checkCase(world: World, machines: readonly Machine[], id: DocumentId): Promise<void> {
  const expected = foldCase(
    id,
    (await readCase(rootOf(world), rootOf(world).identity.node, id)).facts,
    registerOf(world),
  )
  let sections: string | undefined
  for (const machine of machines) {
    if (!(await machine.disk.memory.placesOf([id])).has(id)) continue
    const viewed = await machine.running?.engine.office.view(personOf(world, machine), id)
    if (!viewed?.ok) {
      if (expected) world.violation('M5', `${machine.name} cannot show ${id.slice(0, 8)}: ${viewed?.problem.code}`)
      continue
    }
    const { state } = viewed.value
    if (!isDeepStrictEqual(state, expected))
      world.violation('M4', `${machine.name}: ${id.slice(0, 8)} is not the fold of its entries`)
    const shown = JSON.stringify(viewed.value.sections.map(({ name, value }) => [name, sorted(value)]))
    sections ??= shown
    if (shown !== sections)
      world.violation('M4', `${machine.name}: ${id.slice(0, 8)} shows ${shown}, others ${sections}`)
    const [row] = await machine.disk.memory.casesById([id])
    if (row?.stage !== state.stage || row.holder !== state.holder || row.epoch !== state.epoch)
      world.violation('M4', `${machine.name}: the list shows ${id.slice(0, 8)} otherwise than its page`)
    const waiting = viewed.value.receipts.filter(({ reason }) => /尚未到达/.test(reason))
    if (waiting.length > 0 && world.ledger.gone.size === 0)
      world.violation('M7', `${machine.name}: ${id.slice(0, 8)} waits for edits: ${waiting[0]?.reason}`)
    checkEpochs(world, machine, state)
  }
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, each]) => [key, sorted(each)])
    : value

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

/** Entries written = applied + set aside + quarantined, counted from the disk and not from the engine's receipts. */
async function checkConservation(world: World, machine: Machine): Promise<void> {
  const office = machine.running?.engine.office
  if (!office) return
  const { conservation } = await office.status()
  let written = 0
  for (const [log, hashes] of machine.disk.held)
    if (logParts(log).node === machine.identity.node) written += hashes.length
  let setAside = 0
  for (const { id } of (await allCases(machine)).rows) {
    const { facts, where } = await readCase(machine, rootOf(world).identity.node, id)
    const own = (hash: string) => where.get(hash)?.startsWith(machine.identity.node) ?? false
    const state = foldCase(id, facts, registerOf(world))
    for (const line of state?.story ?? []) if (line.aside && own(line.hash)) setAside += 1
  }
  if (conservation.written !== written)
    world.violation('M13', `${machine.name}: says ${conservation.written} written, wrote ${written}`)
  if (conservation.setAside !== setAside)
    world.violation('M13', `${machine.name}: says ${conservation.setAside} set aside, ${setAside} are`)
}

/** Dropping everything computed and folding again gives the same lists. */
async function checkRebuild(world: World, machine: Machine): Promise<void> {
  const before = await allCases(machine)
  const counts = await machine.disk.memory.receiptCounts()
  await machine.running?.engine.rebuild()
  const order = (rows: readonly { readonly id: string }[]) =>
    [...rows].sort((left, right) => (left.id < right.id ? -1 : 1))
  if (!isDeepStrictEqual(order(before.rows), order((await allCases(machine)).rows)))
    world.violation('M4', `${machine.name}: rebuilding changes the lists`)
  const total = (list: typeof counts) => list.reduce((sum, { count }) => sum + count, 0)
  if (total(counts) !== total(await machine.disk.memory.receiptCounts()))
    world.violation('M4', `${machine.name}: rebuilding changes the receipts`)
}
