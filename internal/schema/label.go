package schema

import "encoding/json"

// Text is a label in the three languages of the interface.
type Text struct {
	TW string `json:"zh-TW"`
	CN string `json:"zh-CN"`
	EN string `json:"en"`
}

// UnmarshalJSON takes the three spellings, or one text that stands for all.
func (t *Text) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = Text{TW: one, CN: one, EN: one}
		return nil
	}
	type plain Text
	return json.Unmarshal(b, (*plain)(t))
}

// T makes a Text from its three spellings.
func T(tw, cn, en string) Text { return Text{TW: tw, CN: cn, EN: en} }

// In returns the label in a language ("zh-TW", "zh-CN", "en"), falling back to
// whichever spelling exists.
func (t Text) In(language string) string {
	order := []string{t.TW, t.CN, t.EN}
	switch language {
	case "zh-CN":
		order = []string{t.CN, t.TW, t.EN}
	case "en":
		order = []string{t.EN, t.TW, t.CN}
	}
	for _, s := range order {
		if s != "" {
			return s
		}
	}
	return ""
}
