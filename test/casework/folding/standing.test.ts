/** Who applies and what of the form counts after each fact. */
import { expect, test } from 'vitest'
import { FACT_KINDS } from '#protocol/casework/facts/facts.ts'
import { applicantAfter, sealsAfter } from '#protocol/casework/folding/standing.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { caseAt } from '#test/casework/paths.ts'
import { fold, last, NO_HASH, OTHER_TOWN, TOWN, write } from '#test/casework/people.ts'

const KNOWN = { name: '周小山', idNumber: '11010519491231002X', phone: '13800001111' }

test('C140 taking in says the applicant whole, whatever seals again only what was put right, and nothing else says any of it', () => {
  const said = { applicant: '周大山', phone: '', idNumber: 7 }
  const after = (kind: string) => applicantAfter(KNOWN, kind, said)
  for (const kind of ['captured', 'submitted', 'received'])
    expect(after(kind)).toEqual({ name: '周大山', idNumber: '', phone: '' })
  const again = ['supplemented', 'accepted', 'settled']
  for (const kind of again) expect(after(kind)).toEqual({ ...KNOWN, name: '周大山' })
  const others = FACT_KINDS.filter((kind) => ![...again, 'captured', 'submitted', 'received'].includes(kind))
  for (const kind of others) expect(after(kind)).toBe(KNOWN)
})

test('S86 the last seal of a section counts by the fact that carries it; what is no seal seals nothing', () => {
  const seal = (section: string, digest: string) => ({ section, digest, frontier: {} })
  const [first, second] = ['1'.repeat(64), '2'.repeat(64)] as [EntryHash, EntryHash]
  const one = sealsAfter({}, first, { seals: [seal('application', 'a'), seal('__proto__', 'b')] as never })
  expect(one.application).toMatchObject({ digest: 'a', fact: first })
  expect(Object.keys(one)).toEqual(['application', '__proto__'])
  const two = sealsAfter(one, second, { seals: [null, {}, { section: 7 }, seal('application', 'c')] as never })
  expect(two.application).toMatchObject({ digest: 'c', fact: second })
  for (const seals of [undefined, 'x', 7]) expect(sealsAfter(two, NO_HASH, { seals } as never)).toBe(two)
})

test('C126 the document of an adopted fact is judged by the station that wrote it, not by the one that adopts', () => {
  const facts = caseAt('20', TOWN)
  const number = (station: string) => `安政务受〔2026〕${station}KQX0007号`
  for (const [station, kept] of [
    [OTHER_TOWN, number(OTHER_TOWN)],
    [TOWN, ''],
  ] as const) {
    // Another township's acceptance, set aside, with a number of its own or of the holder.
    const late = write('accepted', OTHER_TOWN, last(facts), { document: number(station) })
    const adopted = write('adopted', TOWN, last(facts), { fact: late.hash })
    const state = fold([...facts, late, adopted])
    expect(state.stage).toBe('30')
    expect(state.papers.find(({ fact }) => fact === adopted.hash)?.number).toBe(kept)
  }
})
