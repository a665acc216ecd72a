// Package normal brings text into the form in which it is searched, matched and
// sorted: one spelling for full and half width, upper and lower case,
// Traditional and Simplified characters; keys under which companies, persons,
// phones and mail addresses are the same; tokens for the search index with
// pinyin; sort keys by stroke or pinyin.
//
// Everything here is a pure function, safe for concurrent use, and part of what
// is stored: after a change of results raise Version (search tokens, match
// keys) or SortVersion (sort keys), and the stored values are computed anew.
package normal

//go:generate go run ./gen -out .

// Version names the rules of Fold, the keys and the tokens. It goes up whenever
// the same text may give another result.
const Version = 1
