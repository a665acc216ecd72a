package tabular

// Writer writes a table row by row.
type Writer interface {
	// WriteRow writes one row of cells.
	WriteRow(cells []Cell) error
	// Close finishes the file. It does not close the io.Writer below.
	Close() error
}

// Truncated is the number of texts a writer had to cut because the format
// takes no longer ones: Excel allows 32,767 characters in a cell.
func Truncated(w Writer) int {
	if x, ok := w.(*xlsxWriter); ok {
		return x.cut
	}
	return 0
}

// CSVOptions shapes delimited text. The zero value is a comma, CRLF, no byte
// order mark.
type CSVOptions struct {
	Delimiter rune     // 0 is a comma
	BOM       bool     // begin with a UTF-8 byte order mark, so that Excel reads it right
	LF        bool     // end lines with LF instead of CRLF
	Headers   []string // written first when given
	// Raw writes text that looks like a formula as it is.
	Raw bool
}

// XLSXOptions shapes a workbook.
type XLSXOptions struct {
	Widths   []float64 // column widths in characters; 0 or missing is derived from the header
	DateOnly []bool    // columns whose dates have no time of day, by column; default looks at the value
}

// Labelled is one value with what kind it is ("work", "cell", or a label of
// the user's own).
type Labelled struct {
	Label string
	Value string
}

// Address is one postal address of a Card.
type Address struct {
	Label                                                          string
	POBox, Extended, Street, Locality, Region, PostalCode, Country string
}

// Card is what WriteVCard writes.
type Card struct {
	Version                                   string // "3.0" (default) or "4.0"
	FormattedName                             string // FN; composed from the parts when empty
	Family, Given, Additional, Prefix, Suffix string
	Nickname                                  string
	Org                                       string
	OrgUnits                                  []string
	Title, Role                               string
	Phones, Emails, URLs, IMs                 []Labelled
	Addresses                                 []Address
	Birthday, Anniversary                     string // ISO 8601, "--MM-DD" without a year
	Note                                      string
	Categories                                []string
	Photo                                     []byte
	PhotoType                                 string // "JPEG", "PNG"
	UID, Rev                                  string
	Extra                                     []Labelled // Label is the property name, X-…
}
