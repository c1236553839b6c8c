/** Bundles the processes of the bench as the product is bundled: single modules would measure the module loader. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { BUNDLING } from '#edge-node/build.ts'

/** Builds the bundle; answers its path. */
export async function buildBundle(): Promise<string> {
  const outfile = fileURLToPath(new URL('../../build/bench.mjs', import.meta.url))
  await build({ ...BUNDLING, entryPoints: [fileURLToPath(new URL('worker.ts', import.meta.url))], outfile })
  return outfile
}
