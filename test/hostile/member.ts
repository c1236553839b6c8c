/** A member of the county that means harm: its key is enrolled by a real code, its links are real, and it signs whatever it likes. */
import { loadKeys } from '#edge-node/identity.ts'
import { joinParent } from '#edge-node/join.ts'
import type { FactKind, Fields } from '#protocol/casework/facts/facts.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import {
  type DocumentId,
  type EntryHash,
  logKey,
  type NodeId,
  type PersonId,
  type StationCode,
  type StreamId,
  streamOf,
  toHex,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Draft, KIND } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { openWebSocket } from '#protocol/transport/web-socket.ts'
import type { NodeReport } from '#protocol/wire/messages.ts'
import { Author } from '#test/documents/authors.ts'
import { until } from '#test/engine/county.ts'
import { draft, factPayload, frameOf, RawNode } from '#test/engine/raw-node.ts'

/** The last millisecond that a program of the first release let through its door. */
const END_OF_TIME = 8.64e15

export class Member {
  readonly raw: RawNode
  readonly station: StationCode
  readonly #address: string
  readonly #lease: number
  #frames = 0

  constructor(raw: RawNode, address: string, lease: number) {
    this.raw = raw
    this.station = raw.station
    this.#address = address
    this.#lease = lease
  }

  /** A link that is live; frames are counted from here on. */
  async link(): Promise<void> {
    this.#frames = 0
    await this.raw.over(await openWebSocket(`${this.#address.replace('http', 'ws')}/link`))
  }

  /** A link on which a revoked node only delivers: nobody tells it a frontier. */
  async linkToDeliver(): Promise<void> {
    this.#frames = 0
    void this.raw.over(await openWebSocket(`${this.#address.replace('http', 'ws')}/link`)).catch(() => undefined)
    await until('let in', () => this.raw.ended || this.raw.received.some(({ type }) => type === 'proof'))
  }

