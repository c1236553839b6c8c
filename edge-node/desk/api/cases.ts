/** Cases over the API: open, find, read, fill in, act. */
import { createRoute, type OpenAPIHono, type z } from '@hono/zod-openapi'
import { NOT_AN_EDITOR } from '#edge-node/desk/problems.ts'
import { mayRead, mayReadRow } from '#edge-node/desk/reading.ts'
import { mayEdit, mayWrite } from '#edge-node/desk/visit.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { FACTS, type FactKind, type FieldValue } from '#protocol/casework/facts.ts'
import type { Actor, Office, Safety, SectionChange } from '#protocol/engine/office.ts'
import type { CaseQuery, CaseRow } from '#protocol/engine/storage.ts'
import { type EntryHash, isCaseId } from '#protocol/ids.ts'
import { failure, type Result } from '#protocol/result.ts'
import { type ApiEnv, SIGNED_IN } from './authentication.ts'
import { masked, readableBy } from './masking.ts'
import { createOnce, type Once } from './once.ts'
import { answer, CASE_UNKNOWN, READS_ONLY, refusals, refuse } from './refusals.ts'
import * as requests from './requests.ts'
import { ActedShape, CasePageShape, CaseShape, EditedShape, OpenedShape } from './shapes.ts'

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } })
const body = <Schema extends z.ZodType>(schema: Schema) => ({ content: json(schema), required: true })
const READING = refusals(400, 401, 404, 500, 503)
const WRITING = refusals(400, 401, 403, 404, 409, 413, 415, 500, 503)

/** The case a person names by id or number, when it exists and is this person's business. */
async function reach(office: Office, actor: Actor, text: string): Promise<Result<CaseState>> {
  const id = isCaseId(text) ? text : (await office.byNumber(text))?.id
  if (id === undefined) return failure(CASE_UNKNOWN)
  const state = await office.state(id)
  // The same words for both, so that guessing numbers tells nobody what exists elsewhere.
  return state.ok && mayRead(actor, office.directory, state.value) ? state : failure(CASE_UNKNOWN)
}

/** The same for a person who wants to change it. */
const reachToWrite = async (office: Office, actor: Actor, text: string): Promise<Result<CaseState>> =>
  mayWrite(actor) ? reach(office, actor, text) : failure(READS_ONLY)

const openRoute = createRoute({
  method: 'post',
  path: '/cases',
  summary: '新建办件',
  security: SIGNED_IN,
  request: { headers: requests.KeyHeader, body: body(requests.OpenBody) },
  responses: { 200: { description: '已建件并保存在本机', content: json(OpenedShape) }, ...WRITING },
})

const findRoute = createRoute({
  method: 'get',
  path: '/cases',
  summary: '查找办件',
  security: SIGNED_IN,
  request: { query: requests.CasesQuery },
  responses: { 200: { description: '一页办件', content: json(CasePageShape) }, ...READING },
})

const readRoute = createRoute({
  method: 'get',
  path: '/cases/{id}',
  summary: '查看办件',
  security: SIGNED_IN,
  request: { params: requests.CaseParameter },
  responses: { 200: { description: '办件的全部内容', content: json(CaseShape) }, ...READING },
})

const editRoute = createRoute({
  method: 'patch',
  path: '/cases/{id}/sections/{section}',
  summary: '填写栏目',
  security: SIGNED_IN,
  request: { params: requests.SectionParameters, body: body(requests.EditBody) },
  responses: { 200: { description: '已保存在本机', content: json(EditedShape) }, ...WRITING },
})

/** One route per act, so that the document shows each act's own fields. */
const actRoute = (kind: FactKind) =>
  createRoute({
    method: 'post',
    path: `/cases/{id}/acts/${kind}`,
    summary: FACTS[kind].title,
    security: SIGNED_IN,
    request: { params: requests.CaseParameter, headers: requests.KeyHeader, body: body(requests.actBody(kind)) },
    responses: { 200: { description: '已签名并保存在本机', content: json(ActedShape) }, ...WRITING },
  })

