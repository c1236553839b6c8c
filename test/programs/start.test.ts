/** `npm start` as a newcomer runs it, and the ends that nobody wants. */
import { fork, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { buildPrograms, bundlePath } from '#edge-node/build.ts'
import { environmentWith } from '#hub/config.ts'
import { openGroup } from '#hub/model-group.ts'
import { openPorts } from '#hub/model-ports.ts'
import { heard } from '#hub/model-process.ts'
import { startModel } from '#hub/model-programs.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { ask, syncOf, until } from './program.ts'

/** Somebody at each program of the county, in the order in which their addresses are told. */
const PEOPLE = ['coordinator', 'anchang.clerk', 'hongyan', 'yonghe']

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
  const nodes: string[] = []
  for (const round of ['first', 'again']) {
    const county = start('hub/start.ts', [folder])
    await until(() => expect(county.text()).toContain(SAMPLE_PASSWORD))
    const addresses = addressesOf(county.text())
    expect(addresses).toHaveLength(4)
    for (const [index, person] of PEOPLE.entries()) {
      expect(county.text()).toContain(person)
      const sync = await until(() => syncOf(addresses[index] ?? '', person, SAMPLE_PASSWORD), 3_000)
      if (round === 'first') nodes.push(sync.node)
      else expect(sync.node).toBe(nodes[index])
    }
    if (round === 'again') {
      const ports = readPorts(folder)
      const second = start('hub/start.ts', [folder])
      expect(await second.ended).toBe(1)
      expect(second.text()).toMatch(/另一个程序.*\n.*没有改动/)
      expect(readPorts(folder)).toEqual(ports)
      for (const address of addresses) expect((await ask(`${address}/api/health`)).status).toBe(200)
    }
    county.child.kill('SIGINT')
    expect(await county.ended).toBe(0)
    for (const address of addresses) await expect(ask(`${address}/api/health`)).rejects.toThrow(/ECONNREFUSED/)
  }
  expect(new Set(nodes).size).toBe(4)
})

/** Holds a port as another program would; somebody else on this machine may hold it already. */
async function holdPort(port: number): Promise<void> {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.once('error', () => resolve()).listen(port, '127.0.0.1', resolve))
}

const addressesOf = (text: string) => [...text.matchAll(/http:\/\/127\.0\.0\.1:\d+/g)].map(([address]) => address)
const readPorts = (folder: string): Record<string, number> =>
  JSON.parse(readFileSync(join(folder, 'ports.json'), 'utf8'))
const portOf = (address: string | undefined) => Number(new URL(address ?? '').port)

test('E23 where another program has the ports of the county and of a township, both take others, and those below find them', {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder()
  let before: readonly number[] = []
  for (const round of ['first', 'taken', 'again']) {
    const county = start('hub/start.ts', [folder])
    await until(() => expect(county.text()).toContain(SAMPLE_PASSWORD))
    const addresses = addressesOf(county.text())
    const ports = addresses.map(portOf)
    expect(Object.values(readPorts(folder)).toSorted()).toEqual(ports.toSorted())
    for (const [index, person] of [...PEOPLE.entries()].slice(1))
      await until(async () => {
        const { parent } = await syncOf(addresses[index] ?? '', person, SAMPLE_PASSWORD)
        expect(parent).toMatchObject({ connected: true })
      }, 500)
    if (round === 'taken') expect(ports.slice(0, 2).filter((port) => before.includes(port))).toEqual([])
    // Who runs elsewhere than before was moved in words; other programs of this machine may move more than we did.
    for (const [index, port] of before.entries())
      if (port === ports[index]) expect(county.text()).not.toContain(`端口 ${port} `)
      else expect(county.text()).toMatch(new RegExp(`端口 ${port} 已被别的程序占用,.*改用 ${ports[index]}\n`))
    county.child.kill('SIGINT')
    expect(await county.ended).toBe(0)
    if (round === 'first') for (const port of ports.slice(0, 2)) await holdPort(port)
    before = ports
  }
})

test.each([
  ['SIGKILL', '被强行结束:内存不足时系统会这样做,也可能是有人结束了它(信号 SIGKILL)'],
  ['SIGSEGV', '崩溃(信号 SIGSEGV)'],
  ['SIGTERM', '在别人要求下停止(代码 0)'],
] as const)(
  'E23 of a program that %s ends the words say how, where its log is, and that the others end too',
  async (signal, how) => {
    await buildPrograms(['hub'])
    const folder = temporaryFolder()
    const group = openGroup(folder)
    onTestFinished(() => group.stop())
    const settings = { STATION_CODE: '510724', STATION_NAME: '安县' }
    const child = group.launch({ program: 'hub', name: '安县政务服务中心', folder: 'hub', settings }, 0)
    expect(await heard(child, z.object({ address: z.string() }))).toMatchObject({ ok: true })
    group.watch(child)
    child.process.kill(signal)
    const words = await group.broken
    expect(words).toContain(`安县政务服务中心${how},停止前的记录见 ${join(folder, 'hub', 'program.log')}`)
    expect(words).toContain('其他程序也随之停止')
  },
)

test('E23 a port that looked free and is taken when the program comes to it is given up for the next', async () => {
  await buildPrograms(['hub'])
  const folder = temporaryFolder()
  const ports = openPorts(join(folder, 'ports.json'))
  const lost = await ports.propose('hub', [])
  await holdPort(lost)
  const said: string[] = []
  const model = startModel(
    folder,
    { ...ports, propose: async (name, tried) => (tried.length === 0 ? lost : ports.propose(name, tried)) },
    (text) => said.push(text),
  )
  onTestFinished(() => model.stop())
  const started = await model.startHub()
  if (!started.ok) throw new Error(started.problem.message)
  const { port } = new URL(started.value)
  expect(Number(port)).not.toBe(lost)
  expect((await ask(`${started.value}/api/health`)).status).toBe(200)
  expect(readPorts(folder)).toEqual({ hub: Number(port) })
  expect(said).toEqual([]) // it never ran anywhere else
})

test('E23 ports are remembered; what others have, was tried or cannot be read is left out', async () => {
  const file = join(temporaryFolder(), 'ports.json')
  const ports = openPorts(file)
  const hub = await ports.propose('hub', [])
  ports.remember('hub', hub)
  const township = await ports.propose('township', [])
  expect(township).not.toBe(hub)
  expect(await ports.propose('township', [township])).not.toBe(township)
  const range = Array.from({ length: 100 }, (_, place) => 8080 + place)
  expect(await ports.propose('township', range)).toBe(0)
  expect(openPorts(file).remembered('hub')).toBe(hub)
  for (const damaged of ['{"hub":', '{"hub":"8080"}', '{"hub":99999}', '[]', 'null']) {
    writeFileSync(file, damaged)
    expect(openPorts(file).remembered('hub')).toBeUndefined()
  }
})

test('E23 a folder that cannot be used is named, with what to do', async () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const county = start('hub/start.ts', [join(file, 'data')])
  expect(await county.ended).toBe(1)
  expect(county.text()).toMatch(/目录 .*不能使用\(ENOTDIR\)\n.*没有改动\n.*请/)
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
