/** What each kind of guarded fact changes in a case besides stage, clocks, days, papers and seals; contributions are in answers.ts. */
import type { StationCode } from '#protocol/ids.ts'
import type { ClosingType, InvitationMode, Procedure } from '../codes.ts'
import type { GuardedKind } from '../facts/facts.ts'
import { countsOf, linesOf, numberOf, textOf } from '../facts/values.ts'
import { isDecidedAbove } from '../item.ts'
import type { Span } from '../time/calendar.ts'
import { type Day, plusDays } from '../time/days.ts'
import type { Answers } from './answers.ts'
import { type Dated, isSince, writtenAt, writtenOn } from './day-of.ts'
import { type EffectiveFact, endClock, type Progress } from './progress.ts'
import { applicantAfter } from './standing.ts'

function passTo(progress: Progress, holder: StationCode): void {
  progress.holder = holder
  progress.epoch += 1
  progress.offer = null
  // Whoever handled it works elsewhere: the new station decides anew.
  progress.assignee = ''
  progress.holders.set(progress.epoch, holder)
}

type Change = (progress: Progress, effect: EffectiveFact, answers: Answers) => void

const nothing: Change = () => undefined

const takeApplicant: Change = (progress, { kind, fields }) => {
  progress.applicant = applicantAfter(progress.applicant, kind, fields)
}

const ended = <Of extends Span>(spans: readonly Of[], day: Day): readonly Of[] =>
  spans.map((span) => (span.until === null ? { ...span, until: day } : span))

const endPause: Change = (progress, { day }) => {
  progress.pauses = ended(progress.pauses, day)
  progress.away = ended(progress.away, day)
  progress.suspendedAt = null
}

const closeAs =
  (closing: ClosingType): Change =>
  (progress) => {
    progress.closing = closing
  }

const settleResult: Change = (progress, { fields }) => {
  progress.result = fields.result === 'granted' ? 'granted' : 'refused'
}

/** How the applicant was told of what a report or a reply asked for. */
const toldSince = ({ relays }: Answers, question: Dated): Dated | undefined =>
  relays.find((relay) => isSince(relay, question))

