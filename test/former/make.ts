/**
 * Makes the fixtures of a release: its edge-node program, and the data folders of a county that it ran. Copied into a
 * checkout of that release and run there (`node test/former/make.ts`) before the next release changes what disks hold.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { BUNDLING, buildPrograms } from '#edge-node/build.ts'
import { VERSION } from '#edge-node/version.ts'
import { apply, materialsOf } from '#test/end-to-end/application.ts'
import { untilCase } from '#test/end-to-end/casework-county.ts'
import { COUNTY_HALL, openCounty, TOWNSHIP } from '#test/end-to-end/county.ts'
import { untilTrue } from '#test/programs/process.ts'

/** The slowest and smallest there is; made once, read often. */
const squeezed = (bytes: Uint8Array): Uint8Array =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  })

/** The program as that release bundles it, without what only people read. */
async function program(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...BUNDLING,
    entryPoints: ['edge-node/main.ts'],
    outfile: 'edge-node.mjs',
    write: false,
    sourcemap: false,
    minify: true,
    charset: 'utf8',
  })
  return outputFiles[0]?.contents ?? new Uint8Array()
}

/** What the fixture's county has done when it stops: a case on its way to the hall, one at the township, a draft. */
async function liveCounty(folder: string): Promise<object> {
  const { hub, township, villages, machines } = await openCounty(folder, ['hongyan'])
  const village = villages.hongyan.api
  const clerk = township.api
  const offered = await apply(village, 'SL0001', 1)
  await village.act(offered.id, 'captured', materialsOf(offered))
  await village.act(offered.id, 'offered', { to: TOWNSHIP, ...materialsOf(offered) })
  await untilCase(clerk, offered.id, ({ offer }) => {
    if (!offer) throw new Error('not offered yet')
  })
  await clerk.act(offered.id, 'taken', materialsOf(offered))
  await clerk.act(offered.id, 'received', materialsOf(offered))
  await clerk.act(offered.id, 'accepted', {})
  await clerk.act(offered.id, 'offered', { to: COUNTY_HALL, ...materialsOf(offered) })
  const counter = await apply(clerk, 'SL0001', 2)
  await clerk.act(counter.id, 'received', materialsOf(counter))
  await clerk.act(counter.id, 'noted', { text: '申请人电话有变' })
  const draft = await apply(village, 'SL0001', 3)
  for (const api of [clerk, village])
    await untilTrue(async () => {
      if ((await api.sync()).casesNotAtRoot > 0) throw new Error('not everything is at the county')
    }, 200)
  const cases: Record<string, unknown> = {}
  for (const [name, { id }] of Object.entries({ offered, counter, draft })) cases[name] = (await hub.api.view(id)).state
  for (const machine of machines.toReversed()) await machine.stop()
  return cases
}

async function filesIn(folder: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      files[path.slice(folder.length + 1)] = await readFile(path)
    }
  return files
}

const folder = 'build/former-county'
const made = 'build/former'
await rm(folder, { recursive: true, force: true })
await mkdir(made, { recursive: true })
await buildPrograms(['hub', 'edge-node'])
const cases = await liveCounty(folder)
await writeFile(join(made, `edge-node-${VERSION}.br`), squeezed(await program()))
await writeFile(join(made, `county-${VERSION}.br`), squeezed(serialize({ cases, files: await filesIn(folder) })))
