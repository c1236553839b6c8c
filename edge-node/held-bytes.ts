/** Bytes that requests make the program hold: bodies until they are worked on, answers until they are taken. */
import type { ServerResponse } from 'node:http'
import { LIMITS } from '#protocol/limits.ts'
import type { Shares } from '#protocol/transport/budgets.ts'
import { callerAt } from '#protocol/transport/callers.ts'
import { type Crowd, createCrowd } from '#protocol/transport/crowd.ts'

/** Requests by the bytes they hold: beyond its share an address loses the connection that has held them longest. */
export type HeldBytes = Crowd<ServerResponse>

const createHeldBytes = (shares: Shares): HeldBytes => createCrowd(shares, ({ req }) => req.socket.destroy())

/** What anybody may make us hold; of all servers of a process, which have its memory in common. */
export const heldForAnybody = createHeldBytes({ each: LIMITS.heldBytesOfCaller, all: LIMITS.heldBytes })
/** Files of people who are signed in: apart, because one of theirs is more than a stranger may send. */
export const heldForPeople = createHeldBytes({ each: LIMITS.fileBytesOfCaller, all: LIMITS.fileBytes })

/** Counts so many bytes for a request, until what comes back is called or its connection is gone. */
export function holdBytes(held: HeldBytes, response: ServerResponse, bytes: number): () => void {
  const letGo = () => void held.delete(response)
  held.add(response, callerAt(response.req.socket.remoteAddress), bytes)
  response.once('close', letGo) // a body that breaks off is not always told to whoever reads it
  return letGo
}

const forAll = new WeakSet<ServerResponse>()

/** What is answered is the same for all, strangers among them: it counts among what anybody may make us hold, however long it is. */
export const noteForAll = (response: ServerResponse): void => void forAll.add(response)

/** Counts what nobody has taken yet of an answer that is written; one that no stranger gets counts among people's files. */
export function holdUnread(response: ServerResponse): void {
  const bytes = response.writableLength
  const isForPeople = bytes > LIMITS.placementBytes && !forAll.has(response)
  if (bytes > 0) holdBytes(isForPeople ? heldForPeople : heldForAnybody, response, bytes)
}
