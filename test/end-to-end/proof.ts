/** A report package as the upper level checks it: with nothing but the file and standard cryptography. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { expect } from 'vitest'
import type { ReportPackage } from '#protocol/casework/exchange/report-package.ts'

/** JSON with keys in order and without blanks, as the interface describes it. */
function ordered(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(ordered).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${parts.map(([key, part]) => `${JSON.stringify(key)}:${ordered(part)}`).join(',')}}`
}

const publicKeyOf = (hex: string) =>
  createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(hex, 'hex').toString('base64url') },
  })

/** The digest fits the content, and every fact in it carries its author's signature. */
export function expectProven(file: object): void {
  const { digest, ...content } = file as ReportPackage
  expect(createHash('sha256').update(ordered(content)).digest('hex')).toBe(digest)
  expect(content.facts.length).toBeGreaterThan(3)
  for (const { title, hash, signature, publicKey } of content.facts) {
    const isSigned =
      signature !== null &&
      publicKey !== null &&
      verify(null, Buffer.from(hash, 'hex'), publicKeyOf(publicKey), Buffer.from(signature, 'hex'))
    expect(isSigned, title).toBe(true)
  }
}
