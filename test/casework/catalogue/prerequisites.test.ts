/** The graph of prerequisites. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkPrerequisites } from '#protocol/casework/catalogue/prerequisites.ts'
import type { Item } from '#protocol/casework/item.ts'
import { item } from './item.ts'

const graph = (edges: Readonly<Record<string, readonly string[]>>): Item[] =>
  Object.entries(edges).map(([id, targets]) =>
    item({ id, name: `事项${id}`, prerequisites: targets.map((target) => ({ item: target, basis: '《某法》' })) }),
  )

test('B3 a circle is named with its items, wherever it is entered', () => {
  const { circles } = checkPrerequisites(graph({ D: ['B'], C: ['A'], A: ['B'], B: ['C'], E: [] }))
  expect(circles.map(({ items }) => items)).toEqual([['A', 'B', 'C']])
  expect(circles[0]?.message).toBe('互为前置:事项A → 事项B → 事项C → 事项A')
})

test('B3 an item that asks for itself and two that ask for each other are circles', () => {
  const { circles } = checkPrerequisites(graph({ A: ['A'], B: ['C'], C: ['B', 'A'] }))
  expect(circles.map(({ items }) => items)).toEqual([['A'], ['B', 'C']])
})

test('B3 a long chain is no circle and needs no deep stack', () => {
  const chain = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`N${n}`, [`N${n + 1}`]]))
  const { circles, unknown } = checkPrerequisites(graph({ ...chain, N20000: [] }))
  expect([circles, unknown]).toEqual([[], []])
})

/** Whether an item leads back to itself, by walking everything. */
function leadsBack(edges: ReadonlyMap<string, readonly string[]>, start: string): boolean {
  const seen = new Set<string>()
  const open = [...(edges.get(start) ?? [])]
  for (let code = open.pop(); code !== undefined; code = open.pop()) {
    if (code === start) return true
    if (seen.has(code)) continue
    seen.add(code)
    open.push(...(edges.get(code) ?? []))
  }
  return false
}

test('B3 exactly the items on circles are named, each circle is one, and none is named twice', () => {
  const code = fc.integer({ min: 0, max: 11 }).map((n) => `N${String(n).padStart(2, '0')}`)
  fc.assert(
    fc.property(fc.array(fc.tuple(code, code), { maxLength: 30 }), (pairs) => {
      const edges = new Map<string, string[]>()
      for (let n = 0; n < 12; n += 1) edges.set(`N${String(n).padStart(2, '0')}`, [])
      for (const [from, to] of pairs) if (!edges.get(from)?.includes(to)) edges.get(from)?.push(to)
      const { circles } = checkPrerequisites(graph(Object.fromEntries(edges)))
      const named = new Set(circles.flatMap(({ items }) => items))
      expect([...named].sort()).toEqual([...edges.keys()].filter((each) => leadsBack(edges, each)).sort())
      for (const { items } of circles)
        items.forEach((each, at) => void expect(edges.get(each)).toContain(items[(at + 1) % items.length]))
      expect(new Set(circles.map(({ items }) => [...items].sort().join())).size).toBe(circles.length)
    }),
    { numRuns: 300 },
  )
})

test('B4 a prerequisite without basis is added without basis, one that does not exist is unknown', () => {
  const report = checkPrerequisites([
    item({ id: 'A', name: '甲', prerequisites: [{ item: 'B', basis: ' ' }] }),
    item({ id: 'B', name: '乙', prerequisites: [{ item: 'Z', basis: '《某法》' }] }),
  ])
  expect(report.withoutBasis).toEqual([
    { item: 'A', prerequisite: 'B', message: '甲:前置“乙”没有法律法规依据,属于擅自增设' },
  ])
  expect(report.unknown).toEqual([{ item: 'B', prerequisite: 'Z', message: '乙:前置“Z”不在事项目录中' }])
})
