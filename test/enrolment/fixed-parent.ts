/** A parent that never moves: for tests of what an uplink does over time and over weak lines. */
import type { Parent } from '#edge-node/parent.ts'
import type { Following } from '#edge-node/parent-following.ts'
import { success } from '#protocol/result.ts'

/** The parent at one address; who answers there is judged by the handshake of the link alone. */
export function fixedParent(address: string): { readonly parent: Parent; readonly following: Following } {
  const known = { address: new URL(address), publicKey: '', certificate: null }
  return {
    parent: {
      current: () => ({ node: '', publicKey: '', name: '', address, certificate: null }) as never,
      addresses: () => [address],
      problemAt: () => undefined,
      at: async () => success(known),
      certificateChanged() {},
      reached: () => success(undefined),
      accept: async () => success('same'),
      refresh: () => false,
    },
    following: {
      beforeCalling() {},
      unknown: async () => {},
      unreached: async () => {},
      reached() {},
      notTaken: () => undefined,
      moveTo: async () => success({} as never),
      watch() {},
      stop() {},
    },
  }
}
