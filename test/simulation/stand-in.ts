/** Stand-ins for what would make a run slow or unrepeatable: signatures, password hashes, compression. */
import type { Compression, Cryptography, KeyPair } from '#protocol/engine/ports/host.ts'
import { toHex } from '#protocol/ids.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import type { Chance } from './chance.ts'

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** Keys whose secrets only the simulation knows: a wrong key or an altered byte fails as with Ed25519. */
export interface Keyring {
  generate(chance: Chance): KeyPair
  /** Cryptography whose asynchronous calls pass through a gate: where a process may die. */
  cryptography(gate: <Of>(work: () => Of) => Promise<Of>): Cryptography
}

/** An empty keyring. */
export function createKeyring(): Keyring {
  const secrets = new Map<string, Uint8Array>()
  const signed = (secret: Uint8Array, message: Uint8Array) => {
    const half = sha256(joined(secret, message))
    return joined(half, half)
  }
  return {
    generate(chance) {
      const secret = chance.bytes(32)
      const publicKey = sha256(joined(new TextEncoder().encode('public'), secret))
      secrets.set(toHex(publicKey), secret)
      return { publicKey, privateKey: secret }
    },
    cryptography: (gate) => ({
      sha256,
      sign: (privateKey, message) => gate(() => signed(privateKey as Uint8Array, message)),
      verify: (publicKey, message, signature) =>
        gate(() => {
          const secret = secrets.get(toHex(publicKey))
          return secret !== undefined && equalBytes(signature, signed(secret, message))
        }),
      hashPassword: (password, salt) => gate(() => sha256(joined(new TextEncoder().encode(password), salt))),
    }),
  }
}

/** Bytes as they are: a frame's size is then the size of what is in it. */
export const asItIs: Compression = {
  pack: (bytes) => bytes,
  unpack: (bytes, maximumBytes) => (bytes.length <= maximumBytes ? bytes : undefined),
}
