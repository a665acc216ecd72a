package record

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"ecrm/internal/query"
)

// Whatever is sent as a cursor is read or refused as one; what is read is written the
// same again, and a cursor made for another question is refused.
func FuzzCursor(f *testing.F) {
	mark := []byte("12345678")
	for _, keys := range [][]any{{int64(5)}, {nil, int64(-1)}, {"名", []byte{0, 255}, true}, {"", false, int64(1) << 62}} {
		f.Add(writeCursor(mark, keys), len(keys))
	}
	f.Add("AAAA", 1)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, n int) {
		keys, err := readCursor(text, mark, n)
		if err != nil {
			var problem *query.Problem
			if !errors.As(err, &problem) {
				t.Fatalf("%q: %v is no Problem", text, err)
			}
			return
		}
		again, err := readCursor(writeCursor(mark, keys), mark, n)
		if err != nil || len(keys) != n || !reflect.DeepEqual(again, keys) {
			t.Fatalf("%q is %v, and then %v, %v", text, keys, again, err)
		}
		if _, err := readCursor(text, bytes.Repeat([]byte{1}, 8), n); err == nil {
			t.Fatalf("%q is taken for another question", text)
		}
	})
}
