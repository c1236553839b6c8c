/** Requests for the fuzz test: bytes of every kind, and bodies that are nearly or quite right. */
import * as fc from 'fast-check'
import { FACTS, type FactKind } from '#protocol/casework/facts/facts.ts'
import type { FieldRule } from '#protocol/casework/facts/fields.ts'
import { type OpenApiDocument, type Operation, pathsOf } from '#test/api/document.ts'
import { ID_NUMBER, ITEM, TOWNSHIP, VILLAGE } from '#test/api/place.ts'

export interface Call {
  readonly method: string
  readonly url: string
  readonly body: string | undefined
  readonly operation: Operation
}

const NAMES = [
  'item',
  'fields',
  'expects',
  'set',
  'remove',
  'text',
  'to',
  'materials',
  'applicant',
  '__proto__',
  'fact',
]
const HOSTILE = [
  '['.repeat(50_000),
  '{"set":'.repeat(2_000),
  '"\\ud800"',
  '1e999',
  '{"set":{"applicant":"\\ud800"}}',
  '',
]

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom(ITEM, 'granted', TOWNSHIP, 'a'.repeat(64)),
    tie('list'),
    tie('record'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  record: fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 5 })), tie('value'), { maxKeys: 5 }),
})).value

const anyBody = fc.oneof(
  { weight: 6, arbitrary: json.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
)

/** Values that fit a field, and some that nearly do. */
function fieldValue({ type }: FieldRule): fc.Arbitrary<unknown> {
  if (typeof type === 'object') return fc.constantFrom(...Object.keys(type.oneOf))
  switch (type) {
    case 'count':
    case 'amount':
      return fc.oneof(fc.nat(5), fc.maxSafeInteger())
    case 'station':
      return fc.constantFrom(TOWNSHIP, VILLAGE, '510724', '999999')
    case 'hash':
      return fc.constant('a'.repeat(64))
    case 'flag':
      return fc.boolean()
    case 'person':
      return fc.constantFrom('wang.fang', 'zhou.chief', 'nobody')
    case 'day':
      return fc.constantFrom('2026-11-19', '2026-11-20', '2026-12-31', '2026-02-30')
    case 'lines':
      return fc.array(fc.constantFrom('申请表', '身份证复印件', ''), { maxLength: 3 })
    case 'counts':
      return fc.dictionary(fc.constantFrom('form', 'constructor'), fc.nat(3), { maxKeys: 2 })
    default:
      return fc.oneof(fc.constantFrom('王芳', ID_NUMBER), fc.string({ unit: 'binary', maxLength: 300 }))
  }
}

function actBody(kind: FactKind) {
  const rules = Object.entries<FieldRule>(FACTS[kind].fields).filter(([, { type }]) => type !== 'seals')
  const fields = Object.fromEntries(rules.map(([name, rule]) => [name, fieldValue(rule)]))
  const required = rules.filter(([, rule]) => rule.required).map(([name]) => name)
  return fc.record({ fields: fc.record(fields, { requiredKeys: required }) })
}

const key = fc.oneof(fc.constantFrom('applicant', 'idNumber', 'form', 'constructor'), fc.string({ maxLength: 12 }))
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.nat(),
  fc.record({ state: fc.constant('copy'), copies: fc.nat(9) }),
)
const editBody = fc.oneof(
  fc.record(
    { set: fc.dictionary(key, value, { maxKeys: 4 }), remove: fc.array(key, { maxLength: 3 }) },
    { requiredKeys: [] },
  ),
  fc.record({ text: fc.string({ unit: 'binary', maxLength: 2000 }) }),
)

/** The example the document gives for a body; the tests of the document see to it that there is one. */
function exampleOf(document: OpenApiDocument, operation: Operation): fc.Arbitrary<unknown> {
  const reference = operation.requestBody?.content['application/json']?.schema.$ref ?? ''
  const schema = document.components.schemas[reference.replace('#/components/schemas/', '')]
  return fc.constant(schema?.example ?? {})
}

function rightBody(document: OpenApiDocument, path: string, operation: Operation): fc.Arbitrary<unknown> {
  const kind = /\/acts\/([\w-]+)$/.exec(path)?.[1]
  if (kind !== undefined) return actBody(kind as FactKind)
  if (path.includes('/sections/')) return editBody
  return path === '/cases' ? fc.record({ item: fc.constantFrom(ITEM, 'none') }) : exampleOf(document, operation)
}

/** Calls of every documented route about one of the targets. */
export function calls(document: OpenApiDocument, targets: readonly string[]): fc.Arbitrary<Call> {
  // Signing out would end the token that the other calls need.
  const routes = pathsOf(document).filter(({ path }) => path !== '/sign-out')
  const section = fc.constantFrom('application', 'materials', 'office-note', 'none')
  return fc.constantFrom(...routes).chain(({ method, path, operation }) => {
    const body = fc.oneof(
      anyBody,
      rightBody(document, path, operation).map((right) => JSON.stringify(right)),
    )
    const parts = fc.record({ id: fc.constantFrom(...targets), section, body, query: fc.webQueryParameters() })
    return parts.map(({ id, section: name, body: text, query }) => {
      const filled = path.replace('{id}', id).replace('{section}', name)
      return method === 'GET'
        ? { method, url: `${filled}?${query}`, body: undefined, operation }
        : { method, url: filled, body: text, operation }
    })
  })
}
