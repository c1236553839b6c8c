/** The records that prove where a node belongs, taken from the disk so that they can be shown to it outside any stream. */
import type { DocumentId, NodeId } from '#protocol/ids.ts'
import { toHex } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { KIND, readRecord } from '#protocol/log/entry.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import type { Placement } from '../directory/placement.ts'
import type { PlacedRecord } from '../ports/storage.ts'

/** The newest record of a node and that of its parent; undefined when one of them is not here, and for the root. */
export async function placementOf(core: Core, node: NodeId): Promise<Placement | undefined> {
  const parent = core.directory.node(node)?.parent
  if (parent === null || parent === undefined) return undefined
  const [own, above] = await Promise.all([proofOf(core, node), proofOf(core, parent)])
  return own && above && { node: own, parent: above }
}

/**
 * An entry of the record that counts, with the hash before it. The one whose hash is known may have been cut off by a fork
 * of the root's log: then what the root has written again in its place says the same.
 */
async function proofOf(core: Core, node: NodeId): Promise<Uint8Array | undefined> {
  const document = `node/${node}` as DocumentId
  const row = core.directory.row(document)
  const held = (await core.storage.recordsOf([document])).get(document) ?? []
  const saysSo = (one: PlacedRecord) => {
    const { kind, payload } = storedEntry(one)
    return kind === KIND.directory && new TextDecoder().decode(payload) === row?.json
  }
  const placed = held.find(({ hash }) => toHex(hash) === row?.hash) ?? held.find(saysSo)
  const record = placed && readRecord(placed.bytes)
  if (!record) return undefined
  const before = await core.logs.hashAt(placed.log, record.seq - 1)
  return before && encodeCarried(placed.log, before, record)
}
