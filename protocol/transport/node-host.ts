/** The host port on Node: clock, chance, Ed25519, SHA-256, scrypt and zstd. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  scrypt,
  sign,
  verify,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { uptime } from 'node:os'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { assert } from '#protocol/assert.ts'
import type { Boot, Compression, Cryptography, Host, KeyPair } from '#protocol/engine/ports/host.ts'
import { type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** DER header of an Ed25519 public key (RFC 8410); the 32 key bytes follow. */
const PUBLIC_KEY_HEADER = Buffer.from('302a300506032b6570032100', 'hex')
const PUBLIC_KEY_BYTES = 32
/** Measured on frames of cases: level 1 costs half the time of level 3 and comes out no larger. */
const COMPRESSION_LEVEL = 1

const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const SHA256_BYTES = 32

/** Taken as a text, because a Buffer of its own for each hash costs three times as much as the hash (1,255 ns, 330 so; measured). */
export function sha256(bytes: Uint8Array): Uint8Array {
  const text = hash('sha256', bytes, 'binary')
  const hashed = new Uint8Array(SHA256_BYTES)
  for (let at = 0; at < SHA256_BYTES; at++) hashed[at] = text.charCodeAt(at)
  return hashed
}

/** The node id that belongs to an Ed25519 public key: the first 16 bytes of its SHA-256, in hex. */
export const nodeIdOf = (publicKey: Uint8Array): NodeId => toHex(sha256(publicKey).subarray(0, 16)) as NodeId

/** Making a key object costs as much as a fifth of a verification, and few keys verify most runs. */
const publicKeys = new Map<string, KeyObject>()

function publicKeyObject(publicKey: Uint8Array): KeyObject | undefined {
  if (publicKey.length !== PUBLIC_KEY_BYTES) return undefined
  const name = toHex(publicKey)
  const known = publicKeys.get(name)
  if (known) return known
  try {
    const der = Buffer.concat([PUBLIC_KEY_HEADER, publicKey])
    const made = createPublicKey({ key: der, format: 'der', type: 'spki' })
    if (publicKeys.size >= LIMITS.links) publicKeys.clear()
    publicKeys.set(name, made)
    return made
  } catch {
    return undefined // 32 bytes that are no point of the curve: no signature of it can be valid
  }
}

/** Verifies in the thread pool, so that a catching-up child does not hold up the desk. */
function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const key = publicKeyObject(publicKey)
  if (!key) return Promise.resolve(false)
  return new Promise((resolve, reject) =>
    verify(null, message, key, signature, (error, valid) => (error ? reject(error) : resolve(valid))),
  )
}

/** On the main thread: a signature takes 45 µs, the way to a thread and back several times as long (measured). */
const signMessage = async (privateKey: unknown, message: Uint8Array): Promise<Uint8Array> =>
  plain(sign(null, message, privateKey as KeyObject))

function hashPassword(password: string, salt: Uint8Array, cost: number = LIMITS.oldPasswordCost): Promise<Uint8Array> {
  const N = 2 ** cost
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFKC'), salt, 32, { N, r: 8, p: 1, maxmem: 2 * 128 * N * 8 }, (error, derived) =>
      error ? reject(error) : resolve(plain(derived)),
    ),
  )
}

const cryptography: Cryptography = { sha256, sign: signMessage, verify: verifySignature, hashPassword }

const compression: Compression = {
  pack: (bytes) =>
    plain(zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL } })),
  unpack(bytes, maximumBytes) {
    try {
      return plain(zstdDecompressSync(bytes, { maxOutputLength: maximumBytes }))
    } catch {
      return undefined // damaged, cut or too large: the port answers all three alike
    }
  },
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** Linux names each start of the machine. Others have no clock that begins where it stopped (S159), so nothing is asked of them. */
function presentBoot(): Boot | undefined {
  try {
    return { id: readFileSync(BOOT_ID, 'utf8').trim(), ago: uptime() * 1000 }
  } catch {
    return undefined // not Linux, or a sandbox that keeps it back
  }
}

/** This machine as the core sees it. */
export const nodeHost: Host = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  boot: presentBoot,
  random: (bytes) => plain(randomBytes(bytes)),
  after(milliseconds, callback) {
    if (milliseconds === 0) {
      // A turn of the event loop, and not the millisecond that a timer waits at least.
      const turn = setImmediate(callback)
      return () => clearImmediate(turn)
    }
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
  cryptography,
  compression,
}

function pairOf(privateKey: KeyObject): KeyPair {
  assert(privateKey.asymmetricKeyType === 'ed25519', 'a node key is an Ed25519 key')
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { publicKey: plain(der.subarray(-PUBLIC_KEY_BYTES)), privateKey }
}

/** A new Ed25519 key pair. */
export const generateKeys = (): KeyPair => pairOf(generateKeyPairSync('ed25519').privateKey)

/** The private key as PEM (PKCS #8), to be stored in a file that only the program's user can read. */
export const keysToPem = (keys: KeyPair): string =>
  (keys.privateKey as KeyObject).export({ format: 'pem', type: 'pkcs8' }) as string

/** The key pair in a PEM text; undefined when it is no Ed25519 private key. */
export function keysFromPem(pem: string): KeyPair | undefined {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === 'ed25519' ? pairOf(key) : undefined
  } catch {
    return undefined // not PEM at all; the caller names the file
  }
}
