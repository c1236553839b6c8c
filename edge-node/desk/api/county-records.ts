/** Records only the county hub writes: calendars, editions of items, letters and the rest of the directory; for administrators. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import {
  type CountyRegister,
  type ItemDraft,
  KEEP_MODES,
  type KeptRecord,
} from '#edge-node/commands/county-register.ts'
import { NOT_ROOT } from '#edge-node/commands/refusals.ts'
import { CHANGE_TYPES } from '#protocol/casework/codes.ts'
import type { Item } from '#protocol/casework/item.ts'
import { failure, type Result } from '#protocol/result.ts'
import { type ApiEnv, SIGNED_IN } from './authentication.ts'
import { refuse } from './refusals.ts'
import { body, json, WRITING } from './routing.ts'
import { coded, day } from './shapes/identifiers.ts'
import * as shapes from './shapes.ts'

/** What is the office's own in every record. */
const OWN = { type: true, version: true } as const

const mode = z.enum(KEEP_MODES).openapi({
  param: { name: 'mode', in: 'query' },
  description: 'new 新建(已有的拒绝)、change 修改(没有的拒绝)',
})

interface Kept {
  readonly path: string
  readonly summary: string
  readonly type: KeptRecord['type']
  readonly schema: z.ZodType
}

const strict = (shape: z.ZodObject, name: string, example: object) =>
  z.strictObject(shape.omit(OWN).shape).openapi(name, { example })

const DEPARTMENT = {
  id: 'WSJKJ',
  name: '卫生健康局',
  shortName: '卫健局',
  creditCode: '',
  formerNames: [{ name: '卫生局', until: '2018-12-31' }],
  successor: null,
  phone: '0816-1234567',
  inPlace: { office: true, hall: true, items: true, authority: true, people: true },
  sample: false,
}

const LETTER = {
  id: '安卫授〔2026〕3号',
  department: 'WSJKJ',
  station: '510724',
  person: 'zhou.chief',
  items: null,
  powers: ['accept', 'examine'],
  from: '2026-12-01',
  until: '2027-12-31',
  revoked: null,
}

const WINDOW = {
  id: 'W01',
  name: '卫生健康窗口',
  station: '510724',
  kind: 'single',
  departments: ['WSJKJ'],
  staff: [{ lead: 'zhou.chief', substitute: null }],
  sample: false,
}

const CALENDAR = {
  id: '2027',
  year: 2027,
  source: '国务院办公厅通知(文号)',
  off: ['2027-01-01/2027-01-03'],
  work: [],
  sample: false,
}

const REGION = { id: '510724103', name: '花荄镇', from: '2024-01-01', until: null, successor: null }

const RULES = {
  id: 'local',
  silenceAgrees: false,
  absenceAgrees: false,
  handInDays: 3,
  signDays: 1,
  relayDays: 2,
  disclosure: 'seven',
  reviewBody: '安县人民政府',
  court: '安县人民法院',
}

const KEPT: readonly Kept[] = [
  {
    path: '/calendars',
    summary: '发布一年的工作日历',
    type: 'calendar',
    schema: strict(shapes.CalendarYearShape, 'CalendarYearRequest', CALENDAR),
  },
  {
    path: '/departments',
    summary: '发布部门',
    type: 'department',
    schema: strict(shapes.DepartmentShape, 'DepartmentRequest', DEPARTMENT),
  },
  {
    path: '/windows',
    summary: '发布窗口',
    type: 'window',
    schema: strict(shapes.WindowShape, 'WindowRequest', WINDOW),
  },
  {
    path: '/letters',
    summary: '发出授权书',
    type: 'letter',
    schema: strict(shapes.LetterShape, 'LetterRequest', LETTER),
  },
  {
    path: '/regions',
    summary: '发布区划代码',
    type: 'region',
    schema: strict(shapes.RegionShape, 'RegionRequest', REGION),
  },
  {
    path: '/rules',
    summary: '修改本地规则',
    type: 'rules',
    schema: strict(shapes.RulesShape, 'LocalRulesRequest', RULES),
  },
]

