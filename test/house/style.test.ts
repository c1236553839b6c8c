/** Sizes and habits that a reader relies on. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, sources } from './tree.ts'

const WALL_LINES = 400

test('H8 a file ends before the wall of 400 lines', () => {
  const long = sources('.ts').filter(({ path }) => !path.endsWith('storage/migrations.ts'))
  expect(long.filter(({ text }) => text.split('\n').length > WALL_LINES).map(({ path }) => path)).toEqual([])
})

test('H9 every file of the product opens with one sentence of purpose', () => {
  const without = sources('.ts').filter(
    ({ path, text }) => !path.startsWith('test/') && !/^\/\*\*[\s\S]{10,}?\*\//.test(text),
  )
  expect(without.map(({ path }) => path)).toEqual([])
})

test('H10 a function ends before the wall of 70 lines, and the linter is content', () => {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const output = execFileSync(process.execPath, [biome, 'lint', '--reporter=json', '--max-diagnostics=50', ROOT], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const { summary } = JSON.parse(output) as { summary: { errors: number; unchanged: number } }
  expect(summary.errors).toBe(0)
  expect(summary.unchanged).toBeGreaterThan(60)
}, 60_000)

test('H18 the compiler is content with all four folders, and every file is formatted', () => {
  const run = (program: string, ...given: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'node_modules', ...program.split('/')), ...given], {
      cwd: ROOT,
      encoding: 'utf8',
    })
  const compiled = run('typescript/bin/tsc', '--noEmit', '-p', ROOT)
  expect(`${compiled.stdout}${compiled.stderr}`).toBe('')
  expect(compiled.status).toBe(0)
  const checked = run('@biomejs/biome/bin/biome', 'check', ROOT)
  expect(checked.status, checked.stderr).toBe(0)
}, 120_000)

test('H11 nothing is left undone or switched off', () => {
  const marks = /\b(TO[D]O|FIX[M]E|HA[C]K)\b|not imple[m]ented|\.(skip|only|todo)\(/
  const left = sources('.ts').filter(({ text }) => marks.test(text))
  expect(left.map(({ path }) => path)).toEqual([])
})

test('H16 the project is its four folders and few files, and nothing in it names a folder of the machine it was made on', () => {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean)
  const top = new Set(files.map((path) => path.split('/')[0] as string).filter((name) => !name.startsWith('.')))
  expect([...top].sort()).toEqual([
    'LICENSE',
    'README.md',
    'edge-node',
    'hub',
    'package-lock.json',
    'package.json',
    'protocol',
    'test',
    'tsconfig.json',
    'wrangler.toml',
  ])
  // Read as bytes: a cache or a picture may carry a path as well.
  const folder = Buffer.from(`${ROOT}/`)
  expect(files.filter((path) => readFileSync(join(ROOT, path)).includes(folder))).toEqual([])
})

test('H17 every limit has its reason above it and is asked for somewhere', () => {
  const files = ['limits.ts', 'door-limits.ts', 'clock-limits.ts'] as const
  const limits = files.map((name) => readFileSync(join(ROOT, 'protocol', name), 'utf8')).join('\n')
  const named = [...limits.matchAll(/^( {2}\/\*\*[^\n]*\*\/\n)? {2}(\w+): /gm)]
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter(([, reason]) => reason === undefined).map(([, , name]) => name)).toEqual([])
  const product = sources('.ts')
    .filter(({ path }) => !path.startsWith('test/'))
    .map(({ text }) => text)
    .join('\n')
  expect(named.map(([, , name]) => name as string).filter((name) => !product.includes(`LIMITS.${name}`))).toEqual([])
})
