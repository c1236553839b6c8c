/** The programs on a disk that is really full, and with a log that nobody can write. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { buildPrograms, bundlePath } from '#edge-node/build.ts'
import { environmentWith } from '#hub/config.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { canMount, smallDisk } from '#test/storage/small-disk.ts'
import { HUB } from './county.ts'
import { ask, type Program, run, until } from './program.ts'

beforeAll(() => buildPrograms(['hub']), 60_000)

interface Answer {
  readonly status: number
  readonly body: Record<string, never> & { readonly id: string; readonly number: string; readonly code: string }
}

/** Calls the API of a program that was just started as one of its people. */
async function callerAt(program: Program) {
  const address = await program.address()
  const call = async (method: string, path: string, body?: object, token?: string): Promise<Answer> => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
    const { status, text } = await ask(`${address}/api${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status, body: JSON.parse(text) }
  }
  const { body } = await call('POST', '/sign-in', { name: 'mz.clerk', password: SAMPLE_PASSWORD })
  const { token } = body as unknown as { token?: string }
  if (!token) throw new Error(JSON.stringify(body))
  return (method: string, path: string, given?: object) => call(method, path, given, token)
}

const OPENING = { item: 'SL0001' }

describe.skipIf(!canMount)('a full disk', { timeout: 120_000 }, () => {
  const folderOn = (bytes: number) => {
    const disk = smallDisk(bytes)
    const folder = join(disk.folder, 'hub')
    const sidecar = () =>
      JSON.parse(readFileSync(join(folder, 'sidecar.json'), 'utf8').split('\n')[0] ?? '') as { incarnation: number }
    return { disk, folder, sidecar, start: () => run('hub', { ...HUB, DATA_FOLDER: folder }) }
  }

  test('S120 a node starts on a full disk: people sign in and read, health and refusals say why, and it writes when there is room', async () => {
    const { disk, start, sidecar } = folderOn(48_000_000)
    const first = start()
    const before = await callerAt(first)
    const opened = await before('POST', '/cases', OPENING)
    expect(opened.status, JSON.stringify(opened.body)).toBe(200)
    expect(await first.end()).toBe(0)
    const kept = sidecar()

    disk.fill()
    const program = start()
    const call = await callerAt(program)
    expect(await call('GET', '/health')).toMatchObject({
      status: 503,
      body: { writable: false, problem: '本机磁盘已满' },
    })
    expect(await call('GET', `/cases/${opened.body.id}`)).toMatchObject({ status: 200 })
    const refused = await call('POST', '/cases', OPENING)
    expect(refused).toMatchObject({ status: 503, body: { code: 'storage-full' } })
    expect(sidecar()).toEqual(kept)

    disk.free()
    const again = await call('POST', '/cases', OPENING)
    expect(again.status).toBe(200)
    expect(again.body.number).not.toBe(opened.body.number)
    await until(async () =>
      expect(await call('GET', '/health')).toMatchObject({ status: 200, body: { writable: true, problem: '' } }),
    )
    await until(() => expect(sidecar()).not.toEqual(kept))
    expect(sidecar().incarnation).toBe(kept.incarnation)
    disk.fill()
    expect(await program.end(), program.text()).toBe(0)
    expect(program.text()).not.toContain('unexpected error')
  })

  test('S121 a start that owes a new incarnation on a full disk writes nothing before that is durable', async () => {
    const { disk, folder, start, sidecar } = folderOn(48_000_000)
    const first = start()
    const before = await callerAt(first)
    const opened = await before('POST', '/cases', OPENING)
    expect(await first.end()).toBe(0)
    const old = sidecar().incarnation
    rmSync(join(folder, 'sidecar.json'))

    disk.fill()
    const program = start()
    const call = await callerAt(program)
    expect(await call('GET', `/cases/${opened.body.id}`)).toMatchObject({ status: 200 })
    expect(await call('POST', '/cases', OPENING)).toMatchObject({ status: 503, body: { code: 'storage-full' } })
    expect(() => sidecar()).toThrow()
    expect(program.text()).toContain('"verdict":"unknown"')

    disk.free()
    const again = await call('POST', '/cases', OPENING)
    expect(again.status).toBe(200)
    const fresh = sidecar().incarnation
    expect(fresh).not.toBe(old)
    const lane = (number: string) => number.split('-').at(-3)
    expect(lane(again.body.number)).not.toBe(lane(opened.body.number))
    expect(await program.end('SIGKILL')).toBeNull()
    const last = start()
    await callerAt(last)
    expect(sidecar().incarnation).toBe(fresh)
  })
})

test('D51 a program whose log and words nobody can write goes on and ends as it is told', async () => {
  const full = openSync('/dev/full', 'w') // takes nothing: a disk that is full for ever
  const env = environmentWith({ DESK_PORT: '0', ...HUB, DATA_FOLDER: temporaryFolder() })
  const child = spawn(process.execPath, [bundlePath('hub')], { env, stdio: ['ignore', full, full, 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [{ address }] = (await once(child, 'message')) as [{ address: string }]
  expect((await ask(`${address}/api/health`)).status).toBe(200)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})
