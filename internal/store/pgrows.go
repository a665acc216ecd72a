package store

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// pgQuery reads all rows of a statement.
func pgQuery(ctx context.Context, q pgAny, statement string, args []any) ([][]any, error) {
	rows, err := q.Query(ctx, rebind(statement), args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var all [][]any
	var room []any
	for rows.Next() {
		columns := len(rows.FieldDescriptions())
		if len(room) < columns {
			// One piece of memory for many rows, the larger the more there are.
			room = make([]any, columns*min(max(len(all), 1), 64))
		}
		row := room[:columns:columns]
		room = room[columns:]
		if err := pgRow(rows, row); err != nil {
			return nil, translate(err)
		}
		all = append(all, row)
	}
	return all, translate(rows.Err())
}

// pgRow reads the row the rows stand at: int64, string, bool, []byte or nil. What comes
// in the form this program's tables have is read here, which takes a third of the time;
// all else by the library.
func pgRow(rows pgx.Rows, row []any) error {
	raw := rows.RawValues()
	for i, f := range rows.FieldDescriptions() {
		b := raw[i]
		switch {
		case b == nil:
			row[i] = nil
		case f.DataTypeOID == pgtype.TextOID || f.DataTypeOID == pgtype.VarcharOID:
			row[i] = string(b) // alike in both formats
		case f.Format != pgx.BinaryFormatCode:
			return pgValues(rows, row)
		case f.DataTypeOID == pgtype.Int8OID && len(b) == 8:
			row[i] = int64(binary.BigEndian.Uint64(b))
		case f.DataTypeOID == pgtype.Int4OID && len(b) == 4:
			row[i] = int64(int32(binary.BigEndian.Uint32(b)))
		case f.DataTypeOID == pgtype.BoolOID && len(b) == 1:
			row[i] = b[0] == 1
		case f.DataTypeOID == pgtype.ByteaOID:
			row[i] = bytes.Clone(b)
		default:
			return pgValues(rows, row)
		}
	}
	return nil
}

// pgValues reads a row by the library.
func pgValues(rows pgx.Rows, row []any) error {
	values, err := rows.Values()
	if err != nil {
		return err
	}
	widen(values)
	copy(row, values)
	return nil
}
