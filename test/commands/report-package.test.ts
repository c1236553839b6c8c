/** The package of a case that is reported up: what is in it, who may have it, and how it is proved. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { ReportPackageShape } from '#edge-node/desk/api/shapes.ts'
import type { StoryLine } from '#protocol/casework/case.ts'
import { canonicalJson, reportPackage } from '#protocol/casework/exchange/report-package.ts'
import type { DocumentId, EntryHash } from '#protocol/ids.ts'
import { ID_NUMBER, openPlace, type Place, TOWNSHIP } from '#test/api/place.ts'
import { openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'
import { ORGAN, reportedCase } from './reported.ts'

const fetchPackage = (place: Place, token: string, id: string) =>
  place.call('GET', `/cases/${id}/report-package`, { token })

/** Checks an Ed25519 signature the way a foreign system would: with the standard library and the package alone. */
function isSigned({
  hash,
  signature,
  publicKey,
}: {
  hash: string
  signature: string | null
  publicKey: string | null
}) {
  if (signature === null || publicKey === null) return false
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'hex')])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return verify(null, Buffer.from(hash, 'hex'), key, Buffer.from(signature, 'hex'))
}

test('X10 the package holds case, applicant, materials with counts, opinions, papers, seals and facts', async () => {
  const place = await openPlace()
  const { id, number, chief } = await reportedCase(place)
  const response = await fetchPackage(place, chief, id)
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${number}-report.json"`)
  const made = await read(response, ReportPackageShape)
  expect(made).toMatchObject({ format: 'county-report', version: 1 })
  expect(made.made).toMatchObject({ at: '20261120090000', station: TOWNSHIP, person: 'zhou.chief', personName: '周敏' })
  expect(made.report).toMatchObject({
    organ: ORGAN,
    day: '20261120',
    materials: 2,
    expected: '20261204',
    note: '同意上报',
  })
  expect(made.report.document).not.toBe('')
  expect(made.case).toMatchObject({
    number,
    applicant: '王小明',
    idNumber: ID_NUMBER,
    itemType: '01',
    caseKind: '2',
    stage: '46',
    state: '0',
    applicationRegion: '510724103',
    accepted: '20261120090000',
    statutory: '20261218',
    implementationCode: '11440100007482575H3440123456002',
  })
  expect(made.form.find((field) => field.id === 'applicant')).toEqual({
    id: 'applicant',
    label: '申请人',
    value: '王小明',
  })
  expect(made.materials).toEqual([{ id: 'form', name: '申请表', required: true, form: 'original', pieces: 2 }])
  expect(made.steps.find(({ step }) => step === 'SPCL1')).toMatchObject({
    action: '通过',
    state: '2',
    person: 'wu.handler',
    personName: '吴军',
    stationName: '花荄镇便民服务中心',
    opinion: '材料真实,建议上报',
  })
  expect(made.papers.map(({ code }) => code)).toEqual(['D02', 'D03', 'D16'])
  expect(made.seals.map(({ section }) => section).toSorted()).toEqual(['application', 'materials'])
})

test('X11 its digest is over everything else, and every fact proves its author', async () => {
  const place = await openPlace()
  const { id, chief } = await reportedCase(place)
  const { digest, ...rest } = await read(await fetchPackage(place, chief, id), ReportPackageShape)
  expect(digest).toBe(createHash('sha256').update(canonicalJson(rest)).digest('hex'))
  const changed = { ...rest, case: { ...rest.case, applicant: '李四' } }
  expect(createHash('sha256').update(canonicalJson(changed)).digest('hex')).not.toBe(digest)
  const { state } = await readCase(place, chief, id)
  expect(rest.facts.map(({ hash }) => hash)).toEqual(state.story.map(({ hash }) => hash))
  expect(rest.facts.map(isSigned)).toEqual(rest.facts.map(() => true))
  expect(rest.facts.every((fact, at) => at === 0 || fact.previous === rest.facts[at - 1]?.hash)).toBe(true)
  expect(isSigned({ ...(rest.facts[0] as (typeof rest.facts)[number]), hash: 'f'.repeat(64) })).toBe(false)
})

test('X11 canonical JSON does not depend on the order in which keys were written', () => {
  expect(canonicalJson({ b: [1, { d: null, c: '二' }], a: true })).toBe('{"a":true,"b":[1,{"c":"二","d":null}]}')
  expect(canonicalJson({ a: true, b: [1, { c: '二', d: null }] })).toBe(
    canonicalJson({ b: [1, { d: null, c: '二' }], a: true }),
  )
})

test('X12 only the station that handles the case gets the package, and only once it was reported', async () => {
  const place = await openPlace()
  const { id, chief } = await reportedCase(place)
  const [agent, supervisor] = [await tokenOf(place, 'li.agent'), await tokenOf(place, 'zhao.super')]
  expect(await refusal(await fetchPackage(place, supervisor, id), 403)).toMatchObject({ code: 'not-holder' })
  expect(await refusal(await fetchPackage(place, agent, id), 404)).toMatchObject({ code: 'unknown-case' })
  const other = await openFilled(place, chief)
  const early = await refusal(await fetchPackage(place, chief, other.id), 409)
  expect(early).toMatchObject({ code: 'not-reported' })
  expect(early.next).toContain('上报')
})

test('X13 what was set aside is not in the package: the upper level decides on what counts', async () => {
  const place = await openPlace()
  const { id } = await reportedCase(place)
  const folded = await place.office.state(id as DocumentId)
  if (!folded.ok) throw new Error(folded.problem.message)
  const { story } = folded.value
  const aside = { reason: 'not-holder', text: '', resolve: '', resolved: null } as const
  const late = { ...(story.at(-2) as StoryLine), hash: 'e'.repeat(64) as EntryHash, epoch: null, aside }
  const made = reportPackage({
    state: { ...folded.value, story: [...story, late] },
    item: undefined,
    application: {},
    materials: {},
    made: { at: '', station: '', stationName: '', person: '', personName: '' },
    names: { person: (id) => id, station: (code) => code },
    signatures: new Map(),
  })
  expect(made?.facts.map(({ hash }) => hash)).toEqual(story.map(({ hash }) => hash))
  expect(made?.steps.length).toBe(
    story.filter(({ kind }) => kind !== 'opened' && kind !== 'assigned' && kind !== 'reported').length,
  )
})
