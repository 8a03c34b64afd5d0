import { isSecretName } from './values.ts'
import type { XmlElement, XmlNode } from './xml.ts'

/**
 * The file without the settings that hold a password as any other text (`Password` of the menu for erasing disks), so that it can be
 * kept; what a file does not name stays as it is when the file is written back. The same root where there is none.
 */
export function withoutSecrets(root: XmlElement): XmlElement {
  const children = root.children
    .filter((child) => !showsSecret(child))
    .map((child) => (child.kind === 'element' ? withoutSecrets(child) : child))
  const isSame = children.length === root.children.length && children.every((child, at) => child === root.children[at])
  return isSame ? root : { ...root, children }
}

function showsSecret(node: XmlNode): boolean {
  if (node.kind !== 'element' || node.name !== 'Setting') return false
  const attributes = new Map(node.attributes)
  return (
    attributes.get('type') === 'String' && isSecretName(attributes.get('name')?.trim() ?? '') && hasText(node, false)
  )
}

function hasText(node: XmlNode, inValue: boolean): boolean {
  if (node.kind !== 'element') return inValue && 'text' in node && node.text !== ''
  return node.children.some((child) => hasText(child, inValue || node.name === 'StringValue'))
}
