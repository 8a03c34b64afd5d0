import type { Machine } from '../../../world/machine.ts'
import type { BiosAttribute } from '../../../world/model.ts'
import { attributeRegistryId } from './bios.ts'

/** Where the BIOS registry's file is: another tree, in lower case (iLO RESTful API reference, "BIOS attribute registry"). */
export function registryStorePath(machine: Machine): string {
  return `/redfish/v1/registrystore/registries/en/${attributeRegistryId(machine).toLowerCase()}`
}

/** `Registries/<id>`: the pointer to the file. English only. */
export function registryPointer(machine: Machine): unknown {
  const id = attributeRegistryId(machine)
  return {
    '@odata.context': '/redfish/v1/$metadata#MessageRegistryFile.MessageRegistryFile',
    '@odata.id': `/redfish/v1/Registries/${id}/`,
    '@odata.type': '#MessageRegistryFile.v1_0_4.MessageRegistryFile',
    Id: id,
    Name: `${id} Message Registry File`,
    Registry: id,
    Languages: ['en'],
    Location: [{ Language: 'en', Uri: registryStorePath(machine) }],
  }
}

/** The file itself: what each attribute takes. Menus and dependencies are not simulated. */
export function biosRegistry(machine: Machine): unknown {
  const { model } = machine
  return {
    '@odata.type': '#AttributeRegistry.v1_1_1.AttributeRegistry',
    Id: attributeRegistryId(machine),
    Name: 'BIOS Attribute Registry',
    Language: 'en',
    OwningEntity: 'HPE',
    RegistryVersion: `1.${model.biosVersion}`,
    SupportedSystems: [
      {
        ProductName: model.product,
        SystemId: model.biosFamily,
        FirmwareVersion: `${model.biosFamily} v${model.biosVersion}`,
      },
    ],
    RegistryEntries: { Attributes: model.biosAttributes.map(entryOf), Dependencies: [], Menus: [] },
  }
}

function entryOf(attribute: BiosAttribute, index: number): unknown {
  return {
    AttributeName: attribute.name,
    DisplayName: attribute.name,
    Type: attribute.type,
    ReadOnly: attribute.readOnly ?? false,
    GrayOut: false,
    Hidden: false,
    DefaultValue: attribute.default,
    DisplayOrder: index + 1,
    ...(attribute.values === undefined
      ? {}
      : { Value: attribute.values.map((name) => ({ ValueName: name, ValueDisplayName: name })) }),
    ...(attribute.lower === undefined ? {} : { LowerBound: attribute.lower }),
    ...(attribute.upper === undefined ? {} : { UpperBound: attribute.upper }),
    ...(attribute.maxLength === undefined ? {} : { MinLength: 0, MaxLength: attribute.maxLength }),
  }
}
