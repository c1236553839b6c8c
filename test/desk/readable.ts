/** Whether a page can be read: nothing overflows sideways, and axe has no serious or critical finding. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly html: string }[]
}

/** Looks at an open page on a phone and on a village's screen; `path` names it when something is wrong. */
export async function expectReadable(page: Page, path: string): Promise<void> {
  for (const [width, height] of [
    [390, 844],
    [1366, 768],
  ] as const) {
    await page.setViewportSize({ width, height })
    const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect([path, width, over]).toEqual([path, width, 0])
  }
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: readonly Finding[]
  }
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect([path, bad.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)]).toEqual([path, []])
}
