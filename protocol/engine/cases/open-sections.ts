/** Sections that people look at or write in, kept open: the next look goes on from there instead of reading every edit again. */
import { type OpenSection, openSection } from '#protocol/documents/section.ts'
import { SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Result, success } from '#protocol/result.ts'
import type { CaseFile } from './case-file.ts'
import { gated } from './sections.ts'

/** A section as its case file has it. A change counts when it is stored. */
export type KeptSection<Name extends SectionName> = Omit<OpenSection<Name>, 'follow'>

export interface OpenSections {
  /** The section of a case as this file of it says: another file of the same case (older, or never committed) may be asked next. */
  open<Name extends SectionName>(file: CaseFile, name: Name): Result<KeptSection<Name>>
}

/** A section nobody has written in. */
const NOTHING = { accepted: [], lineage: {} }

/** Memory an open section takes for each byte of its updates (measured: text in tiny pieces 17 to 30), and at least. */
const MEMORY_PER_BYTE = { map: 10, text: 30 } as const
const LEAST_MEMORY = 4_096

const memoryOf = ({ name, bytes }: OpenSection): number => LEAST_MEMORY + bytes * MEMORY_PER_BYTE[SECTIONS[name].shape]

/** Opens an empty collection of at most {@link LIMITS.openSectionBytes}; those used last stay. */
export function createOpenSections(): OpenSections {
  const kept = new Map<string, { readonly section: OpenSection; readonly memory: number }>()
  let memory = 0
  const take = (key: string): OpenSection | undefined => {
    const known = kept.get(key)
    memory -= known?.memory ?? 0
    kept.delete(key)
    return known?.section
  }
  /** With its size of now: a change may have altered it. What is used last stands last. */
  const keep = (key: string, section: OpenSection) => {
    kept.set(key, { section, memory: memoryOf(section) })
    memory += memoryOf(section)
    for (const oldest of kept.keys()) {
      if (kept.size === 1 || memory <= LIMITS.openSectionBytes) break
      take(oldest)
    }
  }
  return {
    open<Name extends SectionName>(file: CaseFile, name: Name) {
      const key = `${file.id}/${name}`
      const section = file.sections.get(name)
      const { accepted, lineage } = section ? gated(file, name, section) : NOTHING
      const known = take(key)
      if (known?.follow(accepted, lineage)) {
        keep(key, known)
        return success(known as OpenSection<Name>)
      }
      const opened = openSection(
        name,
        accepted.map(({ update }) => update),
      )
      if (opened.ok) keep(key, opened.value)
      return opened
    },
  }
}
