/** The end of sample mode, and where one-time passwords are told. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { ADMINISTRATOR, firstStart, resetPassword } from '#hub/first-start.ts'
import { dropSpentPassword, tellPassword } from '#hub/one-time-password.ts'
import { createRegistry } from '#hub/registry.ts'
import { beginSample, endSample } from '#hub/samples/ending.ts'
import { SAMPLE_PEOPLE } from '#hub/samples/people.ts'
import { publishSample, SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import type { PersonId } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { valueIn } from '#test/documents/authors.ts'
import { COUNTY, openNode, person } from '#test/engine/county.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'

async function openSample() {
  const faults = { full: false }
  const storage = new MemoryStorage()
  storage.beforeCommit = () => (faults.full ? 'full' : 'ok')
  const { engine, identity } = await openNode({ station: COUNTY, lease: 1, storage })
  const { office } = engine
  const accounts = createAccounts(office)
  const first = { office, accounts, identity, station: COUNTY, stationName: '安县政务服务中心', isNewCounty: true }
  valueIn(await firstStart({ ...first, password: SAMPLE_PASSWORD }))
  valueIn(await beginSample(office))
  valueIn(await publishSample(office, accounts))
  const codeOf = async (id: string, password = SAMPLE_PASSWORD) => {
    const signedIn = await accounts.signIn(id, password)
    return signedIn.ok ? 'signed-in' : signedIn.problem.code
  }
  const setPassword = async (id: PersonId, password: string) => {
    const person = office.directory.person(id) ?? expect.fail(id)
    valueIn(await office.publish(null, [{ ...person, password: await accounts.passwordRecord(password) }]))
  }
  return { office, accounts, identity, codeOf, setPassword, faults }
}

test('E56 the sample’s accounts end with sample mode, except those whose password was changed; the last administrator gets a new one', async () => {
  const { office, accounts, codeOf, setPassword } = await openSample()
  await setPassword('chief' as PersonId, 'Xin-mi-ma 9')
  expect(await codeOf('clerk')).toBe('signed-in')
  const { closed, password } = valueIn(await endSample(office, accounts))
  expect(closed).toBe(SAMPLE_PEOPLE.length - 1)
  expect([await codeOf('clerk'), await codeOf('chief', 'Xin-mi-ma 9')]).toEqual(['account-disabled', 'signed-in'])
  expect([await codeOf(ADMINISTRATOR), await codeOf(ADMINISTRATOR, password ?? '')]).toEqual([
    'sign-in-wrong',
    'signed-in',
  ])
  expect(valueIn(await endSample(office, accounts))).toEqual({ closed: 0, password: null })
})

test('E59 an account closed with the sample is not put back into use while its password is the published one', async () => {
  const { office, accounts, identity, codeOf, setPassword } = await openSample()
  const registry = createRegistry({ office, accounts, cryptography: nodeHost.cryptography, root: identity.node })
  const id = 'clerk' as PersonId
  const admin = person(COUNTY, ['administrator'])
  valueIn(await registry.disablePerson(admin, id))
  valueIn(await registry.enablePerson(admin, id)) // while it is a sample, it is one
  expect(await codeOf(id)).toBe('signed-in')
  valueIn(await endSample(office, accounts))
  expect(await registry.enablePerson(admin, id)).toMatchObject({ ok: false, problem: { code: 'sample-password' } })
  await setPassword(id, 'Xin-mi-ma 9')
  valueIn(await registry.enablePerson(admin, id))
  expect(await codeOf(id, 'Xin-mi-ma 9')).toBe('signed-in')
})

test('E56 accounts of a sample that was on once more end once more, and an administrator who is not the last one, too', async () => {
  const { office, accounts, codeOf, setPassword } = await openSample()
  valueIn(await endSample(office, accounts))
  await setPassword(ADMINISTRATOR, SAMPLE_PASSWORD)
  const chief = office.directory.person('chief' as PersonId) ?? expect.fail('chief')
  const password = await accounts.passwordRecord('Xin-mi-ma 9')
  valueIn(await office.publish(null, [{ ...chief, password, disabled: false, roles: ['administrator'] }]))
  expect(valueIn(await endSample(office, accounts)).closed).toBe(0) // looked for once
  valueIn(await beginSample(office))
  expect(valueIn(await endSample(office, accounts))).toEqual({ closed: 1, password: null })
  expect(await codeOf(ADMINISTRATOR)).toBe('account-disabled')
})

test('E56 a disk that takes nothing keeps no hub from starting: nothing is closed, and the next start does it', async () => {
  const { office, accounts, codeOf, faults } = await openSample()
  faults.full = true
  expect((await beginSample(office)).ok).toBe(true)
  expect(await endSample(office, accounts)).toMatchObject({ ok: false, problem: { code: 'storage-full' } })
  faults.full = false
  expect(await codeOf('clerk')).toBe('signed-in')
  expect(valueIn(await endSample(office, accounts)).closed).toBe(SAMPLE_PEOPLE.length)
})

test('E55 a one-time password is shown at a terminal, else written where its user alone reads it, and its file goes when it is spent', async () => {
  const { office, accounts } = await openSample()
  const folder = temporaryFolder()
  const path = join(folder, 'one-time-password.txt')
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  valueIn(tellPassword({ folder, isTerminal: true, say }, { id: ADMINISTRATOR, password: 'ABCD-1234', isFirst: true }))
  expect([said.at(-1)?.includes('ABCD-1234'), existsSync(path)]).toEqual([true, false])
  const password = valueIn(await resetPassword(office, accounts, ADMINISTRATOR))
  valueIn(tellPassword({ folder, isTerminal: false, say }, { id: ADMINISTRATOR, password, isFirst: false }))
  expect([said.at(-1)?.includes(password), said.at(-1)?.includes(path)]).toEqual([false, true])
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([`admin ${password}\n`, 0o600])
  await dropSpentPassword(office, folder)
  expect(existsSync(path)).toBe(true) // nobody may have read it yet
  valueIn(await resetPassword(office, accounts, ADMINISTRATOR))
  await dropSpentPassword(office, folder)
  expect(existsSync(path)).toBe(false)
  writeFileSync(path, 'not ours') // a person's own file is not taken for one
  await dropSpentPassword(office, folder)
  expect(existsSync(path)).toBe(true)
  rmSync(path)
  mkdirSync(path) // what cannot be read keeps no program from starting
  await dropSpentPassword(office, folder)
})

test('E55 a password that cannot be written is not told anywhere else: the words say how to get another', () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'one-time-password.txt'))
  const said: string[] = []
  const place = { folder, isTerminal: false, say: (text: string) => void said.push(text) }
  for (const [isFirst, kept] of [
    [true, '账号已建好'],
    [false, '新密码已生效,原来的密码已失效'],
  ] as const) {
    const told = tellPassword(place, { id: ADMINISTRATOR, password: 'ABCD-1234', isFirst })
    const next = expect.stringContaining('reset-password admin')
    expect(told).toMatchObject({ ok: false, problem: { next, kept } })
    expect(JSON.stringify([told, said])).not.toContain('ABCD-1234')
  }
})
