/** Every door of the desk, whatever method and body a stranger or somebody signed in comes with. */
import { beforeAll, expect, test } from 'vitest'
import { openPlace, type Place, type Visitor } from './place.ts'
import { captureCase } from './walk.ts'

let place: Place
let id: string
let people: readonly (readonly [string, Visitor])[]
beforeAll(async () => {
  place = await openPlace()
  id = (await captureCase(await place.as('agent'))).id
  people = [['stranger', place.visitor()], ...(await Promise.all(['clerk', 'admin'].map(signedIn)))]
})

const signedIn = async (name: string) => [name, await place.as(name)] as const

/** Addresses of all routes with one method, parameters filled in; without those that stand for every address. */
const doors = (method: string): readonly string[] => {
  const routes = place.desk.routes.filter((route) => route.method === method && !route.path.includes('*'))
  return [...new Set(routes.map(({ path }) => path.replace(':id', id).replace(/:\w+(\{[^}]*\})?/g, 'x')))]
}

const UPLOADS = ['/hub/catalogue/import', '/hub/settings/calendars/import']

interface Asked {
  readonly method: string
  readonly type?: string
  readonly body?: string
}

async function ask(visitor: Visitor, path: string, { method, type, body }: Asked): Promise<Response> {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { ...(cookie ? { cookie } : {}), ...(type ? { 'content-type': type } : {}) }
  return place.desk.request(path, { method, headers, ...(body === undefined ? {} : { body }) })
}

const PARTS = 'multipart/form-data; boundary=part'
const BROKEN: readonly (readonly [number, Asked])[] = [
  [415, { method: 'POST' }],
  [415, { method: 'POST', type: 'text/plain', body: 'x' }],
  [415, { method: 'POST', type: 'application/json', body: '{"csrf":"x"}' }],
  [415, { method: 'POST', type: '', body: 'x' }],
  [415, { method: 'POST', type: 'multipart/form-data', body: 'x' }],
  [400, { method: 'POST', type: PARTS, body: 'no part at all' }],
  [400, { method: 'POST', type: PARTS, body: '--part\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nx' }],
  [
    400,
    {
      method: 'POST',
      type: PARTS,
      body: '--part\r\nContent-Disposition: form-data; name="file"; filename="a\r\nb.csv"\r\n\r\nx\r\n--part--\r\n',
    },
  ],
]

test('P231 HEAD is answered as GET is, without a body', async () => {
  expect(doors('GET').length).toBeGreaterThan(40)
  for (const [name, visitor] of people) {
    for (const path of doors('GET').filter((one) => one !== '/live')) {
      const [head, get] = [await ask(visitor, path, { method: 'HEAD' }), await ask(visitor, path, { method: 'GET' })]
      expect([head.status, await head.text()], `${name} ${path}`).toEqual([get.status, ''])
      expect(head.headers.get('location'), `${name} ${path}`).toBe(get.headers.get('location'))
      expect(get.status, `${name} ${path}`).toBeLessThan(500)
    }
  }
  expect(place.faults).toEqual([])
})

test('P231 a method that the desk does not have is 405 in words, at every door', async () => {
  const methods = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'x']
  for (const [name, visitor] of people) {
    for (const path of ['/nowhere', ...doors('GET'), ...doors('POST')]) {
      for (const method of methods) {
        const answer = await ask(visitor, path, { method })
        expect(answer.status, `${name} ${method} ${path}`).toBe(405)
        expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
        const words = await answer.text()
        expect(words).toContain('没有改动任何数据')
      }
    }
  }
  expect(place.faults).toEqual([])
})

test('P231 a body that is no form is 415, a broken one 400, in words, and nobody is told of a fault', async () => {
  const posted = ['/nowhere', ...doors('GET'), ...doors('POST')]
  for (const path of UPLOADS) expect(posted).toContain(path)
  for (const [name, visitor] of people) {
    for (const path of posted) {
      for (const [status, asked] of BROKEN) {
        // A file from nobody we know is not even read, nor is what comes to the live stream, or as a form with files.
        const isShut = [...UPLOADS, '/live'].includes(path) || asked.type?.startsWith('multipart') === true
        const isUnread = name === 'stranger' && path !== '/sign-in' && isShut
        const answer = await ask(visitor, path, asked)
        const words = await answer.text()
        expect(answer.status, `${name} ${path} ${JSON.stringify(asked)} ${words}`).toBe(isUnread ? 401 : status)
        if (!isUnread) expect(words).toMatch(/没有改动任何数据。[\s\S]*请/)
      }
    }
  }
  expect(place.faults).toEqual([])
})
