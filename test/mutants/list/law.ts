/** Mutants of what the law asks at the door: whose law, remedies, complete applications, who may decide. */
import type { Mutant } from '../mutant.ts'

const DOOR = 'protocol/casework/acts/door.ts'
const COMPLETE = 'protocol/casework/acts/complete.ts'
const REMEDIES = 'protocol/casework/rules/remedies.ts'
const LAW = 'protocol/casework/item-law.ts'

export const LAW_AT_THE_DOOR: readonly Mutant[] = [
  {
    name: 'every-item-a-licence',
    file: LAW,
    from: "item?.itemType === '01'",
    to: "item?.itemType !== '00'",
    fault: 'C158: a benefit is handled and printed under the licensing law.',
    tests: ['test/casework/item-law.test.ts', 'test/desk/paper-law.test.ts'],
  },
  {
    name: 'law-of-others-cited',
    file: LAW,
    from: '!isLicence(item) && source.startsWith(LICENSING_LAW)',
    to: '!isLicence(item) && source.endsWith(LICENSING_LAW)',
    fault: 'C158: people are told that the licensing law binds where it is an example.',
    tests: ['test/casework/item-law.test.ts'],
  },
  {
    name: 'county-reviews-everybody',
    file: REMEDIES,
    from: 'own?.reviewBody || general.reviewBody',
    to: 'general.reviewBody',
    fault: 'C159: an organ that is led vertically is said to be reviewed by the county.',
    tests: ['test/casework/rules/remedies.test.ts'],
  },
  {
    name: 'any-court',
    file: REMEDIES,
    from: '?!人民法院|有关|任何',
    to: '?!有关|任何',
    fault: 'C159: a refusal names no court in particular.',
    tests: ['test/casework/rules/remedies.test.ts'],
  },
  {
    name: 'remedies-not-written',
    file: 'protocol/engine/office/completing.ts',
    from: 'if (composed !== undefined) fields[name] = composed',
    to: "if (composed === '') fields[name] = composed",
    fault: 'C159: whoever leaves the remedies blank has to write them.',
    tests: ['test/desk/paper-law.test.ts'],
  },
  {
    name: 'missing-is-brought',
    file: COMPLETE,
    from: 'state === NOT_COUNTED || state === NOT_BROUGHT',
    to: 'state === NOT_COUNTED',
    fault: 'C160: what was noted as not brought is accepted.',
    tests: ['test/casework/acts/complete.test.ts'],
  },
  {
    name: 'commitment-covers-all',
    file: COMPLETE,
    from: '(promisable && fields.commitment === true)',
    to: 'fields.commitment === true',
    fault: 'C160: a commitment stands for materials for which none may be given.',
    tests: ['test/casework/acts/complete.test.ts'],
  },
  {
    name: 'incomplete-is-written',
    file: 'protocol/engine/office/case-writing.ts',
    from: 'if (incomplete) return incomplete',
    to: 'if (incomplete?.ok) return incomplete',
    fault: 'C160: the office writes what the law does not let it say.',
    tests: ['test/desk/deferred.test.ts'],
  },
  {
    name: 'brought-to-a-village',
    file: COMPLETE,
    from: "supplies.filter(({ tier }) => tier !== 'village').flatMap",
    to: 'supplies.flatMap',
    fault: 'C161: what lies at a village is said to be at the window.',
    tests: ['test/casework/acts/complete.test.ts'],
  },
  {
    name: 'deferred-for-ever',
    file: DOOR,
    from: 'if (day <= until && until <= last) continue',
    to: 'if (day <= until && until !== last) continue',
    fault: 'C161: what may follow in five days follows next year.',
    tests: ['test/desk/deferred.test.ts'],
  },
  {
    name: 'granted-without',
    file: DOOR,
    from: "fields?.result === 'granted' ? awaitedMaterials(state, item) : []",
    to: "fields?.result === 'refused' ? awaitedMaterials(state, item) : []",
    fault: 'C161: granted although a deferred material never came.',
    tests: ['test/desk/deferred.test.ts'],
  },
  {
    name: 'decides-for-others',
    file: DOOR,
    from: 'wanted === undefined || wanted === tier',
    to: 'wanted === undefined || wanted !== tier',
    fault: 'C162: a township decides what is the county’s.',
    tests: ['test/casework/acts/competence.test.ts'],
  },
  {
    name: 'letter-of-any-power',
    file: DOOR,
    from: "if (kind === 'decided') return isCompetent('examine', writing)",
    to: "if (kind === 'decided') return isCompetent('accept', writing)",
    fault: 'C162: a letter to accept lets its holder decide.',
    tests: ['test/casework/acts/competence.test.ts'],
  },
]
