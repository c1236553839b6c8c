/** The tests' own browser, wherever it comes from. */
import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { openBrowser } from './browser.ts'
import { npmBrowser } from './npm-browser.ts'
import { systemBrowser } from './system-browser.ts'

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'H15 the browser from npm needs nothing of the system, and draws Chinese in thin and in bold',
  async () => {
    const browser = await openBrowser(npmBrowser())
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 100, height: 100 } })
    const drawn = async (html: string) => {
      await page.setContent(html)
      return (await page.screenshot()).toString('base64')
    }
    // A sign without a font is an empty box, one like the other.
    const pictures = ['县', '村', '<b>村</b>', '龘', ''].map((html) => () => drawn(html))
    const seen = new Set<string>()
    for (const picture of pictures) seen.add(await picture())
    expect(seen.size).toBe(pictures.length)
  },
)

test('H15 a Chromium of the system is used where one runs, under any of its names', async () => {
  const program = (name: string, lines: string) => {
    const folder = temporaryFolder()
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\n${lines}\n`)
    chmodSync(file, 0o755)
    return { folder, file }
  }
  const advice = program('chromium-browser', 'echo "install the browser as version 1.0 of another package"; exit 1')
  const silent = program('chromium', 'exit 0')
  const chrome = program('google-chrome', 'echo "Google Chrome 153.0.8010.0"')
  const found = (...programs: { folder: string }[]) =>
    systemBrowser(programs.map(({ folder }) => folder).join(delimiter))
  expect(await found(advice, silent)).toBeUndefined()
  expect(await found(advice, silent, chrome)).toEqual({ file: chrome.file, settings: {} })
  expect(await found(program('another', 'echo "Another 153.0"'))).toBeUndefined()
})
