/** Configuration: everything wrong with it is said at once. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EDGE_NODE_VARIABLES, problemsAsText, readConfiguration } from '#edge-node/config.ts'
import { HUB_VARIABLES, variableRows } from '#hub/config.ts'

test('E17 every problem is reported with variable, value and example', () => {
  const read = readConfiguration(HUB_VARIABLES, {
    DESK_HOST: '政务中心',
    DESK_PORT: '70000',
    DESK_WITHOUT_TLS: 'yes',
    LOG_LEVEL: 'loud',
    STATION_CODE: '51',
    TLS_KEY: '/nowhere/key.pem',
  })
  if (read.ok) expect.fail('all of it is wrong')
  const text = problemsAsText(read.problem)
  const wrong = ['DESK_HOST', 'DESK_PORT', 'DESK_WITHOUT_TLS', 'LOG_LEVEL', 'STATION_CODE', 'STATION_NAME', 'TLS_KEY']
  for (const name of [...wrong, 'TLS_CERTIFICATE'] as const) {
    expect(read.problem.map(({ variable }) => variable)).toContain(name)
    expect(text).toContain(`${name}=${HUB_VARIABLES[name as keyof typeof HUB_VARIABLES].example}`)
  }
  expect(read.problem).toHaveLength(8)
  expect(text).toContain('"70000"')
  expect(text).toContain('"loud"')
})

test('E17 the value of a secret is never shown', () => {
  const table = { PASSWORD: { ...EDGE_NODE_VARIABLES.LOG_LEVEL, secret: true } }
  const read = readConfiguration(table, { PASSWORD: 'hunter2' })
  if (read.ok) expect.fail('not a log level')
  expect(problemsAsText(read.problem)).not.toContain('hunter2')
})

test('E17 examples and fallbacks are right themselves', () => {
  for (const table of [EDGE_NODE_VARIABLES, HUB_VARIABLES]) {
    for (const [name, { example, fallback, schema }] of Object.entries<{
      example: string
      fallback?: string
      schema: { safeParse(text: string): { success: boolean } }
    }>(table)) {
      if (!name.startsWith('TLS_')) expect(schema.safeParse(example).success, `${name}=${example}`).toBe(true)
      if (fallback !== undefined) expect(schema.safeParse(fallback).success, `${name}=${fallback}`).toBe(true)
    }
  }
})

test('E17 a village point needs no configuration at all', () => {
  expect(readConfiguration(EDGE_NODE_VARIABLES, {})).toMatchObject({
    ok: true,
    value: { DESK_HOST: '127.0.0.1', DESK_PORT: 8080, LOG_LEVEL: 'info' },
  })
})

test('E17 an empty variable counts as not set', () => {
  expect(readConfiguration(EDGE_NODE_VARIABLES, { DESK_PORT: '' })).toMatchObject({
    ok: true,
    value: { DESK_PORT: 8080 },
  })
})

test('E18 README shows every variable as the programs read it', () => {
  const readme = readFileSync('README.md', 'utf8')
  const table = /<!-- variables -->\n([\s\S]*?)<!-- \/variables -->/.exec(readme)?.[1] ?? ''
  expect(table.trim().split('\n').slice(2)).toEqual(variableRows())
  expect(variableRows()).toHaveLength(Object.keys(HUB_VARIABLES).length)
})
