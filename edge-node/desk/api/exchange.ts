/** Exchange over the API: packages up, replies down, cases of vertical systems in, cases of a period out. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import { exportCases, exportCsv } from '#edge-node/commands/exchange/case-export.ts'
import { takeInCases } from '#edge-node/commands/exchange/imports.ts'
import { packageOf } from '#edge-node/commands/exchange/package.ts'
import { takeReply } from '#edge-node/commands/exchange/reply.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Office } from '#protocol/engine/office.ts'
import { type ApiEnv, SIGNED_IN } from './authentication.ts'
import { answer, refusals, refuse } from './refusals.ts'
import { CaseParameter } from './requests.ts'
import { body, json, READING, WRITING } from './routing.ts'
import { day } from './shapes/identifiers.ts'
import { ExportShape, ImportReportShape, RepliedShape, ReplyBody, ReportPackageShape, VerticalBody } from './shapes.ts'

const packageRoute = createRoute({
  method: 'get',
  path: '/cases/{id}/report-package',
  summary: '上报包:报上级机关的全部内容',
  security: SIGNED_IN,
  request: { params: CaseParameter },
  responses: { 200: { description: '上报包', content: json(ReportPackageShape) }, ...READING, ...refusals(403, 409) },
})

const replyRoute = createRoute({
  method: 'post',
  path: '/cases/{id}/reply',
  summary: '导入上级回复文件,登记为“上级批复”',
  security: SIGNED_IN,
  request: { params: CaseParameter, body: body(ReplyBody) },
  responses: { 200: { description: '已登记,或此前已经登记', content: json(RepliedShape) }, ...WRITING },
})

const importRoute = createRoute({
  method: 'post',
  path: '/exchange/vertical-cases',
  summary: '补录部门垂直系统的办件',
  security: SIGNED_IN,
  request: { body: body(VerticalBody) },
  responses: {
    200: { description: '每一行的结果;能补录的都已保存在本机', content: json(ImportReportShape) },
    ...WRITING,
  },
})

const ExportQuery = z.object({
  from: day.openapi({ description: '收件日期从', example: '2026-11-01' as Day }),
  until: day.openapi({ description: '收件日期到', example: '2026-11-30' as Day }),
  format: z.enum(['json', 'csv']).default('json').openapi({ description: 'csv 只有平铺的字段,没有环节' }),
  after: z.string().max(300).optional().openapi({ description: '上一次的 next(csv 在响应头 x-next)' }),
})

const exportRoute = createRoute({
  method: 'get',
  path: '/exchange/cases',
  summary: '按 GB/T 39046 导出一段时间收件的办件',
  security: SIGNED_IN,
  request: { query: ExportQuery },
  responses: {
    200: {
      description: '办件',
      content: { ...json(ExportShape), 'text/csv': { schema: z.string().openapi({ example: '办件编号,…' }) } },
    },
    ...READING,
  },
})

function addCaseFiles(api: OpenAPIHono<ApiEnv>, office: Office): void {
  api.openapi(packageRoute, async (c) => {
    const { actor } = c.get('signIn')
    const made = await packageOf(office, actor, c.req.valid('param').id)
    if (!made.ok) return refuse(c, made.problem)
    c.header('content-disposition', `attachment; filename="${made.value.case.number}-report.json"`)
    return c.json(made.value, 200)
  })
  api.openapi(replyRoute, async (c) => {
    const { id } = c.req.valid('param')
    return answer(c, await takeReply(office, c.get('signIn').actor, id, c.req.valid('json')))
  })
}

/** Adds the routes of the exchange. */
export function addExchange(api: OpenAPIHono<ApiEnv>, office: Office): void {
  addCaseFiles(api, office)
  api.openapi(importRoute, async (c) => {
    const { list, ...source } = c.req.valid('json')
    return answer(c, await takeInCases(office, c.get('signIn').actor, list, source))
  })
  api.openapi(exportRoute, async (c) => {
    const { from, until, format, after } = c.req.valid('query')
    const made = await exportCases(office, c.get('signIn').actor, { from, until }, after)
    if (format === 'json') return c.json(made, 200)
    if (made.next !== null) c.header('x-next', made.next)
    return c.body(exportCsv(made), 200, { 'content-type': 'text/csv; charset=utf-8' })
  })
}
