/** A department system at a running program: one keep-alive socket, a real sign-in, every request timed. */
import { Agent, request } from 'node:http'
import { MONDAY } from '#test/clock/host.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import { startClock } from '#test/clock/wall-clock.ts'
import { COUNTY } from '#test/engine/county.ts'
import { startProgram } from '#test/programs/process.ts'
import { HALL_NAME } from './county.ts'
import type { ProgramFolder } from './make-program.ts'

export interface Timed {
  readonly milliseconds: number
  readonly text: string
}

export interface DeskClient {
  /** Of the desk: http://127.0.0.1:… */
  readonly address: string
  readonly processId: number
  /** From starting the process to the first page in full. */
  readonly firstPage: number
  get(path: string): Promise<Timed>
  post(path: string, body: unknown): Promise<Timed>
  stop(): Promise<void>
}

interface Asked {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
}

function timed(agent: Agent, address: string, { body, ...asked }: Asked): Promise<Timed> {
  const started = monotonic()
  return new Promise((resolve, reject) => {
    const asking = request(address, { agent, timeout: 20_000, ...asked }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      response.once('error', reject).once('end', () => {
        const milliseconds = monotonic() - started
        if (response.statusCode === 200) resolve({ milliseconds, text })
        else reject(new Error(`${asked.method} ${address}: ${response.statusCode} ${text.slice(0, 400)}`))
      })
    })
    asking.once('error', reject).once('timeout', () => asking.destroy(new Error('no answer')))
    asking.end(body)
  })
}

/** Starts the bundled program over a folder on the working day after, waits for its first page, signs in. */
export async function openDesk({ folder, program: named, name, password }: ProgramFolder): Promise<DeskClient> {
  const started = monotonic()
  const hall: Record<string, string> = named === 'hub' ? { STATION_CODE: COUNTY, STATION_NAME: HALL_NAME } : {}
  const settings = { DATA_FOLDER: folder, DESK_HOST: '127.0.0.1', LOG_LEVEL: 'error', ...hall }
  const program = startProgram(named, { ...settings, ...startClock(MONDAY).settings() })
  const kill = () => program.child.kill('SIGKILL')
  process.once('exit', kill)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const address = await program.address()
  await timed(agent, `${address}/sign-in`, { method: 'GET', headers: {} })
  const firstPage = monotonic() - started
  const json = { 'content-type': 'application/json' }
  const signIn = { method: 'POST', headers: json, body: JSON.stringify({ name, password }) }
  const { token } = JSON.parse((await timed(agent, `${address}/api/sign-in`, signIn)).text) as { token: string }
  return {
    address,
    processId: program.child.pid ?? 0,
    firstPage,
    // The desk's pages know the same sign-in by its cookie.
    get: (path) =>
      timed(agent, `${address}${path}`, {
        method: 'GET',
        headers: path.startsWith('/api') ? { authorization: `Bearer ${token}` } : { cookie: `sign-in=${token}` },
      }),
    post: (path, body) =>
      timed(agent, `${address}${path}`, {
        method: 'POST',
        headers: { ...json, authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
    async stop() {
      agent.destroy()
      await program.end()
      process.off('exit', kill)
    },
  }
}
