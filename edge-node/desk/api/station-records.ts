/** What a station keeps of itself, over the API: absences, consultations, hand-overs; works without a network. */
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { recordsFor } from '#edge-node/commands/reading.ts'
import { endAbsence, keepAbsence } from '#edge-node/commands/station/absences.ts'
import {
  type ConsultationStep,
  consultationsFor,
  keepConsultation,
  moveConsultation,
} from '#edge-node/commands/station/consultations.ts'
import { giveWork, takeWork } from '#edge-node/commands/station/handovers.ts'
import type { Kept } from '#edge-node/commands/station/records.ts'
import { LISTED, type StationRecord } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type ApiEnv, SIGNED_IN } from './authentication.ts'
import { refuse } from './refusals.ts'
import { body, json, reading, WRITING } from './routing.ts'
import { day, personId } from './shapes/identifiers.ts'
import * as shapes from './shapes.ts'

const line = z.string().trim().max(LIMITS.lineCharacters)
const note = z.string().trim().min(1).max(LIMITS.noteCharacters)

const AbsenceBody = z
  .strictObject({
    person: personId,
    from: day,
    until: day.openapi({ description: '最后一日' }),
    reason: line.min(1),
    where: line.default(''),
    substitute: personId.nullable().default(null).openapi({ description: 'B 岗' }),
  })
  .openapi('AbsenceRequest', {
    example: {
      person: 'wang.fang',
      from: '2026-11-23',
      until: '2026-11-24',
      reason: '培训',
      where: '市里',
      substitute: 'zhou.chief',
    },
  })

const ConsultationBody = z
  .strictObject({ matter: note, asker: line.default(''), phone: line.default('') })
  .openapi('ConsultationRequest', { example: { matter: '办卫生许可要带什么', asker: '王小明', phone: '13812345678' } })

const AnswerBody = z.strictObject({ answer: note }).openapi('AnswerRequest', { example: { answer: '身份证和申请表' } })
const OfferBody = z
  .strictObject({ to: personId })
  .openapi('ConsultationOfferRequest', { example: { to: 'zhou.chief' } })

const HandoverBody = z
  .strictObject({
    from: personId.optional().openapi({ description: '交出人;不填为本人' }),
    to: personId,
    reason: line.min(1),
  })
  .openapi('HandoverRequest', { example: { to: 'zhou.chief', reason: '岗位调整' } })

const TakenShape = z
  .object({
    handover: shapes.HandoverShape,
    notMoved: z.array(z.object({ number: z.string(), why: z.string() })).readonly(),
  })
  .openapi('HandoverTaken')

const RecordParameter = z.object({
  id: z
    .string()
    .min(1)
    .max(100)
    .openapi({ param: { name: 'id', in: 'path' }, description: '记录标识' }),
})

type Asked = NonNullable<Parameters<typeof createRoute>[0]['request']>

const posting = <Path extends string, Request extends Asked, Answer extends z.ZodType>(
  path: Path,
  summary: string,
  request: Request,
  answered: Answer,
) =>
  createRoute({
    method: 'post',
    path,
    summary,
    security: SIGNED_IN,
    request,
    responses: { 200: { description: '已保存在本机', content: json(answered) }, ...WRITING },
  })

/** A list holds so many of each station and no more (rule R27). */
const listing = (type: StationRecord['type'], title: string): string =>
  `${title}:每个站点最近写下的,最多 ${LISTED[type]} 条`

/** A request about one record. */
const toOne = <Body extends z.ZodType>(asked: Body) => ({ params: RecordParameter, body: body(asked) })

const NothingBody = z.strictObject({}).openapi('NothingRequest', { example: {} })

/** Answers with what was kept; of all that is wrong, the first is said. */
async function answer<Value extends object>(c: Context, keeping: Kept<Value>) {
  const kept = await keeping
  return kept.ok ? c.json(kept.value, 200) : refuse(c, kept.problem[0])
}

function addAbsences(api: OpenAPIHono<ApiEnv>, office: Office): void {
  const { directory } = office
  api.openapi(reading('/absences', listing('absence', '去向留言'), shapes.AbsencesShape), (c) =>
    c.json({ absences: recordsFor(c.get('signIn').actor, directory.absences()) }, 200),
  )
  api.openapi(posting('/absences', '登记外出', { body: body(AbsenceBody) }, shapes.AbsenceShape), (c) =>
    answer(c, keepAbsence(office, c.get('signIn').actor, c.req.valid('json'))),
  )
  api.openapi(posting('/absences/{id}/end', '已回来', toOne(NothingBody), shapes.AbsenceShape), (c) =>
    answer(c, endAbsence(office, c.get('signIn').actor, c.req.valid('param').id)),
  )
}

function addConsultations(api: OpenAPIHono<ApiEnv>, office: Office): void {
  const shape = shapes.ConsultationShape
  const move = (actor: Actor, id: string, step: ConsultationStep) => moveConsultation(office, actor, id, step)
  api.openapi(reading('/consultations', listing('consultation', '首问登记'), shapes.ConsultationsShape), (c) =>
    c.json({ consultations: consultationsFor(office, c.get('signIn').actor) }, 200),
  )
  api.openapi(posting('/consultations', '登记咨询,由登记人负责到底', { body: body(ConsultationBody) }, shape), (c) =>
    answer(c, keepConsultation(office, c.get('signIn').actor, c.req.valid('json'))),
  )
  api.openapi(posting('/consultations/{id}/answer', '答复咨询', toOne(AnswerBody), shape), async (c) => {
    const step = { step: 'answer', ...c.req.valid('json') } as const
    return answer(c, move(c.get('signIn').actor, c.req.valid('param').id, step))
  })
  api.openapi(
    posting('/consultations/{id}/offer', '转给同事,接手前仍由原人负责', toOne(OfferBody), shape),
    async (c) => {
      const step = { step: 'offer', ...c.req.valid('json') } as const
      return answer(c, move(c.get('signIn').actor, c.req.valid('param').id, step))
    },
  )
  api.openapi(posting('/consultations/{id}/take', '接手咨询', toOne(NothingBody), shape), async (c) =>
    answer(c, move(c.get('signIn').actor, c.req.valid('param').id, { step: 'take' })),
  )
}

function addHandovers(api: OpenAPIHono<ApiEnv>, office: Office): void {
  const { directory } = office
  api.openapi(reading('/handovers', listing('handover', '工作交接清单'), shapes.HandoversShape), (c) =>
    c.json({ handovers: recordsFor(c.get('signIn').actor, directory.handovers()) }, 200),
  )
  api.openapi(posting('/handovers', '交出全部在办件', { body: body(HandoverBody) }, shapes.HandoverShape), (c) => {
    const { actor } = c.get('signIn')
    const { from = actor.person, to, reason } = c.req.valid('json')
    return answer(c, giveWork(office, actor, { from, to, reason }))
  })
  api.openapi(posting('/handovers/{id}/take', '签字接收', toOne(NothingBody), TakenShape), (c) =>
    answer(c, takeWork(office, c.get('signIn').actor, c.req.valid('param').id)),
  )
}

/** Adds the routes about what a station keeps of itself. */
export function addStationRecords(api: OpenAPIHono<ApiEnv>, office: Office): void {
  addAbsences(api, office)
  addConsultations(api, office)
  addHandovers(api, office)
}
