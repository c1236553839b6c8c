/** The graph of prerequisites (前置条件): circles, conditions added without basis, and targets that do not exist. */
import type { Item } from '../item.ts'

/** One edge of the graph, for the reports. */
export interface PrerequisiteFinding {
  readonly item: string
  readonly prerequisite: string
  /** For people. */
  readonly message: string
}

/** What is wrong with the prerequisites of a catalogue. */
export interface PrerequisiteReport {
  /** 互为前置: each circle once, beginning with its smallest code; the last leads back to the first. */
  readonly circles: readonly { readonly items: readonly string[]; readonly message: string }[]
  /** 擅自增设: prerequisites without a legal basis. */
  readonly withoutBasis: readonly PrerequisiteFinding[]
  /** Prerequisites that no item of the catalogue has as its code. */
  readonly unknown: readonly PrerequisiteFinding[]
}

type Catalogue = ReadonlyMap<string, Item>

/**
 * Looks through the prerequisites of a catalogue.
 * @param items the edition in force of each item; of several editions of one code the last one counts
 */
export function checkPrerequisites(items: readonly Item[]): PrerequisiteReport {
  const catalogue: Catalogue = new Map(items.map((item) => [item.id, item]))
  const nameOf = (code: string) => catalogue.get(code)?.name ?? code
  const edges = [...catalogue.values()].flatMap((item) =>
    item.prerequisites.map(({ item: prerequisite, basis }) => ({ item: item.id, prerequisite, basis })),
  )
  const finding = ({ item, prerequisite }: { item: string; prerequisite: string }, why: string) => ({
    item,
    prerequisite,
    message: `${nameOf(item)}:前置“${nameOf(prerequisite)}”${why}`,
  })
  return {
    circles: circlesOf(catalogue).map((circle) => ({
      items: circle,
      message: `互为前置:${[...circle, circle[0] ?? ''].map(nameOf).join(' → ')}`,
    })),
    withoutBasis: edges
      .filter(({ basis }) => basis.trim() === '')
      .map((edge) => finding(edge, '没有法律法规依据,属于擅自增设')),
    unknown: edges
      .filter(({ prerequisite }) => !catalogue.has(prerequisite))
      .map((edge) => finding(edge, '不在事项目录中')),
  }
}

const targetsOf = (catalogue: Catalogue, code: string): readonly string[] =>
  [...new Set(catalogue.get(code)?.prerequisites.map(({ item }) => item))].sort()

/** Every item on a circle is on a circle that is named; of several through one item, the shortest is named. */
function circlesOf(catalogue: Catalogue): readonly (readonly string[])[] {
  const named = new Set<string>()
  const circles: (readonly string[])[] = []
  for (const code of leadingToCircles(catalogue)) {
    if (named.has(code)) continue
    const circle = shortestCircle(catalogue, code)
    if (circle === undefined) continue
    for (const item of circle) named.add(item)
    const smallest = circle.reduce((least, each, at) => (each < (circle[least] ?? '') ? at : least), 0)
    circles.push([...circle.slice(smallest), ...circle.slice(0, smallest)])
  }
  return circles
}

/** Items from which a circle can be reached, smallest code first: items without an open prerequisite are taken away until none is left. */
function leadingToCircles(catalogue: Catalogue): readonly string[] {
  const open = new Map<string, number>()
  const dependents = new Map<string, string[]>()
  for (const code of catalogue.keys()) {
    const targets = targetsOf(catalogue, code).filter((target) => catalogue.has(target))
    open.set(code, targets.length)
    for (const target of targets) dependents.set(target, [...(dependents.get(target) ?? []), code])
  }
  const settled = [...open].filter(([, count]) => count === 0).map(([code]) => code)
  for (const code of settled) {
    open.delete(code)
    for (const dependent of dependents.get(code) ?? []) {
      const left = (open.get(dependent) ?? 0) - 1
      open.set(dependent, left)
      if (left === 0) settled.push(dependent) // the loop goes on over what it finds
    }
  }
  return [...open.keys()].sort()
}

/** The shortest way from an item back to itself; undefined when there is none. */
function shortestCircle(catalogue: Catalogue, start: string): readonly string[] | undefined {
  const from = new Map<string, string>()
  const reached = [start]
  for (const code of reached) {
    for (const target of targetsOf(catalogue, code)) {
      if (target === start) return wayTo(code, start, from)
      if (from.has(target)) continue
      from.set(target, code)
      reached.push(target)
    }
  }
  return undefined
}

function wayTo(end: string, start: string, from: ReadonlyMap<string, string>): readonly string[] {
  const way = [end]
  for (let code = end; code !== start; way.unshift(code)) code = from.get(code) ?? start
  return way
}
