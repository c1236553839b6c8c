/** Writes migrations.ts from the generated .sql files; part of the npm script `migrations`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('./migrations/', import.meta.url)
const BREAKPOINT = '--> statement-breakpoint'

/** Comments go: on the one line that a statement becomes they would hide what stands behind them. */
const COMMENT_LINE = /^--(?!>).*$/gm

/** The generated migrations in order, split into statements. */
export function generatedMigrations(): { name: string; statements: string[] }[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'))
  return files.sort().map((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8').replaceAll(COMMENT_LINE, '')
    const parts = text.split(BREAKPOINT)
    return { name: file.slice(0, -'.sql'.length), statements: parts.map((part) => part.replace(/\s+/g, ' ').trim()) }
  })
}

function writeEmbedded(): void {
  const lines = [
    '/** The generated migrations as text, so that a bundle needs no files; written by `npm run migrations`. */',
    '',
    'interface Migration {',
    '  readonly name: string',
    '  readonly statements: readonly string[]',
    '}',
    '',
    `export const MIGRATIONS: readonly Migration[] = ${JSON.stringify(generatedMigrations(), null, 2)}`,
    '',
  ]
  writeFileSync(new URL('./migrations.ts', import.meta.url), lines.join('\n'))
}

if (import.meta.main) writeEmbedded()
