/** Names that every plain object has by birth, wherever the desk looks up what people send. */
import { beforeAll, expect, test } from 'vitest'
import { openPlace, type Page, type Place, type Visitor } from './place.ts'
import { captureCase } from './walk.ts'

const NAMES = ['__proto__', 'constructor', 'toString', 'valueOf']

let place: Place
let id: string
beforeAll(async () => {
  place = await openPlace()
  id = (await captureCase(await place.as('agent'))).id
})

/** No page shows what belongs to the program. */
function expectPlain(page: Page, about: string): void {
  expect(page.status, about).toBeLessThan(500)
  expect(page.text, about).not.toMatch(/\[native code\]|\[object |function Object/)
}

const pages = (given: string): readonly string[] => {
  const paths = place.desk.routes.filter(({ method, path }) => method === 'GET' && !/\*|^\/live$/.test(path))
  return [
    ...new Set(paths.map(({ path }) => path.replace(/(?<=\/cases\/):id/, id).replace(/:\w+(\{[^}]*\})?/g, given))),
  ]
}

/** What addresses may ask for, on one page or another. */
const QUESTIONS = [
  ...['stage', 'due', 'item', 'person', 'done', 'act', 'edit', 'format', 'after', 'q', 'tier', 'state', 'department'],
  ...[
    'kind',
    'event',
    'station',
    'display',
    'month',
    'from',
    'until',
    'page',
    'next',
    'text',
    'window',
    'copy',
    'code',
  ],
  ...['start', 'days', 'pause', 'case', 'node', 'paper', 'sheet', 'edition', 'gaps', 'year'],
]

test('P232 an address that asks for a name every object has gets a page as for any unknown name', async () => {
  for (const person of ['clerk', 'admin', 'auditor', 'supervisor']) {
    const visitor = await place.as(person)
    for (const name of NAMES) {
      const query = new URLSearchParams(QUESTIONS.map((question): [string, string] => [question, name])).toString()
      for (const path of pages(name)) expectPlain(await visitor.get(`${path}?${query}`), `${person} ${path} ${name}`)
    }
    for (const done of NAMES) expect((await visitor.get(`/sync?done=${done}`)).html).not.toContain('alert-success')
    for (const due of NAMES) expectPlain(await visitor.get(`/?due=${due}`), due)
  }
  expect(place.faults).toEqual([])
})

/** Addresses and names of the fields of every form on a page that posts. */
const formsOn = ({ html }: Page): readonly { readonly action: string; readonly fields: readonly string[] }[] =>
  [...html.matchAll(/<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action = '', body = '']) => ({
      action,
      fields: [...body.matchAll(/\sname="([^"]+)"/g)].flatMap(([, name = '']) => (name === 'csrf' ? [] : [name])),
    }),
  )

async function postAll(visitor: Visitor, page: Page, name: string): Promise<number> {
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  const forms = formsOn(page).filter(({ action }) => !/^\/(sign-out|display)$|\/disable$/.test(action))
  for (const { action, fields } of forms) {
    const typed = Object.fromEntries([...fields, name].map((field) => [field, name]))
    expectPlain(await visitor.post(action, { ...typed, csrf }), `${action} ${name}`)
  }
  return forms.length
}

test('P232 a form in which such a name is typed, ticked or made up comes back in words', async () => {
  let posted = 0
  for (const person of ['clerk', 'admin', 'cashier', 'handler']) {
    const visitor = await place.as(person)
    for (const path of [...pages('x'), '/capture?item=SL0002', '/hub/catalogue/SL0002/edit'])
      for (const name of NAMES) posted += await postAll(visitor, await visitor.get(path), name)
  }
  expect(posted).toBeGreaterThan(100)
  expect(place.faults).toEqual([])
})
