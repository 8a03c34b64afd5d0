import type { Machine } from '../../../world/machine.ts'
import { BIOS_REGISTRY } from './bios.ts'
import { biosAttributeNames, toRedfish, type BiosAttributeName } from './bios-names.ts'
import { tagged } from './body.ts'

/** Outside `/redfish/v1`, and the id spelt in another way than in the pointer (Supermicro Redfish reference guide). */
export const BIOS_REGISTRY_FILE = '/registries/BiosAttributeRegistry.1.0.0.json'

/** `Registries/<id>`: the pointer to the file. */
export function biosRegistryPointer(): unknown {
  return tagged({
    '@odata.type': '#MessageRegistryFile.v1_1_0.MessageRegistryFile',
    '@odata.id': `/redfish/v1/Registries/${BIOS_REGISTRY}`,
    Id: BIOS_REGISTRY,
    Name: 'BIOS Attribute Registry File',
    Registry: 'BiosAttributeRegistry.1.0.0',
    Languages: ['en'],
    Location: [{ Language: 'en', Uri: BIOS_REGISTRY_FILE }],
  })
}

/** The file itself. An enumeration's wire values are the display names, while `ValueName` has the codes. Dependencies are left out. */
export function biosRegistry(machine: Machine): unknown {
  return {
    '@odata.type': '#AttributeRegistry.v1_2_1.AttributeRegistry',
    Id: 'BiosAttributeRegistry1_0_0',
    Name: 'BIOS Attribute Registry',
    Language: 'en',
    OwningEntity: 'Supermicro',
    RegistryVersion: '1.0.0',
    SupportedSystems: [{ ProductName: machine.model.product, FirmwareVersion: machine.model.biosVersion }],
    RegistryEntries: {
      Attributes: biosAttributeNames(machine).map((attribute) => entryOf(machine, attribute)),
      Menus: [],
      Dependencies: [],
    },
  }
}

function entryOf({ bios }: Machine, attribute: BiosAttributeName): unknown {
  const { setting, menus, path } = attribute.placed
  const { form } = setting
  const common = {
    AttributeName: attribute.name,
    CurrentValue: toRedfish(attribute, bios.current.get(path) ?? ''),
    DisplayName: setting.name,
    GrayOut: false,
    Hidden: false,
    MenuPath: `./${menus.map(({ name }) => name).join('/')}`,
    ReadOnly: false,
  }
  switch (form.type) {
    case 'Option':
      return {
        ...common,
        DefaultValue: form.preset,
        Type: 'Enumeration',
        Value: form.options.map(({ code, text }) => ({ ValueDisplayName: text, ValueName: code })),
      }
    case 'CheckBox':
      return { ...common, DefaultValue: form.preset === 'Checked', Type: 'Boolean' }
    case 'Numeric':
      return {
        ...common,
        DefaultValue: Number(form.preset),
        Type: 'Integer',
        LowerBound: Number(form.min),
        UpperBound: Number(form.max),
        ScalarIncrement: Number(form.step),
      }
    default:
      return { ...common, DefaultValue: '', Type: 'String', MinLength: 0, MaxLength: form.max }
  }
}
