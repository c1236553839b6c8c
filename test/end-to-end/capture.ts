/** Capturing a case as a village agent does: open, fill in the form, list the materials, hand in, send it up. */
import { identityCheckCharacter } from '#protocol/casework/identity/identity.ts'
import type { Author } from './author.ts'

export const ITEM = 'SL0001'
const MATERIALS = { identityCard: { state: 'both', copies: 1 }, householdRegister: { state: 'copy', copies: 1 } }

/** Name and numbers of the n-th citizen. */
export function citizen(index: number) {
  const two = (value: number) => String(value).padStart(2, '0')
  const born = `${1940 + (Math.floor(index / 336) % 60)}${two(1 + (Math.floor(index / 28) % 12))}${two(1 + (index % 28))}`
  const digits = `510724${born}${String(index % 1000).padStart(3, '0')}`
  return {
    applicant: `申请人${index}`,
    idNumber: digits + identityCheckCharacter(digits),
    phone: `138${String(index).padStart(8, '0')}`,
  }
}

/** The application form of the n-th citizen. */
function formOf(index: number): Readonly<Record<string, string>> {
  return {
    ...citizen(index),
    household: '红岩村',
    address: `红岩村${index}号`,
    insuredCategory: '成年居民',
    startDate: '2026-12-01',
  }
}

/** Captures the n-th citizen's case; its id, or undefined when nobody can tell whether it was opened. */
export async function capture(author: Author, index: number): Promise<string | undefined> {
  const id = await author.open(ITEM)
  if (id === undefined) return undefined
  await author.edit(id, 'application', formOf(index))
  await author.edit(id, 'materials', MATERIALS)
  await author.act(id, 'captured', { materials: 2 })
  return id
}
