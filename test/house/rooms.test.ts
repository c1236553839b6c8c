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

/** Rows of a spreadsheet as text: the pages' own module, on which an import and an export stand as well. */
const SPREADSHEET = 'edge-node/desk/exchange/csv.ts'

test('H22 commands know neither pages nor API nor hub, and nothing that draws or serves; API and register know no page', () => {
  const above = (target: string) => /^(edge-node\/(?!commands\/)|hub\/)/.test(target) && target !== SPREADSHEET
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
