package tabular

import (
	"cmp"
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// oldRows yields the rows of one sheet of an .xls.
type oldRows struct {
	w      *oldBook
	b      *biffReader
	merged mergedCells
	found  []string
	depth  int // substreams within the sheet, as of a chart

	queue  []oldCell // cells read and not yet given
	ahead  *oldCell  // first cell of the next row
	gather []oldCell // all cells, where the file has them in no order
	loose  bool
	ended  bool
}

type oldCell struct {
	row, col int
	cell     Cell
}

const oldMaxGathered = 4 << 20 // cells kept to put the rows of a sheet in order

func (r *oldRows) ranges() []string { return r.found }
func (r *oldRows) close() error     { return nil }

func (r *oldRows) next(row *rawRow) error {
	row.cells, row.problem = row.cells[:0], nil
	first := r.ahead
	r.ahead = nil
	if first == nil {
		c, err := r.take()
		if err != nil {
			return err
		}
		first = &c
	}
	row.number, row.line = first.row+1, first.row+1
	if err := place(row, first.col, first.cell, r.w.opt); err != nil {
		return err
	}
	for {
		c, err := r.take()
		if ended(err) {
			break
		}
		if err != nil {
			return err
		}
		if c.row != first.row {
			r.ahead = &c
			break
		}
		if err := place(row, c.col, c.cell, r.w.opt); err != nil {
			return err
		}
	}
	r.merged.clear(row)
	return nil
}

// take gives the next cell, of the file or of those put in order.
func (r *oldRows) take() (oldCell, error) {
	if r.loose {
		if len(r.gather) == 0 {
			return oldCell{}, io.EOF
		}
		c := r.gather[0]
		r.gather = r.gather[1:]
		return c, nil
	}
	_, c, err := r.cell()
	return c, err
}

// sorted reads all cells and puts them in order.
func (r *oldRows) sorted() (*oldRows, error) {
	for {
		_, c, err := r.cell()
		if ended(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(r.gather) >= oldMaxGathered {
			return nil, fail(CodeTooLarge, nil, "limit", strconv.Itoa(oldMaxGathered), "part", "cells")
		}
		r.gather = append(r.gather, c)
	}
	slices.SortStableFunc(r.gather, func(a, b oldCell) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col)) })
	r.loose = true
	return r, nil
}

// cell reads on to the next cell with a value.
func (r *oldRows) cell() (int, oldCell, error) {
	for {
		if len(r.queue) > 0 {
			c := r.queue[0]
			r.queue = r.queue[1:]
			return c.row, c, nil
		}
		if r.ended {
			return 0, oldCell{}, io.EOF
		}
		if err := r.b.next(); err != nil {
			if ended(err) {
				return 0, oldCell{}, fail(CodeTruncated, err)
			}
			return 0, oldCell{}, asError(err)
		}
		if err := r.record(); err != nil {
			return 0, oldCell{}, err
		}
	}
}

func (r *oldRows) put(col int, c Cell) {
	if c.Kind != KindEmpty {
		r.queue = append(r.queue, oldCell{r.b.word(0), col, c})
	}
}

// record queues the cells of one record.
func (r *oldRows) record() error {
	b := r.b
	switch b.id {
	case biffBOF:
		r.depth++
		return nil
	case biffEOF:
		r.depth--
		r.ended = r.depth <= 0
		return nil
	case biffMergeCells:
		for i := 2; i+8 <= len(b.data) && len(r.found) < maxMerged; i += 8 {
			r.found = append(r.found, cellName(b.word(i), b.word(i+4))+":"+cellName(b.word(i+2), b.word(i+6)))
		}
		return nil
	}
	if r.depth > 1 || len(b.data) < 6 {
		return nil
	}
	r.queue = r.queue[:0]
	col, style := b.word(2), b.word(4)
	switch b.id {
	case biffNumber:
		if len(b.data) >= 14 {
			r.put(col, r.w.number(math.Float64frombits(binary.LittleEndian.Uint64(b.data[6:])), style))
		}
	case biffRK:
		if len(b.data) >= 10 {
			r.put(col, r.w.number(rkNumber(binary.LittleEndian.Uint32(b.data[6:])), style))
		}
	case biffMulRK:
		for i := 4; i+6 <= len(b.data)-2; i += 6 {
			r.put(col+(i-4)/6, r.w.number(rkNumber(binary.LittleEndian.Uint32(b.data[i+2:])), b.word(i)))
		}
	case biffLabelSST:
		if len(b.data) >= 10 {
			t, ok, err := r.w.strings.get(int(binary.LittleEndian.Uint32(b.data[6:])))
			if err != nil {
				return asError(err)
			}
			if !ok {
				return fail(CodeBadWorkbook, nil, "part", "SST", "row", strconv.Itoa(b.word(0)+1))
			}
			r.put(col, TextCell(t))
		}
	case biffLabel, biffRString:
		row := b.word(0)
		n := b.word(6)
		b.data = b.data[min(8, len(b.data)):]
		r.queue = append(r.queue, oldCell{row, col, TextCell(strings.ReplaceAll(r.w.text(b, n), "\x00", ""))})
	case biffBoolErr:
		if len(b.data) >= 8 {
			r.put(col, boolOrError(b.data[7] != 0, b.data[6]))
		}
	case biffFormula:
		return r.formula(col, style)
	}
	return nil
}

// formula takes the value a formula last had.
func (r *oldRows) formula(col, style int) error {
	b := r.b
	if len(b.data) < 14 {
		return nil
	}
	v := b.data[6:14]
	if v[6] != 0xFF || v[7] != 0xFF {
		r.put(col, r.w.number(math.Float64frombits(binary.LittleEndian.Uint64(v)), style))
		return nil
	}
	switch v[0] {
	case 0: // the text follows, behind what else belongs to the formula
		row := b.word(0)
		for range 4 {
			if err := b.next(); err != nil {
				return asError(err)
			}
			if b.id == biffString {
				n := b.word(0)
				b.data = b.data[min(2, len(b.data)):]
				r.queue = append(r.queue, oldCell{row, col, TextCell(strings.ReplaceAll(r.w.text(b, n), "\x00", ""))})
				return nil
			}
			if b.id == biffEOF || b.id == biffBOF {
				return fail(CodeBadWorkbook, nil, "row", strconv.Itoa(row+1))
			}
		}
	case 1, 2:
		r.put(col, boolOrError(v[0] == 2, v[2]))
	}
	return nil
}

var oldErrors = map[byte]string{0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

func boolOrError(isError bool, v byte) Cell {
	if isError {
		text := oldErrors[v]
		if text == "" {
			text = "#N/A"
		}
		return Cell{Text: text, Kind: KindError}
	}
	return boolCell(v != 0)
}

// boolCell is a cell that says true or false.
func boolCell(yes bool) Cell {
	if yes {
		return Cell{Text: "TRUE", Kind: KindBool, Number: 1}
	}
	return Cell{Text: "FALSE", Kind: KindBool}
}

// cellName is a reference such as AB12 of a row and a column from 0.
func cellName(row, col int) string { return columnLetter(col) + strconv.Itoa(row+1) }
