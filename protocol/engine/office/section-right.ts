/** Whether a station may write in a section of a case now: for who writes and for what a page offers alike. */
import { refuseForm } from '#protocol/casework/acts/form.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { UNREAD } from '#protocol/casework/rules/reasons.ts'
import { SECTIONS, type SectionName } from '#protocol/documents/sections.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Failure } from '#protocol/result.ts'
import { mayWriteIn } from '../cases/sections.ts'
import type { Core } from '../core.ts'

/** Sections that facts rely on; an office note is deliberation, no fact stands on it. */
export const SEALED_SECTIONS = ['application', 'materials'] as const

export type SealedName = (typeof SEALED_SECTIONS)[number]

const isSealedSection = (name: SectionName): boolean => SEALED_SECTIONS.some((sealed) => sealed === name)

/** Why a station may not write in a section now; undefined when it may. */
export function sectionRefusal(
  core: Core,
  state: CaseState,
  name: SectionName,
  station: StationCode,
): Pick<Failure, 'code' | 'message' | 'next'> | undefined {
  if (state.unread.length > 0) return { code: 'unread', message: UNREAD.message, next: UNREAD.next }
  if (!mayWriteIn(core.directory, name, station))
    return {
      code: 'not-a-writer',
      message: `本站点不能填写“${SECTIONS[name].title}”。`,
      next: '请由有权的窗口填写。',
    }
  return isSealedSection(name) && core.knowledge.closesForms ? refuseForm(state, station) : undefined
}
