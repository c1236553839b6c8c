/** Every field of every directory record, written down once more by hand: the door's shapes are judged by it. */
import type { DirectoryType } from '#protocol/casework/directory.ts'

/** What stands in a field: values that are right, and values that are wrong although a text or a number stands there. */
const KINDS = {
  text: { right: ['', '安县', '510724.x'], wrong: [7, true] },
  flag: { right: [true, false], wrong: ['true', 1] },
  count: { right: [0, 1_795_000_000_000], wrong: [-1, 1.5, '1', true, 2 ** 53] },
  cost: { right: [14, 15, 18], wrong: [13, 19, 15.5, '15', true] },
  day: { right: ['2024-02-29', '1970-01-01'], wrong: ['2026-02-29', '1969-12-31', '20260101', '', 20260101] },
  station: { right: ['510724', '510724103201123'], wrong: ['51072', '5107241032011234', '51072a', '', 510724] },
  person: { right: ['wang.fang', 'A_-.9', 'x'.repeat(40)], wrong: ['王芳', 'x'.repeat(41), '', 7] },
  node: { right: ['0f'.repeat(16)], wrong: ['0F'.repeat(16), '0f'.repeat(15), '', 7] },
  key: { right: ['0f'.repeat(32), 'aF'.repeat(32)], wrong: [`0${'0f'.repeat(31)}`, `0f${'x'.repeat(62)}`, '', 7] },
  tier: { right: ['village', 'township', 'county'], wrong: ['city', '', 1] },
  role: {
    right: ['agent', 'clerk', 'handler', 'chief', 'cashier', 'coordinator', 'supervisor', 'administrator'],
    wrong: ['root', 'toString', '', 1],
  },
  power: { right: ['accept', 'examine', 'coordinate', 'deliver', 'respond'], wrong: ['refuse', 'toString', '', 1] },
  window: { right: ['single', 'composite', 'public-service', 'cashier'], wrong: ['round', 'toString', '', 1] },
  disclosure: { right: ['seven', 'eight'], wrong: ['nine', 'toString', '', 7] },
  rules: { right: ['rules'], wrong: ['local', '', 1] },
  local: { right: ['local'], wrong: ['global', '', 1] },
} as const satisfies Readonly<
  Record<string, { readonly right: readonly unknown[]; readonly wrong: readonly unknown[] }>
>

type Kind = keyof typeof KINDS
export type Field =
  | Kind
  | { readonly orNull: Field }
  | { readonly orAbsent: Field }
  | { readonly list: Field }
  | { readonly parts: Readonly<Record<string, Field>> }

const orNull = (field: Field): Field => ({ orNull: field })
const list = (field: Field): Field => ({ list: field })
const parts = (fields: Readonly<Record<string, Field>>): Field => ({ parts: fields })

