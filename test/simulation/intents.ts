/** What each person wanted: a model of every field that was typed, to be compared with what stands there at rest. */
import { type DocumentId, type LogKey, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import { holdsSomehow, type Ledger } from './ledger.ts'
import type { Machine, World } from './world.ts'

/** A change that somebody made and was told is stored. */
export interface Intent {
  readonly document: DocumentId
  readonly section: string
  /** The key of a map; a character of a text. */
  readonly key: string
  /** What the key was to hold, as JSON; undefined when it was removed. */
  readonly value: string | undefined
  /** Hash of the entry that says so. */
  readonly hash: string
  /** Changes of the same key that lay on the disk when it was made: it is newer than these. */
  readonly over: Older
}

/** Changes, and of each the entries there that had written it again after a fork: an unseen one says it anew. */
export type Older = ReadonlyMap<Intent, ReadonlySet<string>>

/** What is asked for before an edit: the changes it will be newer than. */
export interface Before {
  readonly of: (section: string, key: string) => Older
}

/** What somebody asked for without having heard an answer. */
interface Asked {
  readonly document: DocumentId
  readonly section: string
  /** The key of a map; of a text the whole text that was asked for: words that are not in it would be struck. */
  readonly key: string | { readonly text: string }
  readonly value: string | undefined
}

const concerns = ({ key }: Asked, wanted: string): boolean =>
  typeof key === 'string' ? key === wanted : !key.text.includes(wanted)

export interface Intents {
  /** Somebody asks for a change; what is given back says that an answer came. A dead program never gives one, and may have stored it. */
  ask(asked: Asked): () => void
  /** Values that a key may hold because nobody heard what became of them. */
  unanswered(document: DocumentId, section: string, key: string): readonly (string | undefined)[]
  /** What lies on a machine's disk of a case as its person begins to type. */
  seenBy(machine: Machine, document: DocumentId): Before
  /** Notes a change that was answered as stored; `seen`: as of before it. */
  note(machine: Machine, seen: Before, wanted: Omit<Intent, 'hash' | 'over'>): Promise<void>
  /** Changes of each key of a case's section. */
  of(document: DocumentId, section: string): ReadonlyMap<string, readonly Intent[]>
}

const nameOf = (document: string, section: string) => `${document} ${section}`

/** A model in which nobody has typed anything. */
export function createIntents(world: World): Intents {
  const all = new Map<string, Map<string, Intent[]>>()
  const open = new Set<Asked>()
  const of = (document: string, section: string) => all.get(nameOf(document, section)) ?? new Map<string, Intent[]>()
  return {
    of,
    ask(asked) {
      open.add(asked)
      return () => void open.delete(asked)
    },
    unanswered: (document, section, key) =>
      [...open]
        .filter((asked) => asked.document === document && asked.section === section && concerns(asked, key))
        .map(({ value }) => value),
    seenBy(machine, document) {
      const made = [...all].flatMap(([name, keys]) => (name.startsWith(document) ? [...keys.values()].flat() : []))
      const known = inEffect(world, machine, made)
      const older = (section: string, key: string) =>
        (of(document, section).get(key) ?? []).filter((intent) => known.has(intent))
      const written = (intent: Intent) => new Set(rewritings(world.ledger, intent).filter(machine.disk.holds))
      return {
        of: (section, key) => new Map(older(section, key).map((intent) => [intent, written(intent)])),
      }
    },
    async note(machine, seen, wanted) {
      const hash = await newestEdit(machine, wanted.document)
      if (hash === undefined) return
      const name = nameOf(wanted.document, wanted.section)
      const keys = all.get(name) ?? new Map<string, Intent[]>()
      all.set(name, keys)
      const intents = keys.get(wanted.key) ?? []
      keys.set(wanted.key, intents)
      intents.push({ ...wanted, hash, over: seen.of(wanted.section, wanted.key) })
    },
  }
}

/** Changes that a machine holds and shows: one that was made on top of what the machine lacks waits for that. */
function inEffect({ ledger }: World, machine: Machine, made: readonly Intent[]): ReadonlySet<Intent> {
  const directory = machine.running?.engine.office.directory
  // Nobody is shown what a machine wrote that speaks for no station at the moment.
  const speaks = ({ hash }: Intent) => {
    const entry = ledger.entries.get(hash)
    return entry !== undefined && directory?.node(logParts(entry.log).node)?.stations.length !== 0
  }
  const known = new Set(made.filter((intent) => holdsSomehow(ledger, machine.disk, intent.hash) && speaks(intent)))
  const placeOf = ({ hash }: Intent) => ledger.entries.get(hash)
  // Edits of one log say so by their clocks, whatever key they are of.
  const waits = (intent: Intent) =>
    [...intent.over.keys()].some((before) => !known.has(before)) ||
    made.some((other) => {
      const [there, here] = [placeOf(other), placeOf(intent)]
      const isBefore = there !== undefined && here !== undefined && there.log === here.log && there.seq < here.seq
      return isBefore && other.section === intent.section && !known.has(other)
    })
  for (let waiting = [...known].filter(waits); waiting.length > 0; waiting = [...known].filter(waits))
    for (const intent of waiting) known.delete(intent)
  return known
}

/** The last edit of a case that a machine wrote itself. */
async function newestEdit(machine: Machine, document: DocumentId): Promise<string | undefined> {
  const placed = (await machine.disk.storage.recordsOf([document])).get(document) ?? []
  for (const { log, hash, bytes } of placed.reverse()) {
    if (!log.startsWith(machine.identity.node)) continue
    const record = readRecord(bytes)
    if (record && readEntry(log, record, hash)?.kind === KIND.edit) return toHex(hash)
  }
  return undefined
}

/** Entries of an edit that a fork cut off, beside each of which its text was written again. */
const rewritings = ({ carriers, sights }: Ledger, { hash }: Pick<Intent, 'hash'>): string[] =>
  [...(carriers.get(hash) ?? [])].filter((carrier) => sights.has(carrier))

/** What the model has to know of the county at rest. */
export interface Standing {
  readonly ledger: Ledger
  /** Whether the root counts what stands in a place. */
  readonly counts: (log: LogKey, seq: number) => boolean
  /** Whether the root holds an entry in its own place. */
  readonly isAtRoot: (hash: string) => boolean
  /** Whether a node is another one or stands below it. */
  readonly isBelow: (node: NodeId, above: NodeId) => boolean
}

/** Whether a change was made in sight of another one and of all that wrote it again without having seen the change. */
function isOver({ ledger, isAtRoot, isBelow }: Standing, later: Intent, intent: Intent): boolean {
  const seen = later.over.get(intent)
  if (!seen) return false
  // A version that had been cut came back, but for its end: that stands beside it, written again.
  if (isAtRoot(intent.hash) && !isAtRoot(later.hash) && rewritings(ledger, intent).length > 0) return false
  const nodeOf = (hash: string) => logParts(ledger.entries.get(hash)?.log as LogKey).node
  // Of what came from where the other version stays nobody can tell which of the two it was made in sight of (S73).
  const hasSeen = (one: string) => ledger.sights.get(one)?.has(later.hash) && isBelow(nodeOf(later.hash), nodeOf(one))
  return rewritings(ledger, intent).every((one) => seen.has(one) || hasSeen(one))
}

/** Changes that may stand at rest: somebody still holds them, and nobody changed the key again in sight of them. */
export function standing(state: Standing, intents: readonly Intent[]): Intent[] {
  const { ledger, isAtRoot } = state
  const isCounted = (hash: string) => {
    const entry = ledger.entries.get(hash)
    return entry !== undefined && state.counts(entry.log, entry.seq)
  }
  // What a fork cut off counts by what was written again beside it.
  const isAlive = (hash: string) => {
    const kept = rewritings(ledger, { hash })
    return isCounted(hash) && (kept.length === 0 || isAtRoot(hash) || kept.some(isCounted))
  }
  const alive = intents.filter(({ hash }) => !ledger.gone.has(hash) && isAlive(hash))
  return alive.filter((intent) => !alive.some((later) => isOver(state, later, intent)))
}
