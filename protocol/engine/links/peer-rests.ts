/** Peers that bring more than is stored at full speed: while one rests none of its frames begins, and after each rest one does. */
import type { NodeId } from '#protocol/ids.ts'
import type { Host } from '../ports/host.ts'

export interface PeerRests {
  /**
   * No frame of a peer begins for so long, whatever link it comes on; then one, and so on until one brings no further rest.
   * `over` is told first when it is over.
   */
  rest(peer: NodeId, milliseconds: number, over: () => void): void
  /** Whether a frame of a peer may begin now. */
  mayBegin(peer: NodeId): boolean
  /** A frame of a peer begins; what comes back is called when it is done. */
  begin(peer: NodeId): () => void
}

interface Resting {
  /** Rests that are not over. */
  rests: number
  /** The frame that began after the rest before: whether it has brought a further rest; null while none is under way. */
  trial: { isAgain: boolean } | null
}

/** Nobody rests yet. `begin` is told when frames that wait may begin. */
export function createPeerRests(after: Host['after'], begin: () => void): PeerRests {
  const known = new Map<NodeId, Resting>()
  return {
    rest(peer, milliseconds, over) {
      const resting = known.get(peer) ?? { rests: 0, trial: null }
      known.set(peer, resting)
      resting.rests += 1
      if (resting.trial) resting.trial.isAgain = true
      after(milliseconds, () => {
        resting.rests -= 1
        over()
        begin()
      })
    },
    mayBegin(peer) {
      const resting = known.get(peer)
      return !resting || (resting.rests === 0 && !resting.trial)
    },
    begin(peer) {
      const resting = known.get(peer)
      if (!resting) return () => {} // at full speed
      const trial = { isAgain: false }
      resting.trial = trial
      return () => {
        resting.trial = null
        if (!trial.isAgain) known.delete(peer)
      }
    },
  }
}
