/** The OpenAPI document: valid, complete, and from the same tables as the validation. */
import { gunzipSync } from 'node:zlib'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test, vi } from 'vitest'
import type * as z from 'zod'
import { createApi } from '#edge-node/desk/api/api.ts'
import { FACT_KINDS, FACTS } from '#protocol/casework/facts/facts.ts'
import { type FieldRule, isStated } from '#protocol/casework/facts/fields.ts'
import { RECORD_SHAPES } from '#protocol/engine/directory/record-shapes.ts'
import { documentOf, pathsOf, type Schema } from '#test/api/document.ts'
import { openPlace } from '#test/api/place.ts'

test('A22 the document is valid OpenAPI 3.1 and every reference resolves', async () => {
  const document = await documentOf(await openPlace())
  const validator = new Validator()
  const result = await validator.validate({ ...structuredClone(document) })
  expect(result.errors).toBeUndefined()
  expect(result.valid).toBe(true)
  expect(validator.version).toBe('3.1')
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
  expect(references.length).toBeGreaterThan(30)
  for (const [, name] of references) expect(document.components.schemas, name).toHaveProperty([name as string])
})

test('E62 the document is made once, comes compressed to whoever takes it, and not again to whoever has it', async () => {
  const place = await openPlace()
  const api = createApi(place)
  const makes = vi.spyOn(api, 'getOpenAPI31Document')
  const ask = (headers: Record<string, string> = {}) => api.request('/openapi.json', { headers })
  const [plain, packed] = await Promise.all([ask(), ask({ 'accept-encoding': 'gzip, br' })])
  const text = await plain.text()
  expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(text)
  const etag = plain.headers.get('etag') ?? ''
  const known = await ask({ 'if-none-match': etag })
  expect([known.status, await known.text(), etag]).toEqual([304, '', expect.stringMatching(/^W\/"[0-9a-f]{16}"$/)])
  expect(plain.headers.get('cache-control')).toBe('no-cache')
  expect(makes).toHaveBeenCalledTimes(1)
})

test('A22 every route of the app is in the document and the other way round', async () => {
  const place = await openPlace()
  const api = createApi(place)
  const served = api.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const documented = pathsOf(await documentOf(place)).map(({ method, path }) => `${method} ${path}`)
  expect(new Set(documented)).toEqual(new Set(served))
})

test('A22 every route documents its refusals in the one shape', async () => {
  const failure = { $ref: '#/components/schemas/Failure' }
  for (const { path, operation } of pathsOf(await documentOf(await openPlace()))) {
    const statuses = Object.entries(operation.responses)
    for (const [status, response] of statuses) {
      const schema = response.content?.['application/json']?.schema
      if (status !== '200' && path !== '/health') expect(schema, `${path} ${status}`).toEqual(failure)
    }
    if (path !== '/openapi.json') expect(Object.keys(operation.responses), path).toContain('503')
    if (operation.requestBody)
      expect(Object.keys(operation.responses), path).toEqual(expect.arrayContaining(['400', '413', '415']))
  }
})

/** What the document says of a field, wherever it says it. */
const saysNull = (field: Schema | undefined) => JSON.stringify(field?.type ?? '').includes('null')

test('A22 the document says of every field of a record what the door accepts: what may be missing, what may be null', async () => {
  const { components } = await documentOf(await openPlace())
  const told = {
    ...RECORD_SHAPES,
    person: undefined,
    node: undefined,
    item: undefined,
    level: undefined,
    staff: undefined,
  }
  const shapes = Object.entries(told).flatMap(([type, shape]) => (shape ? [{ type, shape }] : []))
  expect(shapes.length).toBe(10)
  for (const { type, shape } of shapes) {
    const name =
      type === 'calendar'
        ? 'CalendarYear'
        : type === 'rules'
          ? 'LocalRules'
          : `${type[0]?.toUpperCase()}${type.slice(1)}`
    const schema = components.schemas[name]
    const fields = Object.entries<z.ZodType>(shape.shape)
    expect(Object.keys(schema?.properties ?? {}), name).toEqual(fields.map(([field]) => field))
    expect(schema?.required, name).toEqual(
      fields.filter(([, part]) => !part.validate(undefined)).map(([field]) => field),
    )
    for (const [field, part] of fields)
      expect(saysNull(schema?.properties?.[field]), `${name}.${field}`).toBe(part.validate(null))
  }
})

test('A23 the acts of the document carry the fields of the table of facts', async () => {
  const { components, paths } = await documentOf(await openPlace())
  for (const kind of FACT_KINDS.filter((each) => each !== 'opened')) {
    expect(paths).toHaveProperty([`/cases/{id}/acts/${kind}`, 'post'])
    const fields = components.schemas[`Act-${kind}`]?.properties?.fields
    const rules = Object.entries<FieldRule>(FACTS[kind].fields).filter(([, rule]) => isStated(rule))
    expect(Object.keys(fields?.properties ?? {}), kind).toEqual(rules.map(([name]) => name))
    expect(fields?.additionalProperties, kind).toBe(false)
    const required = rules.filter(([, rule]) => rule.required && rule.fill !== 'form').map(([name]) => name)
    expect(fields?.required ?? [], kind).toEqual(required)
  }
})
