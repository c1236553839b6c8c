/** The rooms of the house: who may stand on whom within a floor. */
import { expect, test } from 'vitest'
import { importsOf, type Source, sources } from './tree.ts'

const product = sources('.ts').filter(({ path }) => !path.startsWith('test/'))

const within = (room: string): readonly Source[] => product.filter(({ path }) => path.startsWith(room))

/** Imports of a room that it may not have, as `file → target`. */
const wrongIn = (room: string, isWrong: (target: string) => boolean): readonly string[] =>
  within(room).flatMap((source) =>
    importsOf(source)
      .filter(isWrong)
      .map((target) => `${source.path} → ${target}`),
  )

test('H22 commands know neither pages nor API nor hub, and nothing that draws or serves; API and register know no page', () => {
  const above = (target: string) => /^(edge-node\/(?!commands\/)|hub\/)/.test(target)
  const drawing = (target: string) => /^(@hono\/|hono(\/|$))/.test(target)
  expect(wrongIn('edge-node/commands/', (target) => above(target) || drawing(target))).toEqual([])
  expect(wrongIn('edge-node/desk/api/', (target) => /^edge-node\/desk\/(?!api\/)/.test(target))).toEqual([])
  expect(
    wrongIn('hub/register/', (target) => /^(edge-node\/desk|hub\/pages)\//.test(target) || drawing(target)),
  ).toEqual([])
  // The rooms are there, and stand on commands.
  for (const room of ['edge-node/desk/api/', 'edge-node/desk/counter/', 'hub/register/'])
    expect(wrongIn(room, (target) => target.startsWith('edge-node/commands/')).length, room).toBeGreaterThan(0)
})

/** Files tied together by imports that lead back to them, each group once; a file alone when it imports itself. */
function circlesOf(files: readonly Source[]): readonly (readonly string[])[] {
  const known = new Set(files.map(({ path }) => path))
  const imports = new Map(files.map((file) => [file.path, importsOf(file).filter((target) => known.has(target))]))
  const reach = new Map(files.map(({ path }) => [path, reachedFrom(path, imports)]))
  const isTied = (one: string, other: string) => reach.get(one)?.has(other) && reach.get(other)?.has(one)
  const circles = files.map(({ path }) => files.map((other) => other.path).filter((other) => isTied(path, other)))
  return [...new Map(circles.filter(({ length }) => length > 0).map((circle) => [circle.join(), circle])).values()]
}

/** Everything a file stands on, itself only when the way leads back to it. */
function reachedFrom(path: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>()
  const waiting = [...(imports.get(path) ?? [])]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    waiting.push(...(imports.get(next) ?? []))
  }
  return reached
}

test('H21 no two files import each other, not for types either', () => {
  const file = (path: string, ...targets: string[]): Source => ({
    path: `protocol/${path}.ts`,
    text: targets.map((target) => `import type { X } from './${target}.ts'\n`).join(''),
  })
  const tied = [file('a', 'b'), file('b', 'c'), file('c', 'a', 'd'), file('d'), file('e', 'e'), file('f', 'a')]
  expect(circlesOf(tied)).toEqual([['protocol/a.ts', 'protocol/b.ts', 'protocol/c.ts'], ['protocol/e.ts']])
  expect(circlesOf(product)).toEqual([])
})
