/** What people should know of the network, and who watches for changes. */
import { LIMITS } from '#protocol/limits.ts'
import { lastOrder } from './kept-findings.ts'
import type { Finding, Notice } from './office.ts'

export interface News {
  /** Newest first, bounded. */
  readonly findings: readonly Finding[]
  /** Remembers something a person should know. What happens again moves up instead of filling the list. */
  add(finding: Omit<Finding, 'time'>): void
  /** Remembers how something stands that was told before: one finding of its kind and name. */
  replace(finding: Omit<Finding, 'time'>): void
  /** As `replace`, for what nobody would say again: it stands at once, and is kept with the first group that the disk takes. */
  keep(finding: Omit<Finding, 'time'>): void
  /** What stands and is not on the disk yet. */
  unkept(): readonly Finding[]
  /** It is on the disk. */
  isKept(kept: string): void
  /** The next place in the order in which things are told, for what is kept with a group. */
  nextOrder(): number
  /** Forgets a kept finding: a person has marked it as done. */
  done(kept: string): void
  /** Tells everyone who watches. */
  tell(notice: Notice): void
  /** Tells everyone who watches that connection, safety or health has changed. */
  tellStatus(): void
  /** Calls back with every notice; returns a function that ends it. */
  watch(listener: (notice: Notice) => void): () => void
}

/** The place of the oldest finding of the kind that there is most of: who makes many of one kind pushes out no other. */
function oldestOfMost(findings: readonly Finding[]): number {
  const passing = findings.filter(({ kept }) => kept === undefined)
  const [most] = [...Map.groupBy(passing, ({ kind }) => kind)].sort(([, left], [, right]) => right.length - left.length)
  return findings.findLastIndex(({ kept, kind }) => kept === undefined && kind === most?.[0])
}

/**
 * Opens the news of a node with what is known from before it was open.
 * @param bug told when a listener throws; that one then hears no more, and everybody else hears all the same
 */
export function createNews(now: () => number, before: readonly Finding[], bug: (problem: unknown) => void): News {
  const findings = [...before]
  let order = lastOrder(before)
  const nextOrder = () => {
    order += 1
    return order
  }
  const unkept = new Set<string>()
  const listeners = new Set<(notice: Notice) => void>()
  const tell = (notice: Notice) => {
    for (const listener of [...listeners]) {
      try {
        listener(notice)
      } catch (problem) {
        listeners.delete(listener)
        bug(problem)
      }
    }
  }
  const tellStatus = () => tell({ cases: [], directory: false, status: true })
  const put = (finding: Omit<Finding, 'time'>, isSame: (known: Finding) => boolean) => {
    const again = findings.findIndex(isSame)
    if (again !== -1) findings.splice(again, 1)
    findings.unshift({ ...finding, time: now(), order: nextOrder() })
    const oldest = findings.length > LIMITS.findingsKept ? oldestOfMost(findings) : -1
    if (oldest !== -1) findings.splice(oldest, 1)
    tellStatus()
  }
  const replace = (finding: Omit<Finding, 'time'>) =>
    put(finding, ({ kind, kept }) => kind === finding.kind && kept === finding.kept)
  return {
    findings,
    add: (finding) => put(finding, ({ kind, message }) => kind === finding.kind && message === finding.message),
    replace,
    keep(finding) {
      if (finding.kept !== undefined) unkept.add(finding.kept)
      replace(finding)
    },
    unkept: () => findings.filter(({ kept }) => kept !== undefined && unkept.has(kept)),
    nextOrder,
    isKept: (kept) => void unkept.delete(kept),
    done(kept) {
      unkept.delete(kept)
      const place = findings.findIndex((finding) => finding.kept === kept)
      if (place !== -1) findings.splice(place, 1)
      tellStatus()
    },
    tell,
    tellStatus,
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
