// Package oracle holds a reading of the rules about rights that shares nothing
// with the code that keeps them: who may see a record, what a filter finds and in
// which order, said record by record over plain values in memory. Its tests make
// up companies and questions at random and compare what both databases answer
// with what this reading says. It knows no query, no policy and no SQL; what it
// knows of the rules stands in docs/api.md.
package oracle
