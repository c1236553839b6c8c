/** Installs what a peer consists of, when the bench first needs it, into a folder of its own that is not checked in. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'

/** Time for a slow line and for native code that must be compiled; behind it the bench goes on without the peer. */
const INSTALL_MILLISECONDS = 300_000
/** Where the project lies: `npm run` starts the bench there. */
const PROJECT = process.cwd()
/** The first lines of npm say what it is; a stack of calls follows. */
const SHOWN_CHARACTERS = 300

/**
 * The folder with a peer's packages, at the versions its checked-in list names.
 * @throws when they cannot be had, for instance without a network
 */
export async function installPeer(name: string): Promise<string> {
  const folder = join(PROJECT, 'build', 'peers', name)
  const wanted = await readFile(join(PROJECT, 'test', 'bench', 'peers', `${name}.package.json`), 'utf8')
  // Native code belongs to the Node it was installed for.
  const stamp = `${process.version}\n${wanted}`
  const stampFile = join(folder, 'installed')
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return folder
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), wanted)
  const quietly = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', '--fetch-retries=1']
  await runNpm(['install', '--prefix', folder, ...quietly])
  await writeFile(stampFile, stamp)
  return folder
}

function runNpm(given: readonly string[]): Promise<void> {
  const npm = process.env.npm_execpath
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  const child = spawn(command, [...first, ...given], { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (part) => {
    said = (said + part).slice(0, SHOWN_CHARACTERS)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), INSTALL_MILLISECONDS)
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  return new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm install ended with ${code}: ${said}`)),
    )
  }).finally(() => {
    clearTimeout(timer)
    process.off('exit', end)
  })
}

/** Scripts of packages run with this Node: what they fetch or compile is for it. */
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
})
