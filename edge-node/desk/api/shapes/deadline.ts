/** A deadline explained in the API: which days counted, which did not and why. */
import { z } from '@hono/zod-openapi'
import { day, list } from './identifiers.ts'
import { CoverageShape } from './records.ts'

export const DeadlineShape = z
  .object({
    due: day.openapi({ description: '期限的最后一日' }),
    counted: list(day).openapi({ description: '计入的工作日' }),
    skipped: list(z.object({ day, reason: z.string() })).openapi({ description: '不计的休息日和原因' }),
    paused: list(day).openapi({ description: '暂停中不计的工作日' }),
    coverage: CoverageShape,
  })
  .openapi('Deadline', {
    example: {
      due: '2026-02-24',
      counted: ['2026-02-11', '2026-02-12', '2026-02-13', '2026-02-14', '2026-02-24'],
      skipped: [{ day: '2026-02-15', reason: '春节放假' }],
      paused: [],
      coverage: { from: '2024-01-01', until: '2026-12-31' },
    },
  })
