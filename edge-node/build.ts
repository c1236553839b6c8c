/** Makes one file of each program: drizzle and zod as single modules would cost seconds at every start. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { type BuildOptions, build } from 'esbuild'

const PROGRAMS = {
  hub: 'hub/main.ts',
  'edge-node': 'edge-node/main.ts',
} as const
export type ProgramName = keyof typeof PROGRAMS

/**
 * What Node is told when a program starts, in package.json too: half of the usual room for new objects, which is 11 MB less
 * on a weak computer and no slower (measured; a quarter costs a tenth of the speed of catching up).
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8']

/** Where a program's bundle lies, below the project's folder. */
export const bundlePath = (name: ProgramName): string => `build/${name}.mjs`

/** CommonJS packages inside an ES module ask for `require`; under its own name the import would meet that of a package. */
const BANNER =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"

/** How everything that people start is bundled; the bench bundles its processes the same way. */
export const BUNDLING = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  sourcemap: true,
  banner: { js: BANNER },
  // Native code cannot be bundled, nor what looks for it by name at run time.
  external: ['libsql', '@libsql/*', 'bufferutil', 'utf-8-validate'],
  logLevel: 'warning',
} satisfies BuildOptions

/** Bundles programs; esbuild prints what is wrong and throws. */
export async function buildPrograms(names: readonly ProgramName[]): Promise<void> {
  await mkdir('build', { recursive: true })
  await Promise.all(names.map(buildProgram))
}

async function buildProgram(name: ProgramName): Promise<void> {
  const { outputFiles } = await build({
    ...BUNDLING,
    entryPoints: [PROGRAMS[name]],
    outfile: bundlePath(name),
    write: false,
  })
  for (const { path, contents } of outputFiles) {
    // Renamed into place: a program that starts at this moment must not read half a file.
    const fresh = `${path}.${process.pid}`
    await writeFile(fresh, contents)
    await rename(fresh, path)
  }
}

const wanted = process.argv.slice(2)
if (import.meta.main) {
  const names = (Object.keys(PROGRAMS) as ProgramName[]).filter((name) => wanted.length === 0 || wanted.includes(name))
  await buildPrograms(names)
}
