/** The rooms of casework, from the ground up: what each may import, and by which doors it is entered. */
import { expect, test } from 'vitest'
import { importsOf, type Source, sources } from './tree.ts'

const HERE = 'protocol/casework/'

/** A room is a file or a folder. What others may import of a folder are its doors; `*` stands for all of it. */
interface Room {
  readonly is: readonly string[]
  readonly doors: readonly string[]
}
const file = (...is: readonly string[]): Room => ({ is, doors: is })
const folder = (name: string, ...doors: readonly string[]): Room => ({
  is: [`${name}/`],
  doors: doors.map((door) => (door === '*' ? door : `${name}/${door}.ts`)),
})

const ROOMS: readonly Room[] = [
  file('codes.ts'),
  file('papers.ts'),
  // The list of stages: the steps of an item are some of them; the course of a case stands above both.
  file('course/stages.ts'),
  folder('time', 'days', 'calendar', 'counting', 'deadlines'),
  file('audit.ts'),
  // The table of an item's fields: the item is made of it, the rest of the catalogue stands on the item.
  file('catalogue/fields.ts', 'catalogue/item-parts.ts', 'catalogue/item-fields.ts'),
  file('item.ts', 'directory.ts'),
  file('item-law.ts'),
  folder('identity', 'identity', 'credit-code', 'regions', 'case-numbers', 'document-numbers', 'lanes'),
  folder('catalogue', '*'),
  file('register.ts'),
  folder('facts', 'facts', 'fields', 'field-values', 'values', 'contribution-checks'),
  folder('course', 'course', 'spans'),
  folder('clocks', 'clocks', 'deemed', 'time-limits', 'lateness'),
  folder(
    'rules',
    'transitions',
    'transition',
    'guards',
    'level',
    'reasons',
    'objection',
    'four-eyes',
    'remedies',
    'organ',
    'required-papers',
    'letters',
    'service',
    'transfer',
  ),
  file('case.ts'),
  folder('folding', 'fold', 'day-of', 'standing'),
  folder('acts', 'acts', 'permission', 'form', 'fork', 'stations', 'second', 'complete'),
  folder('exchange', '*'),
  folder('findings', '*'),
]

const product = sources('.ts').filter(({ path }) => !path.startsWith('test/'))
const casework = product.filter(({ path }) => path.startsWith(HERE))

/** The floor of a path within the list; -1 for what no room of casework holds. */
const floorOf = (path: string): number =>
  path.startsWith(HERE)
    ? ROOMS.findIndex(({ is }) => is.some((part) => `${path.slice(HERE.length)}`.startsWith(part)))
    : -1

const arrowsOf = (source: Source) =>
  importsOf(source)
    .filter((target) => target.startsWith(HERE))
    .map((target) => ({ from: source.path, to: target }))
const words = (arrows: readonly { readonly from: string; readonly to: string }[]) =>
  arrows.map(({ from, to }) => `${from} → ${to}`)

test('H41 every file of casework stands in a room, and an import points down the list of rooms or stays in its own', () => {
  expect(casework.filter(({ path }) => floorOf(path) === -1).map(({ path }) => path)).toEqual([])
  const arrows = casework.flatMap(arrowsOf)
  expect(words(arrows.filter(({ from, to }) => floorOf(to) > floorOf(from)))).toEqual([])
  expect(arrows.length).toBeGreaterThan(200)
})

test('H41 a room of casework is entered by its doors, and every door is there', () => {
  const passes = ({ from, to }: { readonly from: string; readonly to: string }): boolean => {
    const doors = ROOMS[floorOf(to)]?.doors ?? []
    return floorOf(from) === floorOf(to) || doors.includes('*') || doors.includes(to.slice(HERE.length))
  }
  expect(words(product.flatMap(arrowsOf).filter((arrow) => !passes(arrow)))).toEqual([])
  const known = new Set(casework.map(({ path }) => path.slice(HERE.length)))
  expect(ROOMS.flatMap(({ doors }) => doors).filter((door) => door !== '*' && !known.has(door))).toEqual([])
})

test('H41 no files of a room of casework import each other in a circle', () => {
  const inside = new Map(
    casework.map((source) => [
      source.path,
      arrowsOf(source).flatMap(({ from, to }) =>
        floorOf(from) === floorOf(to) && ROOMS[floorOf(to)]?.is.length === 1 ? [to] : [],
      ),
    ]),
  )
  // What imports nothing of its room any more is taken away, until only circles are left.
  for (let before = -1; before !== inside.size; ) {
    before = inside.size
    for (const [path, targets] of inside) if (!targets.some((target) => inside.has(target))) inside.delete(path)
  }
  expect([...inside.keys()]).toEqual([])
})
