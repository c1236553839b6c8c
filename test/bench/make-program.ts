/** Data folders for the real program: a township or a village that has joined, with cases and somebody who may sign in. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgramName } from '#edge-node/build.ts'
import { writeEnrolment } from '#edge-node/identity.ts'
import { VERSION as PROGRAM_VERSION } from '#edge-node/version.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { initialsOf, syllablesOf } from '#protocol/storage/pinyin.ts'
import type { Tier } from '#protocol/tiers.ts'
import { keysToPem, nodeHost } from '#protocol/transport/node-host.ts'
import { COUNTY, type Node, TOWNSHIP } from '#test/engine/county.ts'
import { casesAsChanges, generatorOf, HALL_NAME, openBenchCounty, villageCode } from './county.ts'
import { type SavedNode, saveNode } from './databases.ts'
import { arrivalOf } from './make.ts'

export interface ProgramFolder {
  readonly folder: string
  readonly program: ProgramName
  readonly name: string
  readonly password: string
  /** Some of the cases, with what a person would search them by. */
  readonly cases: readonly NamedCase[]
}

/** A case with everything a person would search it by. */
export interface NamedCase extends Pick<CaseRow, 'id' | 'number' | 'applicant' | 'idNumber' | 'phone'> {
  readonly pinyin: { readonly full: string; readonly initials: string }
}

const PASSWORD = 'Bench-2026'
/** Closed on every machine: the program looks for its parent in vain, as it does in a village without a network. */
const NO_PARENT = 'http://127.0.0.1:9'
const VILLAGES = 4
const CASES_NAMED = 400

async function employee(id: string, station: StationCode, roles: readonly Role[]): Promise<Person> {
  const salt = nodeHost.random(16)
  const hash = toHex(await nodeHost.cryptography.hashPassword(PASSWORD, salt))
  const known = { id: id as PersonId, version: 1, name: '李成', station, roles, disabled: false }
  return { type: 'person', ...known, password: { salt: toHex(salt), hash } }
}

interface Asked {
  readonly folder: string
  readonly cases: number
  readonly tier: Tier
}

/** Where somebody signs in, and what he is there. */
const DESKS: Readonly<Record<Tier, { readonly station: StationCode; readonly roles: readonly Role[] }>> = {
  village: { station: villageCode(0), roles: ['agent'] },
  township: { station: TOWNSHIP, roles: ['clerk'] },
  county: { station: COUNTY, roles: ['clerk', 'handler', 'coordinator'] },
}

const asNamed = ({ id, number, applicant, idNumber, phone }: CaseRow): NamedCase => ({
  id,
  number,
  applicant,
  idNumber,
  phone,
  pinyin: { full: syllablesOf(applicant).join(''), initials: initialsOf(syllablesOf(applicant)) },
})

/** A township's program that nobody has used yet, and the villages below it, open in this process. */
export async function makeTownship(folder: string, villages: number) {
  const { station, roles } = DESKS.township
  const name = `p${station}`
  const county = await openBenchCounty(villages, [await employee(name, station, roles)], PROGRAM_VERSION)
  await mkdir(folder, { recursive: true })
  await saveNode(county.township, join(folder, 'county.db'))
  await joined(folder, county.township)
  const made: ProgramFolder = { folder, program: 'edge-node', name, password: PASSWORD, cases: [] }
  return { made, villages: county.villages }
}

/** A village, or a township or a county that holds the cases of four: its database, and who may sign in. */
async function makeNode({ folder, cases, tier }: Asked, version?: string) {
  const { station, roles } = DESKS[tier]
  const name = `p${station}`
  const person = await employee(name, station, roles)
  const { root, township, villages } = await openBenchCounty(tier === 'village' ? 1 : VILLAGES, [person], version)
  const node = { village: villages[0] as Node, township, county: root }[tier]
  const named: NamedCase[] = []
  const arrival = await arrivalOf(node)

  function* changes() {
    let last = arrival
    for (const [place, village] of villages.entries()) {
      const generator = generatorOf(village, last, { packing: 'received', signed: false, safe: true })
      const each = cases / villages.length
      for (const change of casesAsChanges(generator, place * each, each)) {
        if (named.length < CASES_NAMED) named.push(...change.cases.map(asNamed))
        yield change
      }
      last = generator.arrival
    }
  }
  await mkdir(folder, { recursive: true })
  const saved = await saveNode(node, join(folder, 'county.db'), changes())
  return { node, saved, name, cases: named.slice(0, CASES_NAMED) }
}

/** The same without anybody to sign in: for another process that opens it. */
export const makeSaved = async (asked: Asked): Promise<SavedNode> => (await makeNode(asked)).saved

/** Makes the data folder of a program. */
export async function makeProgram(asked: Asked): Promise<ProgramFolder> {
  const { folder } = asked
  const { node, name, cases } = await makeNode(asked, PROGRAM_VERSION)
  await joined(folder, node)
  return { folder, program: asked.tier === 'county' ? 'hub' : 'edge-node', name, password: PASSWORD, cases }
}

/** What enrolment would have left. */
async function joined(folder: string, { identity }: Node): Promise<void> {
  const { node, lease, root, parent, keys } = identity
  await writeFile(join(folder, 'node-key.pem'), keysToPem(keys), { mode: 0o600 })
  writeEnrolment(folder, {
    node,
    lease,
    root: { node: root.node, publicKey: toHex(root.publicKey) },
    county: HALL_NAME,
    parent: parent && {
      node: parent.node,
      publicKey: toHex(parent.publicKey),
      name: '上级',
      address: NO_PARENT,
      certificate: null,
    },
  })
}
