/** Mutants of acts of two people: what waits, who signs, and what the signature does. */
import type { Mutant } from '../mutant.ts'

const FOLDING = ['test/casework/folding/countersigned.test.ts']
const JUDGING = 'protocol/casework/folding/judging.ts'
const RULES = 'protocol/casework/rules/four-eyes.ts'

export const FOUR_EYES: readonly Mutant[] = [
  {
    name: 'waits-for-nobody',
    file: JUDGING,
    from: "if (isProposal(fact.fields)) return 'awaits-second'",
    to: "if (fact.fields.never === '') return 'awaits-second'",
    fault: 'C153: an act takes effect before the second person has signed.',
    tests: FOLDING,
  },
  {
    name: 'signs-own-act',
    file: JUDGING,
    from: 'const isOther = signature.entry.person !== target.entry.person',
    to: 'const isOther = true',
    fault: 'C154: whoever asked signs it himself.',
    tests: FOLDING,
  },
  {
    name: 'anybody-signs',
    file: RULES,
    from: 'seconds.every(({ roles: asked }) => hasOne(roles, asked))',
    to: 'seconds.every(() => hasOne(roles, roles ?? []))',
    fault: 'C154: a clerk gives an approval.',
    tests: FOLDING,
  },
  {
    name: 'signature-counts-as-act',
    file: JUDGING,
    from: 'dayOf(proposal) < writtenOn(proposal) ? dayOf(proposal) : writtenOn(signature)',
    to: 'writtenOn(signature)',
    fault: 'C154: what was done in time and entered late counts for the day of the second signature.',
    tests: FOLDING,
  },
  {
    name: 'backdated-behind-others',
    file: JUDGING,
    from: 'if (day < folding.progress.lastDay)',
    to: "if (day < '0000-01-01')",
    fault: 'C154: an act counts for a day before that of what happened since.',
    tests: FOLDING,
  },
  {
    name: 'signature-forks',
    file: 'protocol/casework/folding/custody.ts',
    from: 'if (open.length < valid.length) return new Set(open)',
    to: 'if (open.length < 0) return new Set(open)',
    fault: 'C154: a signature beside what the holder wrote stops the case.',
    tests: FOLDING,
  },
  {
    name: 'two-signatures-fork',
    file: 'protocol/casework/folding/custody.ts',
    from: 'return new Set(later)',
    to: 'return new Set(later.slice(0, 0))',
    fault: 'C154: two signatures at once stop the case.',
    tests: FOLDING,
  },
  {
    name: 'adopted-alone',
    file: JUDGING,
    from: "return objection ?? (isAlone ? undefined : 'awaits-second')",
    to: 'return objection ?? (isAlone ? undefined : undefined)',
    fault: 'C154: an adoption takes the second person’s place.',
    tests: FOLDING,
  },
  {
    name: 'late-day-alone',
    file: RULES,
    from: 'return isLate ? [...always, { roles: transition.roles }] : always',
    to: 'return isLate ? always : always',
    fault: 'C153: who enters late what stops a clock needs nobody.',
    tests: FOLDING,
  },
  {
    name: 'proposal-upholds',
    file: 'protocol/casework/folding/built-on.ts',
    from: 'fact.barred || isProposal(fact.entry.fact?.fields ?? {})) return false',
    to: 'fact.barred) return false',
    fault: 'C155: a proposal to void behind one side of a fork ends it.',
    tests: FOLDING,
  },
  {
    name: 'signature-ends-line',
    file: 'protocol/casework/folding/built-on.ts',
    from: "if (said?.kind === 'countersigned' && fact.writer.root) return here",
    to: "if (said?.kind === 'countersigned' && fact.writer.root) return undefined",
    fault: 'C154: what others signed for behind a signature of the county does not count as signed for.',
    tests: FOLDING,
  },
  {
    name: 'typed-elsewhere',
    file: 'protocol/casework/acts/door.ts',
    from: '  concluded: [isTranscribed],\n',
    to: '',
    fault: 'C156: a case is closed by typing that another system decided it.',
    tests: FOLDING,
  },
]
