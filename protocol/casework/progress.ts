/** What a fact that takes effect changes in a case: stage, custody, applicant, result, seals, times. */
import type { StationCode } from '#protocol/ids.ts'
import type { CaseState, Stage } from './case.ts'
import type { FactEntry, FactKind, FieldValue, Seal } from './facts.ts'
import type { GuardedKind, Transition } from './stages.ts'

/** A case while it is being folded. */
export interface Progress {
  stage: Stage
  holder: StationCode
  epoch: number
  offer: CaseState['offer']
  applicant: CaseState['applicant']
  result: CaseState['result']
  seals: CaseState['seals']
  readonly times: Partial<Record<FactKind, number>>
  /** Every station that has held the case, in any epoch. */
  readonly holders: Set<StationCode>
}

type Fields = Readonly<Record<string, FieldValue>>

const text = (value: FieldValue | undefined): string => (typeof value === 'string' ? value : '')

/** Progress of a case that was just opened. */
export const begin = (opening: FactEntry): Progress => ({
  stage: '00',
  holder: opening.station,
  epoch: 1,
  offer: null,
  applicant: { name: '', idNumber: '', phone: '' },
  result: null,
  seals: {},
  times: { opened: opening.time },
  holders: new Set([opening.station]),
})

function passTo(progress: Progress, holder: StationCode): void {
  progress.holder = holder
  progress.epoch += 1
  progress.offer = null
  progress.holders.add(holder)
}

function changeCustody(progress: Progress, entry: FactEntry, kind: GuardedKind, fields: Fields): void {
  switch (kind) {
    case 'offered': {
      const materials = typeof fields.materials === 'number' ? fields.materials : 0
      progress.offer = { to: text(fields.to) as StationCode, fact: entry.hash, time: entry.time, materials }
      return
    }
    case 'taken':
      passTo(progress, entry.station)
      return
    case 'reassigned':
      passTo(progress, text(fields.to) as StationCode)
      return
    case 'declined':
    case 'retracted':
      progress.offer = null
  }
}

function keepSeals(progress: Progress, entry: FactEntry, fields: Fields): void {
  if (!Array.isArray(fields.seals)) return
  // Spread and computed keys define own properties, so a section called __proto__ stays plain data.
  for (const seal of fields.seals as readonly Seal[]) {
    progress.seals = { ...progress.seals, [seal.section]: { ...seal, fact: entry.hash } }
  }
}

/** Notes when a kind of fact first took effect, in milliseconds on its author's clock. */
function noteTime(progress: Progress, kind: FactKind, time: number): void {
  progress.times[kind] ??= time
}

/**
 * Lets a fact take effect. For an adoption, kind and fields are those of the adopted fact
 * and the entry is the adopter's: it counts as written now.
 */
export function takeEffect(
  progress: Progress,
  entry: FactEntry,
  kind: GuardedKind,
  fields: Fields,
  transition: Transition,
): void {
  if (transition.to !== null) progress.stage = transition.to
  changeCustody(progress, entry, kind, fields)
  if (kind === 'captured' || kind === 'received') {
    progress.applicant = {
      name: text(fields.applicant),
      idNumber: text(fields.idNumber),
      phone: text(fields.phone),
    }
  }
  if (kind === 'decided') progress.result = fields.result === 'granted' ? 'granted' : 'refused'
  keepSeals(progress, entry, fields)
  noteTime(progress, kind, entry.time)
  if (entry.fact?.kind === 'adopted') noteTime(progress, 'adopted', entry.time)
}
