/** `npm start` as a newcomer runs it, and the ends that nobody wants. */
import { fork, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { buildPrograms, bundlePath } from '#edge-node/build.ts'
import { environmentWith } from '#hub/config.ts'
import { choosePorts } from '#hub/model-ports.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { ask, syncOf, until } from './program.ts'

function start(script: string, words: readonly string[] = []) {
  const child = spawn(process.execPath, [script, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGKILL') // its programs notice that it is gone
    await ended
  })
  return { child, ended, text: () => text }
}

test('E23 npm start brings up a joined county, continues where it was, and stops as a whole', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder()
  const addressesOf = (text: string) => [...text.matchAll(/http:\/\/127\.0\.0\.1:\d+/g)].map(([address]) => address)
  const nodes: string[] = []
  for (const round of ['first', 'again']) {
    const county = start('hub/start.ts', [folder])
    await until(() => expect(county.text()).toContain(SAMPLE_PASSWORD))
    const addresses = addressesOf(county.text())
    expect(addresses).toHaveLength(4)
    for (const [index, person] of ['coordinator', 'anchang.clerk', 'hongyan', 'yonghe'].entries()) {
      expect(county.text()).toContain(person)
      const sync = await until(() => syncOf(addresses[index] ?? '', person, SAMPLE_PASSWORD), 3_000)
      if (round === 'first') nodes.push(sync.node)
      else expect(sync.node).toBe(nodes[index])
    }
    county.child.kill('SIGINT')
    expect(await county.ended).toBe(0)
    for (const address of addresses) await expect(ask(`${address}/api/health`)).rejects.toThrow(/ECONNREFUSED/)
  }
  expect(new Set(nodes).size).toBe(4)
})

test('E23 ports are remembered, and a taken one is named', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'ports.json')
  const first = await choosePorts(file, ['hub', 'township'])
  if (!first.ok) throw new Error(first.problem.message)
  expect(await choosePorts(file, ['hub', 'township'])).toEqual(first)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first.value)
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(first.value.township, '127.0.0.1', resolve))
  expect(await choosePorts(file, ['hub', 'township'])).toMatchObject({ ok: false, problem: { code: 'port-taken' } })
  const other = await choosePorts(join(folder, 'others.json'), ['hub', 'township'])
  expect(other.ok && Object.values(other.value)).not.toContain(first.value.township)
})

test('E20 a program stops by itself when the program that started it is gone', { timeout: 60_000 }, async () => {
  await buildPrograms(['hub'])
  for (const when of ['early', 'late']) {
    const folder = temporaryFolder()
    const env = environmentWith({ DATA_FOLDER: folder, DESK_PORT: '0', STATION_CODE: '510724', STATION_NAME: '安县' })
    const child = fork(bundlePath('hub'), [], { env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    onTestFinished(() => void child.kill('SIGKILL'))
    if (when === 'late') await new Promise((resolve) => child.once('message', resolve))
    else await until(() => expect(existsSync(join(folder, 'county.db'))).toBe(true))
    child.disconnect()
    expect(await ended).toBe(0)
  }
})

test('E20 an unexpected error is logged and ends the program with code 1', async () => {
  const program = start('test/programs/failing.ts')
  expect(await program.ended).toBe(1)
  expect(program.text()).toContain('a bug somewhere')
})
