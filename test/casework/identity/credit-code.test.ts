/** The unified social credit code against GB 32100. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCreditCode, creditCheckCharacter, isCreditCode } from '#protocol/casework/identity/credit-code.ts'

const VALID = ['11440300MB2D072246', '11440100007482575H', '114403006939513773', '91330102MA28NBU477']
const ALPHABET = [...'0123456789ABCDEFGHJKLMNPQRTUWXY']

test('Q50 a valid code yields its parts', () => {
  for (const code of VALID) expect(checkCreditCode(code), code).toMatchObject({ ok: true, value: { code } })
  expect(checkCreditCode('91330102MA28NBU477')).toEqual({
    ok: true,
    value: {
      code: '91330102MA28NBU477',
      registrar: '9',
      category: '1',
      region: '330102',
      organisation: 'MA28NBU47',
    },
  })
})

test('Q51 spaces, hyphens, full-width and small letters are accepted as typed, but kept only in one form', () => {
  for (const typed of ['91330102ma28nbu477', ' 91330102 MA28NBU47 7', '91330102-MA28NBU47-7', '91330102MA28NBU477']) {
    expect(checkCreditCode(typed), typed).toMatchObject({ ok: true, value: { code: '91330102MA28NBU477' } })
  }
  expect(isCreditCode('91330102MA28NBU477')).toBe(true)
  expect(isCreditCode('91330102ma28nbu477')).toBe(false)
  expect(isCreditCode('')).toBe(false)
})

test('Q52 a failure says which check failed and what to do', () => {
  const cases: readonly [string, string][] = [
    ['', 'length'],
    ['9133010MA28NBU477', 'length'],
    ['9'.repeat(200), 'length'],
    ['91330102MI28NBU477', 'characters'],
    ['91330102MO28NBU477', 'characters'],
    ['9133010AMA28NBU477', 'characters'],
    ['91330102民A28NBU477', 'characters'],
    ['91330102MA28NBU478', 'checksum'],
    ['91330102AM28NBU477', 'checksum'],
  ]
  for (const [code, problem] of cases) {
    const checked = checkCreditCode(code)
    expect(checked, code).toMatchObject({ ok: false, problem: { code: problem, field: 'creditCode' } })
    expect(checked.ok ? '' : checked.problem.message).toMatch(/\p{Script=Han}/u)
  }
})

const anyBody = fc
  .tuple(
    fc.array(fc.constantFrom(...ALPHABET), { minLength: 2, maxLength: 2 }),
    fc.array(fc.constantFrom(...ALPHABET.slice(0, 10)), { minLength: 6, maxLength: 6 }),
    fc.array(fc.constantFrom(...ALPHABET), { minLength: 9, maxLength: 9 }),
  )
  .map((parts) => parts.flat().join(''))

test('Q53 one wrong character never passes', () => {
  fc.assert(
    fc.property(anyBody, fc.nat({ max: 17 }), fc.constantFrom(...ALPHABET), (body, at, other) => {
      const code = body + creditCheckCharacter(body)
      expect(isCreditCode(code)).toBe(true)
      const wrong = code.slice(0, at) + other + code.slice(at + 1)
      expect(isCreditCode(wrong)).toBe(wrong === code)
    }),
    { numRuns: 1000 },
  )
})
