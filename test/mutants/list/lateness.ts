/** Mutants of what was late: it stays so, whatever comes later, and only the office's own limits count. */
import type { Mutant } from '../mutant.ts'

const TESTS = ['lateness', 'others-time'].map((name) => `test/casework/folding/${name}.test.ts`)

export const LATENESS: readonly Mutant[] = [
  {
    name: 'late-extension-heals',
    file: 'protocol/casework/clocks/due-day.ts',
    from: 'const isInTime = due === undefined || on <= due',
    to: 'const isInTime = true',
    fault: 'Q77: an extension, or a question to a department, behind the last day makes a late case timely.',
    tests: TESTS,
  },
  {
    name: 'new-run-forgives',
    file: 'protocol/casework/folding/taking-effect.ts',
    from: '    endClock(progress, id, day, written)\n    spans',
    to: '    spans',
    fault: 'Q78: what a step or a hand-over was late with goes when the next one begins.',
    tests: TESTS,
  },
  {
    name: 'late-by-the-wrong-step',
    file: 'protocol/casework/folding/progress.ts',
    from: 'stage: suspendedAt ?? stage, still })',
    to: "stage: '42', still })",
    fault: 'Q78: a step is measured by the limit of another.',
    tests: TESTS,
  },
  {
    name: 'upper-level-on-county-time',
    file: 'protocol/casework/folding/changes.ts',
    from: 'if (isDecidedAbove(item)) progress.away',
    to: 'if (progress.master !== progress.master) progress.away',
    fault: 'Q79: the city’s time is the county’s lateness.',
    tests: TESTS,
  },
  {
    name: 'reporting-stops-any-clock',
    file: 'protocol/casework/folding/changes.ts',
    from: 'if (isDecidedAbove(item)) progress.away',
    to: 'progress.away',
    fault: 'Q79: whoever reports up what the county decides stops its clock.',
    tests: TESTS,
  },
  {
    name: 'late-extension-is-written',
    file: 'protocol/casework/acts/door.ts',
    from: '[isInTime, isShortEnough]',
    to: '[isShortEnough]',
    fault: 'C152: an extension is written after the last day.',
    tests: TESTS,
  },
]
