/** Reads the source tree for tests about the house itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

export interface Source {
  /** Path from the project's root with forward slashes. */
  readonly path: string
  readonly text: string
}

const FOLDERS = ['hub', 'edge-node', 'protocol', 'test'] as const

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? walk(path) : [path]
  })
}

/** Every file of the four folders whose name ends as asked. */
export const sources = (ending: string): Source[] =>
  FOLDERS.flatMap((folder) => walk(join(ROOT, folder)))
    .filter((path) => path.endsWith(ending))
    .map((path) => ({ path: relative(ROOT, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))

/** What a file imports: subpath imports and relative ones resolved to paths from the root, packages by name. */
export function importsOf({ path, text }: Source): string[] {
  const found = [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^'"\n]*(?:\{[^}]*\}[^'"\n]*)?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
    ),
  ]
  return found.map((match) => match[1] ?? match[2] ?? match[3] ?? '').map((name) => resolve(path, name))
}

function resolve(path: string, name: string): string {
  if (name.startsWith('#')) return name.slice(1)
  if (!name.startsWith('.')) return name
  return join(path, '..', name).split(sep).join('/')
}
