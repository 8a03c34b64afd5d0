import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nativeNameFault } from '../../src/bios/native-name.ts'
import { biosTemplateSchema } from '../../src/bios/template.ts'

describe('the native name of a BIOS setting', () => {
  it.each([
    'Advanced > CPU Configuration > Hyper-Threading [ALL]',
    'Advanced > Chipset Configuration > North Bridge > IIO Configuration > Intel\u00ae VT for Directed I/O (VT-d)#1 > Intel\u00ae VT for Directed I/O (VT-d)#2',
    'Advanced > Boot Feature > Wait For "F1" If Error',
    'Advanced > Serial Port Console Redirection > Console Redirection#1',
    'Boot > Boot Option #1#4',
  ])('on Supermicro is a menu path: %s', (name) => {
    expect(nativeNameFault('supermicro', name)).toBeUndefined()
    expect(biosTemplateSchema.parse({ native: { [name]: 'Enable' }, bootNic: name }).native).toEqual({
      [name]: 'Enable',
    })
    expect(nativeNameFault('hpe', name)).toContain('is not the name of a BIOS attribute')
    expect(nativeNameFault('dell', name)).toContain('is not the name of a BIOS attribute')
  })

  it.each([
    ['Quiet Boot', 'names no menu'],
    ['Advanced >  > Quiet Boot', 'blanks too many'],
    ['Advanced >  Quiet Boot', 'blanks too many'],
    ['Advanced > Quiet Boot > ', 'blanks too many'],
    ['Advanced > 静かな起動', 'ISO-8859-1'],
  ])('on Supermicro is not %s', (name, why) => {
    expect(nativeNameFault('supermicro', name)).toContain(why)
  })

  it.each(['LogicalProc', 'PxeDev1EnDis', 'Slot1NicBoot1'])('on HPE and Dell is an attribute: %s', (name) => {
    expect([nativeNameFault('hpe', name), nativeNameFault('dell', name)]).toEqual([undefined, undefined])
    expect(nativeNameFault('supermicro', name)).toBeDefined()
  })

  it('reaches no prototype, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('__proto__', 'constructor', 'valueOf')),
        (name) => {
          const parsed = biosTemplateSchema.safeParse({ native: Object.fromEntries([[name, 'x']]) })
          if (parsed.success) expect(Object.getPrototypeOf(parsed.data.native)).toBe(Object.prototype)
          if (name in {}) expect(parsed.success ? Object.keys(parsed.data.native) : []).toEqual([])
          if (/\p{Cc}/u.test(name) || name !== name.trim()) expect(parsed.success).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })
})
