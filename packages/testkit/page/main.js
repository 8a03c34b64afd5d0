// @ts-check
import { html, render } from './html.js'
import { App } from './parts/app.js'

const root = document.querySelector('#page')
if (root !== null) {
  root.textContent = ''
  render(html`<${App} />`, root)
}
