// Package webform takes what strangers write on the company's public forms. A form is
// put together by an administrator: which fields, in which words, what is consented to.
// Whoever holds its address may send it in; the answer is the same whoever he is and
// whatever is known of him.
package webform

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/record"
	"ecrm/internal/schema"
)

var t = schema.T

const (
	// Object is the name of the forms' object.
	Object = "web_form"
	// maxFields is how many fields a form has at most.
	maxFields = 40
	// Trap is what a person never sees and a program fills in.
	Trap = "contact_website"
	// Consent is the name of the box that says one agrees.
	Consent = "consent"
)

// kinds are the types of fields a stranger may fill.
var kinds = []string{"text", "longtext", "phones", "mails", "url", "picklist", "multipicklist", "boolean", "integer", "decimal", "date", "address"}

// Field is one field of a form.
type Field struct {
	Name     string `json:"name"`
	Label    string `json:"label,omitempty"`
	Help     string `json:"help,omitempty"`
	Required bool   `json:"required,omitempty"`
}

// Form is a form as it is shown.
type Form struct {
	ID                            int64
	Name, Title, Intro            string
	Language, ConsentText, Thanks string
	// Sites are the origins whose pages may hold it; none: all.
	Sites  []string
	Fields []Field
	object *schema.Object
	preset record.Input
}

// Module declares the forms.
func Module() record.Module {
	return record.Module{Name: "webform", Rules: map[string]record.Rules{Object: {Check: check}}, Objects: []*schema.Object{{
		Name: Object, Plural: "web_forms", Icon: "globe", Group: "settings", Title: "name", AdminOnly: true,
		Label: t("公開表單", "公开表单", "Web form"), LabelPlural: t("公開表單", "公开表单", "Web forms"),
		Fields: []*schema.Field{
			{Name: "name", Type: "text", Label: t("名稱", "名称", "Name"), Required: true, MaxLength: 100, Help: t("只在內部看得到", "仅内部可见", "Seen by colleagues only")},
			{Name: "object", Type: "text", Label: t("對象", "对象", "Object"), Required: true, Default: "lead", MaxLength: 40},
			{Name: "active", Type: "boolean", Label: t("啟用", "启用", "Active"), Default: true},
			{Name: "token", Type: "text", Label: t("網址代碼", "网址代码", "Code in its address"), Unique: true, ReadOnly: true, AdminOnly: true, MaxLength: 40},
			{Name: "language", Type: "picklist", Label: t("語言", "语言", "Language"), Default: "zh-TW", Required: true, Options: []schema.Option{
				{Value: "zh-TW", Label: t("繁體中文", "繁体中文", "Traditional Chinese")}, {Value: "zh-CN", Label: t("簡體中文", "简体中文", "Simplified Chinese")}, {Value: "en", Label: t("英文", "英文", "English")}}},
			{Name: "title", Type: "text", Label: t("標題", "标题", "Title"), Required: true, MaxLength: 200},
			{Name: "intro", Type: "longtext", Label: t("說明", "说明", "Introduction"), MaxLength: 2000},
			{Name: "fields", Type: "json", Label: t("欄位", "字段", "Fields")},
			{Name: "preset", Type: "json", Label: t("固定內容", "固定内容", "Set besides"), AdminOnly: true},
			{Name: "consent_text", Type: "longtext", Label: t("同意聲明", "同意声明", "Consented to"), MaxLength: 4000, Help: t("填了就必須勾選同意才能送出", "填写后须勾选同意才能提交", "Where there is one it must be agreed to")},
			{Name: "thanks", Type: "longtext", Label: t("送出後的話", "提交后的话", "Said afterwards"), MaxLength: 2000},
			{Name: "sites", Type: "tags", Label: t("可嵌入的網站", "可嵌入的网站", "Sites that may embed it"), Help: t("如 https://www.example.com；留空表示任何網站", "如 https://www.example.com；留空表示任何网站", "Such as https://www.example.com; empty: any")},
		},
		List:     []string{"name", "title", "active", "language", "updated_at"},
		Sections: []schema.Section{{Label: t("公開表單", "公开表单", "Web form"), Fields: []string{"name", "title", "intro", "language", "consent_text", "thanks", "sites", "active"}}},
	}}}
}

