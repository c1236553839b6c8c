/** The browser that tests look at pages with: the system's where there is one, else the one that comes from npm. */
import { type Browser, chromium } from 'playwright-core'
import { CHROMIUM, environmentWith, PROGRAM_FOLDERS } from '#test/config.ts'
import { fontSettings } from './fonts.ts'
import { npmBrowser } from './npm-browser.ts'
import { type Startable, systemBrowser } from './system-browser.ts'

async function foundBrowser(): Promise<Startable> {
  if (CHROMIUM) return { file: CHROMIUM, settings: {} }
  return (await systemBrowser(PROGRAM_FOLDERS)) ?? npmBrowser()
}

/** Starts a browser that draws with the tests' own fonts, so that pages are as wide on every machine; who starts it closes it. */
export async function openBrowser(found: Promise<Startable> = foundBrowser()): Promise<Browser> {
  const { file, settings } = await found
  return chromium.launch({
    executablePath: file,
    env: environmentWith({ ...settings, ...(await fontSettings()) }),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  })
}
