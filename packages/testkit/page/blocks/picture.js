// @ts-check
import { html } from '../html.js'
import { safeUrl } from '../text/tokens.js'
import { Link } from '../text/views.js'
import { wordsOf } from './surface.js'

/** An image in a row of other things. This page loads nothing from elsewhere, so it shows what the picture is called. @param {{ element: any }} props */
export function Picture({ element }) {
  return html`<span
    class="picture small"
    role="img"
    aria-label=${String(element.alt_text ?? '')}
    title=${String(element.alt_text ?? '')}
    >🖼</span
  >`
}

/** An `image` block. @param {{ block: any }} props */
export function PictureBlock({ block }) {
  const url = safeUrl(block.image_url ?? block.slack_file?.url)
  return html`<figure class="picture">
    ${block.title && html`<figcaption>${wordsOf(block.title)}</figcaption>`}
    <div role="img" aria-label=${String(block.alt_text ?? '')}>
      <span aria-hidden="true">🖼</span> ${String(block.alt_text ?? '')}
    </div>
    ${url !== undefined && html`<small>Not loaded: <${Link} url=${url}>${new URL(url).host}<//></small>`}
  </figure>`
}