  /**
   * Signs entries into the log of a stream and sends them, twenty to a pack; resolves when they are stored. When the link
   * is ended for them it begins another, as if it had never written them.
   */
  async write(drafts: readonly Draft[], stream: StreamId = streamOf(this.station)): Promise<'stored' | 'refused'> {
    const log = logKey({ node: this.raw.node, incarnation: 1, stream })
    const before = this.raw.heads.get(log)
    const packs: Packable[][] = []
    for (let from = 0; from < drafts.length; from += 20)
      packs.push(await this.raw.write(stream, drafts.slice(from, from + 20)))
    this.raw.send(frameOf(...packs))
    this.#frames += 1
    try {
      await this.raw.stored(this.#frames)
      return 'stored'
    } catch {
      if (before) this.raw.heads.set(log, before)
      else this.raw.heads.delete(log)
      await this.link()
      return 'refused'
    }
  }

  fact(
    document: DocumentId,
    kind: FactKind,
    fields: Fields,
    given: Partial<Draft> & { readonly previous?: EntryHash | null } = {},
  ): Draft {
    const { previous = null, ...rest } = given
    return draft(this.station, { document, payload: factPayload({ kind, previous, fields }), ...rest })
  }

  /** A case of its own station, act by act; each names the one before it. */
  async acts(document: DocumentId, person: string, steps: readonly (readonly [FactKind, Fields])[]): Promise<void> {
    const log = logKey({ node: this.raw.node, incarnation: 1, stream: streamOf(this.station) })
    let previous: EntryHash | null = null
    for (const [kind, fields] of steps) {
      const time = Date.parse('2026-11-20T09:00+08:00')
      const written = await this.write([
        this.fact(document, kind, fields, { previous, person: person as PersonId, time }),
      ])
      if (written === 'refused') throw new Error(`${kind} was refused`)
      previous = toHex(this.raw.heads.get(log)?.hash ?? new Uint8Array()) as EntryHash
    }
  }

  /** The id of a case that nobody has yet, in the station's own stream. */
  newCase = (): DocumentId => draft(this.station).document

  /** Cases of its own, with dates that no calendar has, and whether they were stored. */
  async farDates(person: string): Promise<{ readonly id: DocumentId; readonly outcome: 'stored' | 'refused' }[]> {
    const dates: Partial<Draft>[] = [
      { time: END_OF_TIME },
      { time: 0, clockOffset: Number.MIN_SAFE_INTEGER },
      { clockOffset: Number.MAX_SAFE_INTEGER },
      { catalogueVersion: Number.MAX_SAFE_INTEGER },
      { calendarVersion: Number.MAX_SAFE_INTEGER },
    ]
    const cases: { readonly id: DocumentId; readonly outcome: 'stored' | 'refused' }[] = []
    for (const [at, given] of dates.entries()) {
      const opened = this.fact(
        draft(this.station).document,
        'opened',
        { number: `x-${at}`, item: 'SL0001', itemVersion: 1 },
        { ...given, person: person as PersonId },
      )
      cases.push({ id: opened.document, outcome: await this.write([opened]) })
    }
    return cases
  }

  /** A record of what a station says of itself, under any id and with the highest version. */
  record(type: string, id: string, fields: object): Draft {
    const document = `${type}/${id}` as DocumentId
    const payload = new TextEncoder().encode(JSON.stringify({ type, id, version: LIMITS.recordVersion, ...fields }))
    return draft(this.station, { kind: KIND.directory, document, payload })
  }

  /** Another value into the form of a case, whoever holds it. */
  rewrite(document: DocumentId, values: Readonly<Record<string, string>>): Draft {
    const update = new Author('application', clientIdOf(this.#lease, 1)).change({ set: values, remove: [] })
    if (!update) throw new Error('nothing written')
    return draft(this.station, { kind: KIND.edit, document, payload: encodeEdit({ section: 'application', update }) })
  }

  /** Names so many streams and logs that nobody has, 200 in a message. */
  inventStreams(count: number): void {
    for (let from = 0; from < count; from += 200) {
      const streams = Array.from({ length: 200 }, (_, at) => String(100_000_000 + from + at) as StreamId)
      const logs = streams.map((stream) => ({
        log: logKey({ node: toHex(nodeHost.random(16)) as NodeId, incarnation: 1, stream }),
        height: 1,
        hash: nodeHost.random(8),
        root: 0,
      }))
      this.raw.send({ type: 'frontier', streams, logs })
    }
  }

  /** A frame of some KB that unpacks to a quarter of a gigabyte. */
  bomb(): void {
    this.raw.send({ type: 'entries', packed: nodeHost.compression.pack(new Uint8Array(256 * 1024 * 1024)) })
  }

  /** Entries of a kind that no program knows: 9 KB each on the disk, nothing on the wire. */
  unknown(count: number): Draft[] {
    return Array.from({ length: count }, () => draft(this.station, { kind: 1_000_000, payload: new Uint8Array(9_000) }))
  }

  /** Says how other nodes are. */
  forgeStatus(nodes: readonly NodeId[], report: Partial<NodeReport>): void {
    const all = nodes.map(
      (node): NodeReport => ({
        node,
        age: 0,
        connected: true,
        unsentEntries: 0,
        unsentCases: 0,
        version: '9.9.9',
        clockOffset: null,
        ...report,
      }),
    )
    this.raw.send({ type: 'status', nodes: all })
  }
}

/** Enrols a member below a parent and links it. */
export async function enrolMember(folder: string, parent: string, code: string, station: StationCode): Promise<Member> {
  const joined = await joinParent({ folder, parent, code, name: 'hostile' })
  if (!joined.ok) throw new Error(joined.problem.message)
  const keys = loadKeys(folder)
  if (!keys.ok) throw new Error(keys.problem.message)
  const member = new Member(new RawNode(station, keys.value), parent, joined.value.lease)
  await member.link()
  return member
}
