import { elementsOf, escapeXmlAttribute, escapeXmlText, parseXml, textOf, type XmlElement } from '../xml.ts'
import { invalidProfile, type ProfileAttribute, type ProfileComponent, type ServerProfile } from './server-profile.ts'

/**
 * Parses the XML form of a server configuration profile: no prolog, one `Component` for each device, attributes that an import would not
 * write as comments (Dell, Server Configuration Profiles; ironlib's export of a PowerEdge C6320).
 *
 * @throws HwError `bios.file-invalid` for anything else, e.g. a file that was cut off
 */
export function parseProfileXml(text: string): ServerProfile {
  return orInvalid(() => {
    const root = parseXml(withWellFormedComments(text))
    if (root.name !== 'SystemConfiguration') throw new SyntaxError(`its root is <${root.name}>`)
    return {
      model: root.attributes.get('Model') ?? '',
      serviceTag: root.attributes.get('ServiceTag') ?? '',
      timeStamp: root.attributes.get('TimeStamp') ?? '',
      notes: root.children.flatMap((child) => (child.kind === 'comment' ? [child.text] : [])),
      components: elementsOf(root, 'Component').map(toComponent),
    }
  })
}

/** Writes a profile as an iDRAC does. @throws HwError `bios.file-invalid` where it holds characters that XML cannot write */
export function printProfileXml(profile: ServerProfile): string {
  return orInvalid(() => {
    const { model, serviceTag, timeStamp, notes, components } = profile
    const about = Object.entries({ Model: model, ServiceTag: serviceTag, TimeStamp: timeStamp })
    return [
      `<SystemConfiguration ${about.map(([name, value]) => `${name}="${escapeXmlAttribute(value)}"`).join(' ')}>`,
      ...notes.map((note) => `<!--${asNote(note)}-->`),
      ...components.map((component) => printComponent(component, '')),
      '</SystemConfiguration>',
      '',
    ].join('\n')
  })
}

function toComponent(element: XmlElement): ProfileComponent {
  const attributes = element.children.flatMap((child): ProfileAttribute[] => {
    if (child.kind === 'comment') return commentedOut(child.text)
    return child.kind === 'element' && child.name === 'Attribute' ? [toAttribute(child, true)] : []
  })
  return {
    fqdd: element.attributes.get('FQDD') ?? '',
    attributes,
    components: elementsOf(element, 'Component').map(toComponent),
  }
}

/** Older exports end the comment on a line of its own. Comments that say something else are no attributes. */
function commentedOut(comment: string): ProfileAttribute[] {
  const text = comment.trim()
  return /^<Attribute\s/.test(text) ? [toAttribute(parseXml(text), false)] : []
}

function toAttribute(element: XmlElement, settable: boolean): ProfileAttribute {
  const name = element.attributes.get('Name')
  if (name === undefined) throw new SyntaxError('an attribute has no name')
  return { name, value: textOf(element), settable }
}

/** No comment may hold two hyphens, but an iDRAC copies values into comments as they are: the second one becomes a reference. */
function withWellFormedComments(text: string): string {
  const parts: string[] = []
  let from = 0
  for (let start = text.indexOf('<!--'); start !== -1; start = text.indexOf('<!--', from)) {
    const end = text.indexOf('-->', start + 4)
    if (end === -1) break
    parts.push(text.slice(from, start + 4), asComment(text.slice(start + 4, end)), '-->')
    from = end + 3
    if (parts.length > 3 * MOST_COMMENTS) throw new SyntaxError('it holds more comments than any export')
  }
  return [...parts, text.slice(from)].join('')
}

/** Each is parsed by itself. The export of a whole server has some thousand. */
const MOST_COMMENTS = 20_000

function asComment(text: string): string {
  return text.replaceAll(/-(?=-|$)/g, '&#45;')
}

/** Nothing can be escaped in a comment that is not parsed again. */
function asNote(note: string): string {
  if (/--|-$|\r|&#45;/.test(note)) throw new SyntaxError('a comment cannot be written in XML')
  escapeXmlText(note)
  return note
}

function printComponent({ fqdd, attributes, components }: ProfileComponent, indent: string): string {
  return [
    `${indent}<Component FQDD="${escapeXmlAttribute(fqdd)}">`,
    ...attributes.map((attribute) => `${indent}    ${printAttribute(attribute)}`),
    ...components.map((component) => printComponent(component, `${indent}  `)),
    `${indent}</Component>`,
  ].join('\n')
}

function printAttribute({ name, value, settable }: ProfileAttribute): string {
  const element = `<Attribute Name="${escapeXmlAttribute(name)}">${escapeXmlText(value)}</Attribute>`
  return settable ? element : `<!-- ${asComment(element)} -->`
}

function orInvalid<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidProfile(error.message, error)
    throw error
  }
}
