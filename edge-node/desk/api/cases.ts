/** Cases over the API: open, find, read, fill in, act. */
import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { beginCase, editCase, reachCase, reachToWrite, readCase, writeAct } from '#edge-node/commands/cases/cases.ts'
import { findCases } from '#edge-node/commands/cases/search.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { FACTS, type FactKind, type FieldValue } from '#protocol/casework/facts/facts.ts'
import { PAPERS, type PaperCode } from '#protocol/casework/papers.ts'
import { requiredPapers } from '#protocol/casework/rules/required-papers.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { ACT_KINDS, actBody } from './act-bodies.ts'
import { type ApiEnv, SIGNED_IN } from './authentication.ts'
import { caseQueryOf, readableRows, withReadableRows } from './case-rows.ts'
import type { Once } from './once.ts'
import { answer, refuse } from './refusals.ts'
import * as requests from './requests.ts'
import { body, json, READING, WRITING } from './routing.ts'
import { ActedShape, CasePageShape, CaseShape, EditedShape, OpenedShape, PapersShape, SubCasesShape } from './shapes.ts'

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

/** A route that reads something of one case. */
const ofCase = <Path extends string, Schema extends Parameters<typeof json>[0]>(
  path: Path,
  summary: string,
  schema: Schema,
) =>
  createRoute({
    method: 'get',
    path,
    summary,
    security: SIGNED_IN,
    request: { params: requests.CaseParameter },
    responses: { 200: { description: summary, content: json(schema) }, ...READING },
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
    request: { params: requests.CaseParameter, headers: requests.KeyHeader, body: body(actBody(kind)) },
    responses: { 200: { description: '已签名并保存在本机', content: json(ActedShape) }, ...WRITING },
  })

const titled = (code: PaperCode) => ({
  code,
  title: PAPERS[code].title,
})

/** The documents of a case, and those it still needs before it can be archived. */
function papersOf({ number, papers, stage }: CaseState) {
  const missing = requiredPapers(stage).filter((wanted) => papers.every(({ code }) => code !== wanted))
  return { number, papers: papers.map((paper) => ({ ...paper, ...titled(paper.code) })), missing: missing.map(titled) }
}

function addReading(api: OpenAPIHono<ApiEnv>, office: Office) {
  api.openapi(findRoute, async (c) => {
    const { actor } = c.get('signIn')
    const page = await findCases(office, actor, caseQueryOf(actor, c.req.valid('query')))
    return c.json({ rows: await readableRows(office, actor, page.rows), next: page.next }, 200)
  })
  api.openapi(ofCase('/cases/{id}', '查看办件', CaseShape), async (c) => {
    const { actor } = c.get('signIn')
    const view = await readCase(office, actor, c.req.valid('param').id)
    return view.ok ? c.json(await withReadableRows(office, actor, view.value), 200) : refuse(c, view.problem)
  })
  api.openapi(ofCase('/cases/{id}/papers', '办件的文书', PapersShape), async (c) => {
    const reached = await reachCase(office, c.get('signIn').actor, c.req.valid('param').id)
    return reached.ok ? c.json(papersOf(reached.value), 200) : refuse(c, reached.problem)
  })
  api.openapi(ofCase('/cases/{id}/sub-cases', '联办分件', SubCasesShape), async (c) => {
    const { actor } = c.get('signIn')
    const reached = await reachCase(office, actor, c.req.valid('param').id)
    if (!reached.ok) return refuse(c, reached.problem)
    const { rows } = await office.find({ master: reached.value.id })
    return c.json({ subCases: await readableRows(office, actor, rows) }, 200)
  })
}

function addAct(api: OpenAPIHono<ApiEnv>, office: Office, once: Once, kind: FactKind) {
  api.openapi(actRoute(kind), async (c) => {
    const { actor } = c.get('signIn')
    const reached = await reachToWrite(office, actor, c.req.valid('param').id)
    if (!reached.ok) return refuse(c, reached.problem)
    const { fields = {}, expects, changesSeen } = c.req.valid('json')
    const key = c.req.valid('header')['idempotency-key']
    const request = JSON.stringify([
      ...[kind, reached.value.id, fields, expects],
      ...(changesSeen === undefined ? [] : [changesSeen]),
    ])
    const given = Object.entries(fields).filter((field) => field[1] !== undefined) as [string, FieldValue][]
    const seen = { tip: expects as EntryHash | undefined, changes: changesSeen }
    const write = () => writeAct(office, actor, reached.value, kind, Object.fromEntries(given), seen)
    return answer(c, await once({ actor, key, request }, write))
  })
}

/** Adds the routes about cases. */
export function addCases(api: OpenAPIHono<ApiEnv>, office: Office, once: Once): void {
  addReading(api, office)
  api.openapi(openRoute, async (c) => {
    const { actor } = c.get('signIn')
    const { item, channel, master } = c.req.valid('json')
    const key = c.req.valid('header')['idempotency-key']
    const options = {
      ...(channel === undefined ? {} : { channel }),
      ...(master === undefined ? {} : { master }),
    }
    const plain = channel === undefined && master === undefined
    const request = JSON.stringify(plain ? ['opened', item] : ['opened', item, options])
    return answer(c, await once({ actor, key, request }, () => beginCase(office, actor, item, options)))
  })
  api.openapi(editRoute, async (c) => {
    const { actor } = c.get('signIn')
    const { id, section } = c.req.valid('param')
    return answer(c, await editCase(office, actor, id, section, c.req.valid('json')))
  })
  for (const kind of ACT_KINDS) addAct(api, office, once, kind)
}
