/** The node over the API: catalogue, stations, safety of what it holds, health, nodes below. */
import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi'
import type { Office } from '#protocol/engine/office.ts'
import { type ApiEnv, SIGNED_IN } from './authentication.ts'
import { refusals } from './refusals.ts'
import { CatalogueShape, HealthShape, NodesShape, StationsShape, SyncShape } from './shapes.ts'

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } })
const READING = refusals(401, 500, 503)

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

/** A route that only reads and takes nothing. */
const reading = <Path extends string, Schema extends z.ZodType>(path: Path, summary: string, schema: Schema) =>
  createRoute({
    method: 'get',
    path,
    summary,
    security: SIGNED_IN,
    responses: { 200: { description: summary, content: json(schema) }, ...READING },
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
  api.openapi(reading('/catalogue', '事项目录', CatalogueShape), async (c) => {
    const { catalogueVersion } = await office.status()
    return c.json({ version: catalogueVersion, items: directory.items() }, 200)
  })
  api.openapi(reading('/stations', '站点', StationsShape), (c) =>
    c.json({ stations: directory.stations(), served: office.stations.map(({ id }) => id) }, 200),
  )
  api.openapi(reading('/sync', '同步情况', SyncShape), async (c) => c.json(await office.status(), 200))
  api.openapi(reading('/nodes', '下级节点', NodesShape), async (c) => {
    const nodes = (await office.nodesBelow()).map((status) => {
      const record = directory.node(status.node)
      return { ...status, name: record?.name ?? status.node, stations: record?.stations ?? [] }
    })
    return c.json({ nodes }, 200)
  })
}
