/** Small steps the API tests share: sign in, open a case, fill it in, and read what came back. */
import { expect } from 'vitest'
import type * as z from 'zod'
import { FailureShape } from '#edge-node/desk/api/refusals.ts'
import { CaseShape, OpenedShape, SignInShape } from '#edge-node/desk/api/shapes.ts'
import { ID_NUMBER, ITEM, PASSWORD, PHONE, type Place } from '#test/api/place.ts'

/** Reads an answer of exactly this shape: a field that the document does not name fails the test. */
export async function read<Schema extends z.ZodType>(response: Response, schema: Schema, status = 200) {
  const body: unknown = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(status)
  const parsed = schema.parse(body)
  expect(parsed).toEqual(body)
  return parsed
}

export const refusal = (response: Response, status: number) => read(response, FailureShape, status)

/** A bearer token for a person. */
export async function tokenOf(place: Place, name = 'wang.fang'): Promise<string> {
  const response = await place.call('POST', '/sign-in', { body: { name, password: PASSWORD } })
  return (await read(response, SignInShape)).token
}

export const APPLICATION = { applicant: '王小明', idNumber: ID_NUMBER, phone: PHONE }

/** The body of an act that takes materials; the node reads the applicant from the form. */
export const COUNTED = { fields: { materials: 1 } }

/** Opens a case and fills in its form. */
export async function openFilled(place: Place, token: string) {
  const opened = await read(await place.call('POST', '/cases', { token, body: { item: ITEM } }), OpenedShape)
  const path = `/cases/${opened.id}/sections/application`
  const filled = await place.call('PATCH', path, { token, body: { set: APPLICATION } })
  expect(filled.status).toBe(200)
  await bringForm(place, token, opened.id)
  return opened
}

/** The one material of the test's items, counted as brought (rule C160). */
export async function bringForm(place: Place, token: string, id: string): Promise<void> {
  const body = { set: { form: { state: 'original', copies: 0 } } }
  expect((await place.call('PATCH', `/cases/${id}/sections/materials`, { token, body })).status).toBe(200)
}

export const readCase = async (place: Place, token: string, id: string) =>
  read(await place.call('GET', `/cases/${id}`, { token }), CaseShape)

export const act = (place: Place, token: string, id: string, kind: string, body: object = {}) =>
  place.call('POST', `/cases/${encodeURIComponent(id)}/acts/${kind}`, { token, body })
