/** The refusal table and the choice of a version. */
import { expect, test } from 'vitest'
import { REFUSAL_CODES, REFUSALS, type RefusalRule } from '#protocol/wire/refusals.ts'
import { commonVersion, OLDEST_VERSION, PROTOCOL_VERSION, VERSION_HISTORY } from '#protocol/wire/version.ts'

test('W8 every refusal says whose fault it is, what happened, what was kept and what to do', () => {
  for (const code of REFUSAL_CODES) {
    const rule: RefusalRule = REFUSALS[code]
    expect(['yours', 'mine', 'nobody']).toContain(rule.fault)
    expect(rule.message).toMatch(/\p{Script=Han}/u)
    expect(rule.next).toContain('本机数据都在')
    expect(rule.next.length).toBeGreaterThan('本机数据都在,没有丢失。'.length)
  }
})

test('W8 codes travel by position: the list only grows at its end', () => {
  expect(REFUSAL_CODES).toEqual([
    'version',
    'malformed',
    'oversized',
    'unknown-node',
    'revoked',
    'wrong-key',
    'same-node',
    'foreign-stream',
    'unknown-author',
    'bad-chain',
    'bad-signature',
    'gap',
    'out-of-order',
    'window-exceeded',
    'storage',
    'silent',
    'stopping',
    'internal',
  ])
  const lasting = REFUSAL_CODES.filter((code) => !REFUSALS[code].retry)
  expect(lasting).toEqual(['version', 'revoked', 'wrong-key', 'same-node'])
})

test('W9 two sides speak the highest version both know, or none', () => {
  expect(commonVersion([1, 1], [1, 1])).toBe(1)
  expect(commonVersion([1, 3], [2, 5])).toBe(3)
  expect(commonVersion([3, 5], [1, 3])).toBe(3)
  expect(commonVersion([4, 5], [1, 3])).toBeUndefined()
  expect(commonVersion([1, 3], [4, 5])).toBeUndefined()
  expect(commonVersion([1, 3], [3, 1])).toBeUndefined()
})

test('W10 the history ends with the newest version and reaches back to every version served', () => {
  expect(VERSION_HISTORY.at(-1)?.version).toBe(PROTOCOL_VERSION)
  expect(VERSION_HISTORY.map(({ version }) => version)).toContain(OLDEST_VERSION)
  expect(PROTOCOL_VERSION - OLDEST_VERSION).toBeLessThanOrEqual(2)
  for (const { deploy } of VERSION_HISTORY) expect(deploy.length).toBeGreaterThan(0)
})
