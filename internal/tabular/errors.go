package tabular

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
)

// Error is a failure that concerns the whole file. Code is stable and is the
// key of the message shown to people.
type Error struct {
	Code   string
	Params map[string]string
	Err    error // cause, for logs; may be nil
}

// Codes of Error.
const (
	CodeEmpty          = "file_empty"
	CodeTruncated      = "file_truncated"
	CodeEncrypted      = "file_encrypted"
	CodeLegacyXLS      = "legacy_xls"
	CodeNotATable      = "not_a_table" // params: kind
	CodeIsCalendar     = "is_calendar"
	CodeTooLarge       = "too_large"        // params: limit
	CodeTooManyColumns = "too_many_columns" // params: columns, limit, row
	CodeBadZip         = "bad_zip"
	CodeBadGzip        = "bad_gzip"
	CodeBadWorkbook    = "bad_workbook"
	CodeNoSheets       = "no_sheets"
	CodeSheetNotFound  = "sheet_not_found" // params: sheet
	CodeBadJSON        = "bad_json"        // params: offset
	CodeBadEncoding    = "unknown_encoding"
	CodeUnsupported    = "unsupported_format" // params: kind
	CodeUnreadable     = "file_unreadable"
	CodeHeaderRow      = "header_row_missing" // params: row
	CodeNoTable        = "no_table"           // a web page without one
	CodeManyFiles      = "many_files"         // a zip of several; params: count
)

// Kinds are the values of the parameter kind of CodeNotATable and
// CodeUnsupported.
var Kinds = []string{"pdf", "image", "archive", "program", "database", "rtf", "word", "powerpoint", "opendocument", "ole", "zip", "binary", "mail", "mhtml", "xml", "xlsb", "numbers"}

// Codes of Problem.
const (
	ProblemTooLong       = "row_too_long" // params: cells, columns, extra
	ProblemUnclosedQuote = "unclosed_quote"
	ProblemEncoding      = "undecodable_characters"
	ProblemTooLarge      = "row_too_large" // params: limit
	ProblemBadJSON       = "bad_json"
	ProblemNotAnObject   = "not_an_object"
	ProblemBadCard       = "bad_card"
	ProblemPhotoDropped  = "photo_dropped"
)

// Codes of Warning.
const (
	WarnShortRows      = "short_rows"      // params: count
	WarnLongRows       = "long_rows"       // params: count
	WarnBlankRows      = "blank_rows"      // params: count
	WarnEmptyColumns   = "empty_columns"   // params: count
	WarnUnnamedColumns = "unnamed_columns" // params: count
	WarnDuplicateNames = "duplicate_headers"
	WarnPreamble       = "preamble_skipped" // params: count
	WarnNoHeader       = "no_header"
	WarnSecondHeader   = "second_header"
	WarnNUL            = "nul_bytes_removed"
	WarnUnclosedQuote  = "unclosed_quote"         // params: count
	WarnEncoding       = "undecodable_characters" // params: count
	WarnEncodingGuess  = "encoding_uncertain"
	WarnTruncated      = "file_truncated"
	WarnHiddenSheets   = "hidden_sheets" // params: names
	WarnOtherSheets    = "other_sheets"  // params: names
	WarnErrorCells     = "error_cells"   // params: count
	WarnLongNumbers    = "long_numbers"  // params: count
	WarnNoRows         = "no_rows"
	WarnPhotoDropped   = "photo_dropped" // params: count
	WarnBadRows        = "bad_rows"      // params: count
	WarnTwoFormats     = "extension_differs"
	WarnRepeatedHeader = "repeated_headers"   // params: count
	WarnTotals         = "total_rows"         // params: count
	WarnFootRows       = "foot_rows"          // params: count
	WarnMojibake       = "garbled_text"       // params: count, row, example
	WarnScientific     = "scientific_numbers" // params: count
)

// Error renders the code and its parameters for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("tabular: ")
	b.WriteString(e.Code)
	keys := make([]string, 0, len(e.Params))
	for k := range e.Params {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&b, " %s=%q", k, e.Params[k])
	}
	if e.Err != nil {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrorCode gives the code of an *Error, or "" for another error.
func ErrorCode(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

func fail(code string, cause error, params ...string) *Error {
	e := &Error{Code: code, Err: cause}
	if len(params) > 1 {
		e.Params = paramMap(params)
	}
	return e
}

func paramMap(kv []string) map[string]string {
	m := make(map[string]string, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		m[kv[i]] = kv[i+1]
	}
	return m
}

// asError turns any failure of reading into an *Error.
func asError(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return fail(CodeUnreadable, err)
}

// ended says whether a reader came to its regular end. An *Error may wrap
// io.EOF where the end came too early.
func ended(err error) bool { return errors.Is(err, io.EOF) && ErrorCode(err) == "" }

// guard turns a panic of a parser into an error.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = fail(CodeUnreadable, fmt.Errorf("panic: %v", p))
	}
}
