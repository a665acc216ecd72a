package record

import (
	"context"
	"encoding/json"
	"strconv"

	"ecrm/internal/policy"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// printer writes rows of [id, version, field columns…] as JSON objects.
type printer struct {
	fields []*schema.Field
	// keys are the names of the fields as they stand before their values.
	keys   []string
	lines  map[*schema.Field]map[int64][]schema.Line
	labels map[string]map[int64]string
}

// printer reads what belongs to rows, and the labels of what they refer to, with one
// statement an object.
func (s *Service) printer(ctx context.Context, q store.Querier, a *policy.Actor, fields []*schema.Field, rows [][]any) (p *printer, err error) {
	p = &printer{fields: fields, keys: make([]string, len(fields))}
	for i, f := range fields {
		p.keys[i] = `,"` + f.Name + `":`
	}
	if p.lines, err = s.linesIn(ctx, q, fields, rows); err != nil {
		return nil, err
	}
	p.labels, err = s.labelsOf(ctx, q, a, fields, rows, p.lines)
	return p, err
}

// appendRecords writes rows one behind the other, with commas between them.
func (s *Service) appendRecords(ctx context.Context, q store.Querier, a *policy.Actor, out []byte, fields []*schema.Field, rows [][]any) ([]byte, error) {
	p, err := s.printer(ctx, q, a, fields, rows)
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		if i > 0 {
			out = append(out, ',')
		}
		out = p.row(out, row)
	}
	return out, nil
}

// eachRecord is the JSON of each row.
func (s *Service) eachRecord(ctx context.Context, q store.Querier, a *policy.Actor, fields []*schema.Field, rows [][]any) ([]json.RawMessage, error) {
	p, err := s.printer(ctx, q, a, fields, rows)
	if err != nil {
		return nil, err
	}
	all := make([]json.RawMessage, len(rows))
	for i, row := range rows {
		all[i] = p.row(nil, row)
	}
	return all, nil
}

func (p *printer) row(out []byte, row []any) []byte {
	id, _ := row[0].(int64)
	version, _ := row[1].(int64)
	out = append(out, `{"id":"`...)
	out = strconv.AppendInt(out, id, 10)
	out = append(out, `","version":`...)
	out = strconv.AppendInt(out, version, 10)
	at := 2
	for i, f := range p.fields {
		out = append(out, p.keys[i]...)
		n := len(f.Columns())
		out = p.value(out, f, id, row[at:at+n])
		at += n
	}
	return append(out, '}')
}

// value writes the value of a field of the record with an id.
func (p *printer) value(out []byte, f *schema.Field, id int64, columns []any) []byte {
	if f.Lines() != nil {
		out = append(out, '[')
		for i, l := range p.lines[f][id] {
			if i > 0 {
				out = append(out, ',')
			}
			out = schema.AppendLine(out, f, l, func(dst []byte, sub *schema.Field, columns []any) []byte {
				t, ref := Reference(sub, columns)
				return appendReference(dst, t, ref, p.labels[t])
			})
		}
		return append(out, ']')
	}
	if many := f.Many(); many != "" {
		stored, _ := columns[0].(string)
		out = append(out, '[')
		for i, id := range schema.IDs(stored) {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendReference(out, many, id, p.labels[many])
		}
		return append(out, ']')
	}
	if t, ref := Reference(f, columns); t != "" && ref != 0 {
		return appendReference(out, t, ref, p.labels[t])
	}
	if shown, ok := f.Kind().(schema.Shown); ok {
		return shown.AppendShown(out, f, columns)
	}
	return f.Kind().AppendJSON(out, f, columns)
}

// appendReference writes a reference with its label, or that it is hidden.
func appendReference(out []byte, object string, id int64, labels map[int64]string) []byte {
	label, visible := labels[id]
	if !visible {
		out = append(out, `{"object":`...)
		out = schema.AppendString(out, object)
		return append(out, `,"hidden":true}`...)
	}
	out = append(out, `{"id":"`...)
	out = strconv.AppendInt(out, id, 10)
	out = append(out, `","object":`...)
	out = schema.AppendString(out, object)
	out = append(out, `,"label":`...)
	out = schema.AppendString(out, label)
	return append(out, '}')
}
