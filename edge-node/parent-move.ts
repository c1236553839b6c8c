/** Moving below another address or another parent: by hand, by what the county stream says, or by asking around. */
import type { Answering, KnownParent, Parent } from '#edge-node/parent.ts'
import { askForPlacement, impostor, meet, parentAddress } from '#edge-node/parent-call.ts'
import type { KnownVersion } from '#protocol/engine/directory/placement.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import type { NodeId } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'

export interface Mover {
  readonly parent: Parent
  readonly node: NodeId
  readonly cryptography: Cryptography
  /** 0 where no database is open. */
  readonly knownVersion: KnownVersion
}

/** What came of it: the same parent at another address, the parent that the county has named, or nothing new. */
export interface Moved {
  readonly is: 'address' | 'named' | 'known'
  readonly parent: KnownParent
}

/**
 * Goes to an address that a person names. The parent there is taken because it proves its key; anybody else is asked for the
 * root's record about this node. Without either nothing is changed, and the person hears what the county has to do.
 */
export async function moveTo(mover: Mover, text: string): Promise<Result<Moved>> {
  const { parent } = mover
  const address = parentAddress(text)
  if (!address.ok) return address
  const met = await meet(mover.cryptography, address.value)
  if (!met.ok) return met
  const { publicKey } = parent.current()
  const { certificate, hello } = met.value
  if (hello.publicKey === publicKey) {
    const reached = parent.reached({ address: address.value, publicKey, certificate })
    return reached.ok ? success({ is: 'address', parent: parent.current() }) : reached
  }
  const learnt = await learnAt(mover, { address: address.value.href, met: met.value })
  const isStranger = !learnt.ok && learnt.problem.code === 'placement-unknown'
  return isStranger ? strangerAt(address.value, parent) : learnt
}

/** Asks whoever answers at an address where this node belongs; what it says proves itself. */
export async function learnAt(
  mover: Mover,
  answering: Pick<Answering, 'address'> & Partial<Answering>,
): Promise<Result<Moved>> {
  const { parent, node } = mover
  const placement = await askForPlacement(new URL(answering.address), node)
  if (!placement.ok) return placement
  const { address, met } = answering
  const before = parent.addresses()
  const accepted = await parent.accept(placement.value, mover.knownVersion, met && { address, met })
  if (!accepted.ok) return accepted
  const isNew = accepted.value === 'changed' || parent.addresses().some((one) => !before.includes(one))
  return success({ is: isNew ? 'named' : 'known', parent: parent.current() })
}

/** Somebody else is there who does not know where this node belongs: said with what the county has to do first. */
function strangerAt(address: URL, parent: Parent) {
  const { message } = impostor(address, `本机的上级“${parent.current().name}”`).problem
  return fail(
    'parent-not-named',
    `${message};它也拿不出县中心对本机上级的登记`,
    '本机的上级没有改动',
    '确实换了上级时,请县中心管理员先在“节点”页为本机指定新的上级,再重试;否则请核对地址',
  )
}

/** What came of a move, for people. */
export function movedWords({ is, parent }: Moved): string {
  const there = `${parent.name}(${parent.address})`
  if (is === 'address') return `上级仍是${parent.name},地址改为 ${parent.address}。`
  if (is === 'named') return `县中心登记的上级是${there},本机已改用。`
  return `上级没有改动,已经是县中心登记的${there}。要接到别的上级,请县中心管理员先在“节点”页为本机指定,再重试。`
}
