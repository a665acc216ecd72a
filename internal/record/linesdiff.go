package record

import (
	"encoding/json"
	"slices"
	"strconv"

	"ecrm/internal/schema"
)

// linesDiff is one side of a change of a lines field as the audit keeps it: of
// the rows only what differs from the other side, the place of a row that stands
// on this side alone, and the order where rows changed places.
type linesDiff struct {
	Rows  []map[string]json.RawMessage `json:"rows"`
	Order []string                     `json:"order,omitempty"`
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// diffLines compares the rows before and after a write.
func diffLines(f *schema.Field, before, after []schema.Line) ([2]json.RawMessage, error) {
	sides := [2]linesDiff{{Rows: []map[string]json.RawMessage{}}, {Rows: []map[string]json.RawMessage{}}}
	at := [2]map[int64]int{{}, {}}
	both := [2][]schema.Line{before, after}
	for i, lines := range both {
		for n, l := range lines {
			at[i][l.ID] = n
		}
	}
	var kept [2][]string
	for i, lines := range both {
		for n, l := range lines {
			other, ok := at[1-i][l.ID]
			row := map[string]json.RawMessage{}
			for _, sub := range f.Rows {
				if !ok && l.Values[sub.Name][0] != nil || ok && !same(l.Values[sub.Name], both[1-i][other].Values[sub.Name]) {
					row[sub.Name] = encode(sub, l.Values[sub.Name])
				}
			}
			if ok {
				kept[i] = append(kept[i], formatID(l.ID))
			} else {
				place, err := json.Marshal(n)
				if err != nil {
					return [2]json.RawMessage{}, err
				}
				row["position"] = place
			}
			if len(row) > 0 {
				row["id"] = json.RawMessage(`"` + formatID(l.ID) + `"`)
				sides[i].Rows = append(sides[i].Rows, row)
			}
		}
	}
	if !slices.Equal(kept[0], kept[1]) {
		sides[0].Order, sides[1].Order = kept[0], kept[1]
	}
	var out [2]json.RawMessage
	for i := range sides {
		text, err := json.Marshal(sides[i])
		if err != nil {
			return out, err
		}
		out[i] = text
	}
	return out, nil
}

// undoLines answers the rows as they were before a change, or false where what
// it wrote is no longer what stands there.
func undoLines(f *schema.Field, now []schema.Line, diff [2]json.RawMessage) ([]schema.Line, bool, error) {
	var sides [2]linesDiff
	for i := range sides {
		if err := json.Unmarshal(diff[i], &sides[i]); err != nil {
			return nil, false, err
		}
	}
	current := make(map[int64]int, len(now))
	var order []string
	added := map[int64]bool{}
	for i, l := range now {
		current[l.ID] = i
	}
	for _, row := range sides[1].Rows {
		id := rowID(row)
		i, ok := current[id]
		if !ok {
			return nil, false, nil
		}
		for _, sub := range f.Rows {
			if text, ok := row[sub.Name]; ok && string(encode(sub, now[i].Values[sub.Name])) != string(text) {
				return nil, false, nil
			}
		}
		_, added[id] = row["position"]
	}
	for _, l := range now {
		if !added[l.ID] {
			order = append(order, formatID(l.ID))
		}
	}
	if sides[1].Order != nil && !slices.Equal(order, sides[1].Order) {
		return nil, false, nil
	}
	var back []schema.Line
	for _, l := range now {
		if !added[l.ID] {
			back = append(back, l)
		}
	}
	place := map[int64]int{}
	for i, text := range sides[0].Order {
		if id, ok := schema.ParseID(text); ok {
			place[id] = i
		}
	}
	back = ordered(back, place)
	for _, row := range sides[0].Rows {
		id := rowID(row)
		i := slices.IndexFunc(back, func(l schema.Line) bool { return l.ID == id })
		position, removed := row["position"]
		if removed == (i >= 0) {
			return nil, false, nil
		}
		l := schema.Line{ID: id, Values: map[string][]any{}}
		for _, sub := range f.Rows {
			columns := make([]any, len(sub.Columns()))
			if !removed {
				columns = back[i].Values[sub.Name]
			}
			if text, ok := row[sub.Name]; ok {
				value, err := decoded(text)
				if err != nil {
					return nil, false, err
				}
				if columns, err = sub.Kind().Parse(sub, value); err != nil {
					return nil, false, err
				}
				if columns == nil {
					columns = make([]any, len(sub.Columns()))
				}
			}
			l.Values[sub.Name] = columns
		}
		if !removed {
			back[i] = l
			continue
		}
		var n int
		if err := json.Unmarshal(position, &n); err != nil {
			return nil, false, err
		}
		back = slices.Insert(back, min(n, len(back)), l)
	}
	return back, true, nil
}

func rowID(row map[string]json.RawMessage) int64 {
	var text string
	if json.Unmarshal(row["id"], &text) != nil {
		return 0
	}
	id, _ := schema.ParseID(text)
	return id
}

// veilLines puts what fn tells of them in place of the references in one side of
// a change of a lines field.
func veilLines(f *schema.Field, side json.RawMessage, fn func(refs []referred, many bool) json.RawMessage) (json.RawMessage, error) {
	var d linesDiff
	if err := json.Unmarshal(side, &d); err != nil {
		return nil, err
	}
	for _, row := range d.Rows {
		for _, sub := range f.Rows {
			if sub.Target() == "" {
				continue
			}
			refs, many, err := readReferred(row[sub.Name])
			if err != nil {
				return nil, err
			}
			if refs == nil {
				continue
			}
			if told := fn(refs, many); told != nil {
				row[sub.Name] = told
			}
		}
	}
	return json.Marshal(d)
}
