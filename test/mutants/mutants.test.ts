/** The list of mutants fits the code as it stands: whoever moves a line of it moves the mutant too. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TOP } from './copy.ts'
import { misfit } from './mutant.ts'
import { MUTANTS } from './mutants.ts'

test('H81 every mutant fits the code, exactly once', async () => {
  const problems = await Promise.all(MUTANTS.map((mutant) => misfit(TOP, mutant)))
  expect(problems.filter((problem) => problem !== undefined)).toEqual([])
  expect(MUTANTS.length).toBeGreaterThanOrEqual(40)
})

test('H81 a mutant whose lines have moved, stand twice or change nothing is a misfit, and says which', async () => {
  const [mutant] = MUTANTS
  if (!mutant) throw new Error('no mutants')
  expect(await misfit(TOP, { ...mutant, file: 'protocol/absent.ts' })).toContain('there is no protocol/absent.ts')
  expect(await misfit(TOP, { ...mutant, from: 'no such line' })).toContain('stand 0 times')
  expect(await misfit(TOP, { ...mutant, from: 'const ' })).toMatch(/stand \d\d+ times/)
  expect(await misfit(TOP, { ...mutant, to: mutant.from })).toContain(`${mutant.name}: changes nothing`)
})

test('H81 names are unique, a fault names its rule, and what should notice exists', () => {
  const names = MUTANTS.map(({ name }) => name)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  expect(MUTANTS.filter(({ fault }) => !/^[A-Z]\d+(, [A-Z]\d+)*: /.test(fault)).map(({ name }) => name)).toEqual([])
  expect(MUTANTS.filter(({ tests }) => tests.length === 0).map(({ name }) => name)).toEqual([])
  const places = [...new Set(MUTANTS.flatMap(({ tests }) => tests))]
  expect(places.filter((place) => !existsSync(join(TOP, place)))).toEqual([])
})
