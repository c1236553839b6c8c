/** Looks for a Chromium among the system's programs. */
import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'] as const
const ANSWER_MILLISECONDS = 10_000

/** A browser and what it must be started with. */
export interface Startable {
  readonly file: string
  readonly settings: Readonly<Record<string, string>>
}

/** The first Chromium in a list of folders such as PATH; undefined when there is none that runs. */
export async function systemBrowser(folders: string): Promise<Startable | undefined> {
  for (const folder of folders.split(delimiter))
    for (const name of NAMES) {
      const file = join(folder, name)
      if (await runs(file)) return { file, settings: {} }
    }
  return undefined
}

/** A name alone proves nothing: some systems have a script there that only tells how to install the browser. */
const runs = (file: string): Promise<boolean> =>
  new Promise((resolve) =>
    execFile(file, ['--version'], { timeout: ANSWER_MILLISECONDS }, (error, text) =>
      resolve(error === null && /\d+\.\d+/.test(text)),
    ),
  )
