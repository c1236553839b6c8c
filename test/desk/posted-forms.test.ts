/** Posted forms: how many fields one may have, and that many at once are no one long turn. */

import { HTTPException } from 'hono/http-exception'
import { HonoRequest } from 'hono/request'
import { expect, test } from 'vitest'
import { formDataOf, readForm } from '#edge-node/desk/posted-forms.ts'
import type { Posted } from '#edge-node/turns.ts'
import { LIMITS } from '#protocol/limits.ts'
import { countTurns } from '#test/programs/turns.ts'

const posted = (body: string) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { req: new HonoRequest(new Request('http://desk/', { method: 'POST', headers, body })), env: undefined }
}

test('E67 a form with more fields than any has is refused unread, one with as many as may be is read', async () => {
  const fields = (count: number) => Array.from({ length: count }, (_, place) => `f${place}=%E5%AD%97+a`).join('&')
  expect(Object.keys(await readForm(posted(fields(LIMITS.postedFields)))).length).toBe(LIMITS.postedFields)
  expect(await readForm(posted('name=%E7%8E%8B%E8%8A%B3&name=b&empty=&lines=a%0D%0Ab'))).toEqual({
    name: '王芳,b',
    empty: '',
    lines: 'a\nb',
  })
  expect((await readForm(posted('constructor=a'))).constructor).toBe('a')
  const refused = await readForm(posted(fields(LIMITS.postedFields + 1))).catch((problem: unknown) => problem)
  expect(refused).toBeInstanceOf(HTTPException)
  expect((refused as HTTPException).status).toBe(413)
})

const parted = (count: number, boundary: string, given = `boundary=${boundary}`) => {
  const part = (at: number) => `--${boundary}\r\nContent-Disposition: form-data; name="f${at}"\r\n\r\n值&${at}\r\n`
  const body = `${Array.from({ length: count }, (_, at) => part(at)).join('')}--${boundary}--\r\n`
  const headers = { 'content-type': `multipart/form-data; ${given}` }
  return { req: new HonoRequest(new Request('http://desk/', { method: 'POST', headers, body })), env: undefined }
}

test('E67 a form with a file has few parts: more are refused before they are taken apart', async () => {
  const refusalOf = (request: Posted) =>
    formDataOf(request).then(
      (form) => [...form].length,
      (problem: unknown) => (problem instanceof HTTPException ? problem.status : problem),
    )
  const most = LIMITS.postedParts
  expect(await readForm(parted(1, '----WebKitFormBoundaryA1'))).toEqual({ f0: '值&0' })
  for (const [boundary, given] of [
    ['----WebKitFormBoundaryA1'],
    ['a b', 'boundary="a b"'],
    ["0aB'()+_,-./:=?", `charset=utf-8; boundary="0aB'()+_,-./:=?"`],
  ] as const) {
    expect(await refusalOf(parted(most, boundary, given))).toBe(most)
    expect(await refusalOf(parted(most + 1, boundary, given))).toBe(413)
    expect(await refusalOf(parted(4_000, boundary, given))).toBe(413)
  }
  // What two readers may read in two ways, or has no boundary at all, is no form.
  for (const given of ['x="; boundary=zzz"; boundary=a', 'boundary="\\a"', 'boundary=a; boundary=zzz', 'boundary=', ''])
    for (const count of [1, 4_000]) expect(await refusalOf(parted(count, 'a', given)), given).toBe(415)
  expect(await refusalOf(parted(1, 'a', 'boundary=b'))).toBe(400)
})

test('E67 of forms that have come at once one is read in each turn of the program', async () => {
  const turn = countTurns()
  for (const body of [() => posted('a=b'), () => parted(1, 'x')]) {
    const read = await Promise.all(Array.from({ length: 30 }, () => readForm(body()).then(turn)))
    expect(new Set(read).size).toBe(read.length)
  }
})

test('E67 whoever posts does not wait behind all that another address has posted', async () => {
  const order: string[] = []
  const post = (remoteAddress: string) =>
    readForm({ ...posted('a=b'), env: { incoming: { socket: { remoteAddress } } } }).then(() =>
      order.push(remoteAddress),
    )
  const crowd = Array.from({ length: 40 }, () => post('192.0.2.66'))
  await Promise.all([...crowd, post('192.0.2.7')])
  expect(order.indexOf('192.0.2.7')).toBeLessThan(4)
})

test('E67 a form that gate and page both read is taken apart once', async () => {
  const both = posted('a=b')
  expect(await formDataOf(both)).toBe(await formDataOf(both))
})
