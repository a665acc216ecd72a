package record

import (
	"ecrm/internal/normal"
	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
)

// words turns what was typed into search words of the classes the actor may
// read in full. False: what was typed can match nothing.
func words(a *policy.Actor, o *schema.Object, typed string) ([][][]query.Word, bool) {
	classes := map[byte]normal.Kind{}
	hidden := map[byte]bool{}
	searched := make([]*schema.Field, 0, 8)
	for _, f := range o.Fields {
		if f.Search != "" {
			searched = append(searched, f)
		}
		for _, sub := range f.Searched() {
			searched = append(searched, sub)
			if !a.Readable(o, f) {
				hidden[searchClass(sub)] = true
			}
		}
	}
	for _, f := range searched {
		kind := normal.KindText
		switch {
		case f.Type == "phones":
			kind = normal.KindPhone
		case f.Type == "mails":
			kind = normal.KindMail
		case f.Search == "n":
			kind = normal.KindName
		case f.Search == "i":
			kind = normal.KindCode
		}
		class := searchClass(f)
		classes[class] = kind
		if o.Field(f.Name) == f && !a.Readable(o, f) {
			hidden[class] = true
		}
	}
	var all [][][]query.Word
	for _, alternatives := range normal.Words(normal.QueryTerms(typed)) {
		var some [][]query.Word
		for _, terms := range alternatives {
			var parts []query.Word
			for _, t := range terms {
				w := query.Word{}
				for class, kind := range classes {
					if !hidden[class] && t.Within(kind) {
						if token := string(class) + t.Token; t.Begins(kind) {
							w.Begun = append(w.Begun, token)
						} else {
							w.Tokens = append(w.Tokens, token)
						}
						for _, also := range t.Also {
							if kind == normal.KindName {
								w.Tokens = append(w.Tokens, string(class)+also)
							}
						}
					}
				}
				if w.Tokens == nil && w.Begun == nil {
					parts = nil
					break
				}
				parts = append(parts, w)
			}
			if parts != nil {
				some = append(some, parts)
			}
		}
		if some == nil {
			return nil, false
		}
		all = append(all, some)
	}
	return all, len(all) > 0
}

// searchClass is the letter the field's tokens begin with: phones and mails
// have their own, so that each kind of query term meets its kind of token.
func searchClass(f *schema.Field) byte {
	switch f.Type {
	case "phones":
		return 'p'
	case "mails":
		return 'm'
	}
	return f.Search[0]
}
