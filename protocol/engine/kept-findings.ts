/** Findings that ask for something to be checked: kept on the disk until a person has marked them as done. */
import type { Finding } from './office.ts'
import type { LocalRow, Storage } from './ports/storage.ts'

export const KEPT_FINDINGS = 'findings'

/** The row that keeps a finding; nothing for one that asks for nothing. */
export const keptRows = (finding: Finding): readonly LocalRow[] =>
  finding.kept === undefined ? [] : [{ space: KEPT_FINDINGS, key: finding.kept, value: JSON.stringify(finding) }]

/** The latest place in the order in which things were told. */
export const lastOrder = (findings: readonly Finding[]): number =>
  findings.reduce((last, { order = 0 }) => Math.max(last, order), 0)

/** Newest first: as they were told, where no program before counted that, by time. */
const newestFirst = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((left, right) => (right.order ?? 0) - (left.order ?? 0) || right.time - left.time)

/** What is known before the engine is open, which is told now, with what was kept and not marked as done; newest first. */
export async function withKept(
  storage: Pick<Storage, 'localAll'>,
  before: readonly Finding[],
): Promise<readonly Finding[]> {
  const known = new Set(before.map(({ kept }) => kept))
  const kept = (await storage.localAll(KEPT_FINDINGS)).map(({ value }) => JSON.parse(value ?? 'null') as Finding)
  return [...newestFirst(before), ...newestFirst(kept.filter((finding) => !known.has(finding.kept)))]
}
