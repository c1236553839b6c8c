/** The citizen identity number against GB 11643. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkIdentityNumber, identityCheckCharacter } from '#protocol/casework/identity/identity.ts'

test('C50 a valid number yields birth date and sex', () => {
  expect(checkIdentityNumber('11010519491231002X')).toEqual({
    ok: true,
    value: { number: '11010519491231002X', birthDate: '1949-12-31', sex: '女' },
  })
  expect(checkIdentityNumber('440524188001010014', '2026-11-21')).toMatchObject({
    ok: true,
    value: { birthDate: '1880-01-01', sex: '男' },
  })
  for (const typed of ['11010519491231002x', ' 110105 19491231 002X ', '11010519491231002x']) {
    expect(checkIdentityNumber(typed), typed).toMatchObject({ ok: true, value: { number: '11010519491231002X' } })
  }
})

const numbered = (digits: string) => digits + identityCheckCharacter(digits)

test('C51 a failure says which check failed and what to do', () => {
  const cases: readonly [string, string][] = [
    ['', 'length'],
    ['1101051949123100', 'length'],
    ['110105491231002', 'length'],
    ['1101051949123100XX', 'characters'],
    ['一1010519491231002X', 'characters'],
    [numbered('11010520230229001'), 'date'],
    [numbered('11010519001301001'), 'date'],
    [numbered('11010519000229001'), 'date'],
    [numbered('11010520261122001'), 'future'],
    ['110105194912310021', 'checksum'],
  ]
  for (const [number, code] of cases) {
    const result = checkIdentityNumber(number, '2026-11-21')
    expect(result, number).toMatchObject({ ok: false, problem: { code, field: 'idNumber' } })
    expect(result.ok ? '' : result.problem.message).toMatch(/\p{Script=Han}/u)
  }
  expect(checkIdentityNumber(numbered('11010520240229001')).ok).toBe(true)
})

test('C51 every single wrong digit is found', () => {
  fc.assert(
    fc.property(fc.nat(16), fc.nat(9), (index, digit) => {
      const valid = '11010519491231002X'
      fc.pre(valid[index] !== String(digit))
      expect(checkIdentityNumber(valid.slice(0, index) + digit + valid.slice(index + 1)).ok).toBe(false)
    }),
  )
})
