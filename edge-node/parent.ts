/** The parent as this node knows it: a pinned key, its addresses, and the record of the root that named it. */
import { isDeepStrictEqual } from 'node:util'
import { type Enrolment, keepEnrolment, readEnrolment } from '#edge-node/identity.ts'
import { impostor, type Known, type Met, meet, parentAddress } from '#edge-node/parent-call.ts'
import { assert } from '#protocol/assert.ts'
import { type KnownVersion, type Placed, type Placement, readPlacement } from '#protocol/engine/directory/placement.ts'
import type { Cryptography, KeyPair } from '#protocol/engine/ports/host.ts'
import { fromHex, type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, fail, type Result, success } from '#protocol/result.ts'

export type KnownParent = NonNullable<Enrolment['parent']>

export interface ParentOptions {
  readonly folder: string
  readonly keys: KeyPair
  readonly enrolment: Enrolment
  readonly cryptography: Cryptography
  /** Addresses that the county stream tells of a node; none where no database is open. */
  told(node: NodeId): readonly string[]
}

/** A machine that answered at an address and proved which key it holds. */
export interface Answering {
  readonly address: string
  readonly met: Met
}

export interface Parent {
  current(): KnownParent
  /** Every address of the parent, the last good first. */
  addresses(): readonly string[]
  /** Why an address could not be used at the last try; undefined when it could, or was not tried. */
  problemAt(address: string): Failure | undefined
  /**
   * The parent at one of its addresses, known by a certificate that it has proved under the pinned key. It is asked when it
   * has not, and always on loopback without TLS; who shows another key is refused before anything but the question is said.
   */
  at(address: string): Promise<Result<Known>>
  /** It shows another certificate there than the proved one: it has to prove itself again. */
  certificateChanged(address: string): void
  /** It answered there: from now on this address is tried first. */
  reached(known: Known): Result<void>
  /**
   * Takes the parent that a placement names, in the same folder. `knownVersion`: of the records held here;
   * `answering`: who gave the placement, whose address counts when it is that parent.
   */
  accept(placement: Placement, knownVersion: KnownVersion, answering?: Answering): Promise<Result<'same' | 'changed'>>
  /** Takes up what another program has written in this folder; true when it is another parent, or reached elsewhere. */
  refresh(): boolean
}

/** The parent of an enrolled node that is not the root. */
export function createParent({ folder, keys, enrolment, cryptography, told }: ParentOptions): Parent {
  assert(enrolment.parent, 'the root has no parent')
  let parent = enrolment.parent
  let onDisk = parent
  const problems = new Map<string, Failure>()
  const root = { node: enrolment.root.node, publicKey: fromHex(enrolment.root.publicKey) ?? new Uint8Array() }

  const adopt = (next: KnownParent) => {
    if (next.node !== parent.node) problems.clear()
    parent = next
  }
  /** A disk that refuses is said in words; the parent that was known goes on. */
  const keep = (next: KnownParent): Result<void> => {
    const written = isSame(next, parent) ? success(undefined) : keepEnrolment(folder, { ...enrolment, parent: next })
    if (!written.ok) return written
    adopt(next)
    onDisk = next
    return written
  }
  return {
    current: () => parent,
    addresses: () => usable([parent.address, ...told(parent.node), ...(parent.addresses ?? [])]),
    problemAt: (address) => problems.get(address),
    async at(text) {
      const { publicKey, certificate } = parent
      const address = new URL(text)
      const isProved = text === parent.address && certificate !== null
      const known = isProved ? success({ address, publicKey, certificate }) : await prove(cryptography, parent, address)
      if (known.ok) problems.delete(text)
      else problems.set(text, known.problem)
      return known
    },
    certificateChanged(address) {
      if (address === parent.address) parent = { ...parent, certificate: null }
    },
    reached: ({ address, certificate }) => keep({ ...parent, address: address.href, certificate }),
    async accept(placement, knownVersion, answering) {
      const { node } = enrolment
      const known = (one: NodeId) => Math.max(knownVersion(one), one === node ? (parent.version ?? 0) : 0)
      const read = await readPlacement(cryptography, { node, root }, placement, known)
      if (!read.ok) return read
      const named = namedBy(parent, read.value, answering)
      if (!named.ok) return named
      const changed = named.value.node !== parent.node
      const kept = keep(named.value)
      return kept.ok ? success(changed ? 'changed' : 'same') : kept
    },
    refresh() {
      const read = readEnrolment(folder, keys)
      const written = read.ok ? read.value?.parent : undefined
      // Damaged or gone meanwhile: the next start says so, and what is known goes on.
      if (!written || isSame(written, onDisk)) return false
      onDisk = written
      adopt(written)
      return true
    },
  }
}

/** Whether both say the same in a file. */
const isSame = (left: KnownParent, right: KnownParent): boolean => isDeepStrictEqual(asWritten(left), asWritten(right))
const asWritten = (parent: KnownParent): unknown => JSON.parse(JSON.stringify(parent))

/** Whoever answers proves the pinned key over the very connection's certificate, or is refused. */
async function prove(cryptography: Cryptography, parent: KnownParent, address: URL): Promise<Result<Known>> {
  const met = await meet(cryptography, address)
  if (!met.ok) return met
  const { publicKey } = parent
  if (met.value.hello.publicKey !== publicKey) return impostor(address, `本机的上级“${parent.name}”`)
  return success({ address, publicKey, certificate: met.value.certificate })
}

/** Addresses that may be tried, each once. */
function usable(texts: readonly string[]): readonly string[] {
  const addresses = texts.flatMap((text) => {
    const address = parentAddress(text)
    return address.ok ? [address.value.href] : []
  })
  return [...new Set(addresses)].slice(0, 2 * LIMITS.nodeAddresses)
}

/** The parent as it will be kept. Where the present one was reached stays; another one begins where it answered, or as its record says. */
function namedBy(present: KnownParent, placed: Placed, answering: Answering | undefined): Result<KnownParent> {
  const { node, name } = placed.parent
  const { version } = placed
  const publicKey = toHex(placed.parent.publicKey)
  const addresses = [...usable(placed.addresses)].slice(0, LIMITS.nodeAddresses)
  if (node === present.node) return success({ ...present, name, version, addresses })
  const named = { node, name, publicKey, version, addresses }
  if (answering?.met.hello.publicKey === publicKey)
    return success({ ...named, address: answering.address, certificate: answering.met.certificate })
  const [address] = addresses
  if (address !== undefined) return success({ ...named, address, certificate: null })
  return fail(
    'parent-without-address',
    `县中心已把本机的上级改为“${name}”,但还没有登记它的地址`,
    '本机的上级没有改动',
    '请县中心管理员在“节点”页填写它的地址,或在本机运行 npm run edge-node -- parent <新上级地址>',
  )
}
