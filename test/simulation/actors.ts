/** People at work: agents, clerks, handlers and the coordinator, right and wrong, through the office of their machine. */
import {
  FACT_KINDS,
  FACTS,
  type FactKind,
  type FieldValue,
  fieldsOf as fieldsOfKind,
} from '#protocol/casework/facts/facts.ts'
import { letsIn } from '#protocol/casework/folding/standing.ts'
import type { Actor, CaseView, UncheckedChange } from '#protocol/engine/office.ts'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, type EntryHash, type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { COUNTY, FIELDS } from '#test/casework/people.ts'
import { ROLES, secondOf } from './accounts.ts'
import { LATER_KIND } from './ages.ts'
import type { Chance } from './chance.ts'
import { createIntents, type Intents } from './intents.ts'
import { checkAges } from './invariants/ages.ts'
import { isPristine } from './records.ts'
import { unlessDisk } from './storage-faults.ts'
import { type Machine, type People, type Running, rootOf, type World } from './world.ts'

/** What people were told is stored: where, and which entry. */
export interface Told {
  readonly machine: Machine
  readonly hash: string
  readonly document: DocumentId
}

export interface Staff extends Omit<People, 'keep'> {
  readonly told: Told[]
  readonly intents: Intents
  /** Words of notices that were refused: no line of a case may hold them. */
  readonly refused: ReadonlySet<string>
  /** One person does one thing somewhere. */
  workOnce(): void
}

/** The mark of what has to be looked at before an act; whoever works here has looked. */
export const markFor = (view: CaseView, kind: FactKind, { fact }: Readonly<Record<string, FieldValue>>) =>
  letsIn(kind) ? view.adoptedChanges.find((changes) => changes.fact === fact)?.mark : view.changesByOthers?.mark

/** What is compared with the county at rest. */
export type Remembered = Pick<Staff, 'told' | 'intents' | 'refused'>

const actorOf = (world: World, machine: Machine): Actor => {
  const station = world.stations.find(({ id }) => id === machine.station)
  const tier = station?.tier ?? 'village'
  return { person: `p${machine.station}` as PersonId, name: tier, station: machine.station, roles: ROLES[tier] }
}

export const personOf = actorOf

const secondAt = (world: World, machine: Machine): Actor => ({
  ...actorOf(world, machine),
  person: secondOf(machine.station),
})

/** Somebody at the hall looks at the calendar where its clock went back: until then nobody below hears what day it is. */
export async function confirmDay(world: World): Promise<void> {
  const hall = rootOf(world)
  const office = hall.running?.engine.office
  if (!office || (await office.status()).clockDoubt === null) return
  await office.confirmDay(actorOf(world, hall), office.today(), { isSure: true })
}

/** Words of notes: each a character of its own. */
const FIRST_WORD = 0x4e00
const WORDS = 20_000

/** What somebody types into a section. */
interface Typed {
  readonly section: string
  readonly change: UncheckedChange
}

