/** The workload without the waiting: the very entries, packs and rows the Office would write, made directly. */
import { type KeyObject, sign } from 'node:crypto'
import { decodeFact, encodeFact, type Fact, type FactEntry, type Seal } from '#protocol/casework/facts/facts.ts'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { type DocumentSeries, mintDocumentNumber, seriesOf } from '#protocol/casework/identity/document-numbers.ts'
import { drawLane, lettersOf } from '#protocol/casework/identity/lanes.ts'
import type { Register } from '#protocol/casework/register.ts'
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { emptyFile } from '#protocol/engine/cases/case-file.ts'
import { CASE_RANDOM_BYTES, caseIdIn } from '#protocol/engine/cases/case-id.ts'
import { rowOf } from '#protocol/engine/cases/case-row.ts'
import { randomBelow } from '#protocol/engine/logs/logs.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { Host, KeyPair } from '#protocol/engine/ports/host.ts'
import { type CaseRow, type Change, NO_CHANGE, type Place, type StoredPack } from '#protocol/engine/ports/storage.ts'
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
  /** Machines that its station had before. */
  readonly predecessors: number
  readonly agent: Actor
  readonly parent: StationCode
  readonly catalogueVersion: number
  readonly calendarVersion: number
  itemVersion(item: string): number
  /** Short name of the organ in document numbers. */
  readonly organ: string
  /** What decides the meaning of facts: rows are folded, not written down by hand. */
  readonly register: Register
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
  readonly digests: Pick<Seal, 'digest' | 'content'>
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
  #drawn: number | undefined
  /** Time of the newest entry. */
  #time = 0
  #pending: { readonly packable: Packable; readonly placing: Placing }[] = []
  #pendingBytes = 0
  readonly #made = new Map<string, SectionMade>()
  #pendingBefore: Uint8Array = GENESIS
  #packs: StoredPack[] = []
  #places = new Map<DocumentId, Place[]>()
  #rows: CaseRow[] = []

  /** @param arrival the newest arrival number of the database the changes go to */
  constructor(author: Author, arrival: number) {
    this.author = author
    this.arrival = arrival
    const { node, incarnation, agent } = author
    this.log = logKey({ node, incarnation, stream: streamOf(agent.station) })
  }

  /** Drawn at the first number, as the office draws it. */
  get #lane(): number {
    const { host, incarnation, predecessors } = this.author
    this.#drawn ??= drawLane(new Set([incarnation]), predecessors, (bound) => randomBelow(host, bound))
    return this.#drawn
  }

  get height(): number {
    return this.#height
  }

  /** Writes one case; the last row of the change names it. */
  write(index: number): CaseRow {
    const { author } = this
    const { host, agent } = author
    const day = civilDay(host.now())
    this.#running += 1
    const number = mintNumber({ station: agent.station, day, lane: this.#lane, running: this.#running })
    const { sha256 } = host.cryptography
    const id = caseIdIn(sha256, streamOf(agent.station), host.random(CASE_RANDOM_BYTES))
    const item = itemOf(index)
    const facts: FactEntry[] = []
    const write = (fact: Fact) => {
      facts.push(this.#fact(id, fact))
      return (facts.at(-1) as FactEntry).hash
    }
    const itemVersion = author.itemVersion(item)
    let tip = write({ kind: 'opened', previous: null, fields: { number, item, itemVersion } })
    const variant = author.signed ? index : index % FORMS
    const hashes = () => materialsOf(() => toHex(host.random(32)))
    const seals = [
      this.#edit(id, 'application', variant, () => applicationOf(variant)),
      this.#edit(id, 'materials', variant, hashes),
    ]
    for (const { kind, fields } of factsOf(index, author.parent)) {
      const { applicant, idNumber, phone } = applicationOf(index)
      const all =
        kind === 'captured' ? { ...fields, applicant, idNumber, phone, seals, document: this.#receipt(day) } : fields
      const guarded = kind !== 'noted'
      const hash = write({ kind, previous: guarded ? tip : null, fields: all } as Fact)
      if (guarded) tip = hash
    }
    const row = rowOf({ ...emptyFile(id), facts }, author.register)
    if (row === undefined) throw new Error('the workload opens its cases')
    this.#rows.push(row)
    return row
  }

  /** Everything written since the last call, as one commit. */
  change(): Change {
    this.#flush()
    const parentHeight = this.author.safe ? this.#height : 0
    const head = { key: this.log, height: this.#height, hash: this.#hash, parentHeight, rootHeight: parentHeight }
    const change = {
      ...NO_CHANGE,
      packs: this.#packs,
      places: [...this.#places].map(([document, places]) => ({ document, places })),
      heads: [head],
      // A case's row names the pack that holds its last entry.
      cases: this.#rows.map((row) => ({ ...row, arrival: this.#places.get(row.id)?.at(-1)?.arrival ?? 0 })),
      local: this.author.packing === 'written' ? this.#locals() : [],
    }
    this.#packs = []
    this.#places = new Map()
    this.#rows = []
    return change
  }

  /** The running numbers that are committed with the cases. */
  #locals(): Change['local'] {
    const { agent, host } = this.author
    const day = civilDay(host.now())
    const lane = lettersOf(this.#lane)
    const value = String(this.#running)
    return [
      { space: 'running-number', key: `${agent.station}/${day}/${lane}`, value },
      { space: `number-lane ${agent.station} ${day.slice(0, 4)}`, key: lane, value: 'true' },
      { space: 'document-number', key: seriesOf(this.#series(day)), value },
    ]
  }

  /** The number of the receipt for what was captured, as the office gives it. */
  #receipt(day: Day): string {
    const number = mintDocumentNumber({ ...this.#series(day), running: this.#running })
    if (!number.ok) throw new Error(number.problem.message)
    return number.value
  }

  #series(day: Day): DocumentSeries {
    const { organ, agent } = this.author
    return { organ, paper: 'D01', year: Number(day.slice(0, 4)), station: agent.station, lane: this.#lane }
  }

  /** Writes a fact and answers how it is read back. */
  #fact(document: DocumentId, fact: Fact): FactEntry {
    const payload = encodeFact(fact)
    const hash = toHex(this.#append(KIND.fact, document, payload)) as EntryHash
    const { person, station } = this.author.agent
    const { catalogueVersion, calendarVersion } = this.author
    const place = { log: this.log, seq: this.#height, published: Math.max(catalogueVersion, calendarVersion) }
    return { hash, ...place, person, station, time: this.#time, clockOffset: null, fact: decodeFact(payload) }
  }

  #edit(document: DocumentId, section: SectionName, variant: number, set: () => Record<string, string | object>): Seal {
    const name = `${section} ${variant}`
    const made = this.#made.get(name) ?? this.#make(section, set())
    if (!this.author.signed) this.#made.set(name, made)
    this.#append(KIND.edit, document, encodeEdit({ section, update: made.update }))
    return { section, ...made.digests, frontier: { [this.log]: this.#height } }
  }

  /** The update and the seal's digests, made as the Office makes them. */
  #make(section: SectionName, set: Record<string, string | object>): SectionMade {
    const opened = openSection(section, [])
    if (!opened.ok) throw new Error(opened.problem.message)
    const { lease, incarnation, host } = this.author
    const change = { set: set as Record<string, string>, remove: [] }
    const changed = opened.value.change(clientIdOf(lease, incarnation), change)
    if (!changed.ok || !changed.value) throw new Error('the workload changes its sections')
    const { sha256 } = host.cryptography
    const digests = { digest: opened.value.digest(sha256), content: opened.value.contentDigest(sha256) }
    return { update: changed.value, digests }
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
      calendarVersion: this.author.calendarVersion,
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
