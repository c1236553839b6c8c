/** The static files of the desk: their addresses change with their content, so browsers keep them for good. */
import type { Hono } from 'hono'

export interface Asset {
  /** Address on the node; carries the version or the hash of the file. */
  readonly url: string
  /** A file of an installed package (`@tabler/core/…`) or of this project (`#edge-node/…`). */
  readonly file: string
  readonly type: string
}

const CSS = 'text/css; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** Package files carry their version, own files the first 8 digits of their SHA-256; a test compares both. */
export const ASSETS = {
  tabler: { url: '/assets/tabler-1.6.1.css', file: '@tabler/core/dist/css/tabler.min.css', type: CSS },
  htmx: { url: '/assets/htmx-2.0.11.js', file: 'htmx.org/dist/htmx.min.js', type: SCRIPT },
  style: { url: '/assets/desk-8f277ede.css', file: '#edge-node/desk/assets/desk.css', type: CSS },
  script: { url: '/assets/desk-02aa1531.js', file: '#edge-node/desk/assets/desk.js', type: SCRIPT },
} as const satisfies Record<string, Asset>

export type AssetName = keyof typeof ASSETS

export const assetUrl = (name: AssetName): string => ASSETS[name].url

/** A year, and never asked again: the address changes when the file does. */
const FOR_GOOD = 'public, max-age=31536000, immutable'

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const squeezed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Response(squeezed).arrayBuffer()
}

/** Serves the files from a reader the main hands in; each is read and compressed once. */
export function serveAssets(app: Hono, read: (asset: Asset) => Promise<Uint8Array<ArrayBuffer>>): void {
  for (const asset of Object.values(ASSETS)) {
    let ready: Promise<{ plain: Uint8Array<ArrayBuffer>; packed: ArrayBuffer }> | undefined
    app.get(asset.url, async (context) => {
      ready ??= read(asset).then(async (plain) => ({ plain, packed: await gzip(plain) }))
      const { plain, packed } = await ready
      const takesGzip = (context.req.header('accept-encoding') ?? '').includes('gzip')
      const headers = { 'content-type': asset.type, 'cache-control': FOR_GOOD, vary: 'accept-encoding' }
      return takesGzip
        ? context.body(packed, 200, { ...headers, 'content-encoding': 'gzip' })
        : context.body(plain, 200, headers)
    })
  }
}