/** The staff of a county. */
export function createStaff(world: World, chance: Chance): Staff {
  const told: Told[] = []
  const intents = createIntents(world)
  const tips = new Map<string, EntryHash>()
  let words = 0

  /** Store before you tell: what is answered must lie on that machine's disk already. */
  const tell = (machine: Machine, running: Running, hash: string, document: DocumentId) => {
    if (!running.process.alive) return
    if (!machine.disk.holds(hash))
      world.violation('M1', `${machine.name}: ${hash.slice(0, 12)} answered before it was stored`)
    told.push({ machine, hash, document })
  }

  /** A person hears that the disk fails only when it does, and where only a page is damaged, about that case alone. */
  const checkRefused = (machine: Machine, id: DocumentId, code: string, troubles: number) => {
    const { disk } = machine
    const isOthers = code === 'storage-damaged' && disk.ailments.damaged !== id && disk.ailments.damaged !== ''
    const isWell = code.startsWith('storage') && disk.troubles === troubles && isPristine(world, machine)
    if (isOthers || isWell) world.violation('M29', `${machine.name}: ${code} for ${id.slice(0, 8)}, whose disk is well`)
  }

  const open = async (machine: Machine, running: Running, actor: Actor) => {
    const item = running.engine.office.directory.items()[0]
    if (!item) return
    const opened = await running.engine.office.openCase(actor, item.id)
    if (!opened.ok || !running.process.alive) return
    const [row] = await machine.disk.storage.casesByNumber([opened.value.number])
    if (!row) return world.violation('M1', `${machine.name}: case ${opened.value.number} answered before it was stored`)
    const [place] = (await machine.disk.storage.placesOf([opened.value.id])).get(opened.value.id) ?? []
    if (place) told.push({ machine, hash: toHex(place.hash), document: opened.value.id })
  }

  const typing = new Set<Running>()

  /** One person at a time types at a running program; what is wanted is noted once it was answered as stored. */
  const edit = async (machine: Machine, running: Running, actor: Actor, id: DocumentId) => {
    if (typing.has(running)) return
    typing.add(running)
    try {
      await (chance.happens(0.25) ? write(machine, running, actor, id) : fill(machine, running, actor, id))
    } finally {
      typing.delete(running)
    }
  }
  const changed = async (machine: Machine, running: Running, actor: Actor, id: DocumentId, typed: Typed) => {
    const before = ownCount(machine)
    const { troubles } = machine.disk
    const edited = await running.engine.office.edit(actor, id, typed.section, typed.change)
    if (!edited.ok) checkRefused(machine, id, edited.problem.code, troubles)
    if (!edited.ok && edited.problem.code === 'storage-other') throw new StorageFailure('other', edited.problem.message)
    const isStored = edited.ok && edited.value.changed && running.process.alive
    if (isStored && ownCount(machine) <= before)
      world.violation('M1', `${machine.name}: an edit was answered before it was stored`)
    return isStored
  }
  const fill = async (machine: Machine, running: Running, actor: Actor, id: DocumentId) => {
    words += 1
    const section = chance.pick(['application', 'application', 'materials', 'nonsense'])
    const key = `k${chance.below(4)}`
    const value = section === 'materials' ? { state: 'copy', copies: words % 900 } : `w${words}`
    const change = chance.happens(0.15) ? { remove: [key] } : { set: { [key]: value } }
    const seen = intents.seenBy(machine, id)
    const wanted = 'set' in change ? JSON.stringify(sorted(value)) : undefined
    const answered = intents.ask({ document: id, section, key, value: wanted })
    if (!(await unlessUnknown(changed(machine, running, actor, id, { section, change }), answered))) return
    await intents.note(machine, seen, { document: id, section, key, value: wanted })
  }
  /** Each word of a note is one character that nobody else writes, so that none is ever half deleted. */
  const write = async (machine: Machine, running: Running, actor: Actor, id: DocumentId) => {
    const viewed = await running.engine.office.view(actor, id)
    if (!viewed.ok || !running.process.alive) return
    const present = String(viewed.value.sections.find(({ name }) => name === 'office-note')?.value ?? '')
    words += 1
    const word = String.fromCodePoint(FIRST_WORD + (words % WORDS))
    const clears = chance.happens(0.1)
    const seen = intents.seenBy(machine, id)
    const text = clears ? '' : `${present}${word}`
    const answered = intents.ask({ document: id, section: 'office-note', key: { text }, value: undefined })
    const change = { section: 'office-note', change: { text } }
    if (!(await unlessUnknown(changed(machine, running, actor, id, change), answered))) return
    // What came between reading and writing is deleted as well: the person saw a text without it.
    const struck = [...intents.of(id, 'office-note').keys()].filter((known) => !text.includes(known))
    const now = intents.seenBy(machine, id)
    for (const key of struck)
      if (now.of('office-note', key).size > 0)
        await intents.note(machine, now, { document: id, section: 'office-note', key, value: undefined })
    if (!clears) await intents.note(machine, seen, { document: id, section: 'office-note', key: word, value: word })
  }

  const act = async (machine: Machine, running: Running, actor: Actor, id: DocumentId) => {
    const { office } = running.engine
    const viewed = await office.view(actor, id)
    if (!viewed.ok || !running.process.alive) return
    const { state } = viewed.value
    const stale = tips.get(`${machine.name}/${id}`)
    tips.set(`${machine.name}/${id}`, state.tip)
    const { kind, fields } = chooseAct(
      viewed.value,
      world.stations.map(({ id }) => id),
      chance,
    )
    const expects = chance.happens(0.3) ? (chance.happens(0.2) ? stale : state.tip) : undefined
    const { troubles } = machine.disk
    const askedAt = world.timeline.now
    const acted = await office.act(actor, id, kind, fields, expects, markFor(viewed.value, kind, fields))
    if (!acted.ok && acted.problem.code !== 'storage-damaged') checkRefused(machine, id, acted.problem.code, troubles)
    if (!acted.ok) return
    tell(machine, running, acted.value.hash, id)
    if (running.process.alive) await checkAges(world, machine, { id, kind, hash: acted.value.hash, askedAt })
  }

  /** Marks the first cases of a station that may be marked with the kind that an older program does not know. */
  const mark = async (machine: Machine) => {
    const { running } = machine
    if (!running) return
    const actor = actorOf(world, machine)
    const { rows } = await machine.disk.storage.cases({ holders: [machine.station], limit: 20 })
    for (const { id } of rows) {
      if (!running.process.alive) return
      const askedAt = world.timeline.now
      const acted = await running.engine.office.act(actor, id, LATER_KIND, FIELDS[LATER_KIND])
      if (!acted.ok || !running.process.alive) continue
      tell(machine, running, acted.value.hash, id)
      await checkAges(world, machine, { id, kind: LATER_KIND, hash: acted.value.hash, askedAt })
    }
  }

  const refused = new Set<string>()
  /** A notice that opens a part by an item which does not exist: what it had staged before goes with it. */
  const inviteInVain = async (running: Running, actor: Actor, id: DocumentId, to: StationCode) => {
    const content = `会办${refused.size + 1}`
    const invited = await running.engine.office.act(actor, id, 'invited', {
      ...FIELDS.invited,
      to,
      content,
      item: 'NO-SUCH',
    })
    if (!invited.ok) refused.add(content)
  }
  /** Requests of several people gather while the first of them is being committed. */
  const burst = async (machine: Machine, die: Chance) => {
    const { running } = machine
    if (!running || typing.has(running)) return
    typing.add(running)
    const actor = actorOf(world, machine)
    try {
      const { rows } = await machine.disk.storage.cases({ limit: 50 })
      if (!running.process.alive) return
      const few = rows.filter(() => die.happens(0.4)).slice(0, 4)
      const asked = few.map(async ({ id }) => {
        const what = die.next()
        if (what < 0.2) return inviteInVain(running, actor, id, die.pick(world.stations).id)
        return what < 0.4 ? act(machine, running, actor, id) : fill(machine, running, actor, id)
      })
      if (die.happens(0.5) || few.length === 0) asked.push(open(machine, running, actor))
      const ends = await Promise.allSettled(asked)
      for (const end of ends) if (end.status === 'rejected') unlessDisk(end.reason)
    } finally {
      typing.delete(running)
    }
  }

  const bursts = chance.branch('bursts')
  return {
    told,
    intents,
    refused,
    work: (machine) => workAt(machine, bursts),
    mark: (machine) => void mark(machine).catch(unlessDisk),
    burst: (machine) => void burst(machine, bursts).catch(unlessDisk),
    workOnce: () => workAt(chance.pick(world.machines), chance),
  }

  function workAt(machine: Machine, chance: Chance): void {
    const { running } = machine
    if (!running) return
    // At the hall somebody else signs beside the first.
    const isSecond = machine === rootOf(world) && chance.happens(0.3)
    const actor = isSecond ? secondAt(world, machine) : actorOf(world, machine)
    const what = chance.next()
    void (async () => {
      if (what > 0.95 && machine === rootOf(world)) await confirmDay(world)
      const { rows } = await machine.disk.storage.cases({ limit: 50 })
      if (!running.process.alive) return
      // What waits to be signed for is seen first, wherever in the county it comes from.
      const waiting = rows.filter(({ offeredTo }) => offeredTo === machine.station)
      if (waiting.length > 0 && chance.happens(0.5)) return act(machine, running, actor, chance.pick(waiting).id)
      const row = rows.length === 0 ? undefined : rows[Math.min(chance.below(rows.length), chance.below(rows.length))]
      if (!row || what < 0.15) return open(machine, running, actor)
      return what < 0.5 ? edit(machine, running, actor, row.id) : act(machine, running, actor, row.id)
    })().catch(unlessDisk)
  }
}

