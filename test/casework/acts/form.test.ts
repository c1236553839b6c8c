/** Who may write in the form of a case, stage by stage. */
import { expect, test } from 'vitest'
import { isFormOpen, refuseForm } from '#protocol/casework/acts/form.ts'
import { STAGES, type Stage } from '#protocol/casework/course/stages.ts'
import { OTHER_TOWN, TOWN } from '#test/casework/people.ts'

test('C131 the form is open to its holder in every stage up to acceptance, the notices to supplement among them, and in no other', () => {
  const open = (Object.keys(STAGES) as Stage[]).filter(isFormOpen)
  // 草稿, 网上提交, 预审退回, 预审通过, 已代收, 已收件, 补正中.
  expect(open.sort()).toEqual(['00', '05', '06', '07', '10', '20', '25'])
  for (const stage of open) {
    expect(refuseForm({ stage, holder: TOWN }, TOWN)).toBeUndefined()
    expect(refuseForm({ stage, holder: TOWN }, OTHER_TOWN)?.code).toBe('not-holder')
  }
  expect(refuseForm({ stage: '30', holder: TOWN }, TOWN)?.code).toBe('form-closed')
})