const keepRoute = ({ path, summary, schema }: Kept) =>
  createRoute({
    method: 'post',
    path,
    summary: `${summary}(县中心管理员)`,
    security: SIGNED_IN,
    request: { query: z.object({ mode: mode.default('new') }), body: body(schema) },
    responses: { 200: { description: '已发布,随同步到达各节点', content: json(shapes.DoneShape) }, ...WRITING },
  })

const revokeRoute = createRoute({
  method: 'post',
  path: '/letters/{id}/revocation',
  summary: '撤销授权书(县中心管理员)',
  security: SIGNED_IN,
  request: {
    params: z.object({
      id: z
        .string()
        .min(1)
        .max(100)
        .openapi({ param: { name: 'id', in: 'path' }, description: '文号' }),
    }),
    body: body(
      z
        .strictObject({ from: day, reason: z.string().trim().min(1).max(200) })
        .openapi('RevocationRequest', { example: { from: '2026-12-01', reason: '首席代表调离' } }),
    ),
  },
  responses: { 200: { description: '已撤销,随同步到达各节点', content: json(shapes.DoneShape) }, ...WRITING },
})

/** Code, edition and time of an edition follow from what is asked beside the content. */
const Content = shapes.ItemShape.omit({ ...OWN, id: true, edition: true, effectiveFrom: true, change: true })

const ItemBody = z
  .strictObject({
    id: z.string().trim().min(1).max(40).openapi({ description: '事项代码(地方编码)' }),
    change: z.strictObject({ type: coded(CHANGE_TYPES), basis: z.string().trim().min(1).max(200) }),
    from: day.openapi({ description: '新版次生效的第一日' }),
    content: z.strictObject(Content.partial().shape).openapi({ description: '与现行版次不同的内容;新事项为全部内容' }),
  })
  .openapi('ItemRequest', {
    example: {
      id: 'SL0002',
      change: { type: 'adjusted', basis: '安府办〔2026〕7号' },
      from: '2027-01-01',
      content: { promised: { days: 3, unit: 'working', note: '' } },
    },
  })

const itemRoute = createRoute({
  method: 'post',
  path: '/items',
  summary: '发布事项的新版次,或新事项的第一版(县中心管理员)',
  security: SIGNED_IN,
  request: { body: body(ItemBody) },
  responses: { 200: { description: '已发布,随同步到达各节点', content: json(shapes.DoneShape) }, ...WRITING },
})

/** Adds the writes of the county; a node without a register says where they are done. */
export function addCountyRecords(api: OpenAPIHono<ApiEnv>, register: CountyRegister | undefined): void {
  const written = async (write: (held: CountyRegister) => Promise<Result<void>>): Promise<Result<void>> =>
    register ? write(register) : failure(NOT_ROOT)
  for (const kept of KEPT)
    api.openapi(keepRoute(kept), async (c) => {
      // The schema is the record's own without type and version, so together they are the record.
      const record = { ...(c.req.valid('json') as object), type: kept.type, version: 0 } as KeptRecord
      const asked = kept.type === 'rules' ? 'change' : c.req.valid('query').mode
      const done = await written((held) => held.keep(c.get('signIn').actor, record, asked))
      return done.ok ? c.json({ done: true as const }, 200) : refuse(c, done.problem)
    })
  api.openapi(revokeRoute, async (c) => {
    const { actor } = c.get('signIn')
    const { from, reason } = c.req.valid('json')
    const { id } = c.req.valid('param')
    const done = await written((held) => held.revokeLetter(actor, id, { from, reason }))
    return done.ok ? c.json({ done: true as const }, 200) : refuse(c, done.problem)
  })
  api.openapi(itemRoute, async (c) => {
    const { actor } = c.get('signIn')
    const { id, change, from, content } = c.req.valid('json')
    const draft: ItemDraft = { id, change, from, content: content as Partial<Item> }
    const done = await written((held) => held.publishItem(actor, draft))
    return done.ok ? c.json({ done: true as const }, 200) : refuse(c, done.problem)
  })
}
