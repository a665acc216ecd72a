package tabular

import (
	"io"
	"strconv"
)

// Reader yields the data rows of a file. It is for one goroutine.
type Reader struct {
	src        rowSource
	sel        selector
	n          int
	positional bool
	raw        rawRow
	slab       []Cell
	done       error
}

// Open prepares reading the data rows of path as d describes them. With d nil
// it detects first. The rows come out as d counted them, in d's columns.
func Open(path string, opt Options, d *Detected) (r *Reader, err error) {
	defer guard(&err)
	if d == nil {
		if d, err = Detect(path, opt); err != nil {
			return nil, err
		}
	}
	r = &Reader{n: len(d.Columns), sel: selector{opt: opt, header: d.HeaderRow, second: d.SecondHeaderRow, first: d.FirstRow, left: d.LeftOut}}
	switch d.Format {
	case FormatCSV:
		dia := dialect{backslash: d.Backslash}
		for _, c := range d.Delimiter {
			dia.delim = c
		}
		r.src, _, err = openCSV(path, opt, d.Encoding, &dia)
	case FormatXLSX, FormatXLS, FormatODS, FormatHTML, FormatXML:
		r.positional = true
		r.src, err = openSheetOf(path, opt, d)
	case FormatJSON:
		r.positional = true
		r.src, err = openJSON(path, opt, d)
	case FormatVCF:
		r.positional = true
		r.src, err = openVCards(path, opt, d)
	default:
		err = fail(CodeNotATable, nil, "kind", string(d.Format))
	}
	if err != nil {
		return nil, asError(err)
	}
	return r, nil
}

// Next gives the next data row, or io.EOF. A row with something wrong comes
// with its Problem; an error ends the reading. The row is the caller's.
func (r *Reader) Next() (row Row, err error) {
	if r.done != nil {
		return Row{}, r.done
	}
	defer func() {
		if err != nil {
			r.done = err
		}
	}()
	defer guard(&err)
	for {
		if err := r.src.next(&r.raw); err != nil {
			if ended(err) {
				return Row{}, err
			}
			return Row{}, asError(err)
		}
		if r.sel.data(r.raw.number) && (!blankRow(&r.raw) || r.keyed()) {
			return r.row(), nil
		}
	}
}

// keyed says whether records count even without any value.
func (r *Reader) keyed() bool {
	_, ok := r.src.(keyedSource)
	return ok
}

// row makes a row of the caller's own from what the source yielded.
func (r *Reader) row() Row {
	raw := &r.raw
	out := Row{Number: raw.number, Line: raw.line, Problem: raw.problem}
	n := r.n
	if len(raw.cells) > n {
		extra, first := 0, 0
		for i := n; i < len(raw.cells); i++ {
			if visible(raw.cells[i].Text) {
				extra++
				if first == 0 {
					first = i
				}
			}
		}
		if extra > 0 && !r.positional {
			n = len(raw.cells)
			out.Problem = &Problem{Code: ProblemTooLong, Params: map[string]string{
				"cells": strconv.Itoa(n), "columns": strconv.Itoa(r.n), "extra": raw.cells[first].Text}}
			if raw.problem != nil && raw.problem.Code == ProblemUnclosedQuote {
				out.Problem = &Problem{Code: ProblemUnclosedQuote, Params: out.Problem.Params}
			}
		}
	}
	if n > len(r.slab) {
		r.slab = make([]Cell, max(n, min(4096, n*32)))
	}
	out.Cells = r.slab[:n:n]
	r.slab = r.slab[n:]
	copy(out.Cells, raw.cells)
	return out
}

// Close frees what the reader holds.
func (r *Reader) Close() error {
	if r == nil || r.src == nil {
		return nil
	}
	if r.done == nil {
		r.done = io.EOF
	}
	return r.src.close()
}
