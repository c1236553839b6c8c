/** One name for one thing: what a file exports is called like nothing that another file exports. */
import { expect, test } from 'vitest'
import { type Source, sources } from './tree.ts'

/** Names that may stand for different things, each with the reason. */
const SHARED: Readonly<Record<string, string>> = {}

/** Names that a file declares and exports; what it only passes on from another file is that file's. */
const declaredNames = ({ text }: Source): readonly string[] => [
  ...new Set(
    [
      ...text.matchAll(
        /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|var|function\*?|class|type|interface|enum|namespace) +([\w$]+)/gm,
      ),
    ].map((match) => match[1] as string),
  ),
]

/** Names of several files, with those files. */
function sharedNames(files: readonly Source[]): Readonly<Record<string, readonly string[]>> {
  const places = new Map<string, string[]>()
  for (const file of files)
    for (const name of declaredNames(file)) places.set(name, [...(places.get(name) ?? []), file.path])
  return Object.fromEntries([...places].filter(([, paths]) => paths.length > 1).sort())
}

test('H31 no two files of the product export one name for two things', () => {
  const product = sources('.ts').filter(({ path }) => !path.startsWith('test/'))
  const shared = sharedNames(product)
  expect(Object.fromEntries(Object.entries(shared).filter(([name]) => !Object.hasOwn(SHARED, name)))).toEqual({})
  expect(Object.keys(SHARED).filter((name) => !Object.hasOwn(shared, name))).toEqual([])
  expect(product.flatMap(declaredNames).length).toBeGreaterThan(900)
})

test('H31 a name is found wherever it is declared for export, once for a type and its value, never where it is passed on', () => {
  const file = (path: string, text: string): Source => ({ path, text })
  const declaring = file(
    'a.ts',
    'export const Seal = 1\nexport type Seal = 1\nexport async function take() {}\nconst own = 1',
  )
  const passing = file('b.ts', "export { Seal, take } from './a.ts'\nexport * from './a.ts'\n")
  const other = file('c.ts', 'export interface Seal {}\nexport abstract class take {}\nexport function* own() {}')
  expect(declaredNames(declaring)).toEqual(['Seal', 'take'])
  expect(sharedNames([declaring, passing])).toEqual({})
  expect(sharedNames([declaring, passing, other])).toEqual({ Seal: ['a.ts', 'c.ts'], take: ['a.ts', 'c.ts'] })
})