/** The storage query for what a caller asks. */
function queryOf(actor: Actor, asked: z.infer<typeof requests.CasesQuery>): CaseQuery {
  const { text, stage, scope, after, limit } = asked
  return {
    ...(text === undefined ? {} : { text }),
    ...(stage === undefined ? {} : { stages: Array.isArray(stage) ? stage : [stage] }),
    ...(scope === 'mine' ? { holders: [actor.station] } : {}),
    ...(scope === 'incoming' ? { offeredTo: [actor.station] } : {}),
    ...(asked.inTransfer === 'true' ? { inTransfer: true } : {}),
    ...(asked.aside === 'true' ? { aside: true } : {}),
    ...(after === undefined ? {} : { after }),
    limit,
  }
}

/** A row as callers read it: numbers masked, arrival left out because it means something only on this node. */
function rowOf(office: Office, row: CaseRow, safety: Safety | undefined) {
  const { arrival: _, ...rest } = row
  const itemName = office.directory.item(row.item)?.name ?? row.item
  return {
    ...rest,
    itemName,
    idNumber: masked(row.idNumber),
    phone: masked(row.phone),
    safety: safety ?? ('here' as const),
  }
}

function addReading(api: OpenAPIHono<ApiEnv>, office: Office) {
  api.openapi(findRoute, async (c) => {
    const { actor } = c.get('signIn')
    const page = await office.find(queryOf(actor, c.req.valid('query')))
    const rows = page.rows.filter((row) => mayReadRow(actor, office.directory, row))
    const safety = await office.safetyOf(rows.map((row) => row.id))
    return c.json({ rows: rows.map((row) => rowOf(office, row, safety.get(row.id))), next: page.next }, 200)
  })
  api.openapi(readRoute, async (c) => {
    const { actor } = c.get('signIn')
    const reached = await reach(office, actor, c.req.valid('param').id)
    const view = reached.ok ? await office.view(actor, reached.value.id) : reached
    return view.ok ? c.json(readableBy(actor, view.value), 200) : refuse(c, view.problem)
  })
}

function addAct(api: OpenAPIHono<ApiEnv>, office: Office, once: Once, kind: FactKind) {
  api.openapi(actRoute(kind), async (c) => {
    const { actor } = c.get('signIn')
    const reached = await reachToWrite(office, actor, c.req.valid('param').id)
    if (!reached.ok) return refuse(c, reached.problem)
    const { id } = reached.value
    const { fields = {}, expects } = c.req.valid('json')
    const key = c.req.valid('header')['idempotency-key']
    const request = JSON.stringify([kind, id, fields, expects])
    const given = Object.entries(fields).filter((field) => field[1] !== undefined) as [string, FieldValue][]
    const write = () => office.act(actor, id, kind, Object.fromEntries(given), expects as EntryHash | undefined)
    return answer(c, await once({ actor, key, request }, write))
  })
}

/** Adds the routes about cases. */
export function addCases(api: OpenAPIHono<ApiEnv>, office: Office): void {
  const once = createOnce(office)
  addReading(api, office)
  api.openapi(openRoute, async (c) => {
    const { actor } = c.get('signIn')
    if (!mayWrite(actor)) return refuse(c, READS_ONLY)
    const { item } = c.req.valid('json')
    const key = c.req.valid('header')['idempotency-key']
    const request = JSON.stringify(['opened', item])
    return answer(c, await once({ actor, key, request }, () => office.openCase(actor, item)))
  })
  api.openapi(editRoute, async (c) => {
    const { actor } = c.get('signIn')
    if (mayWrite(actor) && !mayEdit(actor)) return refuse(c, NOT_AN_EDITOR)
    const { id, section } = c.req.valid('param')
    const reached = await reachToWrite(office, actor, id)
    if (!reached.ok) return refuse(c, reached.problem)
    const change: SectionChange = c.req.valid('json')
    return answer(c, await office.edit(actor, reached.value.id, section, change))
  })
  for (const kind of requests.ACT_KINDS) addAct(api, office, once, kind)
}
