/** Serves a desk with its static files on this machine. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { type Asset, serveAssets } from '#edge-node/desk/assets.ts'
import type { DeskEnv } from '#edge-node/desk/visit.ts'

const require = createRequire(import.meta.url)

/** A static file from the installed package or this project. */
export async function readAsset({ file }: Asset): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await readFile(
      file.startsWith('#') ? new URL(file.replace('#', '../../'), import.meta.url) : require.resolve(file),
    ),
  )
}

export interface Served {
  readonly address: string
  close(): Promise<void>
}

export async function serveDesk(desk: Hono<DeskEnv>): Promise<Served> {
  const app = new Hono()
  serveAssets(app, readAsset)
  app.route('/', desk as unknown as Hono)
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      }),
  }
}
