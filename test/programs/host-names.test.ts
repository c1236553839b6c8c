/** Names by which a node answers: a stranger's name that leads to it opens nothing. */
import { hostname } from 'node:os'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { ownCertificate } from '#edge-node/certificate.ts'
import { type HostNamesOptions, isOwnName, onlyOwnNames } from '#edge-node/host-names.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'

const options: HostNamesOptions = {
  certificate: null,
  addresses: () => ['https://hall.anxian.example:8443', 'https://10.1.2.3:8443', 'no address'],
}

test('E52 a node answers by numbers, by the names of its machine and by those in the register, and by no other', () => {
  const own = ['localhost', '127.0.0.1', '10.9.9.9', '::1', '2001:db8::1', 'hall.anxian.example']
  const machine = hostname().toLowerCase()
  for (const name of [...own, machine, `${machine}.local`]) expect(isOwnName(name, options), name).toBe(true)
  const foreign = ['evil.example', 'anxian.example', 'hall.anxian.example.evil.example', 'localhost.evil.example', '']
  for (const name of foreign) expect(isOwnName(name, options), name).toBe(false)
})

test('E52 the names of its certificate are its own', async () => {
  const { certificate } = await ownCertificate(temporaryFolder())
  expect(isOwnName('county-service-node', { ...options, certificate })).toBe(true)
  expect(isOwnName('evil.example', { ...options, certificate })).toBe(false)
})

test('E52 what is asked for under another name is refused in words, before anything is looked at', async () => {
  let reached = 0
  const app = new Hono().use(onlyOwnNames(options)).all('*', (context) => {
    reached += 1
    return context.text('inside')
  })
  const ask = async (address: string) => {
    const answer = await app.request(address, { method: 'POST' })
    return [answer.status, await answer.text()] as const
  }
  const [status, words] = await ask('http://evil.example:8080/sign-in')
  expect(status).toBe(421)
  expect(words).toMatch(/不用“evil\.example”这个名字[\s\S]*没有改动任何数据[\s\S]*请用本机的 IP 地址打开/)
  const [refused, problem] = await ask('http://evil.example:8080/api/sign-in')
  expect([refused, JSON.parse(problem)]).toMatchObject([421, { code: 'host-unknown', kept: '没有改动任何数据' }])
  expect(reached).toBe(0)
  for (const address of [
    'http://localhost/',
    'http://LOCALHOST:1/',
    'http://[::1]:8080/',
    'http://hall.anxian.example./',
  ])
    expect(await ask(address)).toEqual([200, 'inside'])
})
