import { expect, it } from 'vitest'
import { parseBiosFile, printBiosFile } from '../../../src/bios/supermicro/bios-file.ts'
import { withoutSecrets } from '../../../src/bios/supermicro/without-secrets.ts'
import { file, menu, option, x11dp } from './files.ts'

const text = (name: string, value: string) =>
  `<Setting name="${name}" type="String"><Information/><StringValue><![CDATA[${value}]]></StringValue></Setting>`

it('a file is kept without passwords that stand in it as texts, and with everything else', () => {
  const others = option('Quiet Boot', 'on', ['0 off', '1 on']) + text('Asset Tag', 'rack 4') + text('  Password', '')
  const root = parseBiosFile(file(menu('Erase', text('Password', 'Tr0ub4dor') + others)))
  const kept = Buffer.from(printBiosFile(withoutSecrets(root))).toString('latin1')
  expect(kept).not.toContain('Tr0ub4dor')
  expect(kept).toContain('name="  Password"')
  expect(kept).toContain('Quiet Boot')
  expect(kept).toContain('rack 4')
})

it('a file without such a text is kept as it is', () => {
  const root = parseBiosFile(x11dp())
  expect(withoutSecrets(root)).toBe(root)
})
