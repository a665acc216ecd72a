// A mail server that takes everything and keeps it.
import { createServer } from 'node:net'

/** Starts one for a test; `mails` grows by what is sent. */
export function postbox(t) {
  const mails = []
  const server = createServer((socket) => {
    let data
    let rest = ''
    socket.on('error', () => {})
    socket.write('220 localhost\r\n')
    socket.on('data', (chunk) => {
      rest += chunk
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (data !== undefined) {
          if (line === '.') {
            mails.push(data)
            data = undefined
            socket.write('250 taken\r\n')
          } else data += `${line}\n`
        } else if (/^EHLO|^HELO/i.test(line)) socket.write('250-localhost\r\n250 8BITMIME\r\n')
        else if (/^DATA/i.test(line)) {
          data = ''
          socket.write('354 go on\r\n')
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
        else socket.write('250 ok\r\n')
      }
    })
  })
  t.after(() => server.close())
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port, mails })))
}

/** A mail as people read it: its quoted-printable parts and its encoded words in plain letters. */
export function decoded(mail) {
  const bytes = (text) => Buffer.from(text.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1').toString('utf8')
  const words = mail.replace(/=\?utf-8\?(q|b)\?([^?]*)\?=/gi, (_, way, text) => (way.toLowerCase() === 'b' ? Buffer.from(text, 'base64').toString('utf8') : bytes(text.replace(/_/g, ' '))))
  return words + bytes(mail.replace(/=\n/g, ''))
}
