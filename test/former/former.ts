/** The release before this one: its edge-node program, and the county that it ran, as make.ts kept them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { deserialize } from 'node:v8'
import { brotliDecompressSync } from 'node:zlib'
import type { CaseState } from '#protocol/casework/case.ts'

/** The release. */
export const FORMER = '0.2.3'

const kept = async (name: string): Promise<Buffer> =>
  brotliDecompressSync(await readFile(join(import.meta.dirname, `${name}-${FORMER}.br`)))

/** The cases of that county, by what happened to them. */
export type FormerCase = 'offered' | 'counter' | 'draft'

interface Fixture {
  readonly cases: Readonly<Record<FormerCase, CaseState>>
  readonly files: Readonly<Record<string, Uint8Array>>
}

/** Writes the county's data folders (`hub`, `township`, `hongyan`) below a folder; what the hall showed of its cases. */
export async function unpackCounty(folder: string): Promise<Fixture['cases']> {
  const { cases, files } = deserialize(await kept('county')) as Fixture
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, bytes, { mode: 0o600 })
  }
  return cases
}

/** Writes that release's program where it finds its packages; its path. */
export async function unpackProgram(): Promise<string> {
  const path = join('build', `edge-node-${FORMER}.mjs`)
  await mkdir('build', { recursive: true })
  await writeFile(path, await kept('edge-node'))
  return path
}
