/** A county's item at a township: taken in and accepted there, decided where its organ sits, or under a letter. */
import { expect, test } from 'vitest'
import type { Letter } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { openPlace, TOWNSHIP } from './place.ts'
import { act, captureCase } from './walk.ts'

/** Of a department that has given the township nothing. */
const ITEM = completeItem({
  id: 'HB01',
  name: '排污登记',
  department: 'HB',
  tiers: ['township', 'county'],
  materials: [completeMaterial({ id: 'form', name: '登记表' })],
})

test('C162 P151 after the acceptance the next step is the hand-over, and who looks for the decision reads why', async () => {
  const place = await openPlace()
  value(await place.office.publish(null, [ITEM]))
  const [clerk, chief] = [await place.as('clerk'), await place.as('chief')]
  const { id } = await captureCase(clerk, '张秀英', ITEM.id)
  const [from, until] = ['2026-11-20' as Day, '2026-12-31' as Day]
  const letter = (powers: Letter['powers'], id: string): Letter => ({
    ...{ type: 'letter', id, version: 0, department: 'HB', station: TOWNSHIP, person: null },
    ...{ items: [ITEM.id], powers, from, until, revoked: null },
  })
  // Without a letter the township takes in and hands on: it neither accepts for the county's organ nor asks for anything.
  const taken = await clerk.get(`/cases/${id}?act=accepted`)
  expect(taken.text).toContain('下一步:移交')
  expect(taken.text).toContain('本站点没有对它的受理权')
  for (const kind of ['accepted', 'notified']) expect(taken.html).not.toContain(`/acts/${kind}"`)
  value(await place.office.publish(null, [letter(['accept'], '安环授〔2026〕8号')]))
  expect((await act(clerk, id, 'accepted')).text).toContain('下一步:移交')
  for (const visitor of [clerk, chief]) {
    const page = await visitor.get(`/cases/${id}?act=decided`)
    expect(page.html).not.toContain('/acts/decided"')
    expect(page.text).toContain('“排污登记”是县级事项,本站点没有对它的审核权')
    expect(page.text).toContain('下一步:移交')
  }
  value(await place.office.publish(null, [letter(['examine'], '安环授〔2026〕9号')]))
  expect((await chief.get(`/cases/${id}`)).text).toContain('下一步:决定')
  expect((await act(chief, id, 'decided', { result: 'granted', opinion: '符合' })).text).toContain('“决定”已办')
})
