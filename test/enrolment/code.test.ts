/** The enrolment code as people read it out and type it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeText, keyFingerprint, readCode, SECRET_BYTES, secretOf } from '#protocol/transport/enrolment-code.ts'
import { generateKeys, sha256 } from '#protocol/transport/node-host.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

test('E1 a code carries its secret and the parent’s fingerprint', () => {
  fc.assert(
    fc.property(bytes(SECRET_BYTES), bytes(32), (random, key) => {
      const text = codeText(sha256, secretOf(random), key)
      expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/)
      expect(readCode(sha256, text)).toEqual({
        ok: true,
        value: { secret: secretOf(random), fingerprint: keyFingerprint(sha256, key) },
      })
    }),
  )
})

test('E1 the secret keeps all 40 bits', () => {
  expect(secretOf(new Uint8Array([0, 0, 0, 0, 0]))).toBe('00000000')
  expect(secretOf(new Uint8Array([255, 255, 255, 255, 255]))).toBe('ZZZZZZZZ')
  expect(secretOf(new Uint8Array([0, 0, 0, 0, 1]))).toBe('00000001')
  expect(secretOf(new Uint8Array([8, 0, 0, 0, 0]))).toBe('10000000')
})

test('E1 case, separators and look-alike letters do not matter', () => {
  const key = generateKeys().publicKey
  const text = codeText(sha256, '0101AB9Z', key)
  const typed = ` ${text.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}\n`
  expect(readCode(sha256, typed)).toEqual(readCode(sha256, text))
  expect(readCode(sha256, text.replaceAll('-', '').replaceAll('1', 'i'))).toEqual(readCode(sha256, text))
})

test('E1 a wrong length says how many characters there are', () => {
  const result = readCode(sha256, '7K3M-9QWX-4T2P')
  expect(result).toMatchObject({ ok: false, problem: { code: 'code-length', message: expect.stringContaining('12') } })
})

test('E1 a slip of the finger is seen before anything is sent', () => {
  const text = codeText(sha256, 'ABCD2345', new Uint8Array(32))
  let missed = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '-') continue
    const slipped = text.slice(0, index) + (text[index] === '7' ? '8' : '7') + text.slice(index + 1)
    const result = readCode(sha256, slipped)
    if (result.ok) missed++
    else expect(result.problem.code).toBe('code-mistyped')
  }
  expect(missed).toBeLessThanOrEqual(1) // one slip in 1,024 looks right by chance
  expect(readCode(sha256, `U${text.slice(1)}`)).toMatchObject({ ok: false, problem: { code: 'code-mistyped' } })
})
