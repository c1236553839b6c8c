/** Where a node belongs, as the root says it: two records that prove themselves, whoever hands them over. */
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { COUNTY_STREAM, fromHex, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Cryptography } from '../ports/host.ts'
import type { Identity, PinnedParent } from '../ports/identity.ts'
import { readDirectoryRecord } from './record-reading.ts'

/**
 * The record of a node and that of its parent, each as a carried entry: log, hash before it, record with the root's own
 * signature. That is the very entry of the county stream, so nothing is signed twice and nothing can differ from it.
 */
export interface Placement {
  readonly node: Uint8Array
  readonly parent: Uint8Array
}

/** What a placement says. */
export interface Placed {
  readonly parent: PinnedParent
  /** Version of the node's own record: it rises, so that an older placement is known as such. */
  readonly version: number
  /** Where the parent is reached, as its record says. */
  readonly addresses: readonly string[]
}

/** The highest version of a node's record that is known here; 0 when none is. */
export type KnownVersion = (node: NodeId) => number

const KEPT = '本机的上级没有改动'
const FORGED = fail(
  'placement-not-genuine',
  '收到的上级登记没有县中心的签名,或内容已被改动',
  KEPT,
  '请核对地址;地址无误时不要继续,请立即联系县中心管理员',
)

/** The record of a node inside a carried entry, and that entry; undefined unless the root wrote it into the county stream and signed it. */
export async function provenEntry(
  { sha256, verify }: Pick<Cryptography, 'sha256' | 'verify'>,
  root: Identity['root'],
  carried: Uint8Array,
): Promise<{ readonly entry: Entry; readonly record: NodeRecord } | undefined> {
  const entry = decodeCarried(sha256, carried)
  if (entry?.kind !== KIND.directory || entry.signature === null) return undefined
  const { node, stream } = logParts(entry.log)
  if (node !== root.node || stream !== COUNTY_STREAM) return undefined
  if (!(await verify(root.publicKey, entry.hash, entry.signature))) return undefined
  const record = readDirectoryRecord(new TextDecoder().decode(entry.payload), entry.document)
  return record?.type === 'node' ? { entry, record } : undefined
}

const provenRecord = async (...given: Parameters<typeof provenEntry>): Promise<NodeRecord | undefined> =>
  (await provenEntry(...given))?.record

/** The key of a record, when it is the one that the node's id stands for. */
function keyOf({ sha256 }: Pick<Cryptography, 'sha256'>, { id, publicKey }: NodeRecord): Uint8Array | undefined {
  const key = fromHex(publicKey)
  return key && toHex(sha256(key).subarray(0, 16)) === id ? key : undefined
}

/**
 * The parent that the root names for this node. Refused in words: what the root did not sign, what is about another node,
 * a record of it or of its parent older than this node has seen, a parent that was revoked.
 * @param knownVersion the highest version of a node's record that this node has seen; 0 when none
 */
export async function readPlacement(
  cryptography: Pick<Cryptography, 'sha256' | 'verify'>,
  identity: Pick<Identity, 'node' | 'root'>,
  placement: Placement,
  knownVersion: KnownVersion,
): Promise<Result<Placed>> {
  const own = await provenRecord(cryptography, identity.root, placement.node)
  const above = await provenRecord(cryptography, identity.root, placement.parent)
  if (!own || !above) return FORGED
  if (own.id !== identity.node)
    return fail('placement-of-another', '收到的是另一个节点的上级登记', KEPT, '请核对地址后重试')
  if (own.version < knownVersion(own.id) || above.version < knownVersion(above.id))
    return fail(
      'placement-older',
      '收到的上级登记比本机已有的旧',
      KEPT,
      '请向县中心的地址查询,或等对方与县中心同步后重试',
    )
  const publicKey = keyOf(cryptography, above)
  if (own.parent !== above.id || publicKey === undefined) return FORGED
  if (above.revoked)
    return fail(
      'parent-revoked',
      `县中心登记的上级“${above.name}”已被吊销,还没有指定新的上级`,
      KEPT,
      '请县中心管理员在“节点”页为本机指定新的上级',
    )
  const parent = { node: above.id, publicKey, name: above.name }
  return success({ parent, version: own.version, addresses: above.addresses ?? [] })
}
