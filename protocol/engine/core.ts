/** What all rooms of a running engine share: what was loaded and committed, and nothing that is only being written. */
import type { Knowledge } from '#protocol/casework/rules/level.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { CaseFiles } from './cases/case-files.ts'
import type { OpenSections } from './cases/open-sections.ts'
import type { Unlisted } from './cases/unlisted.ts'
import type { NodeClock } from './clock.ts'
import type { Directory } from './directory/directory.ts'
import type { Locals } from './locals.ts'
import type { Elsewhere } from './logs/elsewhere.ts'
import type { Logs } from './logs/logs.ts'
import type { Partings } from './logs/partings.ts'
import type { Neighbours } from './neighbours.ts'
import type { News } from './news.ts'
import type { Advance } from './office.ts'
import type { Host } from './ports/host.ts'
import type { Identity, PinnedParent } from './ports/identity.ts'
import type { Storage, StorageFailure } from './ports/storage.ts'

/** Who this node is; its parent can change while it runs. */
export interface LiveIdentity extends Identity {
  parent: PinnedParent | null
}

export interface Core {
  readonly storage: Storage
  readonly host: Host
  readonly identity: LiveIdentity
  /** Program version, shown in the node list. */
  readonly version: string
  /** What this program knows of the rules. */
  readonly knowledge: Knowledge
  readonly isRoot: boolean
  readonly clock: NodeClock
  readonly directory: Directory
  readonly logs: Logs
  /** Logs whose own version gives way in slices. */
  readonly partings: Partings
  /** At the root, above which nobody holds anything: what the nodes below hold; null everywhere else. */
  readonly elsewhere: Elsewhere | null
  readonly files: CaseFiles
  readonly sections: OpenSections
  readonly locals: Locals
  readonly news: News
  readonly neighbours: Neighbours
  readonly rows: RowsState
  /** Cases of which more is stored than their rows and receipts say. */
  readonly unlisted: Unlisted
  /** Lanes in which this node numbers since its start, by station and year, with the incarnation they were drawn under. */
  readonly lanes: Map<string, { readonly incarnation: number; readonly lane: number }>
  /** Tells people, and whoever runs the program, of a programmer's error: it ends what it happened in and nothing else. */
  tellBug(problem: unknown): void
  /** Why writing fails at the moment; undefined when it works. */
  problem: StorageFailure | undefined
  /** Why the record outside the database cannot be written at the moment. */
  sidecarProblem: StorageFailure | undefined
  /** What could not be read since the start: stays until the next one. */
  damage: StorageFailure | undefined
}

/** How far the case rows on the disk say what the directory and the day make of their cases. */
export interface RowsState {
  /** Cases being judged anew; null when every row is as the directory says. */
  refolding: Advance | null
  /** Whether another program may have written them, and all that was said of entries: until they are to be judged anew. */
  ofAnotherProgram: boolean
  /** Why they could not be computed anew, which is owed; until it is done, cases may be in no list. */
  owed: StorageFailure | undefined
  /** The day for which all rows count; undefined until the first look after the start. */
  foldedOn: Day | undefined
}
