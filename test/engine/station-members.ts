/** Records of stations as tests write them, and a member that writes any. */
import type { Absence, Consultation, Handover, StationRecord } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { documentOf } from '#protocol/engine/directory/record-reading.ts'
import { type DocumentId, type PersonId, type StationCode, streamOf } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { COUNTY, type Node, person, publish, receiptsAt, TOWNSHIP, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

export const agent = person(VILLAGE, ['agent'])
export const coordinator = person(COUNTY, ['coordinator'])
const day = (text: string) => text as Day

export const absence = (station: StationCode, id: string, changes: Partial<Absence> = {}): Absence => ({
  type: 'absence',
  id: `${station}.${id}`,
  version: 1,
  station,
  person: agent.person,
  from: day('2026-11-20'),
  until: day('2026-11-25'),
  reason: '住院',
  where: '',
  substitute: null,
  ended: false,
  ...changes,
})

export const consultation = (station: StationCode, id: string, changes: Partial<Consultation> = {}): Consultation => ({
  type: 'consultation',
  id: `${station}.${id}`,
  version: 1,
  station,
  first: agent.person,
  person: agent.person,
  asked: 1_795_000_000_000,
  asker: '王芳',
  phone: '',
  matter: '怎样办理高龄津贴',
  offeredTo: null,
  answer: '',
  answered: null,
  ...changes,
})

export const handover = (station: StationCode, id: string, changes: Partial<Handover> = {}): Handover => ({
  type: 'handover',
  id: `${station}.${id}`,
  version: 1,
  station,
  from: agent.person,
  to: 'p2' as PersonId,
  time: 1_795_000_000_000,
  reason: '调动',
  cases: ['A1'],
  taken: null,
  ...changes,
})

export const draftOf = (station: StationCode, record: object, document: DocumentId) =>
  draft(station, { kind: KIND.directory, document, payload: new TextEncoder().encode(JSON.stringify(record)) })

/** A member of the township's station that writes whatever it likes; its frames are counted from 1 on each link. */
export async function attacker(root: Node, station = TOWNSHIP) {
  const raw = new RawNode(station)
  await publish(root, [raw.record(root.identity.node, 9)])
  await raw.link(root)
  let frames = 0
  return {
    raw,
    async write(...records: readonly StationRecord[]) {
      const drafts = records.map((record) => draftOf(station, record, documentOf(record)))
      raw.send(frameOf(await raw.write(streamOf(station), drafts)))
      frames += 1
      await raw.stored(frames)
    },
  }
}

export const reasonsAt = async (node: Node, record: StationRecord) =>
  (await receiptsAt(node, documentOf(record))).map(({ outcome, reason }) => `${outcome} ${reason}`)

export const absencesOf = (node: Node, station: StationCode) =>
  node.engine.office.directory.absences().filter((one) => one.station === station)
