/** What a fact seals of the form: what it says now, without what came after the look at it, or what stands sealed. */
import { isFormOpen } from '#protocol/casework/acts/form.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { FieldValue, Seal } from '#protocol/casework/facts/facts.ts'
import type { OpenSection } from '#protocol/documents/section.ts'
import { type Result, success } from '#protocol/result.ts'
import type { CaseFile, SectionEdit } from '../cases/case-file.ts'
import { parted } from '../cases/sealed-section.ts'
import { openedOf } from '../cases/section-changes.ts'
import { acceptedEdits, frontierOf } from '../cases/sections.ts'
import type { Core } from '../core.ts'
import type { SealedName } from './section-right.ts'

/** A section as a fact seals it. */
export interface Sealable {
  readonly form: Readonly<Record<string, FieldValue>>
  readonly seal: Seal
}

/** Whether the next seal of a section is a new one: behind a closed form what stands sealed is sealed again (rule C132). */
export const isSealedAnew = ({ stage, seals }: Pick<CaseState, 'stage' | 'seals'>, name: SealedName): boolean =>
  isFormOpen(stage) || seals[name] === undefined

function sealableOf(
  { host }: Core,
  section: SealedName,
  opened: Pick<OpenSection, 'value' | 'digest' | 'contentDigest'>,
  edits: readonly SectionEdit[],
): Sealable {
  const { sha256 } = host.cryptography
  const [digest, content] = [opened.digest(sha256), opened.contentDigest(sha256)]
  const seal = { section, digest, content, frontier: frontierOf(edits) }
  return { form: opened.value() as Sealable['form'], seal }
}

/** A section as it is now. */
export function sealNow(core: Core, file: CaseFile, name: SealedName): Result<Sealable> {
  const opened = core.sections.open(file, name)
  if (!opened.ok) return opened
  return success(sealableOf(core, name, opened.value, acceptedEdits(file, name)))
}

/**
 * A section without some edits; undefined where what is left stands upon them, or where a frontier cannot leave them out:
 * then they have to be looked at as well.
 */
export function sealWithout(
  core: Core,
  file: CaseFile,
  name: SealedName,
  without: ReadonlySet<SectionEdit>,
): Sealable | undefined {
  const accepted = acceptedEdits(file, name)
  const kept = accepted.filter((edit) => !without.has(edit))
  if (parted(name, accepted, { frontier: frontierOf(kept) }).held.length !== kept.length) return undefined
  const opened = openedOf(name, kept)
  const sealable = opened && sealableOf(core, name, opened, kept)
  return sealable
}

/** What a section is sealed with behind a closed form: what is decided on is what was accepted, whatever was written since. */
export function standingSeal(state: Pick<CaseState, 'stage' | 'seals'>, name: SealedName): Seal | undefined {
  const seal = state.seals[name]
  if (seal === undefined || isSealedAnew(state, name)) return undefined
  const { fact: _, ...rest } = seal
  return rest
}
