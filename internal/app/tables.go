package app

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"ecrm/internal/store"
)

// Tables are kept in a backup as lines of JSON: the table and its columns first,
// then a row a line. Whole numbers stand as numbers, bytes as {"b64": "…"}. A
// table is cut into parts, since an archive wants to know sizes beforehand.

// partSize is about how large a part becomes.
const partSize = 4 << 20

// tablesFolder holds the parts in a backup.
const tablesFolder = "tables"

type packed struct {
	Bytes []byte `json:"b64"`
}

// appendRow writes a row as a line.
func appendRow(b []byte, row []any) ([]byte, error) {
	b = append(b, '[')
	for i, v := range row {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := v.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case bool:
			b = strconv.AppendBool(b, v)
		case string:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			b = append(b, text...)
		case []byte:
			b = append(b, `{"b64":"`...)
			b = base64.StdEncoding.AppendEncode(b, v)
			b = append(b, `"}`...)
		default:
			return nil, fmt.Errorf("a value of kind %T cannot be backed up", v)
		}
	}
	return append(b, "]\n"...), nil
}

// parseRow reads a line.
func parseRow(line []byte, columns int) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil || len(raw) != columns {
		return nil, ErrBackup
	}
	row := make([]any, len(raw))
	for i, text := range raw {
		var err error
		switch text[0] {
		case 'n':
		case 't', 'f':
			row[i] = text[0] == 't'
		case '"':
			var s string
			err = json.Unmarshal(text, &s)
			row[i] = s
		case '{':
			var p packed
			err = json.Unmarshal(text, &p)
			row[i] = p.Bytes
		default:
			row[i], err = strconv.ParseInt(string(text), 10, 64)
		}
		if err != nil {
			return nil, ErrBackup
		}
	}
	return row, nil
}

// addTables adds all tables as they stood at one instant.
func addTables(ctx context.Context, db *store.DB, archive *tar.Writer, m *Manifest) error {
	m.Rows = map[string]int64{}
	return db.Freeze(ctx, func(f *store.Frozen) error {
		m.At = time.Now().UTC()
		tables, err := f.Tables(ctx)
		if err != nil {
			return err
		}
		for _, t := range tables {
			if err := addTable(ctx, f, t, archive, m); err != nil {
				return fmt.Errorf("%s: %w", t.Table, err)
			}
		}
		return nil
	})
}

func addTable(ctx context.Context, f *store.Frozen, t store.Copied, archive *tar.Writer, m *Manifest) error {
	head, err := json.Marshal(t)
	if err != nil {
		return err
	}
	head = append(head, '\n')
	part, n := bytes.Clone(head), 0
	flush := func() error {
		name := fmt.Sprintf("%s/%s.%06d.jsonl", tablesFolder, t.Table, n)
		n++
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(part)), ModTime: m.At}); err != nil {
			return err
		}
		sum := sha256.Sum256(part)
		m.Files[name] = hex.EncodeToString(sum[:])
		_, err := archive.Write(part)
		part = append(part[:0], head...)
		return err
	}
	m.Rows[t.Table] = 0
	err = f.Rows(ctx, t, func(row []any) (err error) {
		if part, err = appendRow(part, row); err != nil {
			return err
		}
		m.Rows[t.Table]++
		if len(part) < partSize {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	if len(part) > len(head) || n == 0 {
		return flush()
	}
	return nil
}

// source gives the tables that fill a database.
type source interface {
	Tables(ctx context.Context) ([]store.Copied, error)
	Rows(ctx context.Context, t store.Copied, fn func(row []any) error) error
}

// unpacked is a backup's folder of tables.
type unpacked struct{ folder string }

// Tables reads the head of each table's first part.
func (u unpacked) Tables(context.Context) ([]store.Copied, error) {
	firsts, err := filepath.Glob(filepath.Join(u.folder, "*.000000.jsonl"))
	if err != nil {
		return nil, err
	}
	var list []store.Copied
	for _, path := range firsts {
		err := lines(path, func(t store.Copied) error { list = append(list, t); return nil }, nil)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Rows reads the parts of a table.
func (u unpacked) Rows(ctx context.Context, t store.Copied, fn func(row []any) error) error {
	parts, err := filepath.Glob(filepath.Join(u.folder, t.Table+".*.jsonl"))
	if err != nil {
		return err
	}
	for _, path := range parts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := lines(path, nil, func(line []byte) error {
			row, err := parseRow(line, len(t.Columns))
			if err != nil {
				return err
			}
			return fn(row)
		}); err != nil {
			return err
		}
	}
	return nil
}

// lines reads a part: its head, its rows.
func lines(path string, head func(t store.Copied) error, row func(line []byte) error) error {
	file, err := os.Open(path) //nolint:gosec // unpacked by us
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	from := bufio.NewReaderSize(file, 1<<20)
	for first := true; ; first = false {
		line, err := from.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		switch {
		case err != nil: // a line without its end too
			return ErrBackup
		case first && head != nil:
			var t store.Copied
			if json.Unmarshal(line, &t) != nil {
				return ErrBackup
			}
			return head(t)
		case !first:
			if err := row(line); err != nil {
				return err
			}
		}
	}
}
