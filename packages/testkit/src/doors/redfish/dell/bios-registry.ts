import type { Machine } from '../../../world/machine.ts'
import type { BiosAttribute, BiosCondition } from '../../../world/model.ts'
import { BIOS, collection } from './paths.ts'

const POINTER = '/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0'

export function registries(): unknown {
  return collection('MessageRegistryFile', 'Registry File Collection', '/redfish/v1/Registries', [POINTER])
}

/** Its id is not the one that the BIOS names, and neither is that of its `Registry` (captured). */
export function registryPointer(): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#MessageRegistryFile.MessageRegistryFile',
    '@odata.id': POINTER,
    '@odata.type': '#MessageRegistryFile.v1_1_0.MessageRegistryFile',
    Id: 'BiosAttributeRegistry.v1_0_0',
    Name: 'BIOS Attribute Registry Message Registry File',
    Registry: 'BiosAttributeRegistry1.0',
    Languages: ['En'],
    Location: [{ Language: 'En', Uri: `${BIOS}/BiosRegistry` }],
  }
}

/** What each attribute takes, and what locks it: `Dependencies` to `ReadOnly`, one for each condition (captured form; the OR is inferred). */
export function biosRegistry({ model }: Machine): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#AttributeRegistry.AttributeRegistry',
    '@odata.id': `${BIOS}/BiosRegistry`,
    '@odata.type': '#AttributeRegistry.v1_3_6.AttributeRegistry',
    Id: 'BiosAttributeRegistry.v1_0_3',
    Name: 'BIOS Attribute Registry',
    Language: 'en',
    OwningEntity: 'Dell',
    RegistryVersion: '1.0.3',
    SupportedSystems: [{ ProductName: model.product, SystemId: model.board, FirmwareVersion: model.biosVersion }],
    RegistryEntries: {
      Attributes: model.biosAttributes.map(entryOf),
      Dependencies: model.biosAttributes.flatMap(({ name, lockedWhile = [] }) =>
        lockedWhile.map((condition) => dependency(name, condition)),
      ),
      Menus: [...new Set(model.biosAttributes.map(({ group = '' }) => group))].map((group) => ({
        MenuName: `${group}Ref`,
        MenuPath: `./${group}Ref`,
      })),
    },
  }
}

/** No defaults, no current values, a reset for every one (captured). */
function entryOf(attribute: BiosAttribute, index: number): unknown {
  const { name, type, values, lower, upper, maxLength } = attribute
  return {
    AttributeName: name,
    DisplayName: name,
    DisplayOrder: index,
    CurrentValue: null,
    Type: type,
    ReadOnly: attribute.readOnly ?? false,
    WriteOnly: type === 'Password',
    Hidden: false,
    Immutable: attribute.readOnly ?? false,
    MenuPath: `./${attribute.group ?? ''}Ref`,
    ResetRequired: true,
    ...(values === undefined ? {} : { Value: values.map((value) => ({ ValueName: value, ValueDisplayName: value })) }),
    ...(type === 'Integer' ? { LowerBound: lower ?? 0, UpperBound: upper ?? 0, ScalarIncrement: 0 } : {}),
    ...(maxLength === undefined ? {} : { MinLength: 0, MaxLength: maxLength }),
  }
}

function dependency(name: string, { attribute, is, isNot }: BiosCondition): unknown {
  return {
    DependencyFor: name,
    Type: 'Map',
    Dependency: {
      MapFrom: [
        {
          MapFromAttribute: attribute,
          MapFromCondition: is === undefined ? 'NEQ' : 'EQU',
          MapFromProperty: 'CurrentValue',
          MapFromValue: is ?? isNot,
        },
      ],
      MapToAttribute: name,
      MapToProperty: 'ReadOnly',
      MapToValue: true,
    },
  }
}
