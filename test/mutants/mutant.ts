/** A mutant: a few lines of the core made wrong on purpose, to see who notices. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Mutant {
  readonly name: string
  /** Path from the top of the project. */
  readonly file: string
  /** Lines as they stand, exactly once in the file; with them changed the program is wrong. */
  readonly from: string
  readonly to: string
  /** What goes wrong, in words, with the rule. */
  readonly fault: string
  /** Folders or files of tests that should notice, from the top; asked when the simulation does not. */
  readonly tests: readonly string[]
  /** Why nothing observable changes; only for a mutant that nobody can notice. */
  readonly silent?: string
}

/** Why a mutant does not fit the code any more; undefined when it does. */
export async function misfit(folder: string, { name, file, from, to }: Mutant): Promise<string | undefined> {
  const text = await readFile(join(folder, file), 'utf8').catch(() => undefined)
  if (text === undefined) return `${name}: there is no ${file}`
  const times = text.split(from).length - 1
  if (times !== 1) return `${name}: its lines stand ${times} times in ${file}`
  return from === to ? `${name}: changes nothing` : undefined
}

/** Makes the code of a folder wrong; the returned function makes it right again. */
export async function apply(folder: string, { file, from, to }: Mutant): Promise<() => Promise<void>> {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  await writeFile(
    path,
    text.replace(from, () => to),
  )
  return () => writeFile(path, text)
}