/** An answer came, unless a disk failed in a way that does not tell whether it has kept what was asked for. */
async function unlessUnknown<Of>(asked: Promise<Of>, answered: () => void): Promise<Of> {
  try {
    const answer = await asked
    answered()
    return answer
  } catch (problem) {
    if (!(problem instanceof StorageFailure) || problem.fault !== 'other') answered()
    throw problem
  }
}

/** A record with its keys in order, so that equal ones are equal as text. */
export const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
    : value

const ownCount = (machine: Machine): number => {
  let count = 0
  for (const [log, hashes] of machine.disk.held) if (log.startsWith(machine.identity.node)) count += hashes.length
  return count
}

/** Mostly what the page offers, sometimes anything at all. */
export function chooseAct(view: CaseView, stations: readonly StationCode[], chance: Chance) {
  const allowed = view.acts.filter((offer) => offer.allowed && (offer.kind !== 'reassigned' || chance.happens(0.15)))
  const invited = allowed.find(({ kind }) => kind === 'invited')
  const natural = chance.happens(0.4) ? allowed[0] : chance.pick(allowed)
  const offer = invited && chance.happens(0.3) ? invited : chance.happens(0.9) ? natural : undefined
  const kind = offer?.kind ?? chance.pick(FACT_KINDS)
  const target = offer && view.targets.length > 0 ? chance.pick(view.targets).id : chance.pick(stations)
  const subject = offer?.subject ?? chance.pick(view.state.story).hash
  const fields = fieldsOf(kind, target, subject, chance)
  // Some notices open a part of their own, so that two cases come into being with one commit.
  return { kind, fields: kind === 'invited' && chance.happens(0.5) ? { ...fields, item: view.state.item } : fields }
}

