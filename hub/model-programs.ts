/** The programs of the model county as child processes: started, joined, watched and stopped together. */
import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { bundlePath, type ProgramName } from '#edge-node/build.ts'
import { environmentWith } from '#hub/config.ts'
import type { Ports } from '#hub/model-ports.ts'
import { CodeAnswer } from '#hub/sample-codes.ts'
import { SAMPLE_COUNTY } from '#hub/samples/stations.ts'
import { LIMITS } from '#protocol/limits.ts'

const Ready = z.object({ address: z.string() })
const START_MILLISECONDS = 60_000

export interface Model {
  /** Starts the hub; its address. */
  startHub(): Promise<string>
  /** Starts a node below the parent at the address, joining first when it never has; its address. */
  startNode(id: string, name: string, parent: string): Promise<string>
  /** Resolves with words for people when a program ends that should run. */
  readonly broken: Promise<string>
  /** Stops every program, children before parents. */
  stop(): Promise<void>
}

/** The model county of a folder; nothing runs yet. */
export function startModel(folder: string, ports: Ports): Model {
  const running: ChildProcess[] = []
  let isStopping = false
  let breakWith: (what: string) => void
  const broken = new Promise<string>((resolve) => {
    breakWith = resolve
  })
  let hub: ChildProcess | undefined

  const launch = (program: ProgramName, name: string, values: Record<string, string>, words: string[] = []) => {
    const home = join(folder, name)
    mkdirSync(home, { recursive: true, mode: 0o700 })
    const log = openSync(join(home, 'program.log'), 'a', 0o600)
    const env = environmentWith({ DATA_FOLDER: home, DESK_PORT: String(ports[name]), ...values })
    const child = fork(bundlePath(program), words, { env, stdio: ['ignore', log, log, 'ipc'] })
    closeSync(log)
    return child
  }
  const keep = async (child: ChildProcess, name: string) => {
    running.push(child)
    child.once('exit', (code) => {
      if (!isStopping) breakWith(`${name} 意外停止(代码 ${code}),原因见 ${join(folder, name, 'program.log')}`)
    })
    return (await heard(child, Ready, name)).address
  }

  return {
    broken,
    startHub() {
      const { id, name } = SAMPLE_COUNTY
      hub = launch('hub', 'hub', { STATION_CODE: id, STATION_NAME: name, SAMPLE_DATA: 'yes' })
      return keep(hub, 'hub')
    },
    async startNode(id, name, parent) {
      if (!existsSync(join(folder, id, 'enrolment.json'))) {
        if (!hub) throw new Error('the hub runs before its nodes')
        const answer = heard(hub, CodeAnswer, 'hub')
        hub.send({ codeFor: id })
        await ended(launch('edge-node', id, {}, ['join', parent, (await answer).code]), `${name} 入网`)
      }
      return keep(launch('edge-node', id, {}), id)
    },
    async stop() {
      isStopping = true
      for (const child of running.reverse()) await stopped(child)
    },
  }
}

/** Waits for a message of a shape. */
function heard<Message>(child: ChildProcess, schema: z.ZodType<Message>, name: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} 没有在一分钟内启动`)), START_MILLISECONDS)
    const listener = (message: unknown) => {
      const read = schema.safeParse(message)
      if (!read.success) return
      clearTimeout(timer)
      child.off('message', listener)
      resolve(read.data)
    }
    child.on('message', listener)
  })
}

function ended(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${what}没有成功(代码 ${code})`))))
  })
}

/** Asks a program to stop, and makes it after the bound that it keeps itself. */
function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMITS.stopMilliseconds + 1_000)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