// fillable tells whether a stranger may fill a field: one that people write, of a plain
// type, and none that says who works on the record.
func fillable(o *schema.Object, f *schema.Field) bool {
	return f != nil && !f.System && !f.ReadOnly && !f.AdminOnly && !f.Unique && f.Name != o.Stage && f.Name != schema.ExternalIDs && slices.Contains(kinds, f.Type)
}

// check refuses a form that could not be shown or taken in.
func check(_ context.Context, c *record.Change) error {
	v := c.After
	o := c.Actor.Registry.Object(v.Text("object"))
	if o == nil || !o.HandedOut {
		return record.Invalid("object", "not_an_option", "value", schema.Shorten(v.Text("object")))
	}
	if v.Text("token") == "" {
		v["token"] = []any{rand.Text()}
	}
	fields, err := fieldsOf(v.Text("fields"))
	if err != nil {
		return record.Invalid("fields", "wrong_type")
	}
	if len(fields) == 0 {
		return record.Invalid("fields", "required")
	}
	if len(fields) > maxFields {
		return record.Invalid("fields", "too_many", "max", fmt.Sprint(maxFields))
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if !fillable(o, o.Field(f.Name)) || seen[f.Name] {
			return record.Invalid("fields", "form_field_unfit", "field", schema.Shorten(f.Name))
		}
		seen[f.Name] = true
	}
	var preset map[string]any
	if text := v.Text("preset"); text != "" && json.Unmarshal([]byte(text), &preset) != nil {
		return record.Invalid("preset", "wrong_type")
	}
	for name, value := range preset {
		f := o.Field(name)
		if f == nil || f.System || f.ReadOnly || f.Target() != "" || name == o.Stage {
			return record.Invalid("preset", "form_field_unfit", "field", schema.Shorten(name))
		}
		if _, err := f.Kind().Parse(f, value); err != nil {
			return record.Refused("preset", err)
		}
	}
	for _, site := range tagsOf(v.Text("sites")) {
		if !isOrigin(site) {
			return record.Invalid("sites", "not_a_site", "value", schema.Shorten(site))
		}
	}
	return nil
}

// fieldsOf reads what a form keeps of its fields: {"list": [...]}.
func fieldsOf(text string) ([]Field, error) {
	var kept struct{ List []Field }
	if text == "" {
		return nil, nil
	}
	err := json.Unmarshal([]byte(text), &kept)
	return kept.List, err
}

func tagsOf(text string) (tags []string) {
	if text != "" && json.Unmarshal([]byte(text), &tags) != nil {
		return nil
	}
	return tags
}

// isOrigin tells whether a text is the beginning of a web address and nothing that could
// end a header's value.
func isOrigin(site string) bool {
	host, ok := strings.CutPrefix(site, "https://")
	if !ok {
		host, ok = strings.CutPrefix(site, "http://")
	}
	return ok && host != "" && strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:*") == ""
}

// Service shows forms and takes them in.
type Service struct {
	Records *record.Service
	limits  limits
}

// New makes the service.
func New(records *record.Service) *Service { return &Service{Records: records} }

// ErrOften is answered to an address or a form from which too much comes.
var ErrOften = &record.Error{Code: "rate_limited"}

// ByToken finds a form that is open.
func (s *Service) ByToken(ctx context.Context, token string) (*Form, error) {
	if len(token) < 20 || len(token) > 40 {
		return nil, &record.Error{Code: "not_found"}
	}
	found, err := s.Records.Rows(ctx, Object, &query.Node{Op: query.Eq, Field: "token", Value: token}, 1)
	if err != nil {
		return nil, err
	}
	for id, v := range found {
		o := s.Records.Current.Load().Object(v.Text("object"))
		if !v.True("active") || o == nil {
			break
		}
		f := &Form{ID: id, Name: v.Text("name"), Title: v.Text("title"), Intro: v.Text("intro"), Language: v.Text("language"), ConsentText: v.Text("consent_text"), Thanks: v.Text("thanks"),
			Sites: tagsOf(v.Text("sites")), object: o, preset: record.Input{}}
		var err error
		if f.Fields, err = fieldsOf(v.Text("fields")); err != nil {
			return nil, fmt.Errorf("read the form %d: %w", id, err)
		}
		if text := v.Text("preset"); text != "" {
			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()
			if err := d.Decode(&f.preset); err != nil {
				return nil, fmt.Errorf("read the form %d: %w", id, err)
			}
		}
		// A field that was taken out of use since is asked no more.
		f.Fields = slices.DeleteFunc(f.Fields, func(one Field) bool { return !fillable(o, o.Field(one.Name)) })
		return f, nil
	}
	return nil, &record.Error{Code: "not_found"}
}

