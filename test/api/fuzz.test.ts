/** Whatever arrives, the API answers as its document says. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FailureShape } from '#edge-node/desk/api/refusals.ts'
import { documentOf } from '#test/api/document.ts'
import { openPlace, type Place } from '#test/api/place.ts'
import { openFilled, tokenOf } from '#test/api/reading.ts'
import { type Call, calls } from '#test/api/requests.ts'
import { assertCoveringAsync } from '#test/covering.ts'

async function answersAsDocumented(place: Place, token: string, { method, url, body, operation }: Call) {
  const response = await place.call(method, url, { token, body })
  const text = await response.text()
  expect(response.status, text).toBeLessThan(500)
  expect(Object.keys(operation.responses), `${method} ${url} ${text}`).toContain(String(response.status))
  if (response.status !== 200) expect(FailureShape.parse(JSON.parse(text))).toEqual(JSON.parse(text))
  expect(text).not.toMatch(/\n\s+at |node_modules|\.ts:\d/)
  return response.status
}

test('A24 A40 whatever is sent, every answer is documented and none is 5xx', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  const { id, number } = await openFilled(place, token)
  const statuses = new Map<number, number>()
  const targets = [id, number, encodeURIComponent(number), '0'.repeat(32), '%00', 'x']
  await assertCoveringAsync(
    fc.asyncProperty(calls(await documentOf(place), targets), async (call) => {
      const status = await answersAsDocumented(place, token, call)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }),
    300,
    () => {
      // The calls must reach behind the door, too: some succeed, some are refused by casework.
      for (const status of [200, 400, 404, 409]) expect(statuses.get(status) ?? 0, String(status)).toBeGreaterThan(5)
    },
  )
  expect(place.reports).toEqual([])
})
