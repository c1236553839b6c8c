/** Who reads identity, phone and account numbers in full: the station that handles the case; everyone else sees the end of them. */
import type { CaseState } from '#protocol/casework/case.ts'
import { fieldNames } from '#protocol/casework/facts/facts.ts'
import { checkNumber } from '#protocol/casework/identity/case-numbers.ts'
import type { FormField } from '#protocol/casework/item.ts'
import type { Actor, CaseView } from '#protocol/engine/office.ts'
import type { ChangesByOthers, ListedChanges, SealChange, SectionView } from '#protocol/engine/section-view.ts'
import { knownKeys } from './cases/form.ts'
import { hasRole } from './roles.ts'

/** Fields of facts that hold a number by which somebody can be told or reached. */
const SECRET_FIELDS = fieldNames(({ secret }) => secret === true)

/** All but the last four characters hidden, and no more than half of them shown (SOURCES.md 8.4). */
export function masked(text: string): string {
  const shown = Math.min(4, Math.floor(text.length / 2))
  return text === '' ? '' : `****${shown === 0 ? '' : text.slice(-shown)}`
}

/** So many digits in a row, of either width, may name somebody; fewer are the end of a number, a door or a day. */
const LONG_NUMBER = /[0-9\uff10-\uff19][0-9\uff10-\uff19Xx\uff38\uff58 -]{5,}[0-9\uff10-\uff19Xx\uff38\uff58]/g

/** One number however it was typed, so that one end is found as the other. */
const plainNumber = (typed: string): string => typed.normalize('NFKC').replaceAll(/[ -]/g, '').toUpperCase()

/** What was looked for, its numbers in full and typed in one way: two searches are the same when this is. */
export const plainSearch = (text: string): string => text.replaceAll(LONG_NUMBER, plainNumber)

/** What was looked for as the audit log keeps it: names in full, numbers of people only by their end. */
export const lookedFor = (text: string): string =>
  checkNumber(text).ok ? text : text.replaceAll(LONG_NUMBER, (number) => masked(plainNumber(number)))

/** Whether a person may read the numbers in full. Supervisors read everything else. */
export const readsNumbers = (actor: Actor, view: { readonly state: Pick<CaseState, 'holder'> }): boolean =>
  actor.station === view.state.holder && !hasRole(actor, 'supervisor')

/** Fields of a form that name a person or, as sensitive information (PIPL art. 28), a financial account. */
const SECRET_TYPES: ReadonlySet<FormField['type']> = new Set(['idNumber', 'phone', 'account'])

/** What was changed: each key with each value. */
const valuesOfChanges = (changes: readonly SealChange[]): readonly (readonly [string, unknown])[] =>
  changes.flatMap(({ key, before, after }): [string, unknown][] => [
    [key, before],
    [key, after],
  ])

/** What stands in the sections, what was sealed of them, what was changed since and before: by section, each key with each value. */
const valuesIn = ({
  sections,
  takenOver,
  changesByOthers,
  adoptedChanges,
  late,
}: CaseView): readonly (readonly [string, readonly (readonly [string, unknown])[]])[] => [
  ...sections.map(({ name, value, sealed, changes }) => {
    const forms = [value, sealed].flatMap((form) =>
      typeof form === 'object' && form !== null ? Object.entries(form) : [],
    )
    return [name, [...forms, ...valuesOfChanges(changes)]] as const
  }),
  ...[...takenOver, ...late, ...(changesByOthers?.listed ?? []), ...adoptedChanges.flatMap(({ listed }) => listed)].map(
    ({ section, changes }) => [section, valuesOfChanges(changes)] as const,
  ),
]

/** A number of somebody has digits in a row; what is shorter or a word must not be hidden wherever it stands. */
const LIKE_A_NUMBER = /[0-9]{7}/

/** Every number that identifies somebody in the case: the applicant's, those of the facts, those of the form. */
export function secretsOf(view: CaseView): ReadonlySet<string> {
  const { state, item } = view
  const found: unknown[] = [state.applicant.idNumber, state.applicant.phone]
  for (const line of state.story) for (const name of SECRET_FIELDS) found.push(line.fields[name])
  const formFields = (item?.fields ?? []).filter(({ type }) => SECRET_TYPES.has(type))
  const names = new Set([...SECRET_FIELDS, ...formFields.map(({ id }) => id)])
  for (const [section, values] of valuesIn(view)) {
    const known = knownKeys(section, item)
    for (const [key, value] of values)
      if (names.has(key) || (known?.has(key) === false && LIKE_A_NUMBER.test(String(value)))) found.push(value)
  }
  return new Set(found.filter((text): text is string => typeof text === 'string' && text !== ''))
}

