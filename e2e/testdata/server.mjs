// Stands in for bin/ecrm in the test of the harness: takes its arguments, serves one page.
import { createServer } from 'node:http'

const address = process.argv[process.argv.indexOf('--addr') + 1]
const [host, port] = address.split(':')
const broken = process.argv.includes('--broken')

const page = `<!doctype html><html lang="zh-Hant"><title>測試</title><link rel="icon" href="data:,">
<main><h1>客戶</h1><label>名稱 <input id="name"></label>${broken ? '<input id="nameless">' : ''}</main>
<script>
  window.seen = []
  for (const type of ['compositionstart', 'compositionend', 'keydown'])
    document.getElementById('name').addEventListener(type, (e) => seen.push(type + (e.isComposing ? '*' : '') + (e.keyCode ? e.keyCode : '')))
  ${broken ? "console.error('broken on purpose'); fetch('/missing')" : ''}
</script></html>`

createServer((request, response) => {
  if (request.url === '/readyz') return response.end('ok')
  if (request.url !== '/') return response.writeHead(404).end()
  response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page)
}).listen(Number(port), host, () => console.log(`serving ${address}`))
