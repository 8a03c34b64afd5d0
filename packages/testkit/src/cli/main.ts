#!/usr/bin/env node
import { runLab } from './run-lab.ts'

runLab(process.argv).catch((error: unknown) => {
  process.stderr.write(`hwautomation-lab: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
