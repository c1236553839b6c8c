/** What the core asks of its host: time, chance, cryptography and compression. Nothing below floor 4 knows more. */
import type { Sha256 } from '#protocol/log/chain.ts'

/** An Ed25519 key pair; the private key never leaves the host's adapter. */
export interface KeyPair {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** Opaque to the core. */
  readonly privateKey: unknown
}

export interface Cryptography {
  readonly sha256: Sha256
  /** Ed25519 signature, 64 bytes. */
  sign(privateKey: unknown, message: Uint8Array): Promise<Uint8Array>
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
  /** Memory-hard password hash (scrypt, N = 2^cost, r = 8, p = 1; 32 bytes); cost 14 when not given. */
  hashPassword(password: string, salt: Uint8Array, cost?: number): Promise<Uint8Array>
}

export interface Compression {
  /** Compresses a frame (zstd). */
  pack(bytes: Uint8Array): Uint8Array
  /** Decompresses; undefined when damaged or when it would exceed the limit in bytes. */
  unpack(bytes: Uint8Array, maximumBytes: number): Uint8Array | undefined
}

/** A start of a machine. */
export interface Boot {
  /** No other start has the same. */
  readonly id: string
  /** How many milliseconds ago it was. */
  readonly ago: number
}

export interface Host {
  /** Milliseconds since 1970 on this machine's clock. */
  now(): number
  /** Milliseconds since some moment: how long something takes is measured by it, because setting the clock does not move it. */
  elapsed(): number
  /** Since when this machine runs, where its system names each of its starts; a program that starts anew finds the same. */
  boot?(): Boot | undefined
  /** Cryptographically strong random bytes. */
  random(bytes: number): Uint8Array
  /** Calls back once after the given milliseconds; returns a function that cancels. */
  after(milliseconds: number, callback: () => void): () => void
  readonly cryptography: Cryptography
  readonly compression: Compression
}