// Field is the field of the records that one of the form fills.
func (f *Form) Field(one Field) *schema.Field { return f.object.Field(one.Name) }

// Take makes a record of what was sent, by the names of the form's fields; whatever else
// was sent is nobody's. What is wrong is told by field, of the sender's own words alone.
// Nothing is made, and nothing said of it, where the trap was filled.
func (s *Service) Take(ctx context.Context, f *Form, sent map[string][]string, address string) error {
	now := time.Now()
	if !s.limits.admit(f.ID, address, now) {
		return ErrOften
	}
	if first(sent[Trap]) != "" {
		return nil
	}
	engine := policy.System(s.Records.Current.Load(), "webform "+f.Name)
	engine.Language, engine.Location, engine.Address = f.Language, s.Records.Zone(), address
	problem := &record.Error{Code: "invalid"}
	values := record.Values{}
	for _, one := range f.Fields {
		columns, err := parse(f.Field(one), sent[one.Name])
		var wrong *schema.Problem
		if errors.As(err, &wrong) {
			problem.Fields = append(problem.Fields, record.FieldError{Field: one.Name, Problem: wrong})
			continue
		} else if err != nil {
			return err
		}
		if one.Required && (len(columns) == 0 || columns[0] == nil) {
			problem.Fields = append(problem.Fields, record.FieldError{Field: one.Name, Problem: schema.Bad("required")})
		}
		if columns != nil {
			values[one.Name] = columns
		}
	}
	if f.ConsentText != "" && first(sent[Consent]) == "" {
		problem.Fields = append(problem.Fields, record.FieldError{Field: Consent, Problem: schema.Bad("form_consent")})
	}
	if problem.Fields != nil {
		return problem
	}
	preset, err := s.Records.ParseInput(ctx, engine, f.object, f.preset)
	if err != nil {
		return fmt.Errorf("what the form %d sets: %w", f.ID, err)
	}
	for name, columns := range preset {
		if _, told := values[name]; !told {
			values[name] = columns
		}
	}
	if f.ConsentText != "" && f.object.Field("consent_text") != nil && f.object.Field("consent_at") != nil {
		values["consent_text"], values["consent_at"] = []any{f.ConsentText}, []any{now.UnixMicro()}
	}
	if f.object.Field(Object) != nil {
		values[Object] = []any{f.ID}
	}
	return s.Records.Together(ctx, func(ctx context.Context, u *record.Unit) error {
		_, err := u.CreateValues(ctx, engine, f.object, values)
		return err
	})
}

func first(list []string) string {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}

// parse reads what was sent for a field; nil where nothing was.
func parse(f *schema.Field, sent []string) ([]any, error) {
	var given []any
	for _, text := range sent {
		text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", ""))
		if text != "" {
			given = append(given, text)
		}
	}
	if len(given) == 0 {
		return nil, nil
	}
	text, _ := given[0].(string)
	switch f.Type {
	case "multipicklist":
		return f.Kind().Parse(f, given)
	case "phones", "mails":
		return f.Kind().Parse(f, given[:1])
	case "boolean":
		return f.Kind().Parse(f, true)
	case "picklist", "text", "longtext", "date", "url":
		return f.Kind().Parse(f, text)
	}
	if textual, ok := f.Kind().(schema.Textual); ok {
		return textual.ParseText(f, text)
	}
	return f.Kind().Parse(f, text)
}
