/** Results as people read them: a table at the console, and RESULTS.md with what every figure means. */
import type { Outcome, Scenario } from './scenario.ts'

const shown = (value: number | undefined): string => (value === undefined ? '–' : String(value))

/** One line per goal: figure against limit. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ scenario, figures, goals }) =>
    Object.entries(goals).map(([name, limit]) => {
      const value = figures[name]
      const met = value !== undefined && value <= limit
      return [scenario, name, shown(value), `≤ ${limit}`, met ? 'met' : 'NOT MET']
    }),
  )
  const lines = [['scenario', 'figure', 'measured', 'goal', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const DEFINITIONS = `## Definitions

- **Workload.** A case is the opening, one application section of eight short Chinese fields, six materials with the
  hashes of their photographs, and seven further facts: ten entries, each written on its own, so that each lies in a
  pack of its own and carries its own signature at the village. A generator writes them; a test proves that packs,
  places, heads, rows and numbers are byte for byte those of the Office.
- **Databases nobody verifies again** (\`unchanged\`, what is stored already in \`growth\`, \`act\` and \`edge-50k\`) have
  filling bytes in place of signatures, repeat their forms after 500 cases, and lie in full packs as a link brings them.
- **Payload.** The canonical record bytes of the entries (sequence number, signature, content): what the floor stores.
  *Deflated* is all of them as one zlib stream of level 6.
- **Floor.** A bare \`ws\` server in a process of its own. It receives the payload in one message, inserts it into one
  table with statements of 100 rows, one row an entry, in one transaction on libSQL with journal_mode = WAL,
  synchronous = FULL and locking_mode = EXCLUSIVE, and answers with one byte. Its time runs from the client's connect to
  the answer. It does not compress, decode, hash, verify, fold or index anything.
- **Ours.** Bundled programs in processes of their own, WebSockets on 127.0.0.1, fresh copies of the database files, the
  product's own storage and engine. Floor and ours take turns within a run; *time_ratio* is the median of the turns' ratios.
- **catch-up** runs from the child's connect until the parent's list finds the last case as it is after its last fact
  *and* the child has the acknowledgement of its last entry; *stored_ratio* is for that acknowledgement alone.
  **first-sync** runs until the child's list finds that case.
- **Bytes** are all bytes of the link both ways as the parent's socket counts them, with frame headers and control
  frames, without the HTTP upgrade (\`upgrade_bytes\`), up to the moment at which the time is taken. In **unchanged**
  that moment is the child's report, three seconds after connecting; the largest of all repeats counts.
- **storm**: 100 villages are engines with keys and logs of their own over memory storage in one process; the township
  is a process with a file. A node's time runs from its own call to its last acknowledgement.
- **act**: POST of one fact to the JSON API of the bundled edge node over one keep-alive socket with a real sign-in.
  The floor is one bare \`INSERT\` of 400 bytes with fsync, timed inside its process. Percentiles are over all acts.
- **edge-50k**: process start to the last byte of \`/sign-in\`; resident memory (VmRSS) after all lists; lists are API
  queries (all, incoming, by name, by one character, by number, by stage) and the desk's pages \`/\` and \`/search\`.
- **hub-500k**: as *edge-50k*, with the bundled hub and 500,000 cases; searches over the API by whole numbers, names,
  pinyin, initials, and by ends of numbers and phones, all under one goal.
- **links-500**: acts at the API of a bundled township alone, and then among 500 linked villages, which are engines over
  memory storage in one other process on the same machine; what they report of themselves at first is over.
- **growth**: four townships take turns, each with its own number of cases; per entry, from connect to found and
  acknowledged as in catch-up. *spread* is the slowest size over the fastest.
- **fold**: facts decoded from their payloads, folded to state, clocks and story; the median of all folds of a process.
- **search**: as *edge-50k*, with 100,000 cases of 100,000 different names; a part of a number or a phone is measured
  beside the goal, which is about whole numbers, names and pinyin.
- **rebuild**: everything computed is dropped and folded again by the engine over a libSQL file; edits are gated, rows,
  search columns and receipts written, progress told after each slice.
- **peers**: what somebody would take instead, at the versions in \`test/bench/peers/*.package.json\`, set as it comes, on
  the payload's records: PouchDB over LevelDB to express-pouchdb, one document an entry with the record as base64, and
  Hocuspocus with its SQLite extension, one Yjs document a case with its records in an array. *up* runs to the
  acknowledgement of the last entry (ours: stored), *down* until an empty client holds all (ours: until its list finds
  the last case too). *lost_entries* are acknowledged ones missing after the server got SIGKILL at that moment, the
  largest of the turns; that a process ends says nothing of a power cut: only ours waits for the disk before it
  acknowledges, express-pouchdb leaves that to the system, Hocuspocus stores two seconds later. *unchanged* meets
  documents that nobody has open. Bytes are all of the server's sockets, upgrades and HTTP heads too. Peers verify, fold
  and index nothing. Fewer *turns* than repeats: a peer could not be installed, failed, or took over 60 seconds for one
  (over 120: not within); *storm* is one turn.
- *cpu_ms* is processor time of a process between connect and end: what a busy machine disturbs least.
- Medians of at least three turns, unless a percentile or the largest is named.
`

/** When it was measured, and how long that took. */
export interface Measuring {
  readonly begun: Date
  readonly seconds: number
}

/** The whole file. */
export function resultsText(
  outcomes: readonly Outcome[],
  scenarios: readonly Scenario[],
  { begun, seconds }: Measuring,
): string {
  const machine = outcomes[0]?.machine ?? ''
  const date = begun.toISOString().slice(0, 16).replace('T', ' ')
  const parts = outcomes.map(({ scenario, figures, met, repeats }) => {
    const what = scenarios.find(({ name }) => name === scenario)?.what ?? ''
    const lines = Object.entries(figures).map(([name, value]) => `| ${name} | ${value} |`)
    const heading = `### ${scenario}${met ? '' : ' (goal not met)'}`
    return [heading, '', `${what} (${repeats} repeats).`, '', '| figure | value |', '|---|---|', ...lines, ''].join(
      '\n',
    )
  })
  return [
    '# Measured',
    '',
    `${date} UTC, ${machine}, ${Math.round(seconds)} seconds for everything. Made by \`npm run bench -- --write\`.`,
    'Times belong to this machine; ratios are sturdier.',
    '',
    '```',
    tableOf(outcomes),
    '```',
    '',
    DEFINITIONS,
    '## Figures',
    '',
    ...parts,
  ].join('\n')
}
