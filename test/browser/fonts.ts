/** The fonts that the tests' browser draws with: Noto Sans SC from npm and nothing of the system. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import decompress from 'woff2-encoder/decompress'
import { madeOnce } from './made-once.ts'

const PACKAGE = dirname(createRequire(import.meta.url).resolve('@fontsource-variable/noto-sans-sc/package.json'))

/** The place is told from where the settings lie, so that the folder may be moved. */
const SETTINGS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`

/** What a browser is started with to draw with these fonts; they are unpacked at the first use. */
export async function fontSettings(): Promise<Readonly<Record<string, string>>> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  const folder = await madeOnce(`fonts-${version}`, unpack)
  return { FONTCONFIG_FILE: join(folder, 'fonts.conf') }
}

/** Browsers read compressed fonts in pages only, not among the system's. */
async function unpack(folder: string): Promise<void> {
  const fonts = join(folder, 'fonts')
  await mkdir(fonts)
  for (const name of readdirSync(join(PACKAGE, 'files')))
    await writeFile(
      join(fonts, name.replace('.woff2', '.ttf')),
      await decompress(readFileSync(join(PACKAGE, 'files', name))),
    )
  await writeFile(join(folder, 'fonts.conf'), SETTINGS)
}
