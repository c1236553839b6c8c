/** What a file must hold before it is archived. */
import { type EndStage, hasEnded, type Stage } from '../course/stages.ts'
import type { PaperCode } from '../papers.ts'

/** By the stage in which the case ended. */
export const REQUIRED_PAPERS: Readonly<Record<EndStage, readonly PaperCode[]>> = {
  '70': ['D02', 'D11', 'D13'],
  '80': ['D02', 'D06'],
  '81': ['D02', 'D06'],
  '82': ['D02', 'D06'],
  '83': [],
  '84': ['D02', 'D04', 'D12'],
  '85': [],
  '86': [],
  '87': [],
  '90': [],
}

/** What the file of a case in this stage must hold; nothing while it is still under way. */
export const requiredPapers = (stage: Stage): readonly PaperCode[] => (hasEnded(stage) ? REQUIRED_PAPERS[stage] : [])
