package tabular

import (
	"bufio"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// reHarmless matches what may begin with a formula's sign and yet cannot do
// harm: numbers, and phone numbers, one or several, with extensions in any
// language.
var reHarmless = regexp.MustCompile(`^[+-]([0-9０-９\s().,;；、/#*~～%‐–—-]|(?i:x|ext\.?|分機|分机|轉|转|內線|内线)[\s:：.]*[0-9])*$`)

func formulaSign(c byte) bool {
	switch c {
	case '=', '+', '-', '@', '\t', '\r':
		return true
	}
	return false
}

// neutralise keeps a spreadsheet from taking text for a formula: a leading
// apostrophe. restoreText takes it away again, so the two are inverse.
func neutralise(s string) string {
	if s == "" {
		return s
	}
	if s[0] == '\'' {
		if rest := strings.TrimLeft(s, "'"); rest != "" && formulaSign(rest[0]) {
			return "'" + s
		}
		return s
	}
	if !formulaSign(s[0]) || reHarmless.MatchString(s) {
		return s
	}
	return "'" + s
}

// restoreText removes the apostrophe that stands before a formula's sign.
func restoreText(s string) string {
	if len(s) < 2 || s[0] != '\'' {
		return s
	}
	if rest := strings.TrimLeft(s, "'"); rest != "" && formulaSign(rest[0]) {
		return s[1:]
	}
	return s
}

type csvWriter struct {
	w     *bufio.Writer
	delim string
	eol   string
	raw   bool
}

// NewCSVWriter writes delimited text in UTF-8.
func NewCSVWriter(w io.Writer, opt CSVOptions) (Writer, error) {
	d := opt.Delimiter
	switch {
	case d == 0:
		d = ','
	case d == '"' || d == '\n' || d == '\r' || d == utf8.RuneError || d < 0:
		return nil, fail(CodeUnsupported, nil, "kind", "delimiter")
	}
	c := &csvWriter{w: bufio.NewWriterSize(w, 64<<10), delim: string(d), eol: "\r\n", raw: opt.Raw}
	if opt.LF {
		c.eol = "\n"
	}
	if opt.BOM {
		if _, err := c.w.WriteString("\ufeff"); err != nil {
			return nil, err
		}
	}
	if len(opt.Headers) > 0 {
		cells := make([]Cell, len(opt.Headers))
		for i, h := range opt.Headers {
			cells[i] = TextCell(h)
		}
		if err := c.WriteRow(cells); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// WriteRow writes one row.
func (c *csvWriter) WriteRow(cells []Cell) error {
	for i := range cells {
		if i > 0 {
			_, _ = c.w.WriteString(c.delim)
		}
		c.cell(&cells[i], len(cells) == 1)
	}
	_, err := c.w.WriteString(c.eol) // a bufio.Writer keeps its first error
	return err
}

func (c *csvWriter) cell(cell *Cell, alone bool) {
	t := cellText(cell)
	if cell.Kind == KindText && !c.raw {
		t = neutralise(t)
	}
	if t == "" {
		if alone {
			_, _ = c.w.WriteString(`""`)
		}
		return
	}
	first, last := t[0], t[len(t)-1]
	if first > ' ' && last > ' ' && !strings.ContainsAny(t, "\"\r\n") && !strings.Contains(t, c.delim) {
		_, _ = c.w.WriteString(t)
		return
	}
	_ = c.w.WriteByte('"')
	for {
		i := strings.IndexByte(t, '"')
		if i < 0 {
			break
		}
		_, _ = c.w.WriteString(t[:i+1])
		_ = c.w.WriteByte('"')
		t = t[i+1:]
	}
	_, _ = c.w.WriteString(t)
	_ = c.w.WriteByte('"')
}

// cellText is the text of a cell, made from its value where there is none.
func cellText(c *Cell) string {
	if c.Text != "" {
		return c.Text
	}
	switch c.Kind {
	case KindNumber:
		return strconv.FormatFloat(c.Number, 'f', -1, 64)
	case KindDate:
		if c.Time.IsZero() {
			return ""
		}
		if c.Time.Hour()+c.Time.Minute()+c.Time.Second() == 0 {
			return c.Time.Format("2006-01-02")
		}
		return c.Time.Format("2006-01-02 15:04:05")
	case KindBool:
		if c.Number != 0 {
			return "TRUE"
		}
		return "FALSE"
	}
	return strings.Join(c.Values, "; ")
}

// Close flushes what is buffered.
func (c *csvWriter) Close() error { return c.w.Flush() }