/** Whoever adds a kind says here what it changes, be it nothing. */
export const CHANGES: Readonly<Record<GuardedKind, Change>> = {
  opened: nothing, // the case begins as it says
  captured: (progress, effect, answers) => {
    takeApplicant(progress, effect, answers)
    const { entry, fields } = effect
    progress.agency = {
      agent: entry.person,
      authorisation: textOf(fields.authorisation),
      free: fields.free !== false,
    }
    // The agent sees it through until it is handed on (代办:专人承办).
    progress.assignee = entry.person
  },
  submitted: takeApplicant,
  prereviewed: nothing,
  resubmitted: nothing,
  received: (progress, effect, answers) => {
    takeApplicant(progress, effect, answers)
    const edition = numberOf(effect.fields.itemVersion)
    if (edition > 0) progress.itemVersion = edition
  },
  rejected: closeAs('1'),
  notified: (progress, effect, { supplies, contacts }) => {
    const { entry, fields, day, item } = effect
    const days = numberOf(fields.days) || (item?.supplementDays ?? 30)
    const count = (progress.notice?.count ?? 0) + 1
    const until = plusDays(day, days)
    progress.notice = { fact: entry.hash, missing: linesOf(fields.missing), day, until, count }
    progress.supplies = supplies.filter((one) => isSince(one, effect)).map(({ supply }) => supply)
    progress.contacts = contacts.filter((one) => isSince(one, effect)).length
  },
  supplemented: takeApplicant,
  lapsed: closeAs('5'),
  accepted: (progress, effect, answers) => {
    takeApplicant(progress, effect, answers)
    const { fields } = effect
    const items = linesOf(fields.deferred)
    if (items.length > 0) progress.deferred = { items, until: (textOf(fields.deferredUntil) || null) as Day | null }
    if (fields.commitment === true) progress.commitment = true
  },
  settled: (progress, effect, answers) => {
    takeApplicant(progress, effect, answers)
    settleResult(progress, effect, answers)
    progress.closing = progress.result === 'granted' ? '0' : '6'
  },
  assigned: (progress, { fields }) => {
    progress.assignee = textOf(fields.to) as Progress['assignee']
  },
  entrusted: (progress, { fields }) => {
    progress.assignee = textOf(fields.to) as Progress['assignee']
  },
  handled: (progress, { entry }) => {
    progress.handledBy = entry.person
  },
  examined: (progress, { entry }) => {
    progress.examinedBy = entry.person
  },
  'sent-back': (progress) => {
    progress.examinedBy = ''
    if (progress.stage !== '41') progress.handledBy = ''
  },
  suspended: (progress, { fields, day, written }) => {
    const procedure = textOf(fields.procedure) as Procedure
    const pause = { procedure, from: day, until: null, days: numberOf(fields.days), written }
    progress.pauses = [...progress.pauses, pause]
  },
  resumed: endPause,
  withdrawn: (progress, effect, answers) => {
    endPause(progress, effect, answers)
    progress.closing = '6'
  },
  extended: (progress, { entry, fields, day }) => {
    progress.extension = { fact: entry.hash, days: numberOf(fields.days), day }
  },
  reported: (progress, effect, answers) => {
    const { fields, day, item } = effect
    progress.report = { organ: textOf(fields.organ), day, relayed: toldSince(answers, effect)?.day ?? null }
    if (isDecidedAbove(item)) progress.away = [...progress.away, { from: day, until: null }]
  },
  replied: (progress, effect, answers) => {
    // What was told before is not what this reply says.
    const told = toldSince(answers, effect)
    if (progress.report !== null) progress.report = { ...progress.report, relayed: told?.day ?? null }
    if (told) endClock(progress, "T4'", told.day, writtenOn(told.entry))
    progress.away = ended(progress.away, effect.day)
    if (effect.fields.result !== 'returned') settleResult(progress, effect, answers)
  },
  decided: (progress, effect, answers) => {
    settleResult(progress, effect, answers)
    progress.tier = textOf(effect.fields.tier)
  },
  concluded: (progress, effect, answers) => {
    settleResult(progress, effect, answers)
    progress.closing = progress.result === 'granted' ? '0' : '6'
  },
  closed: (progress, { fields }) => {
    progress.closing = (textOf(fields.closing) || (progress.result === 'granted' ? '0' : '6')) as ClosingType
  },
  delivered: nothing,
  archived: (progress, { day }) => {
    progress.away = ended(progress.away, day)
  },
  voided: (progress, effect, answers) => {
    endPause(progress, effect, answers)
    progress.offer = null
    progress.closing = effect.fields.as === 'error' ? '3' : '2'
  },
  prioritised: (progress, { fields }) => {
    progress.green = {
      rule: textOf(fields.rule),
      liaison: textOf(fields.liaison),
      reason: textOf(fields.reason),
    }
  },
  invited: (progress, effect, answers) => {
    const { entry, fields, day } = effect
    const department = textOf(fields.department)
    progress.invitations = [
      ...progress.invitations,
      {
        fact: entry.hash,
        to: textOf(fields.to) as StationCode,
        department,
        code: textOf(fields.code),
        item: textOf(fields.item),
        mode: (textOf(fields.mode) || 'notice') as InvitationMode,
        day,
        due: textOf(fields.due) as Day,
        read: answers.readings.get(entry.hash) ?? null,
        opinion: answers.opinions.get(entry.hash) ?? null,
        absent: answers.absences.some(
          (one) => one.entry.station === entry.station && one.departments.includes(department) && isSince(one, effect),
        ),
      },
    ]
  },
  charged: (progress, { entry, fields, day }, answers) => {
    progress.fees = [
      ...progress.fees,
      {
        fact: entry.hash,
        fee: textOf(fields.fee),
        amount: numberOf(fields.amount),
        day,
        paid: answers.payments.get(entry.hash) ?? null,
        refunded: answers.refunds.get(entry.hash) ?? null,
        waived: answers.waivers.get(entry.hash) ?? null,
        station: entry.station,
      },
    ]
  },
  offered: (progress, { entry, fields, day }) => {
    progress.offer = {
      to: textOf(fields.to) as StationCode,
      fact: entry.hash,
      time: writtenAt(entry),
      day,
      materials: numberOf(fields.materials),
      counts: countsOf(fields.counts),
    }
  },
  taken: (progress, { entry }) => passTo(progress, entry.station),
  reassigned: (progress, { fields }) => passTo(progress, textOf(fields.to) as StationCode),
  declined: (progress) => {
    progress.offer = null
  },
  retracted: (progress) => {
    progress.offer = null
  },
  adopted: nothing, // the adopted fact takes effect in its place
  countersigned: nothing, // and so does what waited for it
}
