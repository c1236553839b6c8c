/** The static files of the desk: their addresses change with their content, so browsers keep them for good. */
import type { Hono } from 'hono'
import { answerReady, makeReady, type Ready } from '#edge-node/ready-answer.ts'

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
  style: { url: '/assets/desk-23e768db.css', file: '#edge-node/desk/assets/desk.css', type: CSS },
  script: { url: '/assets/desk-e3ba2929.js', file: '#edge-node/desk/assets/desk.js', type: SCRIPT },
} as const satisfies Record<string, Asset>

export type AssetName = keyof typeof ASSETS

export const assetUrl = (name: AssetName): string => ASSETS[name].url

/** A year, and never asked again: the address changes when the file does. */
const FOR_GOOD = 'public, max-age=31536000, immutable'

/** Serves the files from a reader the main hands in; each is read and compressed once. */
export function serveAssets(app: Hono, read: (asset: Asset) => Promise<Uint8Array<ArrayBuffer>>): void {
  for (const asset of Object.values(ASSETS)) {
    let ready: Promise<Ready> | undefined
    app.get(asset.url, async (context) => {
      ready ??= read(asset).then(makeReady)
      return answerReady(context, await ready, { 'content-type': asset.type, 'cache-control': FOR_GOOD })
    })
  }
}
