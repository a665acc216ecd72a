package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"ecrm/internal/policy"
	"ecrm/internal/query"
	"ecrm/internal/schema"
	"ecrm/internal/store"
)

// mark binds a cursor to the asker, filter and sort, and to the columns that are
// sorted by.
func (s *Service) mark(a *policy.Actor, o *schema.Object, r ListRequest, sort []query.Key) []byte {
	var columns []string
	for _, k := range sort {
		column, _, _ := store.SortColumn(o, k)
		if k.Named != nil {
			column += " named " + k.Order
		}
		columns = append(columns, column)
	}
	more, err := json.Marshal(r.More)
	if err != nil {
		more = nil // it came out of JSON or is an id: this cannot be
	}
	h := sha256.Sum256(fmt.Appendf(nil, "%d %s %q %q %q %s %v %q", a.ID, o.Name, r.Filter, r.Q, r.Sort, more, r.Deleted, columns))
	return h[:8]
}

func writeCursor(mark []byte, keys []any) string {
	b := append([]byte{}, mark...)
	for _, k := range keys {
		switch v := k.(type) {
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
		case bool:
			b = append(b, 'b', map[bool]byte{true: 1}[v])
		case string:
			b = binary.BigEndian.AppendUint32(append(b, 's'), uint32(len(v)))
			b = append(b, v...)
		case []byte:
			b = binary.BigEndian.AppendUint32(append(b, 'x'), uint32(len(v)))
			b = append(b, v...)
		default:
			b = append(b, 'n')
		}
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

var errCursor = &query.Problem{Code: "bad_cursor", Pos: -1}

func readCursor(text string, mark []byte, n int) ([]any, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) < len(mark) || !bytes.Equal(b[:len(mark)], mark) {
		return nil, errCursor
	}
	b = b[len(mark):]
	var keys []any
	for len(b) > 0 {
		kind := b[0]
		b = b[1:]
		switch {
		case kind == 'i' && len(b) >= 8:
			keys = append(keys, int64(binary.BigEndian.Uint64(b)))
			b = b[8:]
		case kind == 'b' && len(b) >= 1:
			keys = append(keys, b[0] == 1)
			b = b[1:]
		case (kind == 's' || kind == 'x') && len(b) >= 4 && uint64(len(b)-4) >= uint64(binary.BigEndian.Uint32(b)):
			size := binary.BigEndian.Uint32(b)
			if kind == 's' {
				keys = append(keys, string(b[4:4+size]))
			} else {
				keys = append(keys, bytes.Clone(b[4:4+size]))
			}
			b = b[4+size:]
		case kind == 'n':
			keys = append(keys, nil)
		default:
			return nil, errCursor
		}
	}
	if len(keys) != n {
		return nil, errCursor
	}
	return keys, nil
}