/** Without the item, whose fields are a table of their own, and without `type` and `version`, which all have. */
export const FIELDS: Readonly<Record<Exclude<DirectoryType, 'item'>, Readonly<Record<string, Field>>>> = {
  station: { id: 'station', name: 'text', tier: 'tier', parent: orNull('station') },
  node: {
    id: 'node',
    name: 'text',
    publicKey: 'key',
    stations: list('station'),
    parent: orNull('node'),
    lease: 'count',
    revoked: orNull(parts({ time: 'count', reason: 'text' })),
  },
  person: {
    id: 'person',
    name: 'text',
    station: 'station',
    department: { orAbsent: 'text' },
    roles: list('role'),
    password: parts({ salt: 'text', hash: 'text', cost: { orAbsent: 'cost' } }),
    disabled: 'flag',
  },
  staff: {
    id: 'person',
    name: 'text',
    service: list(
      parts({
        station: 'station',
        department: { orAbsent: 'text' },
        roles: list('role'),
        from: orNull('day'),
        until: orNull('day'),
      }),
    ),
    disabled: list(parts({ from: 'day', until: orNull('day') })),
  },
  department: {
    id: 'text',
    name: 'text',
    shortName: 'text',
    creditCode: 'text',
    formerNames: list(parts({ name: 'text', until: 'day' })),
    successor: orNull('text'),
    phone: 'text',
    reviewBody: { orAbsent: 'text' },
    court: { orAbsent: 'text' },
    inPlace: parts({ office: 'flag', hall: 'flag', items: 'flag', authority: 'flag', people: 'flag' }),
    sample: 'flag',
  },
  window: {
    id: 'text',
    name: 'text',
    station: 'station',
    kind: 'window',
    departments: list('text'),
    staff: list(parts({ lead: 'person', substitute: orNull('person') })),
    sample: 'flag',
  },
  letter: {
    id: 'text',
    department: 'text',
    station: 'station',
    person: orNull('person'),
    items: orNull(list('text')),
    powers: list('power'),
    from: 'day',
    until: 'day',
    revoked: orNull(parts({ from: 'day', reason: 'text' })),
  },
  calendar: { id: 'text', year: 'count', source: 'text', off: list('text'), work: list('day'), sample: 'flag' },
  rules: {
    id: 'local',
    silenceAgrees: 'flag',
    absenceAgrees: 'flag',
    handInDays: 'count',
    signDays: 'count',
    relayDays: 'count',
    disclosure: 'disclosure',
    reviewBody: { orAbsent: 'text' },
    court: { orAbsent: 'text' },
  },
  level: { id: 'rules' },
  region: { id: 'text', name: 'text', from: 'day', until: orNull('day'), successor: orNull('text') },
  absence: {
    id: 'text',
    station: 'station',
    person: 'person',
    from: 'day',
    until: 'day',
    reason: 'text',
    where: 'text',
    substitute: orNull('person'),
    ended: 'flag',
  },
  consultation: {
    id: 'text',
    station: 'station',
    first: 'person',
    person: 'person',
    asked: 'count',
    asker: 'text',
    phone: 'text',
    matter: 'text',
    offeredTo: orNull('person'),
    answer: 'text',
    answered: orNull('count'),
  },
  handover: {
    id: 'text',
    station: 'station',
    from: 'person',
    to: 'person',
    time: 'count',
    reason: 'text',
    cases: list('text'),
    taken: orNull('count'),
  },
}

/** A value that is right; every place in it is filled. */
export function rightOf(field: Field): unknown {
  if (typeof field === 'string') return KINDS[field].right[0]
  if ('orNull' in field) return rightOf(field.orNull)
  if ('orAbsent' in field) return rightOf(field.orAbsent)
  if ('list' in field) return [rightOf(field.list)]
  return Object.fromEntries(Object.entries(field.parts).map(([name, part]) => [name, rightOf(part)]))
}

/** The field was left out. */
export const ABSENT = Symbol('absent')

/** Values that are right in the field, and values with exactly one thing wrong; `ABSENT` for a field left out. */
export function valuesOf(field: Field): { readonly right: readonly unknown[]; readonly wrong: readonly unknown[] } {
  if (typeof field === 'string')
    return { right: KINDS[field].right, wrong: [...KINDS[field].wrong, null, [], {}, ABSENT] }
  if ('orNull' in field) return allowing(field.orNull, null)
  if ('orAbsent' in field) return allowing(field.orAbsent, ABSENT)
  if ('list' in field) {
    const { right, wrong } = valuesOf(field.list)
    const broken = wrong.filter((value) => value !== ABSENT).map((value) => [rightOf(field.list), value])
    return { right: [[], ...right.map((value) => [value])], wrong: [...broken, null, 'x', {}, ABSENT] }
  }
  return partsOf(field.parts)
}

function allowing(field: Field, more: unknown) {
  const { right, wrong } = valuesOf(field)
  return { right: [...right, more], wrong: wrong.filter((value) => value !== more) }
}

/** A record or a part of one, each field of it varied alone. */
function partsOf(fields: Readonly<Record<string, Field>>) {
  const whole = rightOf(parts(fields)) as Readonly<Record<string, unknown>>
  const varied = (of: 'right' | 'wrong') =>
    Object.entries(fields).flatMap(([name, field]) => valuesOf(field)[of].map((value) => withField(whole, name, value)))
  return { right: [whole, ...varied('right')], wrong: [...varied('wrong'), null, 'x', [], ABSENT] }
}

/** The same with one field changed or left out. */
export function withField(whole: Readonly<Record<string, unknown>>, name: string, value: unknown) {
  const { [name]: _, ...rest } = whole
  return value === ABSENT ? rest : { ...rest, [name]: value }
}
