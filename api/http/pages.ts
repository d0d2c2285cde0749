/** The two small pages: signing in, and asking questions of the API by hand. They load nothing from elsewhere. */
import { randomBytes } from 'node:crypto'

export interface Page {
  readonly html: string
  readonly headers: Readonly<Record<string, string>>
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign)

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
textarea, pre, input { box-sizing: border-box; width: 100%; font: 13px/1.5 ui-monospace, monospace; }
textarea { min-height: 14rem; }
textarea#variables { min-height: 5rem; }
pre { min-height: 10rem; overflow: auto; padding: 1rem; border: 1px solid; }
main { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); }
label { display: block; font-weight: 600; margin-top: .75rem; }
button { font: inherit; margin-top: .75rem; padding: .4rem 1.2rem; }
`

const pageOf = (title: string, body: (nonce: string) => string): Page => {
  const nonce = randomBytes(16).toString('base64')
  return {
    html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style nonce="${nonce}">${style}</style></head><body>${body(nonce)}</body></html>
`,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'content-security-policy': `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    },
  }
}

/** Asks before the code is used up: what fetches links to look at them signs nobody in. */
export const signInPage = (code: string): Page =>
  pageOf(
    'Sign in to Tributary',
    () => `<h1>Sign in to Tributary</h1>
<p>This link signs you in once.</p>
<form method="post" action="/sign-in"><input type="hidden" name="code" value="${escaped(code)}"><button>Sign in</button></form>`,
  )

export const messagePage = (title: string, message: string): Page =>
  pageOf(title, () => `<h1>${escaped(title)}</h1><p>${escaped(message)}</p>`)

const question = `{
  viewer { id roles { role organisation } }
  deployment { id zone logEpoch }
}`

const script = `
const byId = (id) => document.getElementById(id)
byId('ask').addEventListener('click', async () => {
  const answer = byId('answer')
  answer.textContent = '…'
  try {
    const variables = byId('variables').value.trim()
    const token = byId('token').value.trim()
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: 'Bearer ' + token }) },
      body: JSON.stringify({ query: byId('question').value, variables: variables ? JSON.parse(variables) : undefined }),
    })
    answer.textContent = JSON.stringify(await response.json(), null, 2)
  } catch (error) {
    answer.textContent = String(error)
  }
})
byId('question').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) byId('ask').click()
})
`

/** `token`: already filled in, after signing in. */
export const explorerPage = (token: string | null): Page =>
  pageOf(
    'Tributary API',
    (nonce) => `<h1>Tributary API</h1>
<p>Ask with Ctrl+Enter. The whole schema is at <a href="/schema.graphql">/schema.graphql</a>.</p>
<main><section>
<label for="token">Token</label><input id="token" autocomplete="off" spellcheck="false" value="${escaped(token ?? '')}">
<label for="question">Query</label><textarea id="question" spellcheck="false">${escaped(question)}</textarea>
<label for="variables">Variables</label><textarea id="variables" spellcheck="false"></textarea>
<button id="ask">Ask</button>
</section><section><label for="answer">Answer</label><pre id="answer" aria-live="polite"></pre></section></main>
<script nonce="${nonce}">${script}</script>`,
  )
