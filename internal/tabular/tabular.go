// Package tabular reads and writes tables in files made by any program:
// delimited text in any encoding a sales office meets, workbooks new and old,
// tables of web pages, JSON and vCards. Reading streams: memory does not grow with the number of rows.
//
// The usual order is Detect, which looks at the whole file once and says what
// it found (and lets a person correct it through Options), then Open, which
// yields the data rows one by one.
//
// Nothing in this package panics on any input. What is wrong with a file as a
// whole is an *Error; what is wrong with one row is a Problem on that row.
// Both carry stable codes and parameters: the words are rendered elsewhere.
package tabular

import "time"

// Format names the kind of a file.
type Format string

// The formats this package reads.
const (
	FormatUnknown Format = ""
	FormatCSV     Format = "csv"  // delimited text, whatever the delimiter
	FormatXLSX    Format = "xlsx" // Excel workbook (also .xlsm)
	FormatXLS     Format = "xls"  // Excel workbook before 2007
	FormatODS     Format = "ods"  // OpenDocument spreadsheet
	FormatHTML    Format = "html" // tables of a web page, often named .xls
	FormatXML     Format = "xml"  // Excel's XML of 2003, often named .xls
	FormatJSON    Format = "json" // array of objects, JSON lines, or {"records":[...]}
	FormatVCF     Format = "vcf"  // vCard 2.1, 3.0, 4.0
)

// HeaderMode says where the line with the column names is. The zero value
// finds it; a positive value is the number of the row as the spreadsheet user
// counts (HeaderRow(3) is the third row).
type HeaderMode int

const (
	// HeaderAuto looks for the header line.
	HeaderAuto HeaderMode = 0
	// HeaderNone says that the file begins with data.
	HeaderNone HeaderMode = -1
)

// HeaderRow is the mode for a header at a known row, counted from 1.
func HeaderRow(n int) HeaderMode { return HeaderMode(n) }

// Options corrects or limits what is detected. The zero value detects
// everything and sets the usual limits.
type Options struct {
	Format    Format     `json:"format,omitempty"`
	Encoding  string     `json:"encoding,omitempty"`  // one of Encodings(); "" detects
	Delimiter rune       `json:"delimiter,omitempty"` // 0 detects; NoDelimiter means a single column
	Header    HeaderMode `json:"header,omitempty"`
	Sheet     string     `json:"sheet,omitempty"` // name of the sheet; "" takes the first visible one with data
	// SkipRows are numbers of rows left out, for instance a second header line.
	SkipRows []int `json:"skipRows,omitempty"`
	// KeepSecondHeader keeps a second header line, found below the first, as data.
	KeepSecondHeader bool `json:"keepSecondHeader,omitempty"`

	MaxBytes   int64  `json:"-"` // unpacked size of gzip or workbook parts; 0 is 8 GiB
	MaxColumns int    `json:"-"` // 0 is 4096
	TempDir    string `json:"-"` // for shared strings spilled to disk; "" is the system's
	// FileName is the name the user gave the file, used as a hint where path is
	// a temporary name.
	FileName string `json:"-"`
}

// NoDelimiter as Options.Delimiter reads every line as one cell.
const NoDelimiter rune = -1

// Detected is what Detect found out about a file.
type Detected struct {
	Format               Format     `json:"format"`
	Encoding             string     `json:"encoding,omitempty"`
	EncodingConfidence   float64    `json:"encodingConfidence,omitempty"`   // 0..1
	EncodingAlternatives []string   `json:"encodingAlternatives,omitempty"` // other readings, best first
	Delimiter            string     `json:"delimiter,omitempty"`            // "" for a single column
	Compressed           bool       `json:"compressed,omitempty"`           // gzip, or a zip of one file
	HeaderRow            int        `json:"headerRow"`                      // row number of the header; 0 is none
	FirstRow             int        `json:"firstRow,omitempty"`             // first data row, where lines stand above data without a header
	Preamble             [][]string `json:"preamble,omitempty"`             // lines above the header
	SecondHeader         bool       `json:"secondHeader,omitempty"`         // the row below the header is one more
	SecondHeaderRow      int        `json:"secondHeaderRow,omitempty"`
	LeftOut              []int      `json:"leftOut,omitempty"` // rows that are no data: the header again, totals, the foot
	Sheets               []Sheet    `json:"sheets,omitempty"`
	Sheet                string     `json:"sheet,omitempty"`
	Columns              []Column   `json:"columns"`
	Rows                 int        `json:"rows"` // data rows, exactly as Reader yields them
	Warnings             []Warning  `json:"warnings,omitempty"`
	// Merged are the merged ranges of the sheet ("B2:C4"): only the top left
	// cell counts.
	Merged []string `json:"merged,omitempty"`
	// Backslash says that quotes within quotes are escaped by a backslash.
	Backslash bool `json:"backslash,omitempty"`
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"` // rows with any value, the header included
	Empty  bool   `json:"empty,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

// Column is one column of the table.
type Column struct {
	Index     int    `json:"index"`     // position in Row.Cells
	Header    string `json:"header"`    // clean and unique; a spreadsheet letter where the file has none
	RawHeader string `json:"rawHeader"` // as in the file
	// SecondHeader is the text of a second header line, often the same name in
	// another language.
	SecondHeader string   `json:"secondHeader,omitempty"`
	Unnamed      bool     `json:"unnamed,omitempty"` // the file gives it no name
	Samples      []string `json:"samples,omitempty"` // the first five distinct values
	Filled       int      `json:"filled"`            // number of data rows with a value
	Empty        bool     `json:"empty,omitempty"`   // no value in any data row
	Multi        bool     `json:"multi,omitempty"`   // cells may carry several Values
}

// Warning is something worth knowing that does not stop the import.
type Warning struct {
	Code   string            `json:"code"`
	Row    int               `json:"row,omitempty"` // first row concerned, 0 for the whole file
	Params map[string]string `json:"params,omitempty"`
}

// Row is one record of the table.
type Row struct {
	Number  int      // as a spreadsheet user counts, from 1; blank lines count
	Line    int      // physical line on which it starts (text files), else Number
	Cells   []Cell   // as many as there are columns; more where Problem says so
	Problem *Problem // nil when all is well
}

// Problem says what is wrong with one row.
type Problem struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
	// Usable says that the cells are in their right columns all the same, so
	// that the row may be imported with a remark.
	Usable bool `json:"usable,omitempty"`
}

// CellKind is the type the file gives a cell.
type CellKind uint8

// Kinds of cells. Delimited text knows only empty and text.
const (
	KindEmpty CellKind = iota
	KindText
	KindNumber
	KindDate // Cell.Time is set; Text is ISO 8601 without zone
	KindBool // Text is TRUE or FALSE
	KindError
)

// String names the kind.
func (k CellKind) String() string {
	switch k {
	case KindText:
		return "text"
	case KindNumber:
		return "number"
	case KindDate:
		return "date"
	case KindBool:
		return "bool"
	case KindError:
		return "error"
	default:
		return "empty"
	}
}

// Cell is one value. Text is always what a person would read; the other
// fields add what the file knows beyond it.
type Cell struct {
	Text   string
	Kind   CellKind
	Number float64
	Time   time.Time // UTC wall clock
	Values []string  // of a multi-valued cell (vCard, JSON array)
	Labels []string  // parallel to Values: "work", "cell", or the file's own label
}

// TextCell is a cell holding text, or an empty cell for "".
func TextCell(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Text: s, Kind: KindText}
}
