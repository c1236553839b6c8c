/** Bodies of requests: every one has an example that passes the door, and acts take every type of field. */
import { expect, test } from 'vitest'
import { ACT_KINDS } from '#edge-node/desk/api/act-bodies.ts'
import { ActedShape } from '#edge-node/desk/api/shapes.ts'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import { type FieldRule, isStated } from '#protocol/casework/facts/fields.ts'
import { documentOf, pathsOf } from '#test/api/document.ts'
import { openPlace } from '#test/api/place.ts'
import { act, COUNTED, openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'

interface Described {
  readonly description?: string
  readonly example?: unknown
  readonly properties?: Readonly<Record<string, Described>>
}

test('A63 the body of every request has an example that passes the door', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const document = await documentOf(place)
  const schemas = document.components.schemas as Readonly<Record<string, Described>>
  const bodies = pathsOf(document).filter(({ operation }) => operation.requestBody !== undefined)
  expect(bodies.length).toBeGreaterThan(ACT_KINDS.length + 15)
  for (const { method, path, operation } of bodies) {
    const reference = operation.requestBody?.content['application/json']?.schema.$ref ?? ''
    const example = schemas[reference.replace('#/components/schemas/', '')]?.example
    expect(example, `${method} ${path}`).toBeDefined()
    if (path === '/sign-in') continue
    const url = path.replace('{id}', id).replace('{section}', 'application')
    const response = await place.call(method, url, { token, body: example })
    const { code } = (await response.json()) as { code?: string }
    expect(code, `${method} ${path}`).not.toBe('bad-request')
  }
})

/** Copies of a value in which one text each is another one. */
function* withOneText(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield text
  if (typeof value !== 'object' || value === null) return
  const parts = Object.entries(value)
  for (const [name, part] of parts)
    for (const other of withOneText(part, text)) {
      const changed = parts.map(([one, kept]): [string, unknown] => [one, one === name ? other : kept])
      yield Array.isArray(value) ? changed.map(([, kept]) => kept) : Object.fromEntries(changed)
    }
}

test('A100 names that every object has by birth are texts like any other, in every body', async () => {
  const place = await openPlace()
  const tokens = [await tokenOf(place), await tokenOf(place, 'zhou.chief')]
  const { id } = await openFilled(place, tokens[0] ?? '')
  const document = await documentOf(place)
  const schemas = document.components.schemas as Readonly<Record<string, Described>>
  for (const { method, path, operation } of pathsOf(document)) {
    const reference = operation.requestBody?.content['application/json']?.schema.$ref
    if (reference === undefined || path === '/sign-in') continue
    const { example } = schemas[reference.replace('#/components/schemas/', '')] ?? {}
    const url = path.replace('{id}', id).replace('{section}', 'application')
    for (const name of ['__proto__', 'constructor'])
      for (const body of withOneText(example, name))
        for (const token of tokens) {
          const response = await place.call(method, url, { token, body })
          expect(response.status, `${method} ${path} ${JSON.stringify(body)}`).toBeLessThan(500)
        }
  }
  expect(place.reports).toEqual([])
})

test('A64 the document names the titles of codes, the unit of money and the label of every field', async () => {
  const { components } = await documentOf(await openPlace())
  for (const kind of ACT_KINDS) {
    const body = components.schemas[`Act-${kind}`] as Described | undefined
    for (const [name, rule] of Object.entries<FieldRule>(FACTS[kind].fields)) {
      if (!isStated(rule)) continue
      const { description = '' } = body?.properties?.fields?.properties?.[name] ?? {}
      expect(description, `${kind}.${name}`).toContain(rule.label.replace('(元)', ''))
      if (rule.type === 'amount') expect(description).toContain('单位分')
      if (typeof rule.type === 'object')
        for (const title of Object.values(rule.type.oneOf)) expect(description, `${kind}.${name}`).toContain(title)
    }
  }
})

/** What does not fit each type, and part of the sentence that says so. */
const WRONG: readonly (readonly [kind: FactKind, field: string, value: unknown, words: string])[] = [
  ['charged', 'amount', 12.5, '金额(分)须为不小于零的金额,最小到分'],
  ['charged', 'amount', -1, '最小到分'],
  ['assigned', 'to', '王芳', '承办人须为人员账号'],
  ['received', 'occurredOn', '2026-02-30', '须为日期,如 2026-11-21'],
  ['received', 'occurredOn', '20260210', '须为日期'],
  ['notified', 'missing', [], '行文字'],
  ['notified', 'missing', ['申请表', ' '], '行文字'],
  ['notified', 'missing', '申请表', '行文字'],
  ['offered', 'counts', { form: -1 }, '逐项份数须为各项材料的份数'],
  ['offered', 'counts', ['form'], '逐项份数须为各项材料的份数'],
  ['suspended', 'procedure', 'holiday', '特别程序须为听证、招标'],
  ['captured', 'free', 'yes', '须为是或否'],
]

test('A65 a value that does not fit is told in the words of the table of facts, with its field', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const schemas = (await documentOf(place)).components.schemas as Readonly<Record<string, Described>>
  for (const [kind, field, value, words] of WRONG) {
    const example = schemas[`Act-${kind}`]?.example as { fields?: object }
    const body = { fields: { ...example.fields, [field]: value } }
    const problem = await refusal(await act(place, token, id, kind, body), 400)
    expect(problem.message, `${kind}.${field}`).toContain(words)
    expect(problem.field, `${kind}.${field}`).toMatch(new RegExp(`^fields\\.${field}`))
  }
  expect((await readCase(place, token, id)).state.story.length).toBe(1)
})

test('A66 acts with lists, counts, days and money are written and read back as they were sent', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const backdated = { occurredOn: '2026-11-18', occurredWhy: '当日停电,补录' }
  await read(await act(place, token, id, 'received', { fields: { ...COUNTED.fields, ...backdated } }), ActedShape)
  const missing = ['营业执照复印件', '场地证明']
  await read(await act(place, token, id, 'notified', { fields: { missing, days: 10 } }), ActedShape)
  const noticed = await readCase(place, token, id)
  expect(noticed.state.notice).toMatchObject({ missing, day: '2026-11-20', until: '2026-11-30', count: 1 })
  const received = noticed.state.story.find(({ kind }) => kind === 'received')
  expect(received).toMatchObject({ day: '2026-11-18', enteredOn: '2026-11-20', fields: backdated })
  await read(await act(place, token, id, 'supplemented', { fields: { items: missing } }), ActedShape)
  const offered = { to: '510724103201', materials: 2, counts: { form: 2 }, bag: 'A-7' }
  await read(await act(place, token, id, 'offered', { fields: offered }), ActedShape)
  const { state } = await readCase(place, token, id)
  expect(state.offer).toMatchObject({ materials: 2, counts: { form: 2 } })
  expect(state.clocks.find((clock) => clock.id === 'T2p')).toMatchObject({
    limit: 5,
    unit: 'working',
    start: '2026-11-20',
    state: 'running',
    due: '2026-11-27',
    exceeded: false,
  })
  expect(state.days).toMatchObject({ received: '2026-11-18', supplemented: '2026-11-20' })
  expect(state.papers.map(({ code }) => code)).toEqual(['D02', 'D04', 'D05', 'D14'])
  // A transfer note goes by the case's own number; every other paper has a number of its own.
  const numbered = state.papers.filter(({ code }) => code !== 'D14')
  expect(new Set(numbered.map(({ number }) => number)).size).toBe(3)
  expect(numbered.every(({ number }) => number !== '')).toBe(true)
})
