/** Another version of a node's own log, made with its key and told by a child that may say what it likes. */
import { COUNTY_STREAM, type DocumentId, type LogKey, type LogParts, logKey, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, encodeContent, KIND } from '#protocol/log/entry.ts'
import { decodePack, encodePack, packable } from '#protocol/log/pack.ts'
import { heightsBetween } from '#protocol/session/common-height.ts'
import { nodeHost, sha256 } from '#protocol/transport/node-host.ts'
import type { Fork, Rung, Rungs } from '#protocol/wire/messages.ts'
import { COUNTY, type Node, nodeRecord, openNode, publish, STATIONS, stationRecord, TOWNSHIP, until } from './county.ts'
import { draft, RawNode } from './raw-node.ts'

export interface Version {
  readonly log: LogKey
  readonly records: readonly EntryRecord[]
  /** The chain hash at each height, from 0. */
  readonly hashes: readonly Uint8Array[]
}

export const heightOf = ({ records }: Version): number => records.length

function versionOf(log: LogKey, records: readonly EntryRecord[]): Version {
  const hashes = [GENESIS]
  for (const record of records) hashes.push(entryHash(sha256, log, hashes.at(-1) as Uint8Array, record))
  return { log, records, hashes }
}

/** What a node holds of a log. */
export async function heldVersion({ storage }: Node, log: LogKey): Promise<Version> {
  const packs = await storage.packsAfter(0, 1e9)
  const records = packs.flatMap(({ bytes, runs }) => {
    const run = runs.find((one) => one.log === log)
    return (decodePack(bytes) ?? [])
      .filter((packed) => packed.log === log && run && packed.record.seq >= run.first && packed.record.seq <= run.last)
      .map(({ record }) => record)
  })
  return versionOf(log, records)
}

/** Goes on otherwise behind a height: so many entries, all signed but the first `unsigned` ones. */
export async function otherwise(
  { identity }: Node,
  { log, records }: Version,
  common: number,
  count: number,
  unsigned = 0,
): Promise<Version> {
  const made = [...records.slice(0, common)]
  for (let index = 0; index < count; index++) {
    const record: EntryRecord = {
      seq: common + 1 + index,
      signature: null,
      content: encodeContent(
        draft(COUNTY, {
          kind: KIND.directory,
          document: `station/5107249${String(index).padStart(2, '0')}` as DocumentId,
          payload: new TextEncoder().encode(
            JSON.stringify(
              stationRecord(`5107249${String(index).padStart(2, '0')}` as never, '另一版本', 'township', COUNTY),
            ),
          ),
        }),
      ),
    }
    const hash = versionOf(log, [...made, record]).hashes.at(-1) as Uint8Array
    const signature = index < unsigned ? null : await nodeHost.cryptography.sign(identity.keys.privateKey, hash)
    made.push({ ...record, signature })
  }
  return versionOf(log, made)
}

export const rung = ({ hashes }: Version, height: number): Rung => ({
  height,
  hash: (hashes[height] as Uint8Array).subarray(0, 8),
})

/** What a side tells of its version unasked. */
export function firstLadder(version: Version): Fork {
  const top = heightOf(version)
  const ladder: Rung[] = []
  for (let height = top, step = 1; height > 0 && ladder.length < LIMITS.forkRungs; height -= step) {
    ladder.push(rung(version, height))
    if (ladder.length > 16) step *= 2
  }
  const proof = encodeCarried(
    version.log,
    version.hashes[top - 1] as Uint8Array,
    version.records[top - 1] as EntryRecord,
  )
  return { type: 'fork', log: version.log, ladder, proof }
}

/** The entries behind a height up to the first signed one, as a pack. */
export function runBehind({ log, records }: Version, height: number): Uint8Array {
  const behind = records.slice(height)
  const end = behind.findIndex(({ signature }) => signature !== null)
  return encodePack(behind.slice(0, end + 1).map((record) => packable(log, record)))
}

/** What an honest side answers. */
export function answerTo(version: Version, { log, above, below }: Rungs): Fork {
  const ladder = heightsBetween(above, below, heightOf(version)).map((height) => rung(version, height))
  return { type: 'fork', log, ladder, proof: below === above + 1 ? runBehind(version, above) : new Uint8Array() }
}

/** A county alone with a township that is a raw node. */
export async function openRoot(publications = 40) {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9)])
  for (let count = 0; count < publications; count++) {
    await publish(root, [stationRecord(`510724${800 + count}` as never, `站点${count}`, 'township', COUNTY)])
  }
  const log = logKey({ node: root.identity.node, incarnation: root.engine.incarnation, stream: COUNTY_STREAM })
  return { root, raw, log, ours: await heldVersion(root, log) }
}

/** Tells a version and answers the questions it leads to, until something holds; the questions come back. */
export async function tell(
  raw: RawNode,
  first: Fork,
  answer: (question: Rungs) => Fork | undefined,
  done: () => boolean | Promise<boolean>,
): Promise<Rungs[]> {
  const asked: Rungs[] = []
  const heard = raw.received.length
  raw.send(first)
  await until('what the ladder leads to', async () => {
    const all = raw.received.slice(heard).filter((message): message is Rungs => message.type === 'rungs')
    for (const question of all.slice(asked.length)) {
      asked.push(question)
      const said = answer(question)
      if (said) raw.send(said)
    }
    return done()
  })
  return asked
}

/** The messages of what people were told about forks. */
export const forkWords = async (node: Node): Promise<string> =>
  (await node.engine.office.status()).findings.flatMap(({ kind, message }) => (kind === 'fork' ? [message] : [])).join()

export const headOf = async ({ storage }: Node, log: LogKey) =>
  (await storage.load()).heads.find(({ key }) => key === log)

/** Entries of a log's stream that its node wrote under other incarnations. */
export const writtenElsewhere = async (node: Node, log: LogKey): Promise<number> =>
  (await node.storage.load()).heads
    .filter(({ key }) => key !== log && isBeside(logParts(key), logParts(log)))
    .reduce((sum, { height }) => sum + height, 0)

const isBeside = (one: LogParts, other: LogParts) => one.node === other.node && one.stream === other.stream
