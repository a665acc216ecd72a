package tabular

import (
	"strings"
)

// detectXLSX lists the sheets, chooses one and analyses it.
func detectXLSX(path string, opt Options, d *Detected) error {
	w, err := openWorkbook(path, opt)
	if err != nil {
		return err
	}
	defer w.close()
	chosen, err := w.choose(opt.Sheet)
	if err != nil {
		return err
	}
	d.Sheet = w.sheets[chosen].name
	var others, hidden []string
	for i, s := range w.sheets {
		n := 0
		if i == chosen {
			if n, err = w.detectSheet(i, opt, d); err != nil {
				return err
			}
		} else if n, err = w.countRows(i, 0); err != nil {
			return err
		}
		d.Sheets = append(d.Sheets, Sheet{Name: s.name, Rows: n, Empty: n == 0, Hidden: s.hidden})
		if i != chosen && n > 0 {
			if s.hidden {
				hidden = append(hidden, s.name)
			} else {
				others = append(others, s.name)
			}
		}
	}
	if len(others) > 0 {
		d.warn(WarnOtherSheets, 0, "names", strings.Join(others, ", "))
	}
	if len(hidden) > 0 {
		d.warn(WarnHiddenSheets, 0, "names", strings.Join(hidden, ", "))
	}
	return nil
}

// choose finds the sheet asked for, or the first visible one with data.
func (w *workbook) choose(name string) (int, error) {
	if name != "" {
		for i, s := range w.sheets {
			if s.name == name {
				return i, nil
			}
		}
		for i, s := range w.sheets {
			if strings.EqualFold(strings.TrimSpace(s.name), strings.TrimSpace(name)) {
				return i, nil
			}
		}
		return 0, fail(CodeSheetNotFound, nil, "sheet", name)
	}
	for _, hidden := range []bool{false, true} {
		for i, s := range w.sheets {
			if s.hidden != hidden {
				continue
			}
			n, err := w.countRows(i, 1)
			if err != nil {
				return 0, err
			}
			if n > 0 {
				return i, nil
			}
		}
	}
	return 0, nil
}

// countRows counts rows with a value, up to limit (0 is no limit).
func (w *workbook) countRows(i, limit int) (int, error) {
	s, err := w.openSheet(i)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.close() }()
	var row rawRow
	for limit == 0 || s.values < limit {
		if err := s.next(&row); err != nil {
			if ended(err) {
				break
			}
			return 0, err
		}
	}
	return s.values, nil
}

// detectSheet analyses a sheet. Merged ranges stand after the rows, so a sheet
// that has some is read again knowing them.
func (w *workbook) detectSheet(i int, opt Options, d *Detected) (int, error) {
	first := *d
	n, merged, err := w.analyseSheet(i, opt, &first, nil)
	if err == nil && len(merged) > 0 {
		first = *d
		first.Merged = merged
		n, _, err = w.analyseSheet(i, opt, &first, merged)
	}
	*d = first
	return n, err
}

func (w *workbook) analyseSheet(i int, opt Options, d *Detected, merged []string) (int, []string, error) {
	s, err := w.openSheet(i)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = s.close() }()
	s.merged, s.wide = parseMerged(merged), merged == nil
	err = analyse(s, opt, d, true)
	return s.values, s.found, err
}

// openSheetOf opens the sheet that was detected.
func openSheetOf(path string, opt Options, d *Detected) (rowSource, error) {
	w, err := openWorkbook(path, opt)
	if err != nil {
		return nil, err
	}
	i, err := w.choose(d.Sheet)
	if err != nil {
		w.close()
		return nil, err
	}
	s, err := w.openSheet(i)
	if err != nil {
		w.close()
		return nil, err
	}
	s.own, s.merged = true, parseMerged(d.Merged)
	return s, nil
}
