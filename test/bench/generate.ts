/** The workload without the waiting: the very entries, packs and rows the Office would write, made directly. */
import { type KeyObject, sign } from 'node:crypto'
import { encodeFact, type Fact, type Seal } from '#protocol/casework/facts.ts'
import { civilDay } from '#protocol/casework/days.ts'
import { mintNumber } from '#protocol/casework/numbers.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { CASE_RANDOM_BYTES, caseIdIn } from '#protocol/engine/case-id.ts'
import type { Host, KeyPair } from '#protocol/engine/host.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { type CaseRow, type Change, NO_CHANGE, type Place, type StoredPack } from '#protocol/engine/storage.ts'
import {
  type DocumentId,
  type EntryHash,
  type LogKey,
  logKey,
  type NodeId,
  type StationCode,
  streamOf,
  toHex,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, encodeContent, KIND } from '#protocol/log/entry.ts'
import { decodePack, encodePack, type Packable, packable } from '#protocol/log/pack.ts'
import { applicationOf, factsOf, itemOf, materialsOf } from './workload.ts'

/** Who writes, where, and how it is to lie on the disk. */
export interface Author {
  readonly host: Host
  readonly node: NodeId
  readonly keys: KeyPair
  readonly lease: number
  readonly incarnation: number
  readonly agent: Actor
  readonly parent: StationCode
  readonly catalogueVersion: number
  itemVersion(item: string): number
  /** `written`: each entry lies in a pack of its own. `received`: packs are full, as a link brings them. */
  readonly packing: 'written' | 'received'
  /**
   * False for databases whose entries are never verified again: signatures are then filling bytes of the same size,
   * and forms repeat after FORMS cases. Making a hundred thousand cases would otherwise take longer than measuring.
   */
  readonly signed: boolean
  /** Whether parent and root hold everything. */
  readonly safe: boolean
}

const FORMS = 500

interface SectionMade {
  readonly update: Uint8Array
  readonly digest: string
}

interface Placing {
  readonly document: DocumentId
  readonly seq: number
  readonly hash: Uint8Array
}

/** Appends cases to one log; every call of {@link Generator.change} hands over what was written since the last. */
export class Generator {
  readonly author: Author
  readonly log: LogKey
  arrival: number
  #height = 0
  #hash: Uint8Array = GENESIS
  #running = 0
  /** Time of the newest entry. */
  #time = 0
  #pending: { readonly packable: Packable; readonly placing: Placing }[] = []
  #pendingBytes = 0
  readonly #made = new Map<string, SectionMade>()
  #pendingBefore: Uint8Array = GENESIS
  #packs: StoredPack[] = []
  #places = new Map<DocumentId, Place[]>()
  #rows: Omit<CaseRow, 'arrival'>[] = []

  /** @param arrival the newest arrival number of the database the changes go to */
  constructor(author: Author, arrival: number) {
    this.author = author
    this.arrival = arrival
    const { node, incarnation, agent } = author
    this.log = logKey({ node, incarnation, stream: streamOf(agent.station) })
  }

  get height(): number {
    return this.#height
  }

