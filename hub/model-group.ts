/** The child processes of the model county: launched in folders of their own, watched, and stopped together. */
import { fork } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { bundlePath, NODE_FLAGS, type ProgramName } from '#edge-node/build.ts'
import { environmentWith } from '#hub/config.ts'
import { type Child, type End, ended, endInWords, stopped } from '#hub/model-process.ts'

/** A program, what people call it, and the name of its folder. */
export interface Part {
  readonly program: ProgramName
  readonly name: string
  readonly folder: string
  readonly settings?: Readonly<Record<string, string>>
}

export interface ProgramGroup {
  launch(part: Part, port: number, words?: readonly string[]): Child
  /** From here on the program should run. */
  watch(child: Child): void
  /** Resolves with words for people when a program ends that should run. */
  readonly broken: Promise<string>
  /** Whether the end has begun: nothing is launched any more. */
  isStopping(): boolean
  /** Stops every program, the newest first. */
  stop(): Promise<void>
}

/** The programs of a folder; none runs yet. */
export function openGroup(folder: string): ProgramGroup {
  const running: Child[] = []
  const broken = Promise.withResolvers<string>()
  let isStopping = false
  return {
    launch({ program, name, folder: own, settings }, port, words = []) {
      const home = join(folder, own)
      mkdirSync(home, { recursive: true, mode: 0o700 })
      const log = join(home, 'program.log')
      const output = openSync(log, 'a', 0o600)
      const env = environmentWith({ DATA_FOLDER: home, DESK_PORT: String(port), ...settings })
      const process = fork(bundlePath(program), words, {
        env,
        execArgv: [...NODE_FLAGS],
        stdio: ['ignore', output, output, 'ipc'],
      })
      closeSync(output)
      const child = { process, name, log }
      running.push(child)
      return child
    },
    watch({ process, name, log }) {
      const tell = (end: End) => {
        const next = '示例县缺了它不能用,其他程序也随之停止;再次运行 npm start 即可继续'
        if (!isStopping)
          broken.resolve(`${name}${endInWords(end)},停止前的记录见 ${log}\n  示例数据没有改动\n  ${next}`)
      }
      void ended(process).then(tell)
    },
    broken: broken.promise,
    isStopping: () => isStopping,
    async stop() {
      isStopping = true
      for (const { process } of running.toReversed()) await stopped(process)
    },
  }
}
