/** A case that was reported up, as the tests of package and reply need it. */
import * as shapes from '#edge-node/desk/api/shapes.ts'
import { ID_NUMBER, PHONE, type Place, STEPPED_ITEM } from '#test/api/place.ts'
import { act, read, tokenOf } from '#test/api/reading.ts'

export const ORGAN = '市卫生健康委员会'

export interface Reported {
  readonly id: string
  readonly number: string
  /** Tokens of the people who handled it. */
  readonly clerk: string
  readonly chief: string
}

/** Opens a case, takes it through intake and handling, and reports it up. */
export async function reportedCase(place: Place): Promise<Reported> {
  const [clerk, handler, chief] = await Promise.all(
    ['wang.fang', 'wu.handler', 'zhou.chief'].map((name) => tokenOf(place, name)),
  )
  if (!clerk || !handler || !chief) throw new Error('somebody could not sign in')
  const opened = await place.call('POST', '/cases', { token: clerk, body: { item: STEPPED_ITEM } })
  const { id, number } = await read(opened, shapes.OpenedShape)
  const fill = (section: string, set: object) =>
    place.call('PATCH', `/cases/${id}/sections/${section}`, { token: clerk, body: { set } })
  await fill('application', { applicant: '王小明', idNumber: ID_NUMBER, phone: PHONE })
  await fill('materials', { form: { state: 'original', copies: 2 } })
  const steps = [
    [clerk, 'received', { materials: 2 }],
    [clerk, 'accepted', {}],
    [clerk, 'assigned', { to: 'wu.handler' }],
    [handler, 'handled', { opinion: '材料真实,建议上报' }],
    [chief, 'reported', { organ: ORGAN, materials: 2, expected: '2026-12-04', note: '同意上报' }],
  ] as const
  for (const [token, kind, fields] of steps)
    await read(await act(place, token, id, kind, { fields }), shapes.ActedShape)
  return { id, number, clerk, chief }
}
