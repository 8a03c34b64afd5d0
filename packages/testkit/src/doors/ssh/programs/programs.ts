import { shellProgram } from '../shell/program.ts'
import { dmidecode } from '../tools/dmidecode.ts'
import { ilorest } from '../tools/ilorest/ilorest.ts'
import { ipmitool } from '../tools/ipmitool/ipmitool.ts'
import { racadm } from '../tools/racadm/racadm.ts'
import { saa, sum } from '../tools/sum/sum.ts'
import { dpkg, modprobe, poweroffProgram, rebootProgram } from './administration.ts'
import { twinPrograms } from './builtin-twins.ts'
import { checksumPrograms } from './checksums.ts'
import { copyingPrograms } from './copying.ts'
import { dd } from './dd.ts'
import { filePrograms } from './files.ts'
import { fileInfoPrograms } from './file-info.ts'
import { flock } from './flock.ts'
import { processPrograms } from './processes.ts'
import type { Software } from '../os/host.ts'
import type { Program } from './program.ts'
import { sudo } from './sudo.ts'
import { systemPrograms } from './system.ts'
import { tail } from './tail.ts'
import { textPrograms } from './text.ts'
import { grep, sed } from './filters.ts'
import { tar } from './tar.ts'
import { wrapperPrograms } from './wrappers.ts'

const inBin: Readonly<Record<string, Program>> = {
  dash: shellProgram,
  bash: shellProgram,
  ...filePrograms,
  ...fileInfoPrograms,
  ...textPrograms,
  ...checksumPrograms,
  ...twinPrograms,
  ...copyingPrograms,
  dd,
  grep,
  sed,
  tail,
  tar,
  flock,
  ...processPrograms,
  ...wrapperPrograms,
  ...systemPrograms,
  sudo,
  dpkg,
}

const inSbin: Readonly<Record<string, Program>> = {
  dmidecode,
  modprobe,
  reboot: rebootProgram,
  poweroff: poweroffProgram,
}

/** Every program that a file on a simulated host can stand for. */
const programs: ReadonlyMap<string, Program> = new Map(
  Object.entries({ ...inBin, ...inSbin, ilorest, ipmitool, idracadm7: racadm, sum, saa }),
)

/** The programs of the ephemeral image. ipmitool and ilorest are not among them: a site brings those. */
const image: Software['image'] = [
  ...Object.keys(inBin).map((name) => [name, `/usr/bin/${name}`] as const),
  ...Object.keys(inSbin).map((name) => [name, `/usr/sbin/${name}`] as const),
]

/** What the simulated hosts can run. */
export const software: Software = { programs, image }
