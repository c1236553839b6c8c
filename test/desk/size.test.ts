/** Pages stay small for thin lines, also in a large county. */
import { expect, test } from 'vitest'
import type { Station } from '#protocol/casework/directory.ts'
import type { StationCode } from '#protocol/ids.ts'
import { LICENCE_ID } from './licence.ts'
import { openPlace, TOWNSHIP } from './place.ts'
import { act, captureCase } from './walk.ts'

const MOST_BYTES = 60 * 1024
const STATIONS = 400

test('P190 no form of a case page goes beyond 60 KB in a county of 400 stations', async () => {
  const place = await openPlace()
  const villages = Array.from({ length: STATIONS }, (_, index): Station => {
    const id = String(510_724_103_300 + index) as StationCode
    return { type: 'station', id, version: 1, name: `第${index}村便民服务代办点`, tier: 'village', parent: TOWNSHIP }
  })
  expect((await place.office.publish(null, villages)).ok).toBe(true)
  const clerk = await place.as('window')
  const { id } = await captureCase(clerk, '张秀英', LICENCE_ID)
  for (let notes = 0; notes < 20; notes++) await act(clerk, id, 'noted', { text: '已电话联系申请人,说明情况。' })
  await act(clerk, id, 'accepted')
  for (const path of ['', '?act=offered', '?act=invited', '?act=assigned', '?act=why']) {
    const { html } = await clerk.get(`/cases/${id}${path}`)
    expect([path, Buffer.byteLength(html) < MOST_BYTES, Buffer.byteLength(html)]).toEqual([
      path,
      true,
      expect.any(Number),
    ])
  }
})
