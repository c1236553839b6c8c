/** A county hall with departments, calendars and items, and forms that carry files, as the tests of the hub's pages use it. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { formOf, openPlace, type Page, type Place, type Visitor } from '#test/desk/place.ts'

/** The hall of the desk tests with its departments and calendars. */
export async function openHall(options?: { secure: boolean }): Promise<Place> {
  const place = await openPlace(options)
  const published = await place.office.publish(null, [...SAMPLE_DEPARTMENTS, ...SAMPLE_CALENDARS])
  if (!published.ok) throw new Error(published.problem.message)
  return place
}

/** Posts a form that carries a file, as a browser without scripts would. */
export async function submitFile(
  place: Place,
  visitor: Visitor,
  page: Page,
  action: string,
  file: { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> },
): Promise<{ readonly status: number; readonly html: string; readonly text: string; readonly location: string }> {
  const form = new FormData()
  for (const [name, value] of Object.entries(formOf(page, action))) if (name !== 'file') form.set(name, value)
  form.set('file', new File([file.bytes], file.name))
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await place.desk.request(action, { method: 'POST', body: form, headers: { cookie } })
  const html = await response.text()
  const text = html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
  return { status: response.status, html, text, location: response.headers.get('location') ?? '' }
}
