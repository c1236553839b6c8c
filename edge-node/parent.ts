/** The parent as this node knows it: address, key and certificate; a new certificate counts under the old key. */
import { type Enrolment, keepEnrolment } from '#edge-node/identity.ts'
import { meet } from '#edge-node/parent-call.ts'
import { assert } from '#protocol/assert.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'

export type KnownParent = NonNullable<Enrolment['parent']>

export interface Parent {
  current(): KnownParent
  /** Asks the machine at the address to prove itself with the pinned key; true when its new certificate is now pinned. */
  renewCertificate(): Promise<boolean>
}

/** The parent of an enrolled node that is not the root. */
export function createParent(folder: string, enrolment: Enrolment, cryptography: Cryptography): Parent {
  assert(enrolment.parent, 'the root has no parent')
  let parent = enrolment.parent
  return {
    current: () => parent,
    async renewCertificate() {
      const met = await meet(cryptography, new URL(parent.address))
      if (!met.ok || met.value.hello.publicKey !== parent.publicKey) return false
      parent = { ...parent, certificate: met.value.certificate }
      // On a disk that takes nothing it counts for this run; the next one asks the machine to prove itself again.
      keepEnrolment(folder, { ...enrolment, parent })
      return true
    },
  }
}
