/** The node over the API: safety of what it holds, health, nodes below. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import type { Office } from '#protocol/engine/office.ts'
import type { ApiEnv } from './authentication.ts'
import { readableRows } from './case-rows.ts'
import { json, reading } from './routing.ts'
import { HealthShape, NodesShape, SyncShape } from './shapes.ts'

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  summary: '本机能否办件(不用登录,不含个人信息)',
  security: [],
  responses: {
    200: { description: '可以保存', content: json(HealthShape) },
    503: { description: '不能保存,说明原因', content: json(HealthShape) },
  },
})

/** Adds the health route; it must stay before the sign-in, because monitors have no account. */
export function addHealth(api: OpenAPIHono<ApiEnv>, office: Office): void {
  api.openapi(healthRoute, async (c) => {
    const { health } = await office.status()
    const { writable, problem, next } = health
    return c.json({ writable, problem, next }, writable ? 200 : 503)
  })
}

/** Adds the routes about the node and the network. */
export function addNetwork(api: OpenAPIHono<ApiEnv>, office: Office): void {
  const { directory } = office
  api.openapi(reading('/sync', '同步情况', SyncShape), async (c) => {
    const shared = (await office.sharedNumbers()).map(async ({ number, cases }) => ({
      number,
      cases: await readableRows(office, c.get('signIn').actor, cases),
    }))
    const sharedNumbers = (await Promise.all(shared)).filter(({ cases }) => cases.length > 0)
    return c.json({ ...(await office.status()), sharedNumbers }, 200)
  })
  api.openapi(reading('/nodes', '下级节点', NodesShape), async (c) => {
    const nodes = (await office.nodesBelow()).map((status) => {
      const record = directory.node(status.node)
      return { ...status, name: record?.name ?? status.node, stations: record?.stations ?? [] }
    })
    return c.json({ nodes }, 200)
  })
}
