// Package local holds the conventions of the places our users work in: tax
// numbers, dates of the Republic's calendar and of Excel, phones with several
// numbers in a cell, addresses of Taiwan and the mainland, amounts in 萬,
// names, lunar birthdays. Pure functions only; nothing here reads the clock, a
// file or a setting.
//
// Whoever types or imports is believed: what a function cannot read it hands
// back as it stands.
package local
