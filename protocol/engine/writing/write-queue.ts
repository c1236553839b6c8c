/** The one write queue: requests are staged one after the other and committed in groups (group commit). */
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import type { Change } from '../ports/storage.ts'
import { type Committing, type Companion, commitGroup, type WaitingWrite } from './group-commit.ts'
import type { Staging } from './staging.ts'

/** A request: checks first, then stages; what it answers counts once the group is durable. */
export type Request<Value> = (staging: Staging) => Promise<Value>

export interface WriteQueue {
  /**
   * Stages and commits; resolves after the commit (store before you tell). Rejects with {@link StorageFailure}, which
   * concerns the whole group when it is the commit that failed, and with what the request itself throws: that concerns
   * no other request, and what is no failure of the disk is a bug and told as one. A request that answers
   * a refusal (a {@link Result} that is not ok) has staged nothing.
   * `durable` is called at the commit, before anyone else hears of it.
   */
  write<Value>(request: Request<Value>, durable?: (value: Value) => void): Promise<Value>
  /** As {@link write}, in a group of its own: for what must see the disk as it is (rotations, rebuilds). */
  writeAlone<Value>(request: Request<Value>): Promise<Value>
  /** Resolves when everything asked for so far is done. */
  idle(): Promise<void>
  /** Calls back after every commit, before those who watch the office hear of it. */
  follow(follower: (change: Change) => void): void
}

/** The lines of one queue, each in the order in which it was asked: groups of people and of others take turns. */
export interface WriteLines {
  /** Of people at this node: an act waits for one group of the others at most, however much a link has brought. */
  readonly people: WriteQueue
  /** Of links, and of the node's own work: receipts stay behind the entries that they speak of. */
  readonly others: WriteQueue
  /** Of what follows from commits and keeps nobody waiting: its turn comes when both are empty, or too much is left. */
  readonly later: WriteQueue
}

/** The queue's own state beside what committing needs: who wants to write. */
interface Queue extends Committing {
  /** The line that has the next turn stands first. */
  readonly lines: WaitingWrite[][]
  readonly others: WaitingWrite[]
  readonly later: WaitingWrite[]
  /** Groups of others that went before what waits in `later`. */
  before: number
}

/** What is in doubt is looked for after this time at the latest: until then nobody is shown or sent it. */
const DOUBT_MILLISECONDS = 10_000

/** Opens the queue. While one group is being committed the next ones gather; an idle queue commits at once. */
export function openWriteQueue(core: Core, companions: readonly Companion[]): WriteLines {
  const [people, others, later]: [WaitingWrite[], WaitingWrite[], WaitingWrite[]] = [[], [], []]
  const queue: Queue = {
    core,
    companions,
    followers: [],
    lines: [people, others],
    others,
    later,
    before: 0,
    doubt: undefined,
  }
  let running: Promise<void> | undefined

  const run = async () => {
    for (;;) {
      if (waitsAlone(queue)) await lookAround(core)
      const line = nextLine(queue)
      if (!line) break
      const group = line.splice(0, groupSize(line))
      const staged = await commitGroup(queue, group)
      line.unshift(...group.slice(staged))
    }
    running = undefined
    if (queue.doubt) core.host.after(DOUBT_MILLISECONDS, askDisk)
  }
  /** A write of nothing: it begins with what is in doubt, and fails as long as the disk cannot be asked. */
  const askDisk = () => {
    // Whatever it was, `abandon` has told it, and the next look comes with the end of this run.
    if (queue.doubt && !running) ask(others, async () => undefined, true).catch(() => undefined)
  }
  const ask = <Value>(
    line: WaitingWrite[],
    request: Request<Value>,
    alone: boolean,
    durable?: (value: Value) => void,
  ) =>
    new Promise<Value>((resolve, reject) => {
      line.push(waitingFor(request, { alone, durable, resolve, reject }))
      running ??= run()
    })
  const lineOf = (line: WaitingWrite[]): WriteQueue => ({
    write: (request, durable) => ask(line, request, false, durable),
    writeAlone: (request) => ask(line, request, true),
    idle: async () => {
      while (running) await running
    },
    follow: (follower) => queue.followers.push(follower),
  })
  return { people: lineOf(people), others: lineOf(others), later: lineOf(later) }
}

/** What its caller gave of a request that waits. */
interface Asked<Value> {
  readonly alone: boolean
  readonly durable: ((value: Value) => void) | undefined
  readonly resolve: (value: Value) => void
  readonly reject: (problem: unknown) => void
}

function waitingFor<Value>(request: Request<Value>, { alone, durable, resolve, reject }: Asked<Value>): WaitingWrite {
  let value: Value
  return {
    stage: async (staging) => {
      value = await request(staging)
      return isRefusal(value)
    },
    alone,
    durable: () => durable?.(value),
    done: () => resolve(value),
    failed: reject,
  }
}

/**
 * Whether only that is left which can wait: then the program looks first at what has come while the last group was worked
 * on. A list takes as long as some frames, so a link that is never behind would else wait for lists all the time; and lists
 * of short cases follow one another without a turn of their own.
 */
const waitsAlone = ({ lines, later }: Queue): boolean => later.length > 0 && lines.every((line) => line.length === 0)

/**
 * The line whose turn it is, if anybody waits there; else the other one, and then what can wait: it goes before anybody once
 * so many groups went before it. Where too much of it is left people and it take turns, and the others wait: what is stored
 * must not run ahead of the lists without end.
 */
function nextLine(queue: Queue): WaitingWrite[] | undefined {
  const { core, lines, others, later } = queue
  const waits = later.length > 0
  const isBehind = waits && core.unlisted.size >= LIMITS.unlistedCases
  const isOver = waits && queue.before >= (isBehind ? 1 : LIMITS.groupsBeforeList)
  const at = isOver ? -1 : lines.findIndex((line) => line.length > 0 && !(isBehind && line === others))
  queue.before = at === -1 || !waits ? 0 : queue.before + 1
  if (at === -1) return waits ? later : undefined
  const [line] = lines.splice(at, 1) as [WaitingWrite[]]
  lines.push(line)
  return line
}

/** Two turns: the first may end in the one that has read its sockets already (nodejs.org, event loop: poll, then check). */
async function lookAround({ host }: Core): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => host.after(0, resolve))
}

/** How many requests are committed together: up to one that wants to be alone. */
function groupSize(waiting: readonly WaitingWrite[]): number {
  const alone = waiting.findIndex((request) => request.alone)
  return Math.min(LIMITS.groupRequests, alone === -1 ? waiting.length : Math.max(alone, 1))
}

const isRefusal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false
