/** Enrolment codes for the model county: asked by the program that started this hub, over their private channel. */
import * as z from 'zod'
import { servingNode } from '#hub/enrolment-codes.ts'
import { ADMINISTRATOR } from '#hub/first-start.ts'
import type { HubRegistry } from '#hub/registry.ts'
import type { IssuedCode } from '#hub/registry-port.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { isStationCode, type StationCode } from '#protocol/ids.ts'
import { fail, type Result } from '#protocol/result.ts'

const Ask = z.object({ codeFor: z.string().refine(isStationCode) })
export const CodeAnswer = z.object({ codeFor: z.string(), code: z.string() })

/** Answers requests for codes; does nothing in a program that was not started by another one. */
export function answerCodeRequests(office: Office, registry: HubRegistry, failed: (error: unknown) => void): void {
  process.on('message', (message) => {
    const ask = Ask.safeParse(message)
    if (!ask.success) return
    makeCode(office, registry, ask.data.codeFor).then((made) => {
      if (!made.ok) return process.send?.({ refused: made.problem })
      return process.send?.({ codeFor: ask.data.codeFor, code: made.value.text })
    }, failed)
  })
}

/** As the administrator does it on the hub's page. */
async function makeCode(office: Office, registry: HubRegistry, station: StationCode): Promise<Result<IssuedCode>> {
  const { directory } = office
  const person = directory.person(ADMINISTRATOR)
  const above = directory.station(station)?.parent
  const parent = above ? servingNode(office, above) : undefined
  if (!person || !parent) return fail('sample-incomplete', `示例站点 ${station} 的上级还没有节点`, '没有改动', '请重试')
  const actor: Actor = { person: person.id, name: person.name, station: person.station, roles: person.roles }
  return registry.createCode(actor, station, parent.id)
}
