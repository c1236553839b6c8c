/** Whoever was asked first keeps the task (首问负责). */
import { masked, readsNumbers } from '#edge-node/commands/masking.ts'
import { recordsFor } from '#edge-node/commands/reading.ts'
import { RECORD_UNKNOWN } from '#edge-node/commands/refusals.ts'
import type { Consultation } from '#protocol/casework/directory.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, failure } from '#protocol/result.ts'
import { type Kept, keep, NOT_KEPT, newHead, ownRecord, successorProblem, textProblem } from './records.ts'

/** The consultations a person may read; phone numbers in full for the people of the station alone, as with cases. */
export const consultationsFor = ({ directory }: Office, actor: Actor): readonly Consultation[] =>
  recordsFor(actor, directory.consultations()).map((record) =>
    readsNumbers(actor, { state: { holder: record.station } }) ? record : { ...record, phone: masked(record.phone) },
  )

/** A question at the counter: whoever writes it down is the one asked first. */
export function keepConsultation(
  office: Office,
  actor: Actor,
  { matter, asker, phone }: Pick<Consultation, 'matter' | 'asker' | 'phone'>,
): Kept<Consultation> {
  const record: Consultation = {
    type: 'consultation',
    ...newHead(office, actor),
    first: actor.person,
    person: actor.person,
    asked: office.time(),
    asker: asker.trim(),
    phone: phone.trim(),
    matter: matter.trim(),
    offeredTo: null,
    answer: '',
    answered: null,
  }
  return keep(office, actor, record, [
    textProblem('matter', matter, LIMITS.noteCharacters, '请写下问的是什么'),
    textProblem('asker', asker, LIMITS.lineCharacters),
    textProblem('phone', phone, LIMITS.lineCharacters),
  ])
}

const MOVED_ON: Failure = {
  code: 'consultation-moved-on',
  message: '这条咨询不在您手上,或已有新的进展',
  kept: NOT_KEPT,
  next: '请看现在由谁负责,再决定怎么办',
}

/** What can be done with a consultation: the one who has it answers or offers it, the one it is offered to takes it. */
export type ConsultationStep =
  | { readonly step: 'answer'; readonly answer: string }
  | { readonly step: 'offer'; readonly to: string }
  | { readonly step: 'take' }

/** Does a step with a consultation of the actor's station. */
export async function moveConsultation(
  office: Office,
  actor: Actor,
  id: string,
  given: ConsultationStep,
): Kept<Consultation> {
  const each = ownRecord(actor, office.directory.consultations(), id)
  if (!each) return failure([RECORD_UNKNOWN])
  const { person } = actor
  const mayDo = given.step === 'take' ? each.offeredTo === person : each.person === person
  if (!mayDo || each.answered !== null) return failure([MOVED_ON])
  switch (given.step) {
    case 'answer': {
      const answered = { ...each, answer: given.answer.trim(), answered: office.time(), offeredTo: null }
      return keep(office, actor, answered, [textProblem('answer', given.answer, LIMITS.noteCharacters, '请写下答复')])
    }
    case 'take':
      return keep(office, actor, { ...each, person, offeredTo: null })
    case 'offer': {
      const asked = { field: 'to', person: given.to, instead: person, asking: '请选择同事' }
      const offered = { ...each, offeredTo: given.to as PersonId }
      return keep(office, actor, offered, [successorProblem(office, actor, asked)])
    }
  }
}
