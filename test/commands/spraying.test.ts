/** The brake for one address that tries many names: what counts, and how often people hear of it. */
import { expect, test } from 'vitest'
import { createBrake } from '#edge-node/commands/account/spraying.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'

const MINUTE = 60_000
const CALLER = '10.0.0.66'

/** A brake at a node whose clock the test moves; each try is decided as told. */
function openBrake() {
  let now = Date.UTC(2026, 10, 20, 1)
  const told: string[] = []
  const warnings: object[] = []
  const office = { now: () => now, tell: ({ message }: { readonly message: string }) => void told.push(message) }
  const brake = createBrake(office, (about) => warnings.push(about))
  const failing = (code: string) => fail(code, '', '', '')
  const tries = async (name: string, code = 'sign-in-wrong'): Promise<string> => {
    const decided: Result<void> = code === 'signed-in' ? success(undefined) : failing(code)
    const result = await brake(CALLER, name, async () => decided)
    return result.ok ? 'signed-in' : result.problem.code
  }
  return {
    tries,
    told,
    warnings,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
  }
}

test('A85 tries of names that are locked count like wrong passwords, good ones and busy answers do not', async () => {
  const { tries, told } = openBrake()
  for (const code of ['signed-in', 'sign-in-busy', 'account-disabled'])
    for (let at = 0; at <= LIMITS.sprayedNames; at++) expect(await tries(`${code}${at}`, code)).toBe(code)
  expect(told).toEqual([])
  for (let at = 0; at < LIMITS.sprayedNames; at++)
    expect(await tries(`name${at}`, 'sign-in-locked')).toBe('sign-in-locked')
  expect([told.length, await tries('more')]).toEqual([1, 'sign-in-slowed'])
})

test('A85 a spray that goes on is told once in the time in which names are counted together, and once more after it', async () => {
  const { tries, told, warnings, pass } = openBrake()
  for (let at = 0; at < LIMITS.sprayedNames; at++) await tries(`name${at}`)
  const counts: number[] = []
  for (let minute = 1; minute <= 2 * LIMITS.sprayWindowMinutes; minute++) {
    pass(MINUTE)
    expect(await tries(`later${minute}`)).toBe('sign-in-wrong')
    counts.push(told.length)
  }
  const often = (count: number, times: number) => Array.from({ length: times }, () => count)
  const whole = LIMITS.sprayWindowMinutes
  expect(counts).toEqual([...often(1, whole - 1), ...often(2, whole), 3])
  expect(warnings).toEqual(often(3, 3).map(() => ({ address: CALLER, names: LIMITS.sprayedNames })))
})

test('A85 of a name so much is kept as any name is long, so that typing much fills no memory: what begins alike is one name', async () => {
  const { tries, told } = openBrake()
  const long = 'x'.repeat(40)
  for (let at = 0; at < 3 * LIMITS.sprayedNames; at++) expect(await tries(`${long}${at}`)).toBe('sign-in-wrong')
  expect(told).toEqual([])
  const short = long.slice(2)
  for (let at = 10; at < 10 + LIMITS.sprayedNames; at++) await tries(`${short}${at}`)
  expect(told).toHaveLength(1)
})
