/** The browser that comes with the npm package: a headless Chromium for Linux, with the libraries that a bare system lacks. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { environmentWith } from '#test/config.ts'
import { madeOnce } from './made-once.ts'
import type { Startable } from './system-browser.ts'

const PACKAGE = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..')
const ARCHIVES = ['chromium.br', 'al2023.tar.br'].map((name) => join(PACKAGE, 'bin', name))

/** The browser, unpacked at its first use. */
export async function npmBrowser(): Promise<Startable> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('the browser from npm is for Linux on x64: install Chromium, or name one with CHROMIUM=<path>')
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  const folder = await madeOnce(`chromium-${version}`, unpack)
  return { file: join(folder, 'chromium'), settings: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') } }
}

/** The package unpacks into the temporary folder of its process and nowhere else: it gets a process of its own. */
async function unpack(folder: string): Promise<void> {
  const script = join(import.meta.dirname, 'unpack.ts')
  await promisify(execFile)(process.execPath, [script, ...ARCHIVES], { env: environmentWith({ TMPDIR: folder }) })
}
