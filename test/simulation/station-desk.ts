/** What stations write of themselves beside their cases: who is away, who asked something, whose work goes to whom. */
import type { Absence, Consultation, Handover, StationRecord } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { documentOf } from '#protocol/engine/directory/record-reading.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { type DocumentId, type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import type { Chance } from './chance.ts'
import { entriesAbout } from './record-pen.ts'
import { unlessDisk } from './storage-faults.ts'
import { type Machine, type Running, rootOf, type World } from './world.ts'

/** A record of which a person was told that it is stored. */
export interface ToldRecord {
  readonly machine: Machine
  readonly document: DocumentId
  readonly hash: string
  readonly version: number
}

export interface StationDesk {
  readonly told: readonly ToldRecord[]
  /** One person writes what the station of a machine keeps of itself; a new record where a type is given. */
  keep(machine: Machine, type?: StationRecord['type']): void
  /** The same somewhere. */
  workOnce(): void
}

/** Whether people of this county write such records at all: the other counties keep their paths. */
export const keepsRecords = ({ chance }: Pick<World, 'chance'>): boolean => chance.branch('keeps records').happens(0.5)

/** A record with the id, the words and the person of somebody at a station. */
export function recordOf(
  type: StationRecord['type'],
  station: StationCode,
  name: string,
  words: string,
): StationRecord {
  const person = `p${station}` as PersonId
  const of = { id: `${station}.${name}`, version: 1, station }
  if (type === 'absence') {
    const days = { from: '2026-09-21' as Day, until: '2026-12-25' as Day }
    return { type, ...of, person, ...days, reason: words, where: '', substitute: null, ended: false } satisfies Absence
  }
  const to = `q${station}` as PersonId
  if (type === 'handover')
    return { type, ...of, from: person, to, time: 1, reason: words, cases: ['A1'], taken: null } satisfies Handover
  const asked = { asked: 1, asker: '王芳', phone: '', matter: words }
  const open = { offeredTo: null, answer: '', answered: null }
  return { type, ...of, first: person, person, ...asked, ...open } satisfies Consultation
}

/** The next thing that becomes of a record, in words nobody else uses. */
function goneOn(record: StationRecord, words: string): StationRecord {
  if (record.type === 'absence') return { ...record, where: words, ended: !record.ended }
  return record.type === 'handover'
    ? { ...record, reason: words, taken: (record.taken ?? 0) + 1 }
    : { ...record, answer: words, answered: (record.answered ?? 0) + 1 }
}

export const RECORD_TYPES = ['absence', 'consultation', 'handover'] as const

/** All records of stations that a program lists. */
export const listedBy = ({ engine }: Running): readonly StationRecord[] => {
  const { directory } = engine.office
  return [...directory.absences(), ...directory.consultations(), ...directory.handovers()]
}

/** People who keep the records of the stations of a county. */
export function createStationDesk(world: World, chance: Chance): StationDesk {
  const told: ToldRecord[] = []
  let count = 0

  /** Store before you tell: what is answered lies on that machine's disk, as it was asked for. */
  const tell = async (machine: Machine, running: Running, record: StationRecord) => {
    const document = documentOf(record)
    const wanted = JSON.stringify({ ...record, version: 0 })
    const own = (await entriesAbout(machine.disk.storage, [document])).filter(
      ({ entry, record: said }) =>
        entry.kind === KIND.directory &&
        entry.log.startsWith(machine.identity.node) &&
        JSON.stringify({ ...said, version: 0 }) === wanted,
    )
    const last = own.at(-1)
    if (!running.process.alive) return
    if (!last) return world.violation('M1', `${machine.name}: ${document} was answered before it was stored`)
    told.push({ machine, document, hash: toHex(last.entry.hash), version: last.record?.version ?? 0 })
  }

  const keep = async (machine: Machine, running: Running, type?: StationRecord['type']) => {
    // The county may write what any station says of itself.
    const isCountys = machine === rootOf(world) && chance.happens(0.4)
    const station = isCountys ? chance.pick(world.stations).id : machine.station
    const listed = listedBy(running).filter((record) => record.station === station)
    count += 1
    const words = `事${count}`
    const isNew = type !== undefined || listed.length === 0 || chance.happens(0.4)
    const record = isNew
      ? recordOf(type ?? chance.pick(RECORD_TYPES), station, `${count}`, words)
      : goneOn(chance.pick(listed), words)
    const actor: Actor = { person: `p${machine.station}` as PersonId, name: '', station: machine.station, roles: [] }
    const kept = await running.engine.office.keepRecord(actor, record)
    if (kept.ok && running.process.alive) await tell(machine, running, record)
  }
  const keepAt = (machine: Machine, type?: StationRecord['type']) => {
    const { running } = machine
    if (running) void keep(machine, running, type).catch(unlessDisk)
  }
  return { told, keep: keepAt, workOnce: () => keepAt(chance.pick(world.machines)) }
}
