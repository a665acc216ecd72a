package record

import (
	"context"
	"encoding/json"
	"strings"

	"ecrm/internal/normal"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// belongings writes what goes with a record: value tables, search words, the
// audit row and the outbox row. changed is nil on create.
func (s *Service) belongings(ctx context.Context, c *Change, changed []string, version int64, action string) error {
	o, tx := c.Object, c.tx
	if c.Created || changed != nil {
		if err := c.putLines(ctx); err != nil {
			return err
		}
	}
	for _, f := range o.Fields {
		if f.Files() > 0 && (c.Created || contains(changed, f.Name)) {
			if err := c.putFiles(ctx, f); err != nil {
				return err
			}
		}
		multiple, ok := f.Kind().(schema.Multiple)
		if !ok || !c.Created && !contains(changed, f.Name) {
			continue
		}
		table, derived := o.ValueTable(f), unitOf(ctx).derived(tx)
		if !c.Created {
			if _, err := store.Delete(ctx, derived, table, store.Row{"record_id": c.ID}); err != nil {
				return err
			}
		}
		if err := addValues(ctx, derived, o, f, multiple, c.ID, c.After); err != nil {
			return err
		}
	}
	if c.Created || action == "deleted" || action == "restored" || searched(o, changed) {
		if err := c.putWords(ctx, action == "deleted" || c.binned); err != nil {
			return err
		}
	}
	if c.Created || matched(o, changed) {
		before, after := MatchKeys(o, c.Before), MatchKeys(o, c.After)
		if err := store.PutMatchKeys(ctx, unitOf(ctx).derived(tx), c.ID, before, after); err != nil {
			return err
		}
		unitOf(ctx).rekey(c.ID, before, after)
	}
	if action == "deleted" || action == "restored" {
		clear(unitOf(ctx).matches) // which knows live records
	}
	diff := map[string][2]json.RawMessage{}
	for _, name := range changed {
		f := o.Field(name)
		if f.Since != "" {
			continue // told by the change of the other field
		}
		if f.Lines() != nil {
			before, after, err := c.lines(f)
			if err != nil {
				return err
			}
			if diff[name], err = diffLines(f, before, after); err != nil {
				return err
			}
			continue
		}
		diff[name] = [2]json.RawMessage{encode(f, c.Before[name]), encode(f, c.After[name])}
	}
	for name, told := range c.noted {
		diff[name] = [2]json.RawMessage{json.RawMessage("null"), told}
	}
	return s.log(ctx, c, diff, version, action)
}

// log keeps the audit row and the outbox row of a change for the end of its
// unit.
func (s *Service) log(ctx context.Context, c *Change, diff map[string][2]json.RawMessage, version int64, action string) error {
	o := c.Object
	text, err := json.Marshal(diff)
	if err != nil {
		return err
	}
	u := unitOf(ctx)
	u.late.audit = append(u.late.audit, auditRow(c.Actor.Address, s.IDs.Next(), c.Now, c.Actor.ID, o.Name, c.ID, version, action, c.Actor.Origin, string(text)))
	detail, err := c.detail(ctx, action)
	if err != nil {
		return err
	}
	u.late.sent = append(u.late.sent, Event{Object: o.Name, ID: c.ID, Kind: action, Detail: detail})
	return nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

func matched(o *schema.Object, changed []string) bool {
	for _, name := range changed {
		if o.Field(name).Match != "" {
			return true
		}
	}
	return false
}

func searched(o *schema.Object, changed []string) bool {
	for _, name := range changed {
		if o.Field(name).Search != "" || o.Field(name).Searched() != nil || name == "owner" || name == "department" {
			return true
		}
	}
	return seenThrough(o, changed)
}

func encode(f *schema.Field, columns []any) json.RawMessage {
	full := make([]any, max(len(f.Columns()), len(columns)))
	copy(full, columns)
	return f.Kind().AppendJSON(nil, f, full)
}

// Words are the search tokens of a record. Each starts with the class letter of
// its field; no typed word can meet another class.
func Words(o *schema.Object, v Values) []string {
	var words []string
	for _, f := range o.Fields {
		text := v.Text(f.Name)
		if text == "" {
			continue
		}
		if f.Search != "" {
			words = append(words, wordsOf(f, text)...)
		}
		if searched := f.Searched(); searched != nil {
			words = append(words, wordsIn(f, searched, text)...)
		}
	}
	return words
}

// wordsOf are the search tokens of one value.
func wordsOf(f *schema.Field, text string) (words []string) {
	class := searchClass(f)
	kind := normal.KindText
	switch {
	case f.Type == "phones", f.Type == "mails":
		kind = map[string]normal.Kind{"phones": normal.KindPhone, "mails": normal.KindMail}[f.Type]
		for _, e := range schema.Entries(text) {
			words = append(words, normal.IndexTokens(class, kind, e.Value)...)
		}
		return words
	case class == 'n':
		kind = normal.KindName
	case class == 'i':
		kind = normal.KindCode
	}
	if t, ok := f.Kind().(schema.Multiple); ok {
		text = strings.Join(t.Values(f, text), " ")
	}
	return normal.IndexTokens(class, kind, text)
}

// wordsIn are the search tokens of the rows of a lines field. Rows that are no
// longer understood are not found; the record they belong to is.
func wordsIn(f *schema.Field, searched []*schema.Field, stored string) (words []string) {
	lines, err := schema.DecodeLines(f, stored)
	if err != nil {
		return nil
	}
	for _, l := range lines {
		for _, sub := range searched {
			if text := Values(l.Values).Text(sub.Name); text != "" {
				words = append(words, wordsOf(sub, text)...)
			}
		}
	}
	return words
}
