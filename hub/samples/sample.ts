/** A model county to try the network with: places, people with known passwords, a whole catalogue. Never for real cases. */
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import { SAMPLE_PASSWORD } from '#edge-node/commands/account/passwords.ts'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { sampleLetters } from '#hub/samples/letters.ts'
import { SAMPLE_PEOPLE } from '#hub/samples/people.ts'
import { SAMPLE_REGIONS, SAMPLE_STATIONS } from '#hub/samples/stations.ts'
import { SAMPLE_WINDOWS } from '#hub/samples/windows.ts'
import {
  DEFAULT_RULES,
  type Letter,
  type LocalRules,
  type RootRecord,
  type Station,
} from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Office } from '#protocol/engine/office.ts'
import { type Result, success } from '#protocol/result.ts'

export { SAMPLE_PASSWORD }

/** Where the model county's people turn against a refusal. */
const SAMPLE_RULES: LocalRules = { ...DEFAULT_RULES, reviewBody: '安县人民政府', court: '安县人民法院' }

const RUNNING = ['510724100', '510724100201', '510724100202']

/** The stations whose programs `npm start` runs beside the hub, parents before children; the others have no node. */
export const RUNNING_STATIONS: readonly Station[] = SAMPLE_STATIONS.filter(({ id }) => RUNNING.includes(id))

/** Publishes what is missing of the model county: one commit for its records, one for its people. */
export async function publishSample(office: Office, accounts: Accounts): Promise<Result<void>> {
  const { directory } = office
  const records = missingRecords(directory, sampleLetters(office.today()))
  const published = records.length === 0 ? success(undefined) : await office.publish(null, records)
  const missing = SAMPLE_PEOPLE.filter(({ id }) => !directory.person(id))
  if (!published.ok || missing.length === 0) return published
  // One record for all: the password is known to everybody, and hashing it two hundred times would take half a minute.
  const password = await accounts.passwordRecord(SAMPLE_PASSWORD)
  const people = missing.map(
    (person) => ({ ...person, type: 'person', version: 0, password, disabled: false }) as const,
  )
  return office.publish(null, people) // behind the stations, whose streams they lie in
}

function missingRecords(directory: DirectoryView, letters: readonly Letter[]): readonly RootRecord[] {
  const without = <Of extends RootRecord>(records: readonly Of[], known: readonly { readonly id: string }[]) => {
    const ids = new Set(known.map(({ id }) => id))
    return records.filter(({ id }) => !ids.has(id))
  }
  return [
    ...without(SAMPLE_STATIONS, directory.stations()),
    ...without(SAMPLE_DEPARTMENTS, directory.departments()),
    ...without(SAMPLE_REGIONS, directory.regions()),
    ...without(SAMPLE_CALENDARS, directory.calendars()),
    ...without(SAMPLE_ITEMS, directory.items()),
    ...without(SAMPLE_WINDOWS, directory.windows()),
    ...(directory.rules().version === DEFAULT_RULES.version ? [SAMPLE_RULES] : []),
    ...letters.filter((letter) => !hasLetter(directory, letter)),
  ]
}

/** Whether a place holds a department's letter on the day the new one would begin; those that ran out are given anew. */
const hasLetter = (directory: DirectoryView, { department, station, from }: Letter): boolean =>
  directory
    .letters()
    .some(
      (letter) =>
        letter.department === department && letter.station === station && letter.from <= from && from <= letter.until,
    )
