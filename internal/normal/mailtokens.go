package normal

import "strings"

// commonLabels are parts of a domain that name no organisation.
var commonLabels = words("com net org edu gov mil idv info biz co or ne ac go www mail smtp")

// mail indexes an address: whole, its local part and the parts of that, the
// domain whole and from each label on that names an organisation.
func (b *tokenBuilder) mail(s string) {
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(";,；，、\n\r\t", r) }) {
		key := MailKey(one)
		if b.full() || len(key) > 320 { // longer than an address can be
			continue
		}
		local, domain, ok := strings.Cut(key, "@")
		if !ok {
			b.runs(scan(nil, key), false)
			continue
		}
		b.text(compact(key))
		b.text(compact(local))
		for _, part := range strings.FieldsFunc(local, func(r rune) bool { return strings.ContainsRune("._-+", r) }) {
			b.text(compact(part)) // short words are looked for whole
		}
		for i, r := range local {
			if i > 0 && strings.ContainsRune("._-+", r) {
				b.text(compact(local[i:]))
			}
		}
		labels := strings.Split(domain, ".")
		for i, label := range labels {
			if i == 0 || i < len(labels)-1 && !commonLabels[label] {
				b.text(compact(strings.Join(labels[i:], "")))
				if !commonLabels[label] {
					b.text(compact(label))
				}
			}
		}
	}
}
