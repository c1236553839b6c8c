/** Static files: addresses that change with their content, small enough for thin lines. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { ASSETS, serveAssets } from '#edge-node/desk/assets.ts'
import { readAsset } from './serve.ts'

const require = createRequire(import.meta.url)
const LIMIT_BYTES = 250 * 1024

test('P25 the address of a static file names its version or hash, and all together stay under 250 KB compressed', async () => {
  let total = 0
  for (const asset of Object.values(ASSETS)) {
    const bytes = await readAsset(asset)
    total += gzipSync(bytes).length
    const own = asset.file.startsWith('#')
    const mark = own
      ? createHash('sha256').update(bytes).digest('hex').slice(0, 8)
      : JSON.parse(readFileSync(require.resolve(`${packageOf(asset.file)}/package.json`), 'utf8')).version
    expect([asset.file, asset.url]).toEqual([asset.file, expect.stringContaining(`-${mark}.`)])
  }
  expect(total).toBeLessThan(LIMIT_BYTES)
})

const packageOf = (file: string) =>
  file
    .split('/')
    .slice(0, file.startsWith('@') ? 2 : 1)
    .join('/')

test('P35 static files are served compressed to whoever takes it, once read, and may be kept for good', async () => {
  const app = new Hono()
  let reads = 0
  serveAssets(app, (asset) => {
    reads++
    return readAsset(asset)
  })
  const { url } = ASSETS.tabler
  const packed = await app.request(url, { headers: { 'accept-encoding': 'gzip, br' } })
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect((await packed.arrayBuffer()).byteLength).toBeLessThan(100_000)
  const plain = await app.request(url)
  expect(plain.headers.get('content-encoding')).toBeNull()
  expect(await plain.text()).toContain('tabler')
  expect(reads).toBe(1)
})
