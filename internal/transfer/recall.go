package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// memoryTable holds how a person last mapped files of one form: what comes out of
// the same program every month is decided once.
var memoryTable = store.Declare(store.Table{
	Name: "import_memory",
	Columns: []schema.Column{
		{Name: "user_id", Kind: schema.KindInt}, {Name: "form", Kind: schema.KindText}, {Name: "body", Kind: schema.KindText},
	},
	Key: []string{"user_id", "form"},
})

// memory is what is remembered of a mapping.
type memory struct {
	Object     string           `json:"object"`
	Columns    []rememberedWith `json:"columns"`
	Duplicates Duplicates       `json:"duplicates"`
	Unknown    string           `json:"unknown_options"`
}

type rememberedWith struct {
	Field       string             `json:"field"`
	DateReading string             `json:"date_reading,omitempty"`
	Values      map[string]*string `json:"values,omitempty"`
	Source      string             `json:"source,omitempty"`
}

// form tells files with the same columns in the same order apart from all others.
func (j *Job) form() string {
	h := sha256.New()
	for _, c := range j.Columns {
		_, _ = fmt.Fprintf(h, "%q,", c.Header)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// remember keeps how the columns of a file are mapped, for the next of its form.
func (j *Job) remember(ctx context.Context, tx store.Querier) error {
	m := memory{Object: j.Object, Duplicates: j.Duplicates, Unknown: j.Unknown}
	for _, c := range j.Columns {
		m.Columns = append(m.Columns, rememberedWith{c.Field, c.DateReading, c.Values, c.Source})
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("remember a mapping: %w", err)
	}
	where := store.Row{"user_id": j.owner, "form": j.form()}
	n, err := store.Update(ctx, tx, memoryTable.Name, store.Row{"body": string(text)}, where)
	if err != nil || n > 0 {
		return err
	}
	where["body"] = string(text)
	return store.Insert(ctx, tx, memoryTable.Name, where)
}

// recall maps a file as the last of its form was mapped, as far as fields and
// rights still allow; o is the object the person chose, nil when none.
func (s *Service) recall(ctx context.Context, a *policy.Actor, j *Job, o *schema.Object) error {
	rows, err := store.Find(ctx, s.Records.DB, memoryTable.Name, "body", store.Row{"user_id": a.ID, "form": j.form()}, "")
	if err != nil || len(rows) == 0 {
		return err
	}
	text, _ := rows[0][0].(string)
	var m memory
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return fmt.Errorf("remember a mapping: %w", err)
	}
	to := a.Registry.Object(m.Object)
	if to == nil || !a.May(to, policy.Import) || o != nil && o.Name != to.Name || len(m.Columns) != len(j.Columns) {
		return nil
	}
	if to.Name != j.Object {
		if err := j.detect(a, to); err != nil {
			return err
		}
	}
	for i, c := range m.Columns {
		if _, ok := targetOf(a, to, c.Field); c.Field != "" && !ok {
			continue
		}
		at := &j.Columns[i]
		at.Field, at.Confidence, at.DateReading, at.Values, at.Source = c.Field, 1, c.DateReading, c.Values, c.Source
	}
	if err := s.attribute(ctx, a, j, false); err != nil {
		return err
	}
	keys := []string{}
	for _, key := range m.Duplicates.Keys {
		if f := to.Field(key); f != nil && a.Readable(to, f) {
			keys = append(keys, key)
		}
	}
	j.Duplicates, j.Unknown = Duplicates{Keys: keys, Rule: m.Duplicates.Rule}, m.Unknown
	if err := j.profile(a, to); err != nil {
		return err
	}
	j.Warnings = append(j.Warnings, Warning{Code: "file_remembered"})
	return nil
}
