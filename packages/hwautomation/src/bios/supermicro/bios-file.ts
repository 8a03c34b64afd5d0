import { HwError } from '../../errors.ts'
import { printable } from '../printable.ts'
import { parseXml, printXml } from './xml.ts'
import type { XmlElement } from './xml.ts'

/** The largest file that is read. Those of dual-socket boards have 250 KB. */
export const LARGEST_BIOS_FILE = 2 * 1024 * 1024

const DECLARATION = '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>'

/**
 * Parses the BIOS configuration file of `sum` or `saa` and returns its root, `BiosCfg`. The bytes are ISO-8859-1 (0xAE
 * is the ® of `Intel® VT for Directed I/O (VT-d)`); a banner, progress dots and colour escapes before the declaration
 * and after the last tag are skipped, as they are in output that was redirected.
 * @throws HwError `bios.board-unsupported` for the text form of X10 and older boards
 * @throws HwError `bios.file-invalid` for anything else: a file that was cut off, one with a document type, a large one
 */
export function parseBiosFile(bytes: Uint8Array): XmlElement {
  if (bytes.byteLength > LARGEST_BIOS_FILE)
    throw invalid(`it has ${bytes.byteLength} bytes, more than ${LARGEST_BIOS_FILE}`)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const start = text.indexOf('<?xml')
  if (start === -1)
    throw isTextForm(text) ? textForm() : invalid(`there is no XML in it: ${printable(opening(text), 80)}`)
  const end = text.lastIndexOf(END)
  if (end < start) throw invalid('it was cut off: `BiosCfg` does not end', CUT_OFF)
  const root = parseXml(text.slice(start, end + END.length))
  if (root.name !== 'BiosCfg') throw invalid(`its root element is \`${printable(root.name, 80)}\`, not \`BiosCfg\``)
  return root
}

/** Writes a file: ISO-8859-1, with the tool's declaration and a line break at the end. */
export function printBiosFile(root: XmlElement): Uint8Array {
  return Buffer.from(`${DECLARATION}\n${printXml(root)}\n`, 'latin1')
}

const END = '</BiosCfg>'
const CUT_OFF = 'Export it again; a file that was cut off while it was written or copied looks like this.'

/** `[Advanced|CPU Configuration]` and `Hyper-threading=00  // 00 (Disabled), *01 (Enabled)`: X10 boards and older. */
function isTextForm(text: string): boolean {
  return (
    /^[ \t]*\[[^\]\r\n|]+(?:\|[^\]\r\n|]+)*\][ \t]*$/m.test(text) && /^[^=\r\n]+=[0-9A-F]{2,}[ \t]*\/\//im.test(text)
  )
}

function textForm(): HwError {
  return new HwError({
    code: 'bios.board-unsupported',
    kind: 'invalid',
    message: 'The BIOS configuration is the text form of X10 and older boards, which is not supported.',
    hint: 'Provision X11 boards and newer, or this one by a device type without BIOS settings.',
  })
}

function opening(text: string): string {
  return text.slice(0, 400).trim() || 'it is empty'
}

function invalid(why: string, hint = 'Export it again with `sum -c GetCurrentBiosCfg --file`.'): HwError {
  return new HwError({
    code: 'bios.file-invalid',
    kind: 'invalid',
    message: `The file is no Supermicro BIOS configuration: ${why}.`,
    hint,
  })
}
