/** Bundles the processes of the bench as the product is bundled: single modules would measure the module loader. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** Builds the bundle; answers its path. */
export async function buildBundle(): Promise<string> {
  const outfile = fileURLToPath(new URL('../../build/bench.mjs', import.meta.url))
  await build({
    entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    sourcemap: true,
    banner: { js: BANNER },
    external: ['libsql', '@libsql/*', 'bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  })
  return outfile
}