  /** Writes one case; the last row of the change names it. */
  write(index: number): Omit<CaseRow, 'arrival'> {
    const { author } = this
    const { host, agent } = author
    const day = civilDay(host.now())
    this.#running += 1
    const number = mintNumber({ station: agent.station, day, incarnation: author.incarnation, running: this.#running })
    const { sha256 } = host.cryptography
    const id = caseIdIn(sha256, streamOf(agent.station), host.random(CASE_RANDOM_BYTES))
    const item = itemOf(index)
    let tip = this.#fact(id, {
      kind: 'opened',
      previous: null,
      fields: { number, item, itemVersion: author.itemVersion(item) },
    })
    const openedAt = this.#time
    let offeredAt = openedAt
    const variant = author.signed ? index : index % FORMS
    const form = applicationOf(variant)
    const hashes = () => materialsOf(() => toHex(host.random(32)))
    const seals = [this.#edit(id, 'application', variant, () => form), this.#edit(id, 'materials', variant, hashes)]
    for (const { kind, fields } of factsOf(index, author.parent)) {
      const { applicant, idNumber, phone } = form
      const all = kind === 'captured' ? { ...fields, applicant, idNumber, phone, seals } : fields
      const guarded = kind !== 'noted'
      const hash = this.#fact(id, { kind, previous: guarded ? tip : null, fields: all } as Fact)
      if (guarded) tip = hash
      if (kind === 'offered') offeredAt = this.#time
    }
    const row = {
      id,
      number,
      item,
      applicant: form.applicant ?? '',
      idNumber: form.idNumber ?? '',
      phone: form.phone ?? '',
      stage: '10',
      home: agent.station,
      holder: agent.station,
      offeredTo: author.parent,
      offeredAt,
      epoch: 1,
      openedAt,
      changedAt: this.#time,
      aside: 0,
      forked: false,
      due: null,
      dueClock: '' as const,
      exceeded: false,
      paused: false,
      assignee: '' as const,
      master: '' as const,
      kinds: [],
      receivedOn: null,
      acceptedOn: null,
      wake: null,
    }
    this.#rows.push(row)
    return row
  }

  /** Everything written since the last call, as one commit. */
  change(): Change {
    this.#flush()
    const parentHeight = this.author.safe ? this.#height : 0
    const head = { key: this.log, height: this.#height, hash: this.#hash, parentHeight, rootHeight: parentHeight }
    const { station } = this.author.agent
    const key = `${station}/${civilDay(this.author.host.now())}/${this.author.incarnation}`
    const change = {
      ...NO_CHANGE,
      packs: this.#packs,
      places: [...this.#places].map(([document, places]) => ({ document, places })),
      heads: [head],
      // A case's row names the pack that holds its last entry.
      cases: this.#rows.map((row) => ({ ...row, arrival: this.#places.get(row.id)?.at(-1)?.arrival ?? 0 })),
      local: this.author.packing === 'written' ? [{ space: 'running-number', key, value: String(this.#running) }] : [],
    }
    this.#packs = []
    this.#places = new Map()
    this.#rows = []
    return change
  }

  #fact(document: DocumentId, fact: Fact): EntryHash {
    return toHex(this.#append(KIND.fact, document, encodeFact(fact))) as EntryHash
  }

  #edit(document: DocumentId, section: SectionName, variant: number, set: () => Record<string, string | object>): Seal {
    const name = `${section} ${variant}`
    const made = this.#made.get(name) ?? this.#make(section, set())
    if (!this.author.signed) this.#made.set(name, made)
    this.#append(KIND.edit, document, encodeEdit({ section, update: made.update }))
    return { section, digest: made.digest, frontier: { [this.log]: this.#height } }
  }

  /** The update and the seal's digest, made as the Office makes them. */
  #make(section: SectionName, set: Record<string, string | object>): SectionMade {
    const opened = openSection(section, [])
    if (!opened.ok) throw new Error(opened.problem.message)
    const { lease, incarnation, host } = this.author
    const change = { set: set as Record<string, string>, remove: [] }
    const changed = opened.value.change(clientIdOf(lease, incarnation), change)
    if (!changed.ok || !changed.value) throw new Error('the workload changes its sections')
    const made = { update: changed.value, digest: opened.value.digest(host.cryptography.sha256) }
    opened.value.close()
    return made
  }

  #append(kind: number, document: DocumentId, payload: Uint8Array): Uint8Array {
    const { host, agent, catalogueVersion, keys, signed, packing } = this.author
    const { person, station } = agent
    this.#time = host.now()
    const draft = {
      kind,
      document,
      person,
      station,
      time: this.#time,
      clockOffset: null,
      catalogueVersion,
      calendarVersion: 0,
    }
    const content = encodeContent({ ...draft, payload })
    const unsigned: EntryRecord = { seq: this.#height + 1, signature: null, content }
    const before = this.#hash
    const hash = entryHash(host.cryptography.sha256, this.log, before, unsigned)
    const signature = signed
      ? new Uint8Array(sign(null, hash, keys.privateKey as KeyObject))
      : new Uint8Array([...hash, ...hash])
    const one = packable(this.log, { ...unsigned, signature })
    const limit = packing === 'written' ? 0 : LIMITS.packBytes
    if (this.#pendingBytes + one.bytes.length > limit) this.#flush()
    if (this.#pending.length === 0) this.#pendingBefore = before
    this.#pending.push({ packable: one, placing: { document, seq: unsigned.seq, hash } })
    this.#pendingBytes += one.bytes.length
    this.#height = unsigned.seq
    this.#hash = hash
    return hash
  }

  #flush(): void {
    const [first] = this.#pending
    const last = this.#pending.at(-1)
    if (!first || !last) return
    this.arrival += 1
    const { arrival, log } = this
    const bytes = encodePack(this.#pending.map((one) => one.packable))
    const records = decodePack(bytes) ?? []
    const runs = [{ log, first: first.placing.seq, last: last.placing.seq, before: this.#pendingBefore }]
    this.#packs.push({ arrival, bytes, runs })
    for (const [index, { placing }] of this.#pending.entries()) {
      const { offset, length } = records[index] as { offset: number; length: number }
      const { document, seq, hash } = placing
      const place: Place = { log, seq, hash, offset, length, arrival }
      const list = this.#places.get(document)
      if (list) list.push(place)
      else this.#places.set(document, [place])
    }
    this.#pending = []
    this.#pendingBytes = 0
  }
}
