/**
 * The page behind a sign-in link: takes the token out of the address (its fragment never reaches a server), and asks
 * GraphQL with it. A place to try queries, for demo people of the local issuer.
 */
import { createHash } from 'node:crypto'
import { Router } from 'express'

const script = `
const token = location.hash.slice(1) || sessionStorage.getItem('token') || ''
sessionStorage.setItem('token', token)
history.replaceState(null, '', location.pathname)
const query = document.querySelector('textarea')
const answer = document.querySelector('pre')
const who = document.querySelector('output')
const ask = async (text) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token },
    body: JSON.stringify({ query: text }),
  })
  return await response.json()
}
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  answer.textContent = JSON.stringify(await ask(query.value), null, 2)
})
ask('{ viewer { id roles { role organisation } } }').then(({ data, errors }) => {
  who.textContent = data ? data.viewer.roles.map((each) => each.role + ' ' + (each.organisation ?? '')).join(', ') : errors[0].message
})
`

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tributary</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
textarea { width: 100%; height: 16rem; font: 14px/1.4 monospace }
pre { background: #f5f5f5; padding: 1rem; overflow: auto }
</style>
</head>
<body>
<h1>Tributary</h1>
<p>Signed in as <output>nobody</output>.</p>
<form>
<textarea aria-label="GraphQL query" spellcheck="false">{
  servingMatrix(first: 10, segment: "ALL", category: "ALL") {
    nodes { partnerId communityId state buyers purchases gross { decimal currency } }
  }
}</textarea>
<p><button>Ask</button></p>
</form>
<pre aria-live="polite"></pre>
<script>${script}</script>
</body>
</html>
`

const policy = [
  "default-src 'none'",
  `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

/** `GET /sign-in`. */
export const signInRoutes = (): Router => {
  const router = Router()
  router.get('/sign-in', (_request, response) => {
    response
      .set({
        'content-security-policy': policy,
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      })
      .type('html')
      .send(page)
  })
  return router
}
