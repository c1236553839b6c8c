/** Members that sign lies: two versions of their log, entries of the largest size, days nobody lives to see. */

import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, isCaseId, type LogKey } from '#protocol/ids.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type Draft, type EntryRecord, encodeContent, KIND } from '#protocol/log/entry.ts'
import { decodePack, encodePack, packable, runsOf } from '#protocol/log/pack.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import { LARGEST_ENTRY } from '../author-limits.ts'
import type { Chance } from '../chance.ts'
import { copy, scrap, start } from '../machines.ts'
import type { Machine, World } from '../world.ts'
import { children, type Faults, SECOND, some } from './fault.ts'

/** The last millisecond a date can name. */
const LATEST_TIME = 8.64e15

const keyOf = (machine: Machine) => machine.identity.keys.privateKey

/** What a liar says: bytes that are no fact, an edit or a note about a case, at any time, as large as the door lets in. */
function lie(machine: Machine, document: DocumentId, seq: number, chance: Chance, isLong = false): Draft {
  const small = chance.bytes(chance.between(0, 40))
  const draft: Draft = {
    kind: chance.pick([KIND.fact, KIND.edit, KIND.carried, KIND.kept, KIND.attachment, 99]),
    document,
    person: '',
    station: machine.station,
    time: chance.pick([0, LATEST_TIME, 1_789_948_800_000]),
    clockOffset: chance.pick([null, 0, 4_000_000_000_000]),
    catalogueVersion: 1,
    calendarVersion: 0,
    payload: small,
  }
  if (!isLong && chance.happens(0.5)) return draft
  const frame = recordBytes({ seq, signature: new Uint8Array(64), content: encodeContent(draft) })
  // Two bytes more for the length of a payload that needs three to be told.
  return { ...draft, payload: new Uint8Array(LARGEST_ENTRY() - frame + small.length - 2).fill(120) }
}

const recordBytes = (record: EntryRecord): number => packable('' as LogKey, record).bytes.length

/** What is lied about, where it is not drawn. */
interface Lies {
  readonly documents?: readonly DocumentId[]
  readonly isLong?: boolean
  /** What is said, where it is none of the lies about cases. */
  readonly drafts?: readonly Draft[]
}

/** Writes some lies behind a height of a log that the machine writes, on its disk alone, signed with its key. */
export async function writeLies(
  world: World,
  machine: Machine,
  log: LogKey,
  height: number,
  chance: Chance,
  about: Lies = {},
): Promise<void> {
  const { disk } = machine
  const all = () => [...new Set([...world.ledger.entries.values()].map(({ document }) => document))].filter(isCaseId)
  const documents = about.documents ?? all()
  const { heads, arrival } = await disk.storage.load()
  const head = heads.find(({ key }) => key === log)
  const before = height === 0 ? GENESIS : hashBytes(disk.held.get(log)?.[height - 1])
  if (!head || !before || (documents.length === 0 && !about.drafts)) return
  const { sign } = world.keyring.cryptography(async (work) => work())
  const records: { record: EntryRecord; hash: Uint8Array; document: DocumentId }[] = []
  let previous = before
  const count = about.drafts?.length ?? chance.between(1, 4)
  for (let seq = height + 1; seq <= height + count; seq++) {
    const draft = about.drafts?.[seq - height - 1] ?? lie(machine, chance.pick(documents), seq, chance, about.isLong)
    const { document } = draft
    const content = encodeContent(draft)
    const hash = entryHash(sha256, log, previous, { seq, signature: null, content }).slice()
    records.push({ record: { seq, signature: await sign(keyOf(machine), hash), content }, hash, document })
    previous = hash
  }
  for (const [index, one] of records.entries()) {
    const bytes = encodePack([packable(log, one.record)])
    const [packed] = decodePack(bytes) ?? []
    const [run] = runsOf(packed ? [packed] : [])
    if (!packed || !run) return
    const { offset, length } = packed
    const first = index === 0 ? before : (records[index - 1]?.hash as Uint8Array)
    await disk.commit({
      ...NO_CHANGE,
      cuts: index === 0 && height < head.height ? [{ log, height }] : [],
      packs: [{ arrival: arrival + 1 + index, bytes, runs: [{ ...run, before: first }] }],
      places: [
        {
          document: one.document,
          places: [{ arrival: arrival + 1 + index, offset, length, log, seq: one.record.seq, hash: one.hash }],
        },
      ],
      heads: [
        {
          ...head,
          height: one.record.seq,
          hash: one.hash,
          parentHeight: Math.min(head.parentHeight, height),
          rootHeight: Math.min(head.rootHeight, height),
        },
      ],
    })
  }
}

const hashBytes = (hex: string | undefined): Uint8Array | undefined =>
  hex === undefined ? undefined : Uint8Array.from(Buffer.from(hex, 'hex'))

export const AUTHOR_FAULTS: Faults = {
  liar(world, chance) {
    const honest = children(world).filter(
      ({ name, station }) => station.length === 12 && !world.machines.some((other) => other.name === `${name}'`),
    )
    some(chance, honest, (machine) => {
      void (async () => {
        const liar = await copy(world, machine, 'image')
        liar.passing = true
        const logs = [...liar.disk.held].filter(([log]) =>
          log.startsWith(`${machine.identity.node}/${machine.running?.engine.incarnation}/`),
        )
        if (logs.length > 0) {
          const [log, held] = chance.pick(logs)
          await writeLies(world, liar, log, Math.max(0, held.length - chance.below(4)), chance)
        }
        await start(world, liar)
        world.timeline.after(chance.between(20 * SECOND, 90 * SECOND), () => scrap(world, liar))
      })()
    })
  },
}
