/** What strangers send to a running program: it answers in words and its log hears nothing of it. */
import { request } from 'node:http'
import { connect } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { startHub } from './county.ts'
import { ask, until } from './program.ts'

beforeAll(() => buildPrograms(['hub']), 60_000)

/** Sends raw bytes and reads the first line of the answer, or all of it; empty where the connection was ended without one. */
const raw = (address: string, bytes: string, isWhole = false): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port, hostname } = new URL(address)
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    let text = ''
    socket.setEncoding('utf8').on('data', (part) => {
      text += part
      if (!isWhole && text.includes('\r\n')) socket.destroy()
    })
    socket.once('error', reject).once('close', () => resolve(isWhole ? text : (text.split('\r\n')[0] ?? '')))
  })

/** Begins a post and goes away in the middle of its body. */
const cutOff = (address: string, headers: Record<string, string>): Promise<void> =>
  new Promise((resolve) => {
    const asked = request(address, { method: 'POST', headers })
    asked.once('error', () => resolve()).once('close', () => resolve())
    asked.write('csrf=x')
    setTimeout(() => asked.destroy(), 100)
  })

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const JOIN = { 'content-type': 'application/json' }
const METHODS = ['HEAD', 'PUT', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']
const PATHS = [
  '/',
  '/sign-in',
  '/sync',
  '/hub/catalogue/import',
  '/live',
  '/api/sign-in',
  '/api/cases',
  '/join',
  '/link',
  '/join/hello',
]
const BODIES = [
  [{ 'content-type': 'text/plain' }, 'x'],
  [{ 'content-type': 'multipart/form-data; boundary=a' }, '--a\r\nbroken'],
  [{ 'content-type': 'application/json' }, '{"name":'],
  [{ 'content-type': 'application/x-www-form-urlencoded; charset=utf-16' }, '%'],
  [{ 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, 'x'.repeat(700_000)],
] as const

/** Addresses of which no request can be made: what stands behind the method, and the host. */
const ADDRESSES = [
  ['http://u:p@localhost/sign-in', 'localhost'],
  ['http://u@localhost/sign-in', 'localhost'],
  ['http://u:p@localhost/api/sign-in', 'localhost'],
  ['http://[/sign-in', 'localhost'],
  ['http://', 'localhost'],
  ['/sign-in', 'u:p@1.1'], // as long as the address that it is read as
  ['/sign-in', '1.1.1.1.1'],
  ['/sign-in', 'a b'],
  ['/sign-in', '[::1'],
  ['/sign-in\\..\\x', 'localhost'],
  ['*', 'localhost'],
] as const

test('E58 an address that cannot be read is answered 400 in words', async () => {
  const hub = startHub(temporaryFolder())
  const address = await hub.address()
  for (const [target, host] of ADDRESSES)
    for (const [method, body] of [
      ['GET', ''],
      ['POST', '{}'],
      ['OPTIONS', ''],
    ]) {
      const head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json`
      const answer = await raw(address, `${head}\r\nContent-Length: ${body?.length}\r\n\r\n${body}`, true)
      expect(answer, `${method} ${target} ${host}`).toMatch(/^HTTP\/1\.1 400 [\s\S]*请求的地址写法不对/)
    }
  expect(hub.text()).not.toMatch(/"level":50|Error| {4}at /)
}, 120_000)

test('E58 whatever strangers send, a program answers nothing 5xx and its log has no error of it', async () => {
  const hub = startHub(temporaryFolder())
  const address = await hub.address()
  for (const path of PATHS) {
    for (const method of METHODS) {
      const line = await raw(address, `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`)
      expect(line, `${method} ${path}`).toMatch(/^HTTP\/1\.1 [234]/)
    }
    for (const [headers, body] of BODIES) {
      const { status } = await ask(`${address}${path}`, { method: 'POST', headers, body })
      expect(status, `${path} ${JSON.stringify(headers)}`).toBeLessThan(500)
    }
    for (const type of [FORM, JOIN]) {
      await cutOff(`${address}${path}`, { ...type, 'content-length': '100' })
      await cutOff(`${address}${path}`, { ...type, 'transfer-encoding': 'chunked' })
    }
  }
  const signIn = await ask(`${address}/sign-in`)
  await until(() => expect(signIn.status).toBe(200))
  expect(hub.text()).not.toMatch(/"level":50|Error| {4}at /)
}, 120_000)
