/** A case taken through the forms, as several tests need it. */
import { formOf, ID_NUMBER, ITEM, type Page, type Visitor } from './place.ts'

/** Opens a case and returns its form page. */
export async function openCase(visitor: Visitor, item = ITEM): Promise<{ readonly id: string; readonly form: Page }> {
  const form = await visitor.submit(await visitor.get('/capture'), '/capture', { item })
  const id = /^\/cases\/([0-9a-f]{32})\/form$/.exec(form.path)?.[1]
  if (!id) throw new Error(`no case was opened: ${form.status} ${form.path} ${form.text}`)
  return { id, form }
}

/** Everything the sample item asks for, typed. */
export function filled(form: Page, action: string, name = '张秀英'): Record<string, string> {
  const typed = formOf(form, action)
  for (const field of Object.keys(typed)) {
    if (/^m-.*-state$/.test(field)) typed[field] = 'both'
    if (/^m-.*-copies$/.test(field)) typed[field] = '1'
    if (/^a-/.test(field) && field !== 'a-idOverride') typed[field] = '有'
  }
  return {
    ...typed,
    'a-applicant': name,
    'a-idNumber': ID_NUMBER,
    'a-phone': '13812345678',
    'a-birthDate': '1949-12-31',
  }
}

/** A case captured or received by the visitor's station; returns the receipt page. */
export async function captureCase(
  visitor: Visitor,
  name?: string,
  item = ITEM,
): Promise<{ readonly id: string; readonly receipt: Page }> {
  const { id, form } = await openCase(visitor, item)
  const action = `/cases/${id}/form`
  const receipt = await visitor.post(action, { ...filled(form, action, name), step: 'hand-in' })
  return { id, receipt }
}

/** Does an act by its form, which the case page shows when it is asked for. */
export async function act(
  visitor: Visitor,
  id: string,
  kind: string,
  typed: Record<string, string> = {},
): Promise<Page> {
  return visitor.submit(await visitor.get(`/cases/${id}?act=${kind}`), `/cases/${id}/acts/${kind}`, typed)
}

/** The box that says that what others changed behind the seal was looked at, ticked on a page that has it. */
export const lookedAt = ({ html }: Page): Record<string, string> => ({
  changesSeen: /value="([0-9a-f]{64,128})" name="changesSeen"/.exec(html)?.[1] ?? '',
})
