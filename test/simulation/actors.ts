/** People at work: agents, clerks, handlers and the coordinator, right and wrong, through the office of their machine. */
import type { Role } from '#protocol/casework/directory.ts'
import { FACT_KINDS, FACTS, type FactKind, type FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Actor, CaseView } from '#protocol/engine/office.ts'
import type { DocumentId, EntryHash, PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import { FIELDS } from '#test/casework/people.ts'
import type { Chance } from './chance.ts'
import type { Machine, Running, World } from './world.ts'

const ROLES: Readonly<Record<Tier, readonly Role[]>> = {
  village: ['agent'],
  township: ['clerk', 'handler'],
  county: ['clerk', 'handler', 'chief', 'coordinator'],
}

/** What people were told is stored: where, and which entry. */
export interface Told {
  readonly machine: Machine
  readonly hash: string
  readonly number?: string
}

export interface Staff {
  readonly told: Told[]
  /** One person does one thing somewhere. */
  workOnce(): void
}

const actorOf = (world: World, machine: Machine): Actor => {
  const station = world.stations.find(({ id }) => id === machine.station)
  const tier = station?.tier ?? 'village'
  return { person: `p${machine.station}` as PersonId, name: tier, station: machine.station, roles: ROLES[tier] }
}

export const personOf = actorOf

/** The staff of a county. */
export function createStaff(world: World, chance: Chance): Staff {
  const told: Told[] = []
  const tips = new Map<string, EntryHash>()
  let words = 0

  /** Store before you tell: what is answered must lie on that machine's disk already. */
  const tell = (machine: Machine, running: Running, hash: string) => {
    if (!running.process.alive) return
    if (!machine.disk.holds(hash))
      world.violation('M1', `${machine.name}: ${hash.slice(0, 12)} answered before it was stored`)
    told.push({ machine, hash })
  }

  const open = async (machine: Machine, running: Running, actor: Actor) => {
    const item = running.engine.office.directory.items()[0]
    if (!item) return
    const opened = await running.engine.office.openCase(actor, item.id)
    if (!opened.ok || !running.process.alive) return
    const row = (await machine.disk.memory.casesByNumber([opened.value.number]))[0]
    if (!row) return world.violation('M1', `${machine.name}: case ${opened.value.number} answered before it was stored`)
    const [place] = (await machine.disk.memory.placesOf([opened.value.id])).get(opened.value.id) ?? []
    if (place) told.push({ machine, hash: Buffer.from(place.hash).toString('hex'), number: opened.value.number })
  }

  const edit = async (machine: Machine, running: Running, actor: Actor, id: DocumentId) => {
    words += 1
    const text = `w${words}`
    const section = chance.pick(['application', 'application', 'materials', 'office-note', 'nonsense'])
    const key = `k${chance.below(4)}`
    const change =
      section === 'office-note'
        ? { text: `${'记'.repeat(chance.below(3))}${text}` }
        : section === 'materials'
          ? { set: { [key]: { state: 'copy', copies: words } } }
          : chance.happens(0.15)
            ? { remove: [key] }
            : { set: { [key]: text, applicant: text } }
    const before = ownCount(machine)
    const edited = await running.engine.office.edit(actor, id, section, change)
    if (edited.ok && edited.value.changed && running.process.alive && ownCount(machine) <= before)
      world.violation('M1', `${machine.name}: an edit was answered before it was stored`)
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
    const acted = await office.act(actor, id, kind, fields, expects)
    if (acted.ok) tell(machine, running, acted.value.hash)
  }

  return {
    told,
    workOnce() {
      const machine = chance.pick(world.machines)
      const { running } = machine
      if (!running) return
      const actor = actorOf(world, machine)
      const what = chance.next()
      void (async () => {
        const { rows } = await machine.disk.memory.cases({ limit: 50 })
        if (!running.process.alive) return
        // What waits to be signed for is seen first, wherever in the county it comes from.
        const waiting = rows.filter(({ offeredTo }) => offeredTo === machine.station)
        if (waiting.length > 0 && chance.happens(0.5)) return act(machine, running, actor, chance.pick(waiting).id)
        const row = rows.length === 0 ? undefined : rows[Math.min(chance.below(rows.length), chance.below(rows.length))]
        if (!row || what < 0.15) return open(machine, running, actor)
        return what < 0.5 ? edit(machine, running, actor, row.id) : act(machine, running, actor, row.id)
      })()
    },
  }
}

const ownCount = (machine: Machine): number => {
  let count = 0
  for (const [log, hashes] of machine.disk.held) if (log.startsWith(machine.identity.node)) count += hashes.length
  return count
}

/** Mostly what the page offers, sometimes anything at all. */
function chooseAct(view: CaseView, stations: readonly StationCode[], chance: Chance) {
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
      return 'fact' in FACTS[kind].fields ? { ...FIELDS[kind], fact: subject } : FIELDS[kind]
  }
}
