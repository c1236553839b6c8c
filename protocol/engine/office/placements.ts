/** The records that prove where a node belongs, taken from the disk so that they can be shown to it outside any stream. */
import type { DocumentId, NodeId } from '#protocol/ids.ts'
import { toHex } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { readRecord } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import type { Placement } from '../directory/placement.ts'

/** The newest record of a node and that of its parent; undefined when one of them is not here, and for the root. */
export async function placementOf(core: Core, node: NodeId): Promise<Placement | undefined> {
  const parent = core.directory.node(node)?.parent
  if (parent === null || parent === undefined) return undefined
  const [own, above] = await Promise.all([proofOf(core, node), proofOf(core, parent)])
  return own && above && { node: own, parent: above }
}

/** The entry of the record that counts, with the hash before it. */
async function proofOf(core: Core, node: NodeId): Promise<Uint8Array | undefined> {
  const document = `node/${node}` as DocumentId
  const counts = core.directory.row(document)?.hash
  const held = (await core.storage.recordsOf([document])).get(document) ?? []
  const placed = held.find(({ hash }) => toHex(hash) === counts)
  const record = placed && readRecord(placed.bytes)
  if (!record) return undefined
  const before = await core.logs.hashAt(placed.log, record.seq - 1)
  return before && encodeCarried(placed.log, before, record)
}