/** Below this a number is hidden only where it stands alone; it could be part of any other text. */
const SHORTEST_INSIDE_TEXT = 7

function hide<Value>(value: Value, secrets: ReadonlySet<string>): Value {
  if (typeof value === 'string') {
    if (secrets.has(value)) return masked(value) as Value
    let text: string = value
    for (const secret of secrets)
      if (secret.length >= SHORTEST_INSIDE_TEXT) text = text.replaceAll(secret, masked(secret))
    return text as Value
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((part) => hide(part, secrets)) as Value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hide(part, secrets)])) as Value
}

/** Hides the numbers of a section's values. What stands under a key that the item does not define may be one. */
function hiderOf(section: string, item: CaseView['item'], secrets: ReadonlySet<string>) {
  const known = knownKeys(section, item)
  return (key: string, value: unknown) =>
    typeof value === 'string' && known?.has(key) === false && LIKE_A_NUMBER.test(value)
      ? masked(value)
      : hide(value, secrets)
}

type Hider = ReturnType<typeof hiderOf>

const hideChanges = (changes: readonly SealChange[], shown: Hider): readonly SealChange[] =>
  changes.map((change) => ({
    ...change,
    key: String(shown('', change.key)),
    before: shown(change.key, change.before),
    after: shown(change.key, change.after),
  }))

const hideListed = <Listed extends ListedChanges>(
  listed: Listed,
  item: CaseView['item'],
  secrets: ReadonlySet<string>,
): Listed => ({ ...listed, changes: hideChanges(listed.changes, hiderOf(listed.section, item, secrets)) })

/** A section without the numbers. */
function hideSection(section: SectionView, item: CaseView['item'], secrets: ReadonlySet<string>): SectionView {
  const shown = hiderOf(section.name, item, secrets)
  const form = <Value extends SectionView['sealed']>(value: Value): Value =>
    typeof value === 'object' && value !== null
      ? (Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shown(key, each)])) as Value)
      : hide(value, secrets)
  const changes = hideChanges(section.changes, shown)
  return { ...section, value: form(section.value), sealed: form(section.sealed), changes }
}

/** What the facts say once more in the folded state: texts people typed, where numbers may have been copied to. */
function hideCourse(state: CaseState, secrets: ReadonlySet<string>): CaseState {
  const { notice, agency, green, deferred } = state
  const reasonsOf = (opinion: CaseState['invitations'][number]['opinion']) =>
    opinion && { ...opinion, reasons: hide(opinion.reasons, secrets) }
  return {
    ...state,
    story: state.story.map((line) => ({ ...line, fields: hide(line.fields, secrets) })),
    notice: notice && { ...notice, missing: hide(notice.missing, secrets) },
    supplies: state.supplies.map((supply) => ({ ...supply, items: hide(supply.items, secrets) })),
    invitations: state.invitations.map((one) => ({ ...one, opinion: reasonsOf(one.opinion) })),
    agency: agency && { ...agency, authorisation: hide(agency.authorisation, secrets) },
    green: green && { ...green, reason: hide(green.reason, secrets) },
    deferred: deferred && { ...deferred, items: hide(deferred.items, secrets) },
  }
}

/** The case as this person may read it: numbers are also hidden where they were copied into notes and opinions. */
export function readableBy<View extends CaseView>(actor: Actor, view: View): View {
  if (readsNumbers(actor, view)) return view
  const secrets = secretsOf(view)
  const state = hideCourse(view.state, secrets)
  const sections = view.sections.map((section) => hideSection(section, view.item, secrets))
  const takenOver = view.takenOver.map((taken) => hideListed(taken, view.item, secrets))
  const hideOthers = <Others extends ChangesByOthers>(others: Others): Others => ({
    ...others,
    listed: others.listed.map((listed) => hideListed(listed, view.item, secrets)),
  })
  return {
    ...view,
    sections,
    takenOver,
    late: view.late.map((one) => ({ ...hideListed(one, view.item, secrets), text: hide(one.text, secrets) })),
    changesByOthers: view.changesByOthers && hideOthers(view.changesByOthers),
    adoptedChanges: view.adoptedChanges.map(hideOthers),
    state: { ...state, applicant: { ...state.applicant, ...hideApplicant(view) } },
  }
}

const hideApplicant = ({ state }: CaseView) => ({
  idNumber: masked(state.applicant.idNumber),
  phone: masked(state.applicant.phone),
})
