/** The directory over the API: catalogue and its editions, departments, windows, letters, calendars, rules, regions. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { RECORD_UNKNOWN } from '#edge-node/commands/refusals.ts'
import type { Office } from '#protocol/engine/office.ts'
import { type ApiEnv, SIGNED_IN } from './authentication.ts'
import { refuse } from './refusals.ts'
import { json, READING, reading } from './routing.ts'
import {
  CalendarsShape,
  CatalogueShape,
  DepartmentsShape,
  EditionsShape,
  LettersShape,
  RegionsShape,
  RulesShape,
  StationsShape,
  WindowsShape,
} from './shapes.ts'

const ItemParameter = z.object({
  id: z
    .string()
    .min(1)
    .max(100)
    .openapi({ param: { name: 'id', in: 'path' }, description: '事项代码' }),
})

const editionsRoute = createRoute({
  method: 'get',
  path: '/items/{id}/editions',
  summary: '一个事项的全部版次',
  security: SIGNED_IN,
  request: { params: ItemParameter },
  responses: { 200: { description: '版次', content: json(EditionsShape) }, ...READING },
})

/** Adds the routes about records of the directory that everybody signed in may read. */
export function addRecords(api: OpenAPIHono<ApiEnv>, office: Office): void {
  const { directory } = office
  api.openapi(reading('/catalogue', '事项目录', CatalogueShape), async (c) => {
    const { catalogueVersion } = await office.status()
    return c.json({ version: catalogueVersion, items: directory.items() }, 200)
  })
  api.openapi(editionsRoute, (c) => {
    const editions = directory.editions(c.req.valid('param').id)
    return editions.length > 0 ? c.json({ editions }, 200) : refuse(c, RECORD_UNKNOWN)
  })
  api.openapi(reading('/stations', '站点', StationsShape), (c) =>
    c.json({ stations: directory.stations(), served: office.stations.map(({ id }) => id) }, 200),
  )
  api.openapi(reading('/departments', '部门', DepartmentsShape), (c) =>
    c.json({ departments: directory.departments() }, 200),
  )
  api.openapi(reading('/windows', '窗口', WindowsShape), (c) => c.json({ windows: directory.windows() }, 200))
  api.openapi(reading('/letters', '授权书', LettersShape), (c) => c.json({ letters: directory.letters() }, 200))
  api.openapi(reading('/calendars', '工作日历', CalendarsShape), (c) =>
    c.json({ calendars: directory.calendars(), coverage: office.register().calendar.coverage }, 200),
  )
  api.openapi(reading('/rules', '本地规则', RulesShape), (c) => c.json(directory.rules(), 200))
  api.openapi(reading('/regions', '区划代码', RegionsShape), (c) => c.json({ regions: directory.regions() }, 200))
}
