/** The Node host against the port's promises. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toHex } from '#protocol/ids.ts'
import { generateKeys, keysFromPem, keysToPem, nodeHost, nodeIdOf } from '#protocol/transport/node-host.ts'

const { cryptography, compression } = nodeHost
const message = new TextEncoder().encode('红岩村便民服务代办点')

test('T8 a stored key is the same node and signs for the same public key', async () => {
  const keys = generateKeys()
  const again = keysFromPem(keysToPem(keys))
  expect(again?.publicKey).toEqual(keys.publicKey)
  expect(nodeIdOf(keys.publicKey)).toMatch(/^[0-9a-f]{32}$/)
  const signature = await cryptography.sign(again?.privateKey, message)
  expect(signature).toHaveLength(64)
  expect(await cryptography.verify(keys.publicKey, message, signature)).toBe(true)
})

test('T8 another message, key or length does not verify', async () => {
  const keys = generateKeys()
  const signature = await cryptography.sign(keys.privateKey, message)
  expect(await cryptography.verify(keys.publicKey, message.slice(1), signature)).toBe(false)
  expect(await cryptography.verify(generateKeys().publicKey, message, signature)).toBe(false)
  expect(await cryptography.verify(keys.publicKey, message, signature.slice(1))).toBe(false)
  expect(await cryptography.verify(keys.publicKey.slice(1), message, signature)).toBe(false)
  expect(await cryptography.verify(new Uint8Array(32).fill(255), message, signature)).toBe(false)
})

test('T8 RFC 8032 vector 2 verifies', async () => {
  const publicKey = Buffer.from('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', 'hex')
  const signature = Buffer.from(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    'hex',
  )
  expect(await cryptography.verify(publicKey, new Uint8Array([0x72]), signature)).toBe(true)
})

test('T8 text that is no Ed25519 key is no key', () => {
  expect(keysFromPem('not a key')).toBeUndefined()
})

test('T9 packed frames unpack to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
      expect(compression.unpack(compression.pack(bytes), 5_000)).toEqual(bytes)
    }),
    { numRuns: 50 },
  )
})

test('T9 damaged and oversized frames unpack to nothing', () => {
  const packed = compression.pack(new Uint8Array(100_000))
  expect(packed.length).toBeLessThan(200)
  expect(compression.unpack(packed, 99_999)).toBeUndefined()
  expect(compression.unpack(packed, 100_000)).toHaveLength(100_000)
  expect(compression.unpack(packed.slice(0, -3), 100_000)).toBeUndefined()
  expect(compression.unpack(new Uint8Array([1, 2, 3]), 100_000)).toBeUndefined()
})

test('T8 SHA-256 and scrypt are the known functions', async () => {
  expect(toHex(cryptography.sha256(new TextEncoder().encode('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
  const first = await cryptography.hashPassword('安县-2026', new Uint8Array(16))
  const second = await cryptography.hashPassword('安县-2026', new Uint8Array(16))
  const salted = await cryptography.hashPassword('安县-2026', new Uint8Array(16).fill(1))
  expect(first).toEqual(second)
  expect(first).not.toEqual(salted)
  expect(first).toHaveLength(32)
})
