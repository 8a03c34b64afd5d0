import { z } from 'zod'
import { invalidProfile, type ProfileAttribute, type ProfileComponent, type ServerProfile } from './server-profile.ts'

const attributeSchema = z.looseObject({
  Name: z.string(),
  Value: z.string(),
  'Set On Import': z.enum(['True', 'False']).optional(),
  Comment: z.string().optional(),
})
type JsonAttribute = z.infer<typeof attributeSchema>

interface JsonComponent {
  readonly FQDD: string
  readonly Attributes?: readonly JsonAttribute[] | undefined
  readonly Components?: readonly JsonComponent[] | undefined
}
const componentSchema: z.ZodType<JsonComponent> = z.looseObject({
  FQDD: z.string(),
  Attributes: z.array(attributeSchema).optional(),
  get Components() {
    return z.array(componentSchema).optional()
  },
})

const fileSchema = z.looseObject({
  SystemConfiguration: z.looseObject({
    Comments: z.array(z.looseObject({ Comment: z.string() })).default([]),
    Model: z.string(),
    ServiceTag: z.string(),
    TimeStamp: z.string(),
    Components: z.array(componentSchema),
  }),
})

/**
 * Parses the JSON form of a server configuration profile (iDRAC9 from 3.x on; ironlib's export of a PowerEdge R6515).
 * @throws HwError `bios.file-invalid` for anything else, e.g. a file that was cut off
 */
export function parseProfileJson(text: string): ServerProfile {
  const parsed = fileSchema.safeParse(fromJson(text))
  if (!parsed.success) throw invalidProfile(z.prettifyError(parsed.error), parsed.error)
  const { Comments, Model, ServiceTag, TimeStamp, Components } = parsed.data.SystemConfiguration
  return {
    model: Model,
    serviceTag: ServiceTag,
    timeStamp: TimeStamp,
    notes: Comments.map(({ Comment }) => Comment),
    components: Components.map(toComponent),
  }
}

/** Writes a profile in the JSON form. */
export function printProfileJson({ model, serviceTag, timeStamp, notes, components }: ServerProfile): string {
  const file: z.input<typeof fileSchema> = {
    SystemConfiguration: {
      Comments: notes.map((note) => ({ Comment: note })),
      Model: model,
      ServiceTag: serviceTag,
      TimeStamp: timeStamp,
      Components: components.map(fromComponent),
    },
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

function toComponent({ FQDD, Attributes = [], Components = [] }: JsonComponent): ProfileComponent {
  return { fqdd: FQDD, attributes: Attributes.map(toAttribute), components: Components.map(toComponent) }
}

function toAttribute({ Name, Value, 'Set On Import': settable, Comment }: JsonAttribute): ProfileAttribute {
  return {
    name: Name,
    value: Value,
    settable: settable !== 'False',
    ...(Comment === undefined ? {} : { access: Comment }),
  }
}

function fromComponent({ fqdd, attributes, components }: ProfileComponent): JsonComponent {
  return {
    FQDD: fqdd,
    Attributes: attributes.map(({ name, value, settable, access }) => ({
      Name: name,
      Value: value,
      'Set On Import': settable ? 'True' : 'False',
      ...(access === undefined ? {} : { Comment: access }),
    })),
    ...(components.length === 0 ? {} : { Components: components.map(fromComponent) }),
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw invalidProfile(error instanceof Error ? error.message : 'it is not JSON', error)
  }
}