/** Whom an act asks to sign beside its author: somebody of the hall. */
const askedIn = (kind: FactKind): Record<string, FieldValue> =>
  Object.fromEntries(
    fieldsOfKind(kind, ({ signs, asked }) => signs !== undefined && asked !== 'late').map((name) => [
      name,
      secondOf(COUNTY),
    ]),
  )

function fieldsOf(kind: FactKind, to: StationCode, subject: EntryHash, chance: Chance): Record<string, FieldValue> {
  switch (kind) {
    case 'captured':
    case 'received':
      return { applicant: '王秀英', idNumber: '11010519491231002X', phone: '13800000000', materials: 3 }
    case 'offered':
      return { to, materials: 3 }
    case 'reassigned':
      return { to, reason: '节点失联' }
    case 'taken':
      return { materials: 3 }
    case 'retracted':
    case 'declined':
      return { reason: '材料不符' }
    case 'decided':
      return chance.happens(0.7)
        ? { result: 'granted', opinion: '同意' }
        : { result: 'refused', opinion: '不同意', reasons: '不符合条件' }
    case 'delivered':
      return { recipient: '王秀英' }
    case 'adopted':
      return { fact: subject }
    case 'dismissed':
      return { fact: subject, reason: '重复' }
    case 'noted':
      return { text: '已电话联系' }
    case 'opened':
      return { number: 'n', item: 'SL0001', itemVersion: 1 }
    case 'invited':
      return { ...FIELDS.invited, to }
    default:
      return 'fact' in FACTS[kind].fields ? { ...FIELDS[kind], fact: subject } : { ...FIELDS[kind], ...askedIn(kind) }
  }
}
