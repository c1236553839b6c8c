/** A real small disk for tests that fill it: a tmpfs of its own, where this system lets us mount one. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface SmallDisk {
  readonly folder: string
  /** Takes all that is left, but for so many bytes. */
  fill(left?: number): void
  /** Gives back what {@link fill} took. */
  free(): void
}

function mounted(folder: string, bytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function probe(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  const isMounted = mounted(folder, 1_048_576)
  if (isMounted) execFileSync('umount', [folder])
  rmSync(folder, { recursive: true })
  return isMounted
}

/** Whether a disk can be made here: mounting needs an administrator. Tests that need one are skipped elsewhere. */
export const canMount = probe()

/** Mounts an empty disk; it goes when the test is over, behind everything that the test registers later. */
export function smallDisk(bytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  if (!mounted(folder, bytes)) throw new Error('no disk can be mounted here')
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true })
  })
  const filler = join(folder, 'filler')
  return {
    folder,
    fill(left = 0) {
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(filler, new Uint8Array(Math.max(0, bavail * bsize - left)), { flag: 'a' })
    },
    free: () => rmSync(filler, { force: true }),
  }
}
