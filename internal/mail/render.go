package mail

import (
	"bytes"
	_ "embed"
	"errors"
	htmltemplate "html/template"
	"strings"
	"text/template"

	"ecrm/internal/message"
	"ecrm/internal/secure"
)

//go:embed mail.txt
var plainText string

//go:embed mail.html
var markup string

var (
	asText = template.Must(template.New("text").Parse(plainText))
	asHTML = htmltemplate.Must(htmltemplate.New("html").Parse(markup))
)

func isSealed(err error) bool { return errors.Is(err, secure.ErrSealed) }

// render writes a message as text and as HTML. The template escapes every word of
// it; links lead to paths of this server alone.
func render(m *Message, to Receiver, sender, site string) (text, html string, err error) {
	small := append([]string{}, m.Small...)
	small = append(small, message.In(to.Language, "mail_from", map[string]string{"sender": sender}))
	page := struct {
		*Message
		Small          []string
		Language, Site string
	}{m, small, to.Language, strings.TrimRight(site, "/")}
	var plain, marked bytes.Buffer
	if err := asText.Execute(&plain, page); err != nil {
		return "", "", err
	}
	if err := asHTML.Execute(&marked, page); err != nil {
		return "", "", err
	}
	return plain.String(), marked.String(), nil
}
